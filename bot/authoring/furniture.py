"""Lines that a web page puts around an article: menus, banners, captions, promotion, links, footers."""

import re
from collections.abc import Callable
from typing import Final

from bot.core.hangul import display_width

_MENU_WORDS: Final = """
뉴스홈 설정 입력 수정 승인 등록 업데이트 published updated full article this order reprints today's today’s paper learn
min choices your company page
home menu search login log sign in up out register account newsletter newsletters subscribe share tweet print
save email bookmark comment comments reply like follow us skip to content main contact about advertise
advertisement advertising sponsored careers help faq privacy policy terms of use cookies sitemap rss facebook
twitter x instagram linkedin youtube whatsapp reddit telegram kakaotalk copy link more news world politics
business economy markets tech technology science health sport sports culture arts opinion lifestyle travel video
videos audio podcasts photos local weather events jobs archive latest trending popular most read section
sections edition back next previous top close listen now and support donate app apps free trial member members
shop games start my profile settings 로그인 로그아웃 회원가입 가입 회원 구독 구독하기 구독신청 공유 공유하기
댓글 댓글쓰기 댓글달기 좋아요 스크랩 북마크 인쇄 인쇄하기 프린트 글자크기 글자 크기 크게 작게 가 본문 바로가기
메뉴 전체메뉴 검색 홈 뉴스 뉴스레터 정치 경제 사회 국제 세계 문화 스포츠 연예 오피니언 사설 칼럼 과학 기술 생활
건강 여행 지역 산업 금융 증권 부동산 포토 영상 동영상 속보 랭킹 최신 인기 많이 본 기사 기사목록 목록 목록으로
이전 다음 이전기사 다음기사 맨위로 위로 더보기 닫기 광고 페이스북 트위터 카카오톡 카카오스토리 네이버 밴드
블로그 인스타그램 유튜브 링크 복사 url url복사 주소복사 링크복사 이메일 메일 기사제보 제보 제보하기 고객센터
회사소개 이용약관 개인정보처리방침 개인정보 처리방침 청소년보호정책 저작권규약 광고문의 제휴문의 마이페이지 후원
후원하기 팔로우 알림 기사듣기 듣기 음성으로 번역 저장 신고 신고하기 기자페이지 응원 추천 비추천
"""
_SITE_WORDS: Final = frozenset(
    {"menu", "search", "login", "log", "sign", "메뉴", "전체메뉴", "검색", "로그인", "회원가입"}
)
_MENU: Final = frozenset(_MENU_WORDS.split())
"""Words of which menus and buttons consist; a line of nothing else is none of the article's."""
_MENU_NOISE: Final = re.compile(r"[\d,.()\[\]<>|·•ㅣ/>›»«→←↑▲▼▶☰✕×+#:!…~&-]+|[^\w\s]")
_LONGEST_MENU: Final = 90
_RIGHTS: Final = re.compile(
    r"ⓒ|©|\(c\)\s*\d{4}|copyright\b.{0,40}\d{4}|all rights reserved|무단\s?전재|재배포\s?금지|저작권자|저작권은",
    re.IGNORECASE,
)
_COOKIES: Final = re.compile(
    r"(?:we|site|website)\b.{0,30}\buses? cookies|accept all(?: cookies)?$"
    r"|cookie (?:policy|settings|preferences|notice)"
    r"|쿠키(?:를|가)? ?(?:사용|설정|허용)|쿠키 ?(?:정책|동의)",
    re.IGNORECASE,
)
_PROMOTION: Final = re.compile(
    r"(?:subscribe|sign up|register|join)\b.{0,60}\b(?:newsletter|inbox|letter|free|today|member|now|unlimited)"
    r"|^subscribe\b.{0,20}$|^a version of this (?:article|story) (?:appears|appeared)"
    r"|^(?:[A-Z][\w.'’-]+ ){2,3}is an? (?:[\w-]+ ){0,3}(?:reporter|correspondent|writer|editor|columnist|journalist)\b"
    r"|already a (?:subscriber|member)|support our (?:journalism|work)|(?:follow|like|find) us on|get the app"
    r"|뉴스레터(?:를|에)?.{0,20}(?:구독|신청|무료)|(?:무료로|지금) ?구독"
    r"|무료로 (?:제공|받아)|유료 회원|회원(?:으로)? ?가입"
    r"|채널 ?(?:추가|구독)|제보(?:는|를) ?.{0,20}(?:카카오톡|이메일|전화|받습니다|기다립니다)|구독(?:과|,) ?좋아요",
    re.IGNORECASE,
)
_RELATED: Final = re.compile(
    r"[^\w]*(?:related(?: (?:articles?|stories|links|posts|coverage|reading|topics))?|read (?:more|next|also)"
    r"|more (?:from|on|in|stories)\b.{0,40}|most (?:read|popular)|recommended(?: for you)?|you (?:may|might) also like"
    r"|trending(?: now)?"
    r"|관련\s?(?:기사|뉴스|글)|(?:가장 )?많이 본 (?:뉴스|기사)|인기\s?(?:기사|뉴스)|추천\s?(?:기사|뉴스)"
    r"|주요\s?(?:기사|뉴스)|이 기자의 다른 기사|함께 보면 좋은 (?:기사|글))\s*[^\w]*",
    re.IGNORECASE,
)
_RELATED_INLINE: Final = re.compile(
    r"[^\w]*(?:related|read (?:more|also|next)|see also|관련\s?기사|관련\s?뉴스|함께 보기)\s*[\]】)]?\s*[:：|>▶].*",
    re.IGNORECASE,
)
_CAPTION: Final = re.compile(
    r"[^\w]*(?:photo(?:graph)?(?:s| credit| by)?|image(?: credit)?|credit|picture|illustration|사진|그래픽|이미지|자료)"
    r"\s?(?:[:：=/]|by |제공|출처).{0,90}|.{0,90}[/(\[|]\s?(?:사진|자료|그래픽)\s?(?:[=:]|제공).{0,40}",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"[^\w]*(?:https?://\S+|www\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)[^\w]*")


_FOOTNOTE: Final = re.compile(r"\[\^[\w-]{1,20}\]:")
_LONGEST_NOTICE: Final = 240
"""Widths (a Hangul syllable counts as two): a longer line is a paragraph, whatever words it has."""


def furniture(text: str) -> str:
    """Return what kind of line around an article this is, such as `menu` or `copyright`; empty for its own text."""
    width = display_width(text)
    for longest, kinds in _KINDS:
        if width <= longest:
            for kind, matches in kinds:
                if matches(text):
                    return kind
    return ""


def is_site_menu(text: str) -> bool:
    """Return whether a line is of a menu that stands beside a site's name, not beside a title: `Menu`, `Sign in`."""
    return _is_menu(text) and not _SITE_WORDS.isdisjoint(_MENU_NOISE.sub(" ", text).casefold().split())


def _is_menu(text: str) -> bool:
    """Return whether a line has no other words than menus have."""
    words = _MENU_NOISE.sub(" ", text).casefold().split()
    return bool(words) and all(word in _MENU for word in words)


def _is_ornament(text: str) -> bool:
    """Return whether a line has neither letters nor digits."""
    return not any(map(str.isalnum, text))


def promotes(text: str) -> bool:
    """Return whether a line asks to subscribe, to join or to send in news: in its first words, or twice."""
    found = list(_PROMOTION.finditer(text))
    return len(found) > 1 or bool(found and (found[0].start() == 0 or display_width(text) <= _LONGEST_MENU))


def starts_links(text: str) -> bool:
    """Return whether a line announces a list of links to other articles."""
    return bool(_RELATED.fullmatch(text))


_KINDS: Final[tuple[tuple[int, tuple[tuple[str, Callable[[str], object]], ...]], ...]] = (
    (
        _LONGEST_MENU,
        (
            ("ornament", _is_ornament),
            ("menu", _is_menu),
            ("related link", starts_links),
            ("related link", _RELATED_INLINE.fullmatch),
            ("caption", _CAPTION.fullmatch),
        ),
    ),
    (
        _LONGEST_NOTICE,
        (
            ("address", _ADDRESS.fullmatch),
            ("footnote", _FOOTNOTE.match),
            ("copyright", _RIGHTS.search),
            ("cookie banner", _COOKIES.search),
        ),
    ),
)
"""Widths up to which a line may be of these kinds, and how each is known."""
