"""Drafts of facts and gaps: what an editor typed becomes the edit that is asked for."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, get_args

from bot.core.edits import AddSample, ChangeAnswer, NewFact, NewGap, Place
from bot.core.model import LANGUAGES, Article, Fact, Gap, Language, Lexicon, Sample, Section, Source, Status, Text
from bot.core.text import language_of, normalise, squeeze, without_list_markers
from bot.errors import FormError

FEWEST_SAMPLES: Final = 3
"""Samples that a fact needs in one language."""
LONGEST_SAMPLE: Final = 300
_ID_WORDS: Final = 40
"""Characters of the words that become an id."""
_PLACES: Final = re.compile(r"[;\n]+")
_NUMBERS: Final = re.compile(r"\d{1,3}(?:\s*[-–~]\s*\d{1,3})?")
_BETWEEN: Final = re.compile(r"[\s,:.·()\[\]§¶]|문단|paragraphs?|번|and|및", re.IGNORECASE)
"""What may stand around the numbers of paragraphs."""
_SENTENCE: Final = re.compile(r".+?[.!?。…](?=\s|$)|.+", re.DOTALL)
_ASKED_FOR: Final[Mapping[Language, tuple[str, str]]] = {
    "ko": ("{} 알려 줘", "{} 궁금해요"),
    "en": ("tell me: {}", "do you know: {}"),
}
_WORD: Final = re.compile(r"[^\s?!.,;:…\"'“”‘’()\[\]]+")
_LINE_END: Final = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]")
_RANGE: Final = re.compile(r"\s*[-–~]\s*")


def new_sample(article: Article | None, sample: AddSample) -> AddSample:
    """Return the edit; raise FormError if the question is a sample already."""
    if article:
        _refuse_known(article, [sample.text])
    return sample


def _refuse_known(article: Article, questions: Iterable[str]) -> None:
    """Raise FormError if one of the questions is a sample of a fact or gap already."""
    wanted = {squeeze(normalise(text)): text for text in questions}
    for item in article.items():
        for sample in item.samples:
            if (text := wanted.get(squeeze(normalise(sample.text)))) is not None:
                raise FormError(key="edit_sample_there", text=text, label=item.label)


def new_fact(article: Article, lexicon: Lexicon, typed: Mapping[str, str], beside: str) -> NewFact:
    """Return the fact that an editor typed; raise FormError.

    `typed` holds `ko` and `en` (the answers, of which one may be missing), `source`, `status` and `questions`, one a
    line. Where there are fewer than three questions, further ones are made of the first and the answer.
    """
    answer, samples = _answer(typed), _questions(typed)
    source = read_source(typed.get("source", ""), article)
    if source is None:
        sections = Text(**{one: ", ".join(_sections(article, one)) for one in LANGUAGES})
        raise FormError(key="form_bad_source", example=source_example(article), sections=sections)
    _refuse_known(article, [one.text for one in samples])
    return NewFact(
        article.slug,
        answer,
        _enough(article, lexicon, samples, answer),
        source,
        read_status(typed.get("status", "")),
        _name(lexicon, answer, samples),
        beside,
    )


def new_gap(
    article: Article, lexicon: Lexicon, typed: Mapping[str, str], nearest: tuple[str, ...], pattern: Text
) -> NewGap:
    """Return the gap that an editor typed: `ko`, `en` and `questions`; raise FormError, also for another gap's text.

    The text with which the form begins, `pattern`, fits any number of gaps.
    """
    answer, samples = _answer(typed), _questions(typed)
    own = _squeezed(answer) - _squeezed(pattern)
    for gap in article.gaps:
        if own & _squeezed(gap.answer):
            raise FormError(key="form_gap_text", label=gap.label)
    _refuse_known(article, [one.text for one in samples])
    return NewGap(article.slug, answer, samples, _name(lexicon, answer, samples), nearest)


def changed_answer(place: Place, item: Fact | Gap, typed: Mapping[str, str]) -> ChangeAnswer:
    """Return the edit of a fact or gap, `item`; raise FormError, also if it says that already."""
    status = read_status(typed["status"]) if typed.get("status") else None
    change = ChangeAnswer(place, _answer(typed), status)
    same_status = status is None or (isinstance(item, Fact) and status == item.status)
    if change.answer == item.answer and same_status:
        raise FormError(key="edit_unchanged", label=item.label)
    return change


def read_status(text: str) -> Status:
    """Return the status that is called so; `reported` where there is none of this name."""
    found: list[Status] = [status for status in get_args(Status) if status == text]
    return found[0] if found else "reported"


def sections_text(article: Article, language: Language, most: int) -> str:
    """Return the sections with their paragraphs, such as `The departures 1–7`, in at most so many characters."""
    shown = ""
    for section in _sections(article, language):
        longer = f"{shown}, {section}" if shown else section
        if len(longer) > most - 2:
            return f"{shown}, …"[:most]
        shown = longer
    return shown


def source_example(article: Article) -> str:
    """Return how a source is written: the number of a paragraph, or a section of an article that has none."""
    return next((str(one.paragraphs[0]) for one in article.sections if one.paragraphs), article.sections[0].id)


def _sections(article: Article, language: Language) -> Iterator[str]:
    """Yield the sections by their labels, with their paragraphs."""
    for section in article.sections:
        name, numbers = section.label.get(language), section.paragraphs
        ends = dict.fromkeys((numbers[0], numbers[-1])) if numbers else ()
        yield f"{name} {'–'.join(map(str, ends))}".strip()


def read_source(text: str, article: Article) -> Source | None:
    """Return the places in `exodus 3, 4`, also several with `;` between; None where they can't be read.

    A section may be called by its id or label, or be left out: a paragraph belongs to one section only.
    """
    found: dict[str, set[int]] = {}
    for part in filter(None, map(str.strip, _PLACES.split(text))):
        section, rest = _named_section(part, article)
        numbers = _numbers(rest)
        if numbers is None or (section is None and not numbers):
            return None
        if section is not None and bool(numbers) != bool(section.paragraphs):
            return None
        for number in numbers:
            owner = next((one for one in article.sections if number in one.paragraphs), None)
            if owner is None or (section is not None and owner is not section):
                return None
            found.setdefault(owner.id, set()).add(number)
        if section is not None:
            found.setdefault(section.id, set())
    if not found:
        return None
    first, *further = (Source(name, tuple(sorted(numbers))) for name, numbers in found.items())
    return Source(first.section, first.paragraphs, tuple(further))


def _named_section(text: str, article: Article) -> tuple[Section | None, str]:
    """Return the section that a text begins with, the longest name first, and what follows it."""
    names = [(name, section) for section in article.sections for name in (section.id, *section.label.every())]
    for name, section in sorted(names, key=lambda pair: -len(pair[0])):
        if text.casefold().startswith(name.casefold()):
            return section, text[len(name) :]
    return None, text


def _numbers(text: str) -> tuple[int, ...] | None:
    """Return the numbers and ranges in a text; None if it holds anything else."""
    if _BETWEEN.sub("", _NUMBERS.sub("", text)):
        return None
    ranges = [list(map(int, _RANGE.split(found))) for found in _NUMBERS.findall(text)]
    return tuple(number for ends in ranges for number in range(ends[0], ends[-1] + 1))


def cleaned(text: str) -> str:
    """Return what was typed without what YAML can't hold, such as pasted text brings along; lines stay lines."""
    return unicodedata.normalize("NFC", _CONTROL.sub("", _LINE_END.sub("\n", text))).strip()


def _answer(typed: Mapping[str, str]) -> Text:
    ko, en = (cleaned(typed.get(language, "")) for language in LANGUAGES)
    if not ko and not en:
        raise FormError(key="form_no_answer")
    return Text(ko or None, en or None)


def _squeezed(text: Text) -> set[str]:
    """Return the texts in all languages as they are compared."""
    return {squeeze(normalise(one)) for one in text.every()}


def _questions(typed: Mapping[str, str]) -> tuple[Sample, ...]:
    """Return the questions, one a line, each once."""
    lines = (without_list_markers(line).strip() for line in cleaned(typed.get("questions", "")).splitlines())
    texts = {key: line for line in lines if (key := squeeze(normalise(line)))}
    if not texts:
        raise FormError(key="form_no_question")
    return tuple(Sample(text, language_of(normalise(text))) for text in texts.values())


def _enough(article: Article, lexicon: Lexicon, samples: tuple[Sample, ...], answer: Text) -> tuple[Sample, ...]:
    """Return samples, with further ones in the language of the first until a fact has enough."""
    language = samples[0].language
    counts = [sum(one.language == other for one in samples) for other in LANGUAGES]
    if max(counts) >= FEWEST_SAMPLES:
        return samples
    others = [sample for item in article.items() for sample in item.samples]
    taken = {squeeze(normalise(one.text)) for one in (*others, *samples)}
    found = list(samples)
    missing = FEWEST_SAMPLES - sum(one.language == language for one in samples)
    for text in _further(lexicon, samples[0], answer):
        key = squeeze(normalise(text))
        if missing and key and key not in taken and len(text) <= LONGEST_SAMPLE:
            taken.add(key)
            found.append(Sample(text, language))
            missing -= 1
    return tuple(found)


def _further(lexicon: Lexicon, sample: Sample, answer: Text) -> Iterator[str]:
    """Yield further samples: what carries the meaning of a question, the answer's first sentence, requests."""
    yield " ".join(_keywords(lexicon, sample.text))
    if answer.has(sample.language) and (sentence := _SENTENCE.match(answer.get(sample.language))):
        yield sentence[0]
    for request in _ASKED_FOR[sample.language]:
        yield request.format(sample.text)


def _keywords(lexicon: Lexicon, text: str) -> tuple[str, ...]:
    """Return the words of a text that carry content."""
    stop = {word.casefold() for word in (*lexicon.stop_words.ko, *lexicon.stop_words.en)}
    asking = {word.casefold() for entry in lexicon.asks for word in (*entry.ko, *entry.en)}
    return tuple(word for word in _WORD.findall(text) if word.casefold() not in stop | asking)


def _name(lexicon: Lexicon, answer: Text, samples: Sequence[Sample]) -> str:
    """Return the words that an id is made of: of the English answer, else of an English question, else any."""
    asked = next((one.text for one in samples if one.language == "en"), samples[0].text)
    text = answer.get("en") if answer.has("en") else asked
    name = ""
    for word in _keywords(lexicon, text):
        if len(name) + len(word) >= _ID_WORDS:
            break
        name = f"{name} {word}".strip()
    return name or text
