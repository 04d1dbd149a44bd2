"""English: the words the answers read and write."""

from __future__ import annotations

from ringfence.mirror.answers.language import CalendarWords, Figures, Grammar, Language
from ringfence.mirror.answers.languages.en_reasons import REASONS
from ringfence.mirror.answers.languages.en_wording import WORDING

CALENDAR = CalendarWords(
    by=("by", "until", "till", "til", "through", "thru", "no later than", "not later than",
    "at the latest by"),
    before=("before", "ahead of", "prior to", "earlier than"),
    on=("on", "at", "as of", "this coming", "come"),
    within=("within", "inside", "in", "over", "during", "for the next", "in less than"),
    lasting=("for", "for at least", "for more than", "for over"),
    past=(
        "after", "since", "from", "last", "past", "previous", "not before", "not until", "no earlier than",
        "not earlier than", "starting", "beginning",
    ),
    marks=("lows?", "highs?", "open", "opening price", "range", "wick", "dip", "peak", "bottom", "top"),
    this=("this", "coming", "this coming", "the coming", "current", "the current"),
    next=("next", "the next", "following", "the following"),
    weekdays=("mondays?", "tuesdays?", "wednesdays?", "thursdays?", "fridays?", "saturdays?", "sundays?"),
    short_weekdays=("mon", "tues?", "wed", "thu(?:rs?)?", "fri", "sat", "sun"),
    months=(
        "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?",
        "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
    ),
    units={
        "minute": ("m", "mins?", "minutes?"),
        "hour": ("h", "hrs?", "hours?"),
        "day": ("d", "days?"),
        "week": ("w", "wks?", "weeks?"),
        "month": ("months?",),
    },
    counts={
        "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
        "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "twenty-four": 24, "forty-eight": 48,
    },
    from_now=("from now", "from today"),
    today=("today", "tonight"),
    tomorrow=("tomorrow", "tmrw", "tmr"),
    end_of=("end of", "the end of", "end"),
    short_ends={"day": ("eod",), "week": ("eow", "week end"), "month": ("eom", "month end", "month-end")},
    day=("day",),
    week=("week",),
    month=("month",),
    weekend=("weekend",),
    noon=("noon", "midday"),
    midnight=("midnight",),
    vague=("morning", "afternoon", "evening", "night", "session"),
    close=("close", "closing", "candle close", "bar close", "close of the candle"),
    of_the_day=("daily", "day"),
    utc=("utc", "gmt", "z"),
    zones=("e[sd]?t", "c[sd]t", "p[sd]?t", "m[sd]t", "cet", "cest", "bst", "jst", "ist", "msk", "sgt",
    "hkt", "aest"),
    clock=("o'clock",),
    pm=("pm", r"p\.m\."),
    am=("am", r"a\.m\."),
    dotted_dates=False,
)  # fmt: skip

_MOVES_DOWN = (
    "falls?|fell|falling|drops?|dropped|dropping|declines?|declining|decreases?|dips?|slides?|sinks?|dumps?|"
    "tanks?|crash(?:es)?|retraces?|slips?|plunges?|"
    "(?:go|goes|going|went|moves?|comes?|trades?) (?:back )?down"
)
_MOVES_UP = (
    "rises?|rose|rising|increases?|increasing|climbs?|gains?|rall(?:y|ies)|pumps?|jumps?|spikes?|surges?|grows?|"
    "(?:go|goes|going|went|moves?|comes?|trades?) (?:back )?up"
)

GRAMMAR = Grammar(
    observables={
        "price": ("price", "prices", "spot", "market price"),
        "mark": ("mark", "mark price"),
        "last": ("last price", "last traded price", "last trade"),
        "index": ("index", "index price"),
        "close": ("close", "closes", "closed", "closing", "closing price", "candles?", "bars?"),
        "high": ("high", "highs"),
        "low": ("low", "lows"),
        "funding": ("funding", "funding rate", "funding rates", "predicted funding"),
        "open_interest": ("open interest", "open-interest", "oi"),
        "volume": ("volume", "volumes", "turnover"),
        "spread": ("spread", "spreads", "bid-ask spread", "bid/ask spread"),
        "basis": ("basis", "premium", "contango", "backwardation"),
        "dominance": ("dominance", r"(?:btc|eth|usdt)\.d"),
    },
    price_words=(
        "support", "resistance", "levels?", "range", "neckline", "trendline", "market", "bulls", "bears",
        "buyers",
        "sellers", "structure", "stop", "invalidation", "coin", "contract", "perp", "perpetual", "chart",
        "pair",
        "swap", "future", "futures", "value", "area", "zone", "box", "idea", "trade", "thesis", "wrong",
        "wick",
        "wicks", "day", "daily", "trades?", "trading", "back", "again", "weekly", "hourly", "hour", "week",
        "body",
        "position", "it",
    ),
    unread=(
        r"rsi\d*", "macd", "stoch(?:astic)?", "dxy", "vix", "gold", "oil", "nasdaq", "ndx", "spx",
        "s&p(?: ?500)?",
        "spy", "yields?", "us10y", "cvd", "tvl", "hash ?rate", "fear(?: and greed)?", "greed", "inflows?",
        "outflows?",
        "liquidations?", "long/short ratio", "ratio", "momentum", "sentiment", "strength", "trend",
        "volatility",
        "vol", "delta", "gamma", "adx", "obv", "ichimoku", "cloud", "divergence", "temperature",
    ),
    events={
        "cpi": ("cpi", "inflation", "inflation print"),
        "ppi": ("ppi",),
        "pce": ("pce",),
        "nfp": ("nfp", "non-?farm payrolls", "payrolls?", "jobs report"),
        "gdp": ("gdp",),
        "fomc": ("fomc", "fed", "federal reserve", "powell"),
        "ecb": ("ecb",),
        "boj": ("boj",),
        "rate_cut": ("rate cut", "rate cuts"),
        "rate_hike": ("rate hike", "rate hikes"),
        "etf": ("etf", "etfs", "etf approval"),
        "sec": ("sec", "sec ruling"),
        "halving": ("halving",),
        "unlock": ("unlock", "token unlock"),
        "upgrade": ("upgrade", "hard fork", "fork", "mainnet"),
        "listing": ("listing",),
        "delisting": ("delisting",),
        "hack": ("hack", "exploit"),
        "depeg": ("depeg",),
        "outage": ("outage", "chain halt", "network halt"),
        "bankruptcy": ("bankruptcy", "insolvency"),
        "earnings": ("earnings",),
        "election": ("election", "vote"),
        "expiry": ("options expiry", "expiry", "opex"),
        "tariffs": ("tariffs?",),
        "merge": ("merger", "proposal", "governance proposal"),
    },
    happenings=("rate_cut", "rate_hike", "hack", "depeg", "outage", "bankruptcy", "delisting", "unlock",
    "listing"),
    verbs=(
        "happens?", "happened", "is", "are", "gets?", "goes live", "announces?", "announced", "approves?",
        "approved",
        "approval", "rejects?", "rejected", "cuts?", "hikes?", "raises?", "passes?", "passed", "fails",
        "delays?",
        "delayed", "halts?", "halted", "launch(?:es)?", "ships?", "confirms?", "confirmed", "starts?",
        "takes place",
        "occurs?", "denies", "denied", "postponed", "cancelled", "canceled", "wins?", "imposed", "files?",
    ),
    comparators={
        "below": (
            "below", "under", "beneath", "underneath", "less than", "lower than", "smaller than",
            "south of", "<",
            "breaks? down(?: through)?", "broke down", "breakdown", "slips? through",
            rf"(?:{_MOVES_DOWN}) through",
        ),
        "above": (
            "above", "over", "greater than", "more than", "higher than", "bigger than", "north of", ">",
            "exceeds?",
            "exceeded", "reclaim(?:s|ed|ing)?", "breaks? (?:out|up)(?: of| through)?", "breakout", "clears?",
            "regains?",
        ),
        "at_or_below": (
            "at or below", "<=", "≤", "or lower", "or below", "or less", "no higher than", "at most",
            rf"(?:{_MOVES_DOWN})(?: back)?(?: down)? to",
        ),
        "at_or_above": (
            "at or above", ">=", "≥", "or higher", "or above", "or more", "no lower than", "at least",
            rf"(?:{_MOVES_UP})(?: back)?(?: up)? to",
        ),
        "cross": ("breaks?", "broken", "broke", "breaking", "cross(?:es|ed)?", "takes? out", "pierces?",
        "violates?"),
        "touch": (
            "hits?", "touch(?:es|ed)?", "reach(?:es|ed)?", "tags?", "taps?", "trades? at", "prints?",
            "printed",
            "(?:gets?|goes|trades?|returns?|comes?|wicks?)(?: back)? to",
        ),
        "lose": ("loses?", "losing", "lost"),
        "down": (_MOVES_DOWN, "down", "lower", "drawdown", "pullback"),
        "up": (_MOVES_UP, "up", "higher"),
        "hold": ("holds?", "held", "holding", "keeps?", "defends?", "stays?", "staying", "remains?",
        "remaining"),
        "negative": ("(?:turns?|goes|flips?|is|gets?|becomes?) negative", "negative"),
        "positive": ("(?:turns?|goes|flips?|is|gets?|becomes?) positive", "positive"),
    },
    negators=(
        "not", "cannot", "[a-z]+n't", "dont", "doesnt", "wont", "cant", "isnt", "fails? to", "failed to",
        "failing to",
        "failure to", "never", "no", "unable to", "without",
    ),
    strictly=("more than", "over", "greater than", "above", "exceeds?", ">"),
    least=("at least",),
    elsewhere=(
        "entry", "my entry", "open", "ath", "high", "low", "average", "mean", "cost", "breakeven", "peak",
        "top",
        "yesterday", "vwap",
    ),
    joins=("and", "or", "while", "but", "after", "once", "when", "because", "as", "with", "then", ",", ";",
    "unless"),
    timeframes={
        "1d": ("daily", "one[ -]day"),
        "1w": ("weekly", "one[ -]week"),
        "1h": ("hourly", "one[ -]hour(?:ly)?"),
        "4h": ("four[ -]hour(?:ly)?", "4[ -]hourly"),
    },
    frame_units={
        "m": ("m", "min", "minutes?"), "h": ("h", "hr", "hrs", "hours?"), "d": ("d", "days?"), "w": ("w",
        "weeks?"),
    },
    bars=("close", "closes", "closed", "closing", "candles?", "bars?", "chart", "timeframe", "tf", "high",
    "low"),
    averages=(
        r"\d+[\s-]?(?:d|day|h|hour|w|week)?[\s-]?(?:s|e)?ma", r"(?:s|e)?ma\s?\d+",
        r"\d+[\s-]?(?:day|hour|week)?[\s-]?moving average",
    ),
    several=("consecutive", "twice", "in a row", "two", "three", "both", "each time", "repeatedly"),
    hedges=(
        "maybe", "perhaps", "probably", "possibly", "feels?", "feeling", "seems?", "might", "could", "likely",
        "somehow", "kinda", "kind of", "sort of", "hopefully", "i think", "i guess", "i hope", "looks?",
        "around",
        "roughly", "about", "approximately", "approx", "circa", "ish", "[0-9.,]+k?ish", "~", "some day",
        "eventually",
        "at some point", "soon", "or so", "more or less", "somewhere",
    ),
    profit_and_loss=(
        "i lose", "i lost", "i've lost", "i am down", "i'm down", "im down", "i am up", "i'm up", "if down",
        "we lose",
        "my loss(?:es)?", "my p(?:&|n)l", "p(?:&|n)l", "unreali[sz]ed", "my account", "my equity",
        "my balance",
        "my wallet", "my margin", "my money", "my capital", "my portfolio", "roe", "roi", "it hurts?",
        "hurts?", "pain",
        "i get liquidated", "i am liquidated", "i'm liquidated", "(?:my )?liquidation", "margin call",
        "drawdown of my",
        "losing money", "lose money", "loss(?:es)? (?:is|are|of|reach(?:es)?|exceeds?|hits?|above|over)",
        "the position is down", "position (?:loses|is down|goes down)", "i feel", "i panic", "i can't sleep",
    ),
)  # fmt: skip

FIGURES = Figures(
    decimal=".",
    groups=",'_ ",
    scales={
        "thousand": (3, ("k", "thousand", "grand")),
        "million": (6, ("m", "mn", "mm", "mio", "million")),
        "billion": (9, ("b", "bn", "billion")),
        "trillion": (12, ("t", "tn", "trillion")),
    },
    percent=("%", "percent", "pct", "per cent"),
    bps=("bps", "bp", "basis points?"),
    atr=("atrs?",),
    times=("x", "times"),
    money=("usd[tc]?", "dollars?", "bucks?", "eur", "euros?"),
)

LANGUAGE = Language(
    code="en",
    name="English",
    calendar=CALENDAR,
    grammar=GRAMMAR,
    figures=FIGURES,
    reasons=REASONS,
    wording=WORDING,
)
