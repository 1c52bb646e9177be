"""Finds names in English paragraphs by their capital letters inside sentences and by the words beside them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from bot.authoring.known_names import ORGANISATION_WORD, Name, known_names
from bot.core.model import EntityKind

_WORD: Final = r"(?:[A-Z][A-Za-z0-9]*(?:[.&-][A-Za-z0-9]+)*)"
_MODEL: Final = r"\d{1,2}(?!\d|[.,:]\d|\s?%|\s(?:million|billion|thousand|percent|per|people|years|months|days|hours))"
_SEQUENCE: Final = re.compile(
    rf"(?<![A-Za-z0-9-]){_WORD}(?:(?: |['’] | & | of (?:the )?| de | van | von | der )(?:{_WORD}|{_MODEL}))*"
)
_HONORIFIC_WORDS: Final = """
Mr Mrs Ms Dr Prof Professor President Mayor Chief Sir Captain Senator Judge Minister General Father Sister Lord Lady
Governor Chancellor Commissioner Director Inspector Detective King Queen Prince Princess Pope Bishop
"""
_HONORIFIC: Final = frozenset(_HONORIFIC_WORDS.split())
_NO_NAMES: Final = re.compile(
    r"(?:[A-Z][a-z]+days?|January|February|March|April|May|June|July|August|September|October|November|December|I|I'm|AI|TV"
    r"|IT|CEO|CTO|CFO|COO|US|UK|EU|UN|Christmas|Easter|Internet|Sun|Earth|God|[A-Z])"
)
_OPENING_WORDS: Final = """
a about above after again all also although among an and another any anyone are as asked at back be because before
behind being below beside between both business but by can could did do does each early either even every everybody
everyone everything few first five for four from further given had half has have having he her here his how however
i if in indeed inside instead is it its just last late later least less like many may maybe meanwhile miss more
most much my nearly neither never next no nobody none nor not nothing now of off often on once one only or other
others our out over parts perhaps relations said second several she since six so some somebody someone soon still
such ten than that the their them then there these they third this those though three through thus to today
together tomorrow too two under unless until up we were what whatever when where whether which while who whose why
will with within without would yet yesterday you your
"""
_OPENING: Final = frozenset(_OPENING_WORDS.split())
_PLACE_WORD: Final = re.compile(
    r"\b(?:Street|Hill|Point|Plain|Island|Islands|River|Road|Bay|Lake|Port|Cape|Mount|Harbour|City|County|Valley|Square"
    r"|Bridge|Avenue|Park|Beach|Coast|Sea|Forest|Station|Airport)\b"
)
_EVENT_WORD: Final = re.compile(r"\b(?:Festival|Cup|Olympics|Prize|Awards?|Conference|Summit|Fair|War|Championship)\b")
_SAYS: Final = re.compile(
    r"['’]s\s(?:group|team|son|daughter|wife|husband|lawyer)\b|[,\"”]?\s?(?:who\b|then\b|(?:says|said|wrote|writes|told|asked|asks|argued|argues|believes|thinks|hopes|resigned|admits"
    r"|admitted|added|explained|laughs|insists|warned|warns|expects)\b)"
)
_SAID: Final = re.compile(r"(?:says|said|wrote|asked|argued|added|explained|warned)\s(?:\w+\s)?$")
_PERSON_NOUN: Final = re.compile(
    r"\b(?:[a-z]+(?:ist|ician|oner|person|man|woman|maker|master|owner)|sister|brother|wife|husband|son|daughter|father|mother"
    r"|director|chief|editor|author|founder|engineer|officer|minister|manager|captain|head|heiress|player|singer|painter"
    r"|writer|deputy|colleague|friend|professor|lawyer|doctor|teacher|coach|president|secretary|actor|actress),?\s$"
)
_PRODUCT_NOUN: Final = re.compile(
    r"\b(?:drama|film|movie|novel|book|song|album|play|series|app|game|rocket|model|portable|product|called|named|dubbed|as"
    r"|is),?\s$"
)
_APPOSITION: Final = re.compile(r",\s(?:an?|the|then|now|its|his|her)\s([a-z-]+(?:\s[a-z-]+){0,3})")
_ORGANISATION_NOUN: Final = re.compile(
    r"\b(?:firm|company|maker|start-?up|bank|charity|agency|group|publisher|retailer|club|newspaper)\b"
)
_PLACE_NOUN: Final = re.compile(
    r"\b(?:crater|port|town|city|island|village|country|republic|suburb|state|region|capital|river)\b"
)
_THING_NOUN: Final = re.compile(
    r"\b(?:drill|rover|camera|seismometer|spectrometer|app|chip|machine|portable|telescope|ship|lander|rocket|car)\b"
)
_FOUNDED: Final = re.compile(r"\b(?:founded|joined|started|sued|acquired|bought)\s$")
_IN: Final = re.compile(r"\b(?:in|at|near|across|outside|to|over|through|neighbouring|around|above)\s$")


class EnglishNames:
    """Finds names in English paragraphs by their capital letters inside sentences and by the words beside them."""

    def __init__(self, paragraphs: Sequence[str]) -> None:
        """Find the runs of capitalised words."""
        self.text = "\n".join(paragraphs)
        self.titled: set[str] = set()
        self.inside: Counter[str] = Counter()
        self.counts = Counter(re.findall(_WORD, self.text))
        self.places: dict[str, list[tuple[int, int]]] = {}
        runs = [run for match in _SEQUENCE.finditer(self.text) for run in self._runs(match)]
        for text, _, _, starts in runs:
            self.inside[text] += not starts
        for text, start, end, starts in runs:
            first, _, rest = text.partition(" ")
            if starts and rest in self.inside and not self.inside[text] and first not in self.inside:
                text, start = rest, start + len(first) + 1  # noqa: PLW2901  a verb or a particle before the name
            self.places.setdefault(text, []).append((start, end))

    def _runs(self, match: re.Match[str]) -> Iterator[tuple[str, int, int, bool]]:
        """Yield the names in a run of capitalised words: `Helen Adeyemi of Corvane University` is two."""
        person, of, place = match[0].partition(" of ")
        titled = person.partition(" ")[0].rstrip(".") in _HONORIFIC
        parts = [(match[0], match.start())]
        if of and not ORGANISATION_WORD.search(person) and (titled or ORGANISATION_WORD.search(place)):
            own = place.removeprefix("the ")
            parts = [(person, match.start()), (own, match.end() - len(own))]
        for text, start in parts:
            if run := self._run(text, start):
                yield run

    def _run(self, text: str, start: int) -> tuple[str, int, int, bool] | None:
        """Return the name in a run of capitalised words, its place, and whether it starts a sentence."""
        before = self.text[max(0, start - 8) : start].rstrip(" ")[-1:]
        starts = not before or before in '\n.?!:"“‘('
        while text:
            first, _, rest = text.partition(" ")
            is_title = first.rstrip(".") in _HONORIFIC
            opens = starts and first.casefold() in _OPENING
            if not (is_title or opens or _NO_NAMES.fullmatch(first)) or (is_title and not rest):
                break
            start, text, starts = start + len(first) + 1, rest, starts and not (opens or is_title)
            if is_title:
                self.titled.add(rest)
        words = text.split()
        while words and (_NO_NAMES.fullmatch(words[-1]) or words[-1] in {"of", "de", "van", "von", "der", "the"}):
            words.pop()
        text = " ".join(words)
        return (text, start, start + len(text), starts) if len(text) > 1 and not text[0].isdigit() else None

    def names(self) -> Iterator[Name]:
        """Yield the names, each once; surnames and first names used alone are aliases of a person's full name."""
        kept = [text for text in self.places if " " in text or self._is_marked(text)]
        kinds = {text: self._kind(text) for text in kept}
        parts = Counter(part for text in kept if kinds[text] == "person" for part in text.split() if " " in text)
        for text in kept:
            if " " not in text and parts[text]:
                continue
            is_full = kinds[text] == "person" and " " in text
            aliases = [part for part in text.split() if is_full and parts[part] == 1 and part in self.places]
            yield Name(text, kinds[text], tuple(aliases), known_names().get(text, ("other", ""))[1])

    def _is_marked(self, text: str) -> bool:
        """Return whether a single word is a name: it is used twice, once inside a sentence, or is known."""
        is_known = text in known_names() or text in self.titled
        return is_known or (self.counts[text] > 1 and self.inside[text] > 0) or self._apposed(text) != ""

    def _apposed(self, text: str) -> str:
        """Return what stands behind a name between commas, as in `Whelk, a drill`."""
        for _, end in self.places[text]:
            if (self.inside[text] or " " in text) and (match := _APPOSITION.match(self.text, end)):
                return match[1]
        return ""

    def _kind(self, text: str) -> EntityKind:
        """Return what kind of name a text is, by its words and by those beside it."""
        if text in known_names():
            return known_names()[text][0]
        by_word: tuple[tuple[re.Pattern[str], EntityKind], ...] = (
            (ORGANISATION_WORD, "organisation"),
            (re.compile(" & "), "organisation"),
            (_EVENT_WORD, "event"),
            (_PLACE_WORD, "place"),
            (re.compile(r"[ -]\d{1,2}$"), "product"),
        )
        found = next((kind for pattern, kind in by_word if pattern.search(text)), None)
        return found or self._kind_beside(text)

    def _kind_beside(self, text: str) -> EntityKind:
        """Return what kind of name a text is by what stands before and behind it."""
        apposed = self._apposed(text)
        sides = [(self.text[max(0, start - 40) : start], self.text[end : end + 20]) for start, end in self.places[text]]
        words = text.split()
        is_full = len(words) in {2, 3} and bool(apposed or words[-1] in self.places)
        said = any(_SAYS.match(after) or _SAID.search(before) for before, after in sides)
        signs: tuple[tuple[object, EntityKind], ...] = (
            (_ORGANISATION_NOUN.search(apposed), "organisation"),
            (_PLACE_NOUN.search(apposed), "place"),
            (_THING_NOUN.search(apposed), "product"),
            (text in self.titled or said or any(_PERSON_NOUN.search(before) for before, _ in sides), "person"),
            (any(_FOUNDED.search(before) for before, _ in sides), "organisation"),
            (not apposed and any(_PRODUCT_NOUN.search(before) for before, _ in sides), "product"),
            (is_full, "person"),
            (sum(bool(_IN.search(before)) for before, _ in sides) * 3 >= len(sides), "place"),
        )
        return next((kind for sign, kind in signs if sign), "other")
