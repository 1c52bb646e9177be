"""Finds names in Korean paragraphs by titles, endings, brackets and quotation marks beside them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.authoring.known_names import ORGANISATION_WORD, PARTICLES, Name, known_names, mentions
from bot.core.model import EntityKind

_PARTICLE: Final = re.compile(rf"(?:{PARTICLES})$")
_SURNAMES: Final = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염"
    "여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용예봉"
)
_UNLIKE_GIVEN_NAME: Final = re.compile(
    "[었았했였겠됐르트스츠크프텐더렌톤먼맨버브코토티키타카퍼델벨켈넬튼턴런드즈러페케테베닉딕릭빅슨든쉬쿠푸]|고$"
)
"""Syllables of verbs and of foreign names, which Koreans' given names do not have."""
_TITLE_END_LIST: Final = """
책임자 창업자 창립자 대표 대표이사 부사장 사장 회장 의장 이사장 이사 전무 상무 감독 감독대행 코치 교수 의원
장관 차관 시장 군수 지사 총리 대통령 총재 원장 소장 관장 국장 부장 과장 팀장 실장 단장 센터장 본부장 위원장
협회장 구단주 연구원 애널리스트 파트너 박사 변호사 대변인 디렉터 총장 학장 서기 위원 선수 씨 CEO CTO CFO COO
CRO CPO CMO CSO 이장 경영자 교육감 교장 교감 검사원 감독관 선장 기장 조종사
"""
_TITLE_ENDS: Final = "|".join(_TITLE_END_LIST.split())
_TITLE: Final = re.compile(rf"(?:[가-힣]{{1,6}})?(?:{_TITLE_ENDS})")
_ROLES: Final = re.compile(
    r"(?:[가-힣]{0,4})(?:주장|공격수|수비수|미드필더|골키퍼|윙어|주포|투수|타자|작가|소설가|시인|배우|가수|화가|영화감독|사외이사"
    r"|공동창업자|창업자|위원장|책임자|변호인|기관장|이장|디자이너|개발자|셰프)(?:인|이던|였던|이자)?"
)
_COMMON_WORDS: Final = """
회사 당시 전임 후임 신임 현직 임시 초대 역대 담당 출신 소속 총괄 공동 부문 제품 연구 기술 재무 팀 이 그 각 한
두 세 새 첫 등 및 겸 뒤 명 여러 모든 일부 다른 전 현 신규 사외 국가 우리 자사 본인 해당 관련 최고 수석 책임
일반 민간 외부 내부 이사회 임원진 경영진 연구진 고객사 한국인 미국인 출마 선임 사퇴 해임 임명 취임 퇴임 지난해
올해 내년 최근 현재 이후 이전 동안 부회장 여성 남성 유명 주요 핵심 고위 프로 전직 수비 공격
"""
_BEFORE_TITLE_NOT: Final = frozenset(_COMMON_WORDS.split())
"""Words that stand before titles and are no names."""
_APPOINTED: Final = re.compile(
    rf"(?<![가-힣])((?:[가-힣]{{1,5}} )?[가-힣]{{2,5}})[을를] {_TITLE.pattern}(?:\([A-Z]+\))?으?로"
    " (?:선임|임명|영입|발탁|내정|추대|뽑)"
)
_EVENT: Final = re.compile(
    r"(?<![가-힣])([가-힣]{2,}(?:영화제|올림픽|월드컵|엑스포|박람회|비엔날레))(?=[가-힣]{0,2}(?![가-힣]))"
)
_CITY: Final = re.compile(r"(?<![가-힣])([가-힣]{2,4}시)의? (?=[가-힣]{3} [가-힣]*장)")
_MARKERS: Final = frozenset({"전", "현", "당시", "신임"})
_ORGANISATION_END_LIST: Final = """
전자 증권 은행 캐피털 캐피탈 벤처스 파트너스 인베스트먼트 홀딩스 그룹 시스템즈 테크 소프트 게임즈 엔터테인먼트
스튜디오 로보틱스 메디컬 바이오 제약 건설 중공업 제강 화학 물산 유통 마켓 식품 우유 페이 뱅크 랩스 컴퓨팅
마이크로 파운드리 칩스 모터스 텔레콤 통신 신문 일보 연구소 재단 협회 노동조합 지법 고법 법원 거래소 공사
대학교 과기대 과학기술대 연금 하이브 클라우드
"""
_ORGANISATION_ENDS: Final = "|".join(_ORGANISATION_END_LIST.split())
_WEAK_ENDS: Final = ("통신", "클라우드", "테크", "연금", "그룹")
"""Endings of organisations that common nouns have too: these must occur twice."""
_ORGANISATION: Final = re.compile(rf"[가-힣A-Za-z]{{2,}}(?:{_ORGANISATION_ENDS})")
_COMMON_BASE: Final = re.compile(
    rf"(?:지역|국내|해외|중앙|시중|투자|대형|소형|지방|공공|민간|국립|시립|상업|저축|인터넷|이동|유선|무선|가전|종합|석유|국민|퇴직|개인|기초|온라인"
    rf"|전문|부설|산하|정밀|기업|행정|가정|회생|비영리|공익|사설|국책|민영|국영|간편|모바일|퍼블릭|프라이빗|생명|부동산)(?:{_ORGANISATION_ENDS})"
)
_TEAM: Final = re.compile(
    r"[가-힣]{2,4} (?:FC|유나이티드|시티|로버스|시티즌|타이거즈|라이온즈|베어스|이글스|자이언츠|위즈|히어로즈)"
)
_COMPANY_NOUN: Final = re.compile(
    r"[가-힣]{0,6}(?:경쟁사|투자사|제조사|업체|스타트업|자회사|계열사|운용사|제작사|배급사|협력사|상장사|출판사|법무법인|서포터스|노조|재단)(?:인|이던)?"
)
_BEHIND_NOUN: Final = re.compile(rf"{_COMPANY_NOUN.pattern} ([가-힣A-Z][가-힣A-Za-z]+)")
_MIXED: Final = re.compile(r"[가-힣]+[A-Z][A-Za-z]*|[A-Z]{2,4}[가-힣]{2,}")
_ROUND: Final = re.compile(r"([가-힣]+(?: [가-힣]+)?|[A-Z][A-Za-z]*)\(([A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+){0,3})\)")
_AGED: Final = re.compile(r"(?<![가-힣])([가-힣]{2,4}|[가-힣]{1,5} [가-힣]{2,5})\((?:[1-9]\d)(?:세|살)?\)")
_QUOTED: Final = re.compile(r"['‘]([A-Z가-힣][\w-]{0,11}(?: [\w-]{1,8})?)['’]|[《〈<]([^《〈<>〉》]{1,20})[》〉>]")
_PRODUCT_NOUN: Final = re.compile(
    r"(?:제품|칩|앱|서비스|모델|챗봇|영화|다큐멘터리|드라마|소설|책|노래|앨범|게임|프로그램|프로젝트|로봇|로켓|위성|탐사선|브랜드|신작|연극)(?:인)?\s$"
)
_TOKEN: Final = re.compile(r"[가-힣A-Za-z0-9](?:[.&-]?[가-힣A-Za-z0-9])*")
_FOREIGN_ENDING: Final = re.compile(
    r"(?:[을를의]|에서|에게|에|으로|까지|부터|처럼|던|[하되있없]는|라는|다는|며|면서|지만|[은는한된할고서들인]|위해|대해)$"
)
_BESIDE: Final = 24
"""Characters before a quotation in which the noun stands that says what is quoted."""
_SPOKEN: Final = re.compile(r"(?:다|요|까|자|라|죠)$")
_LATIN_NAME: Final = re.compile(
    r"(?<![A-Za-z0-9가-힣-])[A-Z][A-Za-z]*(?:[A-Z]|-?\d)[A-Za-z0-9-]*(?![A-Za-z0-9])|(?<![A-Za-z가-힣])[A-Z]{2,6}(?![A-Za-z])"
)
_COMMON_LATIN: Final = re.compile(
    r"AI|IT|SNS|TV|CEO|CTO|CFO|COO|CRO|C[A-Z]O|PC|IPO|R&D|GDP|KST|SW|HW|PD|OTT|ETF|A4|[A-Z]\d?|km|kg|LED|DNA|UV"
)


@dataclass(slots=True)
class _Found:
    """What was found out about a name."""

    kind: EntityKind
    at: int
    other: str = ""
    aliases: list[str] = field(default_factory=list)


class KoreanNames:
    """Finds names in Korean paragraphs by the words beside them."""

    def __init__(self, paragraphs: Sequence[str]) -> None:
        """Count how often each word occurs, with and without particles."""
        self.text = "\n".join(paragraphs)
        self.found: dict[str, _Found] = {}
        self.counts: Counter[str] = Counter()
        self.pairs: Counter[tuple[str, str]] = Counter()
        self.quotes: Counter[str] = Counter()
        before = ""
        for token in _TOKEN.findall(self.text):
            forms = {token, self._stem(token)}
            self.counts.update(forms)
            self.pairs.update((before, form) for form in forms)
            before = token

    @staticmethod
    def _stem(token: str) -> str:
        """Return a word without the particle at its end; two syllables stay."""
        stem = _PARTICLE.sub("", token)
        return stem if len(stem) > 1 else token

    def names(self) -> Iterator[Name]:
        """Yield the names, each once."""
        self._organisations()
        for line in self.text.split("\n"):
            start = self.text.index(line)
            tokens = list(_TOKEN.finditer(line))
            for at, token in enumerate(tokens):
                self._titled(line, tokens, at, start)
                self._in_role(line, tokens, at, start, token)
        self._marked()
        self._known_names()
        for text, item in sorted(self.found.items(), key=lambda pair: pair[1].at):
            yield Name(text, item.kind, tuple(self._aliases(text, item)), item.other)

    def _add(self, text: str, kind: EntityKind, at: int, other: str = "") -> None:
        known = known_names().get(text)
        if known:
            kind, other = known
        item = self.found.setdefault(text, _Found(kind, at, other))
        item.at = min(item.at, at)
        item.other = item.other or other

    def _organisations(self) -> None:
        """Add words that end like organisations, teams, and names of Hangul with Latin letters."""
        for match in _TOKEN.finditer(self.text):
            word = self._organisation(match[0])
            base = re.sub(f"(?:{_ORGANISATION_ENDS})$", "", word)
            if word and (self.counts[word] > 1 or base in known_names() or not word.endswith(_WEAK_ENDS)):
                self._add(word, "organisation", match.start())
        for match in _TEAM.finditer(self.text):
            self._add(match[0], "organisation", match.start())

    def _organisation(self, token: str) -> str:
        """Return the organisation that a word names by its ending or its letters, or an empty text."""
        for word in (token, self._stem(token)):
            if word in known_names() and known_names()[word][0] == "organisation":
                return word
            if _ORGANISATION.fullmatch(word) and not _COMMON_BASE.fullmatch(word):
                return word
        return ""

    def _is_name(self, word: str) -> bool:
        """Return whether a word looks like a Korean's full name: a surname and two syllables."""
        shape = re.fullmatch("[가-힣]{3}", word) and word[0] in _SURNAMES and word not in _BEFORE_TITLE_NOT
        stem = self._stem(word)
        if (
            not shape
            or _UNLIKE_GIVEN_NAME.search(word, 1)
            or self._organisation(word)
            or _TITLE.fullmatch(stem)
            or known_names().get(word)
        ):
            return False
        return stem == word or (self.counts[stem] <= self.counts[word] and word[-1] not in "는를을의에")

    def _is_plain(self, word: str) -> bool:
        """Return whether a word may be part of a foreign name in Hangul: no ending, no common word."""
        if not re.fullmatch("[가-힣]{1,6}", word) or word in _BEFORE_TITLE_NOT or _FOREIGN_ENDING.search(word):
            return False
        if word in known_names() or self._organisation(word) or _TITLE.fullmatch(word) or _ROLES.fullmatch(word):
            return False
        stem = self._stem(word)
        return stem == word or self.counts[stem] <= self.counts[word]

    def _before(self, line: str, tokens: Sequence[re.Match[str]], at: int) -> list[re.Match[str]]:
        """Return up to four words directly before a word, without `전` and `현`; a word with an ending ends them."""
        words: list[re.Match[str]] = []
        end = tokens[at].start()
        for token in reversed(tokens[max(0, at - 5) : at]):
            gap = line[token.end() : end]
            if gap != " " and not re.fullmatch(r"\([A-Za-z ]+\) ", gap):
                break
            end = token.start()
            if token[0] in _MARKERS:
                continue
            words.insert(0, token)
            if not (self._is_plain(token[0]) or self._is_name(token[0]) or self._is_organisation_word(token[0])):
                break
        return words[-4:]

    def _is_organisation_word(self, word: str) -> bool:
        return bool(self._organisation(word) or _MIXED.fullmatch(word) or word in self.found)

    def _titled(self, line: str, tokens: Sequence[re.Match[str]], at: int, start: int) -> None:
        """Add the person, and the organisation, before a title: `강인표 쿼드하이브 대표`."""
        token = tokens[at]
        if not any(_TITLE.fullmatch(word) for word in (token[0], self._stem(token[0]))) or self._is_name(token[0]):
            return
        words = self._before(line, tokens, at)
        if not words:
            return
        last = words[-1]
        if self._is_name(last[0]):
            self._add(last[0], "person", start + last.start())
            owner = self._stem(words[-2][0]) if len(words) > 1 and words[-2][0].endswith("의") else ""
            if owner and len(owner) > 3 and owner not in self.found:  # noqa: PLR2004  a short word is seldom a name
                self._add(owner, "organisation", start + words[-2].start())
            return
        people = words
        if self._is_organisation_word(last[0]) or self._is_employer(words):
            if len(words) > 1 and (self._is_name(words[-2][0]) or self._is_plain(words[-2][0])):
                self._add(self._organisation(last[0]) or last[0], "organisation", start + last.start())
            people = words[:-1]
        self._person(people, start)

    def _is_employer(self, words: Sequence[re.Match[str]]) -> bool:
        """Return whether the last of the words before a title is no part of a name: `강인표 쿼드하이브`."""
        if len(words) < 2 or not self._is_plain(words[-1][0]):  # noqa: PLR2004  a person and an employer
            return False
        alone = self.counts[words[-1][0]] > self.pairs[words[-2][0], words[-1][0]]
        is_long = self._is_name(words[-2][0]) and len(words[-1][0]) > 3  # noqa: PLR2004
        return is_long or (len(words) > 2 and self._is_plain(words[-3][0]) and alone)  # noqa: PLR2004

    def _person(self, words: Sequence[re.Match[str]], start: int) -> None:
        """Add the person that words before a title name: a Korean, or a foreigner with two names."""
        if not words:
            return
        last, first = words[-1], words[-2][0] if len(words) > 1 else ""
        is_pair = self._is_plain(first) and self.counts[first] <= self.pairs[first, last[0]] and len(last[0]) > 1
        if self._is_name(last[0]):
            self._add(last[0], "person", start + last.start())
        elif is_pair and self._is_plain(last[0]):
            self._add(f"{first} {last[0]}", "person", start + words[-2].start())

    def _in_role(self, line: str, tokens: Sequence[re.Match[str]], at: int, start: int, token: re.Match[str]) -> None:
        """Add the person behind a role: `주장 곽태산은`, `공격수 이반 코르다는`."""
        following = tokens[at + 1 : at + 3]
        if not _ROLES.fullmatch(token[0]) or not following or line[token.end() : following[0].start()] != " ":
            return
        first = following[0][0]
        stem = self._stem(first)
        if self._is_name(stem) and (stem != first or line[following[0].end() :].startswith((" 씨", "("))):
            self._add(stem, "person", start + following[0].start())
        elif len(following) > 1 and line[following[0].end() : following[1].start()] == " " and self._is_plain(first):
            second = self._stem(following[1][0])
            if second != following[1][0] and self._is_plain(second) and self.counts[first] == 1:
                self._add(f"{first} {second}", "person", start + following[0].start())

    def _marked(self) -> None:
        """Add what brackets, quotation marks and the nouns before it mark."""
        for match in (*_AGED.finditer(self.text), *_APPOINTED.finditer(self.text)):
            self._full_name(match)
        for match in _ROUND.finditer(self.text):
            self._in_both_scripts(match)
        self.quotes.update(match[0] for match in _QUOTED.finditer(self.text))
        for match in _QUOTED.finditer(self.text):
            self._quoted(match)
        for match in _BEHIND_NOUN.finditer(self.text):
            word = self._stem(match[1])
            is_new = not known_names().get(word) and word not in _BEFORE_TITLE_NOT and not self._is_name(word)
            if word != match[1] and is_new and (self.counts[word] > 1 or len(word) > 3):  # noqa: PLR2004
                self._add(word, "organisation", match.start(1))
        for match in _EVENT.finditer(self.text):
            self._add(match[1], "event", match.start())
        for match in _CITY.finditer(self.text):
            self._add(match[1], "place", match.start())

    def _full_name(self, match: re.Match[str]) -> None:
        """Add the person in a match: one Korean name, or the two of a foreigner."""
        first, _, last = match[1].rpartition(" ")
        if self._is_name(last):
            self._add(last, "person", match.end(1) - len(last))
        elif self._is_plain(first) and self._is_plain(last):
            self._add(match[1], "person", match.start())

    def _in_both_scripts(self, match: re.Match[str]) -> None:
        """Add a name with the same name in Latin script behind it: `밥 맥그루(Bob McGrew)`."""
        korean, latin = match[1], match[2]
        words = korean.split()
        if _COMMON_LATIN.fullmatch(latin) or _TITLE.fullmatch(words[-1]) or latin.isupper():
            return
        if len(words) > 1 and len(latin.split()) == len(words) and not ORGANISATION_WORD.search(latin):
            self._add(korean, "person", match.start(), latin)
        else:
            kind: EntityKind = "organisation" if ORGANISATION_WORD.search(latin) else "other"
            self._add(words[-1], kind, match.start() + korean.rindex(words[-1]), latin)

    def _quoted(self, match: re.Match[str]) -> None:
        """Add what stands in quotation marks if it is used again, or a noun says that it is a product."""
        quoted = (match[1] or match[2]).strip()
        if _SPOKEN.search(quoted) or quoted in self.found or _COMMON_LATIN.fullmatch(quoted):
            return
        before = self.text[max(0, match.start() - _BESIDE) : match.start()]
        again = len(quoted) > 1 and self.counts[quoted] > self.quotes[match[0]]
        announced = _PRODUCT_NOUN.search(before)
        if re.search(rf"{_COMPANY_NOUN.pattern} $", before):
            self._add(quoted, "organisation", match.start() + 1)
        elif match[2] or again or announced or re.search(r"[A-Za-z]-?\d", quoted):
            self._add(quoted, "product", match.start() + 1)

    def _known_names(self) -> None:
        """Add known names, and names in capital letters that are used twice."""
        for match in _TOKEN.finditer(self.text):
            for word in (match[0], self._stem(match[0])):
                if (known := known_names().get(word)) and not any(word in text.split() for text in self.found):
                    self._add(word, known[0], match.start())
        for match in _MIXED.finditer(self.text):
            if self.counts[match[0]] > 1 and not _COMMON_LATIN.match(match[0]):
                self._add(match[0], "other", match.start())
        latin = Counter(match[0] for match in _LATIN_NAME.finditer(self.text))
        for match in _LATIN_NAME.finditer(self.text):
            if latin[match[0]] > 1 and not _COMMON_LATIN.fullmatch(match[0]):
                self._add(match[0], "other", match.start())

    def _aliases(self, text: str, item: _Found) -> Iterator[str]:
        """Yield the last part of a foreigner's name where the article uses it alone."""
        last = text.rpartition(" ")[2]
        if item.kind == "person" and last != text and mentions(last, self.text.replace(text, " ")):
            yield last
