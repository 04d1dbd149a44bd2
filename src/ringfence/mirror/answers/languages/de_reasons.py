"""German: what a reason to wait or to override may be made of."""

from __future__ import annotations

from ringfence.mirror.answers.language import Reasons

REASONS = Reasons(
    stop_words=frozenset(
        """
        aber als am an auch auf aus bei bin bis da dann das dass dem den der des die doch ein eine einem
        einen einer er es für hab habe haben hat hier ich ihm ihn ihr im in ist ja kann mein meine meinen
        mich mir mit nach nicht noch nur oder schon sein sich sie sind so über um und uns unter vom von vor
        war was weil wenn werden wie wir wird wo zu zum zur
        """.split()  # noqa: SIM905  # a list of words reads better than quotes
    ),
    concepts={
        "risk_limit": ("risiko", "risikolimit", "limit", "budget", "zu (?:groß|viel)", "hebel",
        "verlustgrenze", "plan"),
        "existing_exposure": ("(?:bereits|schon) (?:long|short|investiert|positioniert|offen)",
        "positionen", "exposure"),
        "correlation": ("korrel\\w+", "gleiche wette", "beta"),
        "costs": ("gebühr(?:en)?", "funding", "kosten", "slippage", "spread", "teuer"),
        "event_ahead": ("cpi", "fomc", "fed", "ezb", "zahlen", "termin", "nachrichten", "wochenende",
        "verfall"),
        "no_setup": ("setup", "signal", "bestätigung", "kein plan", "seitwärts", "fomo"),
        "better_level": ("besserer? (?:preis|kurs|einstieg)", "rücksetzer", "warten auf", "unterstützung",
        "widerstand"),
        "liquidity": ("liquidität", "dünn", "orderbuch", "volumen"),
        "state": ("schlaf\\w*", "müde", "wütend", "gestresst", "krank", "unterwegs", "abgelenkt"),
        "loss_streak": ("verlustserie", "(?:zwei|drei|vier) verluste?", "ausgestoppt", "zurückholen"),
        "uncertainty": ("unsicher(?:heit)?", "unklar", "volatil\\w*", "zweifel", "rauschen"),
    },
    dismissals=(
        "nichts", "keine?n? gr(?:u|ü)nde?", "kein grund", "egal", "weil ich recht habe",
        "kann nicht verlieren", "n/?a",
        "keine ahnung", "sicheres ding", "garantiert", "test", "asdf\\w*",
    ),
    boilerplate=(
        "ich weiß,? was ich tue", "weil ich (?:es )?will", "auf eigenes risiko", "ich akzeptiere das risiko",
        "vertrau mir", "ist egal", "ok", "ja", "weiter", "bitte", "mach einfach", "asdf\\w*", "test",
    ),
    empty_words=frozenset(
        {"ding", "sache", "gut", "schlecht", "richtig", "falsch", "trade", "position", "grund", "tun"}
    ),
    borrowed=(
        "geliehen\\w*", "kredit\\w*", "darlehen", "miete", "mietgeld", "dispo", "schulden", "ersparnisse",
        "rente",
        "rechnungen", "notgroschen", "hypothek",
    ),
    not_borrowed=("(?:kein|keine|nicht|ohne) (?:geliehen\\w*|kredit\\w*|darlehen|schulden)",),
    suffixes=(
        ("ungen", "", 4), ("ung", "", 4), ("heiten", "", 3), ("heit", "", 3), ("lich", "", 3), ("ern", "", 3),
        ("en", "", 3), ("er", "", 3), ("es", "", 3), ("em", "", 3), ("e", "", 3), ("n", "", 4), ("s", "", 3),
    ),
)  # fmt: skip
