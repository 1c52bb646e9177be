"""Words and endings by which a message leans on the one before: pronouns, leads, what says nothing by itself."""

import re
from typing import Final

_PARTICLE: Final = (
    r"(?:들?(?:은|는|이|가|을|를|의|도|만|랑|한테|에게|께서|께|에서|에는|에|으로|로|네|이랑|하고)?(?:요)?)(?![가-힣])"
)
LAST_PARTICLE: Final = re.compile(r"(?:은|는|이|가|을|를|의|도|한테|에게|에서|에)$")
OWNERS: Final = frozenset({"his", "her", "their", "its"})
"""Pronouns that stand for a name with `'s`."""
PERSON: Final = re.compile(
    r"(?<![가-힣])(?:(?:그|이|저)\s?(?:사람|분|여자|남자|친구|양반|인물)|그녀|걔|얘|쟤|본인)" + _PARTICLE + r"|"
    r"(?<![가-힣])그(?:는|가|의|를|도|한테|에게)(?![가-힣])|"
    r"\b(?:he|she|him|his|hers?|himself|herself|(?:that|this) (?:person|guy|man|woman|lady))\b(?:'s)?"
)
"""He, she, that person."""
THEY: Final = re.compile(r"\b(?:they|them|theirs?)\b|(?<![가-힣])(?:걔네|그들)" + _PARTICLE)
"""They, of people or of a company."""
GROUP: Final = re.compile(
    r"(?<![가-힣])(?:그\s?(?:회사|기업|업체|단체|기관|팀|병원|학교|대학|은행|곳|쪽)|거기|거긴|걔네)" + _PARTICLE + r"|"
    r"\b(?:that|this) (?:company|firm|organi[sz]ation|team|place|startup)\b|\bthere(?=\W*$)"
)
"""That company, there."""
THING: Final = re.compile(
    r"(?<![가-힣])(?:(?:그거|그것|그게|그건|그걸|이거|이게|이건|이걸)" + _PARTICLE + r"|"
    r"그(?=\s(?!전|후|뒤|다음|때|이후|동안)))|\b(?:it|its|itself)\b|\b(?:that|this)(?=\W*$)|"
    r"(?:(?<=\bis )|(?<=\bwas )|(?<=\bdid )|(?<=\bhas )|(?<=\bdoes ))(?:that|this)\b"
)
"""It, that."""
LEAD: Final = re.compile(
    r"^(?:(?:and|but|so|ok|okay|then|well|also|oh|wow|whoa|damn|huh|hm+|meh|wait|no way|really|lol|haha|nice|"
    r"yeah|yep|yes|right|i see|ah|cool|got it|"
    r"(?:a )?(?:different|another|new|unrelated) (?:question|topic)|by the way|btw|changing the subject|"
    r"(?:다른|딴) (?:얘기|이야기|질문)(?:인데|이지만)?(?:요)?|그건 그렇고|그나저나|"
    r"그럼|그러면|그렇다면|그리고|근데|그런데|그래서|그러니까|ㅇㅇ|ㅇㅋ|ㅇㅎ|응|네|넵|아하|그렇구나|아니|아|헐|와|오|에이|엥|음|흠|진짜|대박|어머|세상에)(?![\w가-힣])[\s,.?!]*)+"
)
"""What only joins a message to the one before, at its beginning."""
LAUGHTER: Final = re.compile(r"[ㅋㅎㅠㅜ]{2,}|(?<!\w)(?:lol|lmao|haha+|tho)(?!\w)")
ABOUT: Final = re.compile(r"^(?:what|how) about\b")
HOLLOW: Final = re.compile(
    r"(?:그랬|그런|그렇|그래|했|한|해|하|됐|된|일어|였|이었|건|거|있|지금|현재|이제).{0,3}|(?:happen|come|came|go|went|say|said|then|there|here|now|else|exactly)(?:ed|s)?"
)
"""Words that add nothing to a question word but "it was so" and "now"."""
ELSE: Final = re.compile(r"말고|빼고|외에|\b(?:other|else|besides|except)\b")
"""Asks for something other than what was told."""
SOMEBODY: Final = re.compile(r"분|사람|인물|person|guy|man\b|woman|lady")
"""Says no more than that somebody is a person."""
PREPOSITIONS: Final = frozenset({"from", "to", "for", "with", "by", "at", "about", "since", "until", "of", "in", "on"})
"""Without which a question of few words asks for something else ("from who?")."""
