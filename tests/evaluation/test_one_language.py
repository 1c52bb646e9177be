"""Knowledge reduced to one language has no samples, and no labels from samples, in the other."""

from dataclasses import replace

from bot.core.model import Fact, Knowledge, Sample, Source, Text
from bot.evaluation.perturbation import one_language
from tests.core.ferry import ferry, ferry_snapshot

KNOWLEDGE = ferry_snapshot().knowledge


def test_every_fact_keeps_only_its_samples_in_the_language() -> None:
    (article,) = one_language(KNOWLEDGE, "ko").articles
    kept = [sample for fact in article.facts for sample in fact.samples]
    kept += [sample for gap in article.gaps for sample in gap.samples]
    assert {sample.language for sample in kept} == {"ko"}
    assert [fact.id for fact in article.facts] == [fact.id for fact in ferry().facts]
    assert article.entities == ferry().entities


def test_a_label_taken_from_a_removed_sample_is_removed() -> None:
    samples = (Sample("누가?", "ko"), Sample("Who?", "en"))
    fact = Fact("x", Text("누가?", "Who?"), Text("나", "Me"), samples, Source("none"))
    knowledge = Knowledge((replace(ferry(), facts=(fact,)),))
    (left,) = one_language(knowledge, "en").articles[0].facts
    assert left.label == Text(None, "Who?")
    assert left.answer == fact.answer
