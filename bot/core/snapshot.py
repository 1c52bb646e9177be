"""The snapshot: every article alone, and small talk."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.core.index import Index, Scope, Vectors
from bot.core.model import Knowledge
from bot.core.shortlist import Shortlist


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that one question is answered from: every article alone, and small talk."""

    knowledge: Knowledge
    revision: str
    small_talk: Scope
    scopes: Mapping[str, Scope]
    """By the slug of the article, in the order of the knowledge."""
    shortlist: Shortlist

    @classmethod
    def of(cls, knowledge: Knowledge, revision: str, before: "Snapshot | None" = None) -> "Snapshot":
        """Index every article, without vectors; what `before` has of an equal article is used again."""
        shared = replace(knowledge, articles=())
        alike = before is not None and before.small_talk.knowledge == shared
        small_talk = before.small_talk if before and alike else Scope(shared, Index(shared))
        scopes = {}
        for article in knowledge.articles:
            known = before.scopes.get(article.slug) if before and alike else None
            if known is None or known.knowledge.articles[0] != article:
                alone = replace(knowledge, articles=(article,))
                known = Scope(alone, Index(alone, small_talk.index, known.index if known else None))
            scopes[article.slug] = known
        return cls(knowledge, revision, small_talk, scopes, _shortlist(scopes))

    def with_vectors(self, vectors: Mapping[str | None, Vectors]) -> "Snapshot":
        """Return the same with these vectors of articles, by slug, and of small talk, under None."""
        small_talk = replace(self.small_talk, vectors=vectors[None]) if None in vectors else self.small_talk
        scopes = {
            slug: replace(scope, vectors=vectors[slug]) if slug in vectors else scope
            for slug, scope in self.scopes.items()
        }
        shortlist = self.shortlist.with_vectors(_in_use(scopes))
        return replace(self, small_talk=small_talk, scopes=scopes, shortlist=shortlist)

    @property
    def has_vectors(self) -> bool:
        """Return whether texts can be compared by meaning."""
        return self.small_talk.vectors is not None

    def text_count(self) -> int:
        """Return the number of texts that need a vector."""
        return sum(len(scope.index.texts()) for scope in (self.small_talk, *self.scopes.values()))

    def alone(self, slug: str) -> Scope:
        """Return the article `slug` with small talk; small talk alone if there is no such article."""
        return self.scopes.get(slug, self.small_talk)

    def every_scope(self) -> tuple[Scope, ...]:
        """Return what questions about any article are scored against: every one in use, or else small talk."""
        return _in_use(self.scopes) or (self.small_talk,)


def _in_use(scopes: Mapping[str, Scope]) -> tuple[Scope, ...]:
    """Return the articles that are not retired."""
    return tuple(scope for scope in scopes.values() if not scope.knowledge.articles[0].retired)


def _shortlist(scopes: Mapping[str, Scope]) -> Shortlist:
    """Return the shortlist of several articles in use; one needs none."""
    in_use = _in_use(scopes)
    return Shortlist(in_use if len(in_use) > 1 else ())
