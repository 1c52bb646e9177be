"""Custom ids are short and read back exactly; forged ones do no harm."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.edits import Place
from bot.core.model import Language
from bot.discord_bot.components import (
    ANY_BUTTON,
    ANY_EDITOR_BUTTON,
    ANY_EDITOR_MENU,
    ANY_MENU,
    MAX_CUSTOM_ID,
    button_id,
    choice_value,
    menu_id,
    read_button,
    read_menu,
)
from bot.discord_bot.fact_editing import Undo, read_undo
from bot.discord_bot.forms import EditForm, NewForm, read_form
from bot.discord_bot.unanswered_list import Tap, mark_of, read_tap
from bot.discord_bot.voting import read_ballot
from bot.service.views import Action, ArticlesView, EntityView, FactView, ListView, Shown, Trace, View

LANGUAGES: st.SearchStrategy[Language] = st.sampled_from(["ko", "en"])
SLUGS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True)
IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,47}", fullmatch=True)
NAMES = st.text("abcdefghij-_가나다라", min_size=1, max_size=32)
VIEWS: st.SearchStrategy[View] = st.one_of(
    st.builds(FactView, SLUGS, IDS, LANGUAGES),
    st.builds(EntityView, SLUGS, IDS, LANGUAGES),
    st.builds(ListView, NAMES, st.integers(0, 9999), LANGUAGES),
    st.builds(ArticlesView, st.integers(0, 9999), LANGUAGES),
)
MARKS = st.integers(0, 2**16 - 1)
SHOWN: st.SearchStrategy[Shown] = st.sampled_from(["answered", "closest", "suggested", "unanswered"])
TRACES = st.builds(Trace, st.integers(0, 100), MARKS, MARKS, st.integers(0, 100), SHOWN)
ACTIONS = st.builds(
    Action, st.sampled_from(["open", "share", "why", "related", "turn down"]), VIEWS, st.none() | TRACES
)


@given(action=ACTIONS)
def test_a_button_is_read_back_from_at_most_a_hundred_characters(action: Action) -> None:
    custom_id = button_id(action)
    assert len(custom_id) <= MAX_CUSTOM_ID
    assert ANY_BUTTON.fullmatch(custom_id)
    read = read_button(custom_id)
    assert read == action
    if read and read.trace and action.trace:
        assert read.trace.shown == action.trace.shown


def test_a_button_of_an_earlier_version_says_that_its_fact_was_the_answer() -> None:
    """Its first two bits are nought, as they still are for an answer."""
    read = read_button("a1:wfk:openai-exodus:murati-origin:LoEAggGM")
    assert read == Action("why", FactView("openai-exodus", "murati-origin", "ko"), Trace(93, 513, 1027, 12))
    assert read.trace is not None
    assert read.trace.shown == "answered"


@given(view=VIEWS)
def test_a_menu_and_its_entries_are_read_back(view: View) -> None:
    assert ANY_MENU.fullmatch(menu_id(view))
    assert read_menu(menu_id(view)) == view
    assert read_button(choice_value(view)) == Action("open", view)


TAPS = st.builds(
    Tap,
    st.sampled_from(["a", "d", "p"]),
    st.integers(0, 10**18 - 1),
    st.from_regex(r"[0-9a-f]{12}", fullmatch=True),
    st.integers(0, 9999),
    st.just("") | SLUGS,
    st.just("") | st.builds(mark_of, st.builds(Place, SLUGS, IDS)),
)


@given(tap=TAPS, kind=st.sampled_from(["u", "n"]))
def test_a_tap_of_an_editor_is_read_back_from_at_most_a_hundred_characters(tap: Tap, kind: Literal["u", "n"]) -> None:
    custom_id = tap.custom_id(kind)
    assert len(custom_id) <= MAX_CUSTOM_ID
    assert (ANY_EDITOR_BUTTON if kind == "u" else ANY_EDITOR_MENU).fullmatch(custom_id)
    assert not ANY_BUTTON.fullmatch(custom_id)
    assert not ANY_MENU.fullmatch(custom_id)
    assert read_tap(custom_id) == tap


def test_buttons_of_a_list_that_was_posted_before_there_were_forms_are_read() -> None:
    mark = "0123456789"
    assert read_tap(f"u1:a:7:abc123:1:art:{mark}") == Tap("a", 7, "abc123", 1, "art", mark)
    assert read_tap("u1:d:7:abc123:0::") == Tap("d", 7, "abc123", 0, "")
    assert read_tap("u1:p:0:abc123:2::") == Tap("p", 0, "abc123", 2, "")
    assert read_tap("n1:a:7:abc123:0::") == Tap("a", 7, "abc123", 0, "")


FORMS = st.builds(
    NewForm, st.sampled_from(["n", "g"]), st.integers(1, 10**18 - 1), SLUGS, st.integers(0, 9999), st.just("") | SLUGS
)
EDITS = st.builds(EditForm, st.builds(Place, SLUGS, IDS), st.from_regex("[0-9a-f]{10}", fullmatch=True))
UNDOS = st.builds(Undo, st.builds(Place, SLUGS, IDS), st.from_regex("[0-9a-f]{12}", fullmatch=True))


@given(form=FORMS | EDITS)
def test_a_form_is_read_back_from_at_most_a_hundred_characters(form: NewForm | EditForm) -> None:
    assert len(form.custom_id) <= MAX_CUSTOM_ID
    assert read_form(form.custom_id) == form


@given(undo=UNDOS)
def test_an_undo_is_read_back_from_at_most_a_hundred_characters(undo: Undo) -> None:
    assert len(undo.custom_id) <= MAX_CUSTOM_ID
    assert ANY_EDITOR_BUTTON.fullmatch(undo.custom_id)
    assert read_undo(undo.custom_id) == undo
    assert read_tap(undo.custom_id) is None


@pytest.mark.parametrize(
    "forged",
    ["", "f1:", "f2:n:1:art:0:", "f1:x:1:art:0:", "f1:n:1::0:", "f1:e:art:one:", "f1:e:art:one:0123456789a", "u2:art:"],
)
def test_forms_of_other_versions_and_forged_ones_are_ignored(forged: str) -> None:
    assert read_form(forged) is None
    assert read_undo(forged) is None


@pytest.mark.parametrize(
    "forged", ["", "u1:", "u2:a:1:abc:0::", "u1:x:1:abc:0::", "u1:a:²:abc:0::", f"u1:a:{10**18}:a:0::"]
)
def test_taps_of_other_versions_and_forged_ones_are_ignored(forged: str) -> None:
    assert read_tap(forged) is None


@given(text=st.text(max_size=120) | st.from_regex(r"[am]\d:[oswr]?[flex][kex]?:\w{0,50}:\w{0,50}(:[\w=-]{0,9})?"))
def test_a_forged_id_is_ignored_or_read_as_one_that_can_be_written_and_read_again(text: str) -> None:
    action, view = read_button(text), read_menu(text)
    assert action is None or read_button(button_id(action)) == action
    assert view is None or read_menu(menu_id(view)) == view


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "v1:",
        "v2:uka:AAAAAAAAAAA:art:fact",
        "v1:xka:AAAAAAAAAAA:art:fact",
        "v1:uka:AAAA:art:fact",
        "v1:uka:가가가가가가가가가가가:art:fact",
        "v1:uka:AAAAAAAAAAA:Art:fact",
        "v1:uka:AAAAAAAAAAA:art:",
    ],
)
def test_votes_of_other_versions_and_forged_ones_are_ignored(forged: str) -> None:
    assert read_ballot(forged) is None
