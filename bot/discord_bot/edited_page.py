"""What an editor is told after an edit: what it changed, or why it was refused."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.core.edits import Place, item_at
from bot.core.model import LANGUAGES, Gap, Knowledge, Text
from bot.errors import FormError, KnowledgeError, StaleError
from bot.service.editing import Decided, Edited
from bot.service.library import CASES
from bot.service.pages import LONGEST_CHOICE, clip, plain_page
from bot.service.replies import Voice
from bot.service.views import Line, Page, Span

LONGEST_QUESTION: Final = 200
"""Characters of a question that editors are shown."""
_MOST_DIFFERENCES: Final = 15
_ANSWERING: Final = frozenset({"edit_new_fact", "edit_new_gap", "edit_changed"})
"""Sentences about edits that write an answer."""


def label_at(voice: Voice, knowledges: Sequence[Knowledge], place: Place) -> str:
    """Return the label of a fact or gap in the first knowledge that has it, its id where none has."""
    found = (item for knowledge in knowledges if (item := item_at(knowledge, place)))
    return next((item.label.get(voice.language) for item in found), place.item)


def title_at(voice: Voice, knowledge: Knowledge, place: Place) -> str:
    """Return the label of a fact, and of a gap what it is, too."""
    label = label_at(voice, (knowledge,), place)
    return voice.say("unanswered_gap_label", label=label) if isinstance(item_at(knowledge, place), Gap) else label


def edited_page(voice: Voice, knowledges: Sequence[Knowledge], edited: Edited, key: str) -> Page:
    """Say with the sentence `key` what an edit did, and what is decided differently since, before and after.

    `knowledges` are the facts since the edit and those before it.
    """
    label = label_at(voice, knowledges, edited.place)
    text = clip(edited.text, LONGEST_QUESTION)
    page = plain_page(voice, key, text=text, label=label, place=edited.place)
    lines = _one_language_only(voice, knowledges[0], edited.place) if key in _ANSWERING else []
    lines += [voice.say("unanswered_copied", folder=edited.copied_to)] if edited.copied_to else []
    count = len(edited.differences)
    lines.append(voice.say("unanswered_differences" if count else "unanswered_no_differences", count=count))
    for one in edited.differences[:_MOST_DIFFERENCES]:
        before, after = (_decided(voice, knowledges, decided) for decided in (one.before, one.after))
        key = "unanswered_case" if one.is_case else "unanswered_question"
        lines.append(voice.say(key, text=clip(one.text, LONGEST_CHOICE), before=before, after=after))
    lines += [voice.say("unanswered_more", count=count - _MOST_DIFFERENCES)] if count > _MOST_DIFFERENCES else []
    return with_lines(page, lines)


def _one_language_only(voice: Voice, knowledge: Knowledge, place: Place) -> list[str]:
    """Return a sentence that names the language in which a fact or gap has no answer, if there is one."""
    item = item_at(knowledge, place)
    missing = [one for one in LANGUAGES if item and not item.answer.has(one)]
    return [voice.say("edit_one_language", language=voice.say(f"language_{one}")) for one in missing]


def refusal_page(voice: Voice, error: Exception) -> Page:
    """Say why an edit was not carried out."""
    match error:
        case FormError():
            values = {
                key: value.get(voice.language) if isinstance(value, Text) else value
                for key, value in error.values.items()
            }
            return plain_page(voice, error.key, **values)
        case KnowledgeError():
            key = "edit_breaks" if all(one.where == CASES for one in error.problems) else "edit_refused"
            return with_lines(plain_page(voice, key), [f"• {one}" for one in error.problems])
        case StaleError():
            return plain_page(voice, "edit_unloaded")
        case _:
            return plain_page(voice, "unanswered_away")


def _decided(voice: Voice, knowledges: Sequence[Knowledge], decided: Decided) -> str:
    """Return how a question was decided, in words."""
    label = clip(label_at(voice, knowledges, decided.place), LONGEST_CHOICE) if decided.place else ""
    return voice.say(f"decided_{decided.outcome}", label=label)


def with_lines(page: Page, lines: Sequence[str]) -> Page:
    """Return a page with more lines in its first block."""
    (block, *rest) = page.blocks
    more = tuple(Line((Span(line),)) for text in lines for line in text.splitlines())
    return replace(page, blocks=(replace(block, body=(*block.body, *more)), *rest))
