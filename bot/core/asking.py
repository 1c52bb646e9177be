"""Whether a message in a channel asks something, from its text alone.

Members of a channel mostly talk to each other. This only sorts out what can't be meant for a bot that knows an
article: statements, reactions, and questions to somebody or about the group itself. Whether the article answers the
rest is for the matcher to say.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.core.hangul import letters
from bot.core.text import MAX_CHARACTERS, normalise, words

_TO_SOMEBODY = re.compile(
    r"<@|(?<![^\s(])@\w|^\s*\S{1,8}(?:님|씨|선배|쌤)[\s,!~]|^\s*[가-힣]{2,3}[아야],|^\s*(?:hey|hi|yo|thx|thanks) \w+, ",
    re.IGNORECASE,
)
_NOT_OWN_WORDS = re.compile(r"```.*?```|`[^`\n]*`|^\s*>.*$", re.DOTALL | re.MULTILINE)
_SENTENCE = re.compile(r"([^.!?…。！？\n]+(?:\.(?=\w)[^.!?…。！？\n]+)*)([.!?…。！？]*)")
_TRAILING = re.compile(r"(?<![\s~^;:,)ㄱ-ㅣ-])(?:[\s~^;:,)ㄱ-ㅣ-]|\b(?:lol|lmao|haha|pls|please|thx|tho|btw)\b)++$")
_REACTIONS = """
a an the is are was were am be been it its it's that that's this these those so and but or oh ah eh hm hmm huh um uh
wow omg lol lmao wtf wait ok okay yes yeah yep no nope way really seriously srsly fr real true for right sure what
what's whats why how when where who whos who's which did do does didn't don't doesn't isn't wasn't aren't come not
he she they him her them his their then now like just even again too also exactly actually
happened crazy wild nuts insane same thing sus legit bro man dude guys
진짜 진짜로 정말 정말로 정말요 진짜요 진짜야 진짜임 진심 레알 리얼 헐 왜 왜요 뭐 뭐야 뭐지 뭐임 뭐라고 뭔데 뭔 뭔소리 소리 소리야 무슨 머 머야 누구 누가 누구야 누군데 언제 어디 어디서
그래 그래요 그렇지 좀 그런가 그런가요 그런 그런거 그런거야 그래서 그러게 맞아 맞아요 맞나 맞나요 맞죠 맞지 그쵸 그죠 그렇죠 그치 그지 응 네 넹 예 어 아 엥 잉
오 와 실화 실화냐 실화임 실화야 실화인가 어때 어때요 어떻게 어떡해 어쩌지 그게 이게 저게 그건 이건 그거 이거 저거 아니 아냐 아니야 아닌가 아닌가요
근데 그럼 그러면 설마 설마요 사실 사실이야 사실인가 사실임 확실해 확실 확실한가 말이 말이야 말이에요 돼 되나 됨 안 나 저 지금 이제 또 다
"""
_NOTHING_ASKED: Final = frozenset(_REACTIONS.split())
"""Words that alone ask nothing: reactions, and questions that only follow something said before."""

_TO_MEMBERS = re.compile(
    r"\b(?:you|your|yours|u|ur|ya|y'?all|thoughts|opinions?)\b|^(?:hey |hi )?(?:everyone|everybody|folks|any(?:one|body))\b"
    r"|\bany(?:one|body)(?: else)? (?:here|watch\w*|seen?|read|hear\w*|catch|tr(?:y|ied)|listen\w*|notic\w*|got|get|have|want\w*|feel\w*|think\w*|up|free|down|going|in)\b"
    r"|(?<![가-힣])(?:너[는도가]?|넌|니|니가|네가|너네|너희|당신|여러분|다들|자네)(?![가-힣])|너희|여러분"
    r"|[가-힣](?:셨|세요|[으하보오가읽먹]시는|시나요|실래|시죠|시겠|십니까|신가요|실까)"
    r"|(?:본|읽은|있는|할|하는|오는|갈|신|실) ?(?:사람|분)들?(?: ?(?:있|계|없)\S*)?$|(?:봤|읽었)(?:어|니|냐|나|음|지)"
    r"|생각(?:해|하|은|들)|[할갈올볼살을줄실]래요?$|\b(?:같이|어떨까|볼까|할까요?|갈까요?|먹을까|읽을까요?)$"
)
_ABOUT_THE_GROUP = re.compile(
    r"\b(?:i|i'm|i've|i'd|im|ive|we|we're|our|me|my|mine)\b"
    r"|(?<![가-힣])(?:우리|우린|저희|제가|내가|나만|나도|저만|저도|저는|나는|난|내|오늘|내일|어제|이번 ?주|다음 ?주|주말|아까)(?![가-힣])"
    r"|\b(?:tonight|tomorrow|this weekend|next week)\b"
)
_REQUEST = re.compile(
    r"\b(?:do|does|did|would) (?:you|u|we|anyone|anybody|someone|any of you)(?: guys| all)? (?:even |actually |happen to )?"
    r"(?:know|remember|recall)\b"
    r"|\b(?:anyone|anybody|someone|somebody|you|u)(?: here)? (?:pls |please )?(?:know|knows|remember|remembers|remind|explain|tell)\b"
    r"|\bdo we (?:even |actually )?know\b|\b(?:any idea|wonder|wondering|curious|remind me|tell me|can i ask|may i ask|quick question|can someone|could someone)\b"
    r"|(?:^|\bany|\ba|\bthe|\bquick) (?:tldr|summary|recap|gist)(?: of .*)?$|^(?:tldr|summary|summari[sz]e)(?: the article| this| it)?$"
    r"|궁금|알려 ?(?:주|줘|줄)|가르쳐|설명|말해 ?줘|아는 ?(?:사람|분)|아시는 ?분|아시나요|아세요|아나요|아심|알 ?수 ?있|이신(?:가|지)|질문"
    r"|(?:요약|정리|소개)(?: ?좀)?(?: ?부탁| ?해 ?주| ?해 ?줘| ?가능)"
)
_RHETORICAL = re.compile(
    r"\bwho (?:knew|knows|cares|would have|would've|wouldn't|needs|wants)\b|\bwhy (?:not|bother|so serious)\b"
    r"|\bguess (?:who|what)\b|\bhow (?:\w+ is (?:that|this)|about|dare|cool|sad|nice|funny|wild|crazy)\b|\bwhat (?:a|an|if)\b"
    r"|\b(?:isn't|aren't|ain't|is|was) (?:it|that|this) (?:just|so|kinda|too|really|wild|crazy|weird)\b"
    r"|누가 (?:봐도|알았|뭐래|(?:그걸|이걸) ?모르)|왜 ?이렇게|왤케|왜케|왜 ?이리|웬일|[은는] 무슨|무슨 ?(?:소리|말)|왜 ?(?:저러|저래|그러|그래|난리|이럼)|왜들|어쩌라|어쩌겠|뭐 ?어때|뭐 ?하는 ?(?:짓|거)|누가 .*(?:겠|줄 알)|언제까지 .*냐$|몇 ?번째(?:냐|야|임)|얼마나 .*(?:을까|겠)|[지다고네] 뭐$|지 ?않(?:냐|아|나|음|니|은가|을까)|실화(?:냐|임|인가)?$"
    r"|^(?:that's|thats|it's|its|this is) (?:so |just |really )?\w+$|(?:아님|아니냐고?)$|[거게건것] ?(?:아니|아닌|아닐|아냐)"
)
_ASKING_WORD = re.compile(
    r"(?<![가-힣])(?!누군가|누구나|누구든|뭔가|뭐든|뭐라도|뭐랄까|언젠가|언제나|언제든|어딘가|어디나|왜냐|왠지|어쩐지|어떻게든|얼마든|몇몇)"
    r"(?:누가|누구|누굴|누군|누그|누규|뭐|뭘|뭔|무엇|무슨|왜|언제|언재|어디|어딜|어떻게|어케|어째서|얼마|얼머|몇|어느|어떤|며칠|머|모야)"
)
_FILLER_START = re.compile(r"^(?:뭐|왜|어디) (?:그|이|하|그냥|어쨌|일단|아무)")
_STATEMENT_END = re.compile(
    r"(?:다|다고|(?:그러|하|다|라|대)더라고?|네|(?<!누)군|구나|구만|거든|는데|은데|던데|잖아|라고|려고|고|서|면|듯|든|지만|니까|겠지|겠어|나봐|나보다|모르겠음|모르겠|을걸|을게)요?$"
)
_QUESTION_END = re.compile(
    r"(?:나요|[은는인던건한]가요|(?<!니)까요?|느?냐|[았었였했갔났왔됐있없]나|하나|되나|인가|던가|건가|려나|[았었였했갔났왔됐있없]니|다며|다면서|라며|라면서|맞아|맞나|맞음|맞죠|맞지)요?$"
)
_MARKERS = (
    r"(?:(?:so|ok|okay|and|but|hey|wait|um|uh|also|well|guys|hmm|oh|btw|then|yo|anyway|lol|like|now|or|question) )*"
)
_AUXILIARY = r"(?:is|are|was|were|did|does|do|has|have|had|will|would|can|could)"
_NO_SUBJECT = r"(?!(?:i|we|you|u|not|it|that|this|a|an|do|fun|be|been|to|have|love|like|say|know)\b)"
_ENGLISH_QUESTION = re.compile(
    rf"^{_MARKERS}(?:(?:who|what|where|when|why|how|which)(?:'?s|'?re|'?d| {_AUXILIARY})\b"
    rf"|who (?!i\b|we\b|you\b|he\b|she\b|they\b|the\b|else)\w+|whose \w+|which \w+|why (?:the )?\w+ \w+"
    rf"|how (?:many|much|long|old|often|come|soon|far|big)\b|how \w+ (?:\w+ )?{_AUXILIARY}\b"
    rf"|what (?:happened (?:to|with|at)|made|year|month|day|company|country|kind|job|role|position|title|percent)\b"
    rf"|where \w+ (?:go|went|from|move|moved)\b"
    rf"|(?:is|are|was|were|did|does|has|have|will|would|could) {_NO_SUBJECT}\w+ \w+|do (?:they|the|people) \w+"
    rf"|(?:is|was|did|has|does|were|are)n'?t {_NO_SUBJECT}\w+ \w+)"
    rf"|\b(?:who|what|where|when|why|how) (?:did|does) \w+|\b(?:who|where|when|why|how) (?:is|was|are|were) (?:he|she|they|it|the)\b"
    rf"|^(?!.*\b(?:that's|thats|know|idk|idea|see|say|sure|matter|care|guess|tell|understand|get) (?:who|when|where|why|what year|how much|how many)$)"
    rf"\w+ .*\b(?:who|when|where|why|what year|how much|how many)$"
)
_CLAUSE = re.compile(
    r",\s+|;\s+|\s(?:but|and|so(?! (?:many|much|few|soon|long)))\s|(?<=[가나까]요)\s|(?<=데)\s|(?<=데요)\s|(?<=지만)\s"
)
_TAG = re.compile(
    r"^(?:right|correct|no|yeah|(?:is|was|did|has|does|were|are)n'?t (?:it|he|she|they)|맞죠|맞지|맞나요?|그쵸|그죠)$"
)
_LAUGHTER = re.compile(r"(?<![ㅋㅎㅠㅜ])[ㅋㅎㅠㅜ]++(?=\s)")


def asks_something(text: str) -> bool:
    """Return whether `text`, without mentions of the bot, asks something and is not said to another member.

    >>> asks_something("무라티는 왜 떠났어"), asks_something("진짜?"), asks_something("did you read it?")
    (True, False, False)
    """
    own = _NOT_OWN_WORDS.sub("\n", text[:MAX_CHARACTERS])
    return not _TO_SOMEBODY.search(own) and any(_asks(clause, marked=marked) for clause, marked in _clauses(own))


def _clauses(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each clause, normalised and without laughter at its end, and whether a question mark ends it.

    A tag such as “, right?” marks the clause before it.
    """
    for line in _LAUGHTER.sub("\n", text).splitlines():
        for sentence, end in _SENTENCE.findall(normalise(line)):
            clauses = [_TRAILING.sub("", clause).strip() for clause in _CLAUSE.split(sentence)]
            if len(clauses) > 1 and _TAG.match(clauses[-1]):
                del clauses[-1]
            yield from ((clause, False) for clause in clauses[:-1])
            yield clauses[-1], "?" in end


def _asks(clause: str, *, marked: bool) -> bool:
    if all(word in _NOTHING_ASKED for word in words(clause)) or _RHETORICAL.search(clause):
        return False
    if _REQUEST.search(clause):
        return True
    if _TO_MEMBERS.search(clause) or _ABOUT_THE_GROUP.search(clause):
        return False
    return marked or _is_question_without_mark(clause)


def _is_question_without_mark(clause: str) -> bool:
    if _QUESTION_END.search(clause) or _ends_formally(clause):
        return True
    if _ASKING_WORD.search(clause):
        return not (_STATEMENT_END.search(clause) or _FILLER_START.search(clause))
    return bool(_ENGLISH_QUESTION.search(clause))


def _ends_formally(clause: str) -> bool:
    """Return whether a clause ends in -ㅂ니까, which only asks; -니까 after anything else means "because"."""
    stem = clause.removesuffix("니까")
    return stem != clause and letters(stem[-1:] or " ").endswith("ㅂ")
