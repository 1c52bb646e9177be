"""The bot's matcher and what most people would use instead, all asked in the same way."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.core.meaning import unknown_words
from bot.core.model import Article, Fact, Knowledge, Sample, Source, Text
from bot.core.signals import signals
from bot.core.verdict import features, load_model
from bot.errors import ConfigError
from bot.evaluation.public_sets import Scene
from bot.service.asking import encoded
from bot.service.library import snapshot_of
from bot.service.ports import Encoder

Matcher = Callable[[str], tuple[int, float]]
"""Takes a question, returns the position of the likeliest intent and how sure it is."""
Builder = Callable[[Scene], Matcher]


def builders(vocabulary: Knowledge, encoder: Encoder) -> dict[str, Builder]:
    """Return the matchers by name; `vocabulary` is the knowledge whose lexicon and small talk are used."""
    return {
        "rapidfuzz WRatio": partial(_fuzzy, fuzz.WRatio),
        "rapidfuzz token_set_ratio": partial(_fuzzy, fuzz.token_set_ratio),
        "rapidfuzz ratio": partial(_fuzzy, fuzz.ratio),
        "character TF-IDF": _tf_idf,
        "few-shot logistic regression": _regression,
        "sentence encoder alone": partial(_encoder_alone, encoder),
        "this bot without the encoder": partial(_bot, vocabulary, None),
        "**this bot**": partial(_bot, vocabulary, encoder),
    }


def _nearest(scene: Scene, scores: Callable[[str], NDArray[np.floating]]) -> Matcher:
    """Return the matcher that takes the intent of the best-scoring sample."""

    def match(question: str) -> tuple[int, float]:
        found = scores(question)
        best = int(found.argmax())
        return scene.samples[best][1], float(found[best])

    return match


def _fuzzy(scorer: Callable[..., float], scene: Scene) -> Matcher:
    texts = [text for text, _ in scene.samples]
    return _nearest(scene, lambda question: process.cdist([question], texts, scorer=scorer)[0])


def _tf_idf(scene: Scene) -> Matcher:
    vectors, _ = _scikit_learn()
    table = vectors.fit_transform([text for text, _ in scene.samples])
    return _nearest(scene, lambda question: (table @ vectors.transform([question]).T).toarray()[:, 0])


def _regression(scene: Scene) -> Matcher:
    vectors, model = _scikit_learn()
    table = vectors.fit_transform([text for text, _ in scene.samples])
    with warnings.catch_warnings(action="ignore"):  # it warns of classes with a single sample, which are meant
        model.fit(table, [owner for _, owner in scene.samples])

    def match(question: str) -> tuple[int, float]:
        found = model.predict_proba(vectors.transform([question]))[0]
        best = int(found.argmax())
        return int(model.classes_[best]), float(found[best])

    return match


def _scikit_learn() -> tuple[Any, Any]:  # it has no types
    """Return TF-IDF of character n-grams and a logistic regression."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  for developers only
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    except ImportError:
        msg = "bench quality compares with scikit-learn: pip install -e '.[dev]'"
        raise ConfigError(msg) from None
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)), LogisticRegression(C=10, max_iter=1_000)


def _encoder_alone(encoder: Encoder, scene: Scene) -> Matcher:
    rows = encoder.encode([text for text, _ in scene.samples])
    return _nearest(scene, lambda question: rows @ encoder.encode([question])[0])


def _bot(vocabulary: Knowledge, encoder: Encoder | None, scene: Scene) -> Matcher:
    """Return what the bot makes of a question: the fact with the best chance and the trust in it."""
    snapshot = snapshot_of(replace(vocabulary, articles=(_article(scene),)), "", encoder)
    index, model = snapshot.index, load_model(semantic=encoder is not None)

    def match(question: str) -> tuple[int, float]:
        analysis = index.analyser.analyse(question)
        texts = (analysis.normal, *unknown_words(index, analysis))
        vectors = None if encoder is None else encoded(texts, encoder)
        table = features(signals(index, analysis, snapshot.vectors, vectors))
        chances = model.chances(table)
        best = int(np.where(index.is_fact, chances, -1).argmax())
        return best, model.trust_in(table, chances, index.is_fact, index.has_gaps)

    return match


def _article(scene: Scene) -> Article:
    """Return an article of facts that have samples and nothing else: the others see no labels or answers either."""
    samples: dict[int, list[Sample]] = {}
    for text, intent in scene.samples:
        samples.setdefault(intent, []).append(Sample(text, scene.language))
    facts = tuple(Fact(f"intent-{n}", Text(), Text(), tuple(own), Source("none")) for n, own in samples.items())
    return Article("scene", Text(), Text(), scene.language, (), (), facts)
