"""What kinds of answer a text can give: an amount, a date, a duration, a reason and so on.

Needed against near misses: "How much did the chips cost?" resembles "How many chips were bought?", but only a
text with a sum of money can answer it.
"""

import re

_UNIT_MONEY = r"원|달러|유로|엔|위안|파운드|억|조\b|won|dollars?|euros?|yen|pounds?|cents?|krw|usd|marks?|crowns?"
_PATTERNS = {
    "money": re.compile(
        rf"[$€£¥₩]\s?\d|\d[\d,.]*\s*(?:천|백|십)?(?:만|억|조|million|billion|thousand|trillion)?\s*(?:{_UNIT_MONEY})"
        rf"|무료|free\b|공짜",
    ),
    "percent": re.compile(r"\d\s*(?:%|퍼센트|프로\b|percent|per cent)|절반|half\b|third\b|quarter\b|배\b|times\b"),
    "number": re.compile(
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|hundred|thousand|both)\b"
        r"|(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무|둘|셋|넷)\s?(?:명|개|곳|번|가지|사람|대|차례|건|살|편|권|채|척|팀|쪽)|둘|셋"
    ),
    "date": re.compile(
        r"\d{4}\s?년|\d{1,2}\s?월|\d{1,2}\s?일\b|\b(?:1[89]|20)\d\d\b|\b(?:january|february|march|april|may|june|july|august"
        r"|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
        r"|지난|작년|올해|내년|봄|여름|가을|겨울|요일|아침|저녁|새벽|오전|오후|\b(?:last|next|this) (?:year|month|week|spring|summer|autumn|"
        r"winter|fall)\b|\d\s?시\b|\d\s?(?:a\.?m|p\.?m)\b|o'clock|\bsince\b|\bago\b|시점|무렵"
    ),
    "duration": re.compile(
        r"(?:\d+|한|두|세|네|다섯|여섯|몇|반)\s?(?:년|개월|달|주|일|시간|분|초|해|세기)(?:\s?(?:간|동안|째|만|넘게|이상|남짓))?"
        r"|\b(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|decades?)\b|동안|하루|이틀|사흘|나흘|일주일|보름"
    ),
    "reason": re.compile(
        r"때문|이유|까닭|탓|덕분|원인|위해|위한|하려고|려고|해서|어서|아서|므로|니까|\bbecause\b|\bdue to\b|\breasons?\b|\bso that\b|\bcaus"
        r"|\bin order\b|\bsince\b|\bafter\b|\bwanted\b|\bto (?:keep|avoid|make|get|save|give|stop|protect|cut|pay)\b|\bblam"
    ),
    "quote": re.compile(r"라고|다고|말했|밝혔|전했|했대|\bsaid\b|\bsays\b|\btold\b|\bcalled?\b|\baccording\b|\bargue"),
}  # fmt: skip
WANTED = {
    "how-much": frozenset({"money", "percent"}),
    "how-many": frozenset({"number"}),
    "when": frozenset({"date"}),
    "how-long": frozenset({"duration", "date"}),
    "why": frozenset({"reason"}),
}
"""Kinds of question that a text without one of these types can't answer."""


def answer_types(normal: str) -> frozenset[str]:
    """Return the kinds of answer that normalised text holds."""
    return frozenset(name for name, pattern in _PATTERNS.items() if pattern.search(normal))
