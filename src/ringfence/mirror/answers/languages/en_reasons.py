"""English: what a reason to wait or to override may be made of."""

from __future__ import annotations

from ringfence.mirror.answers.language import Reasons

REASONS = Reasons(
    stop_words=frozenset(
        """
        a about after again all also am an and any are as at be because been before being both but by can
        could did do does doing don't for from further get gets getting go goes going got had has have
        having he her here him his how i i'd i'll i'm i've if in into is isn't it it's its just let like
        make me more most much my myself no nor not now of off on once only or other our out over own really
        same she should so some such than that the their them then there these they this those through to
        too up us very want was we were what when where which while who why will with would you your
        """.split()  # noqa: SIM905  # a list of words reads better than quotes
    ),
    concepts={
        "risk_limit": (
            r"risk(?:s|ed|ing)?", r"limits?", "budget", "drawdown", "max(?:imum)? loss",
            "too (?:big|large|much)",
            "oversized?", "position size", "over-?leveraged", "leverage", "capital", "reserve", "rules?",
            "my plan",
        ),
        "existing_exposure": (
            "already (?:long|short|carry|carrying|hold|holding|have|own|in|exposed|full)",
            "expos(?:ed|ure)", "carry",
            "(?:other|open|existing|current|second|third) (?:positions?|trades?)", "hedged",
            "concentrat(?:ed|ion)",
        ),
        "correlation": ("correlat(?:ed|ion|es?)", "same bet", "moves? (?:with|together)", "beta", "one bet"),
        "costs": ("fees?", "funding", "slippage", "commissions?", "costs?", "expensive", "spread"),
        "event_ahead": (
            "cpi", "ppi", "pce", "fomc", "fed", "nfp", "payrolls", "news", "events?", "announcements?",
            "data",
            "releases?", "earnings", "unlocks?", "expiry", "weekend", "decision", "speech", "print",
            "meeting",
        ),
        "no_setup": (
            "setups?", "signals?", "edge", "triggers?", "confirm(?:ed|ation|s)?", "unconfirmed",
            "chop(?:py)?",
            "sideways", "rang(?:e|ing)", "no plan", "thesis", "stopped out", "invalidat(?:ed|ion)",
            "chasing", "fomo",
        ),
        "better_level": (
            "better (?:level|price|entry|spot)", "retests?", "pullbacks?", "cheaper", "lower entry",
            "higher entry",
            "wait(?:ing)? for", "closer to", "support", "resistance", "overextended", "stretched", "extended",
        ),
        "liquidity": ("liquidity", "illiquid", "thin", "order ?book", "depth", "low volume", "wide", "gaps?"),
        "state": (
            "sleep", "asleep", "tired", "bed", "late", "angry", "upset", "drunk", "stress(?:ed)?", "sick",
            "ill",
            "travell?ing", "distracted", "away", "can't watch", "cannot watch", "at work", "emotional",
            "rushed",
            "calm", "clear head", "hungry", "exhausted", "afk",
        ),
        "loss_streak": (
            "los(?:t|ing|ses?) (?:in a row|streak|today|twice|two|three|four)", "losing streak", "streak",
            "(?:two|three|four|five|several|recent|last) loss(?:es)?", "lost (?:two|three|four|five)",
            "revenge",
            "stopped out", "just lost", "after a loss", "win it back", "make it back",
        ),
        "uncertainty": (
            "uncertain(?:ty)?", "unsure", "not sure", "unclear", "volatil(?:e|ity)", "mixed", "either way",
            "coin flip",
            "unknown", "don't know", "do not know", "could be wrong", "doubts?", "noise", "noisy",
        ),
    },
    dismissals=(
        "none", "n/?a", "nothing", "nope", "no reasons?", "no idea", "no need", "not needed", "don't care",
        "idc",
        "whatever", "skip", "because i'm right", "because i am right", "i'm right", "i am right",
        "can't lose",
        "cannot lose", "can't go wrong", "cannot go wrong", "impossible to lose", "there is no reason",
        "there isn't (?:one|any)", "there is none", "free money", "sure thing", "guaranteed", "no downside",
        "no risk", "trust me", "just let me", "asdf\\w*", "test", "yolo", "lol", "i don't have one",
        "100% sure",
        "i know what i'm doing", "i know what i am doing",
    ),
    boilerplate=(
        "i know what i'm doing", "i know what i am doing", "trust me", "because i want(?: to)?",
        "i want (?:to|it)",
        "just do it", "let me", "i accept the risks?", "i understand the risks?", "i am sure", "i'm sure",
        "override reason", "no reason", "lorem ipsum", "i have read and (?:understood|agree)",
        "proceed anyway",
        "at my own risk", "because i said so", "it will (?:go|come) back", "ok", "okay", "yes", "whatever",
        "please", "i agree", "continue", "confirm", "asdf\\w*", "qwert\\w*", "test", "blah", "go go go",
        "to be honest", "need to", "it is fine", "it's fine", "my decision", "i decided",
    ),
    empty_words=frozenset(
        """
        thing things stuff sure fine good bad right wrong okay ok yes yeah trade trading position override
        reason proceed continue confirm want need know think doing done way
        """.split()  # noqa: SIM905  # the same
    ),
    borrowed=(
        "borrow(?:ed|ing|s)?", "loans?", "lend(?:er|ing)?", "credit cards?", "credit lines?",
        "line of credit",
        "on credit", "credit", "overdraft", "mortgage", "rent", "rent money", "payday", "student loan",
        "savings",
        "life savings", "pension", "retirement (?:fund|money)", "tuition", "grocer(?:y|ies)", "food money",
        "bills?", "debts?",
        "my (?:wife|husband|parents|mother|father|mom|dad|brother|sister|friend)'?s? money",
        "pawn(?:ed)?", "second job", "sold my (?:car|house)", "emergency fund", "owe",
    ),
    not_borrowed=(
        "(?:no|not(?: a| any)?|without(?: a)?|never|isn't|is not) (?:borrow(?:ed|ing)?|loans?|credit|debts?)",
        "limit my debts?", "clears? the bill",
    ),
    suffixes=(
        ("'s", "", 2), ("sses", "ss", 1), ("ations", "at", 3), ("ation", "at", 3), ("ions", "", 4), ("ion",
        "", 4),
        ("ies", "y", 2), ("ied", "y", 2), ("ingly", "", 3), ("edly", "", 3), ("ings", "", 3), ("ing", "", 3),
        ("ness", "", 3), ("ment", "", 4), ("ly", "", 3), ("ed", "", 3), ("es", "", 3), ("ss", "ss",
        1), ("s", "", 3),
        ("e", "", 3),
    ),
)  # fmt: skip
