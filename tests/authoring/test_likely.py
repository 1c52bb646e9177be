"""Short questions that a fact's samples suggest are proposed where they do not lead to it."""

from dataclasses import replace

from bot.authoring.advice import Advice
from bot.authoring.likely import MOST_PER_FACT, likely_questions
from bot.core.model import Article, Fact, Knowledge
from bot.core.text import normalise
from bot.service.library import build_snapshot
from tests.core.ferry import LEXICON, ferry, samples


def proposals(*facts: Fact) -> Advice:
    """Return the proposals for the ferry with these facts."""
    article: Article = replace(ferry(), facts=facts, gaps=())
    scope = build_snapshot(Knowledge((article,), LEXICON), "1").alone(article.slug)
    tokenized = tuple(scope.index.tokenizer.tokenize(normalise(text)) for text in scope.index.samples)
    return likely_questions(scope, None, tokenized)


def test_a_fact_that_a_short_form_of_its_samples_finds_needs_none() -> None:
    assert proposals(*ferry().facts).lines == ()


def test_a_short_question_that_finds_another_fact_first_is_proposed() -> None:
    """The samples of the first fact ask for its price in long sentences, those of the second in the short words."""
    cost, builder, left = ferry().facts
    wordy = samples(
        "Considering what it carries, how much did the whole pier of Norrin & Sons set the harbour back?",
        "How much money went into the pier of Norrin & Sons, with ramps, paint and everything else?",
        "For the pier of Norrin & Sons and its lamps, how much was put on the table altogether?",
    )
    bare = replace(builder, samples=samples("Norrin & Sons pier", "Norrin pier", "pier Norrin?"))
    found = proposals(replace(cost, id="pier", samples=wordy, about=()), bare, left).lines
    (text,) = [line.text for line in found]
    question, first = text.removeprefix("fact 'pier': ").split("?' ")
    assert question == "'how much Norrin & Sons pier"
    assert first.removeprefix("finds ").removeprefix("only offers ").startswith("'builder'")
    assert [(line.article, line.items) for line in found] == [("ferry", ("pier",))]


def test_at_most_five_questions_are_proposed_for_a_fact() -> None:
    cost, builder, left = ferry().facts
    frames = (
        "Considering what it carries, {} did the pier with lamp and ramp of Norrin & Sons set the harbour back?",
        "{} was it, tell me, that ramp plus lamp plus pier by Norrin & Sons, with paint included, went through?",
        "For my grandfather's book: {} could Norrin & Sons finally hand over lamp, ramp, pier to everybody else?",
    )
    wordy = samples(*(frame.format(kind) for kind in ("how much", "when", "why", "who") for frame in frames))
    things = ("pier", "lamp", "ramp", "pier lamp", "lamp ramp", "pier ramp")
    bare = samples(*(f"{name} {thing}" for name in ("Norrin & Sons", "Norrin", "From Norrin") for thing in things))
    pier = replace(cost, id="pier", samples=wordy, about=())
    assert len(proposals(pier, replace(builder, samples=bare), left).lines) == MOST_PER_FACT


def test_what_the_samples_of_two_facts_ask_is_not_proposed_for_either() -> None:
    cost, builder, _ = ferry().facts
    both = samples(
        "How much did the ferry of Norrin & Sons cost?", "how much is the ferry of Norrin & Sons", "price of it"
    )
    assert proposals(replace(cost, samples=both[:2]), replace(builder, samples=both[1:])).lines == ()
