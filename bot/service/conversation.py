"""Replies to dialogue acts about the last answer: "is that true?", "tell me more", "source?", "in Korean please"."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from bot.core.dialogue import Context, is_topic, shown_after
from bot.core.index import Scope
from bot.core.model import ActKind, Article, DialogueAct, Fact, Gap, Knowledge, Language, other_language
from bot.core.snapshot import Snapshot
from bot.core.text import normalise
from bot.service.replies import Reply, Voice, item_reply, suggested

_MOST_CHOICES: Final = 3
"""Facts offered after the one that is shown."""


def context_after_picking(
    knowledge: Knowledge, slug: str, key: str, language: Language, before: Context | None
) -> Context | None:
    """Return the context after somebody picked the fact or gap `key` of an article; None if it is gone."""
    article = knowledge.article(slug)
    item = article.item(key) if article else None
    if item is None:
        return None
    return Context(slug, normalise(item.label.get(language)), key, shown_after(before, slug, [key]), language)


def reply_to_act(snapshot: Snapshot, act: DialogueAct, before: Context, language: Language) -> Reply | None:
    """Return the reply to `act` after the exchange `before`; None if that held no answer to refer to."""
    article = snapshot.knowledge.article(before.article)
    item = article.item(before.item) if article and before.item else None
    if article is None or item is None:
        return None
    said = _Said(snapshot.alone(article.slug), article, item, before, Voice(snapshot.knowledge, language))
    replies: dict[ActKind, Callable[[], Reply]] = {
        "verify": said.status,
        "source": said.place,
        "language": said.in_other_language,
        "more": said.next_fact,
        "rest": said.next_fact,
        "list": said.items,
    }
    return replies[act.act]() if act.act in replies else None


@dataclass(frozen=True, slots=True)
class _Said:
    """The last answer, and the voice to speak about it."""

    scope: Scope
    article: Article
    item: Fact | Gap
    before: Context
    voice: Voice

    def status(self) -> Reply:
        """Say how the article puts the last answer, and what the person concerned denied."""
        if isinstance(self.item, Gap) or self._is_only_suggested():
            return self._repeated(self.voice)
        texts = [self.voice.say(f"verify_{self.item.status}", answer=self._answer())]
        if denied := self._denied(self.item):
            texts.append(self.voice.say("verify_related", answer=denied.answer.get(self.voice.language)))
        return replace(self._repeated(self.voice), text=" ".join(texts))

    def place(self) -> Reply:
        """Say where the last answer stands."""
        reply = self._repeated(self.voice)
        if reply.source is None:
            return reply
        article = self.voice.published(self.article)
        where = self.voice.say("source_place", article=article, place=reply.source.place)
        url = self.article.url
        link = self.voice.say("source_link", url=url) if url else self.voice.say("source_no_link")
        return replace(reply, text=f"{where} {link}")

    def in_other_language(self) -> Reply:
        """Give the last answer in the language that it was not in."""
        spoken = self.before.language or self.voice.language
        return self._repeated(Voice(self.scope.knowledge, other_language(spoken)))

    def next_fact(self) -> Reply:
        """Give the next fact that was not shown yet, and offer those after it."""
        fresh = [fact for fact in self._further() if fact.id not in {*self.before.shown, self.item.id}]
        if not fresh:
            return self._sentence("more_nothing")
        reply = item_reply(self.voice, self.article, fresh[0])
        choices = (fact.id for fact in fresh[1 : 1 + _MOST_CHOICES])
        return self._with_context(
            replace(reply, suggestions=suggested(self.article, choices, self.voice.language)), fresh[0]
        )

    def items(self) -> Reply:
        """Repeat an answer that names several of a kind, else suggest what is related."""
        if isinstance(self.item, Gap):
            return self._repeated(self.voice)
        kinds = [entity.kind for key in self.item.about if (entity := self.article.entity(key))]
        if len(kinds) > len(set(kinds)):
            return self._repeated(self.voice)
        return self._suggesting("related_offers", [fact.id for fact in self._further()][:_MOST_CHOICES])

    def _further(self) -> tuple[Fact, ...]:
        """Return the facts that may come next: related ones, then those about the same person or thing."""
        own = self.item.related if isinstance(self.item, Fact) else self.item.nearest
        related = [fact for key in own if (fact := self.article.fact(key))]
        subjects = self._subjects()
        about = [fact for key in subjects for fact in self._facts_about(key)]
        related.sort(key=lambda fact: fact not in about)
        return tuple(dict.fromkeys((*related, *about)))

    def _subjects(self) -> tuple[str, ...]:
        """Return whom the last question named, else whom the answer is about or names: people before all others."""
        about = self.item.about if isinstance(self.item, Fact) else ()
        found = dict.fromkeys((*self._named(self.before.question), *about, *self._named(self._answer())))
        specific = [key for key in found if not is_topic(self.scope.index, self.article, key)]
        return tuple(sorted(specific, key=lambda key: not self._is_person(key))[:1])

    def _answer(self) -> str:
        return self.item.answer.get(self.voice.language)

    def _named(self, text: str) -> Iterator[str]:
        """Yield the entities of the article that `text` names."""
        for token in self.scope.index.tokenizer.tokens(normalise(text)):
            yield from sorted(key for slug, key in token.names if slug == self.article.slug)

    def _facts_about(self, key: str) -> list[Fact]:
        """Return the facts about an entity, as declared or as most samples show; the declared come first."""
        index = self.scope.index
        weights = index.about.weigh({(self.article.slug, key): 1.0})
        found = (target.item for target, weight in zip(index.targets, weights, strict=True) if weight > 0)
        entity = self.article.entity(key)
        declared = self.article.facts_about(entity) if entity else ()
        return [*declared, *(item for item in found if isinstance(item, Fact))]

    def _is_person(self, key: str) -> bool:
        entity = self.article.entity(key)
        return entity is not None and entity.kind == "person"

    def _denied(self, fact: Fact) -> Fact | None:
        """Return a related fact that a person whom `fact` is about too has denied."""
        if fact.status == "denied":
            return None
        people = {key for key in fact.about if self._is_person(key)}
        related = (one for key in fact.related if (one := self.article.fact(key)))
        return next((one for one in related if one.status == "denied" and not people.isdisjoint(one.about)), None)

    def _is_only_suggested(self) -> bool:
        return isinstance(self.item, Fact) and self.item.id not in self.before.shown

    def _repeated(self, voice: Voice) -> Reply:
        """Return the last answer again; a fact that was only suggested is suggested again."""
        if self._is_only_suggested():
            return self._suggesting("suggested", [self.item.id])
        return self._with_context(item_reply(voice, self.article, self.item), self.item)

    def _sentence(self, key: str) -> Reply:
        return replace(Reply("unanswered", self.voice.language, self.voice.say(key)), context=self.before)

    def _suggesting(self, key: str, facts: Iterable[str]) -> Reply:
        """Return the sentence `key` with these facts as suggestions."""
        found = suggested(self.article, facts, self.voice.language)
        if not found:
            return self._sentence("more_nothing")
        reply = Reply("suggested", self.voice.language, self.voice.say(key), suggestions=found)
        return replace(reply, context=self.before)

    def _with_context(self, reply: Reply, item: Fact | Gap) -> Reply:
        """Add the context after `reply`, which shows `item`."""
        question = self.before.question if item is self.item else normalise(item.label.get(reply.language))
        shown = shown_after(self.before, self.article.slug, [reply.fact] if reply.fact else [])
        return replace(reply, context=Context(self.article.slug, question, item.id, shown, reply.language))
