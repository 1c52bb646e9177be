"""Pages about the bot itself: why an answer came, what it is, how to ask."""

from collections.abc import Iterator
from dataclasses import replace

from bot.core.model import Article, Fact, Gap, Knowledge, Language
from bot.service.presentation import Page, find_item, linked, source_line, with_footer
from bot.service.reply import Voice
from bot.service.reply import source_line as source_of
from bot.service.views import FactView, Trace, marked_fact, marked_sample
from bot.service.wording import clip, escape, split

_LONGEST = 300


def why_page(knowledge: Knowledge, view: FactView, trace: Trace | None) -> Page | None:
    """Explain an answer: nearest sample, confidence, runner-up, full source; None when the fact has gone."""
    found = find_item(knowledge, view)
    if found is None:
        return None
    article, item = found
    voice = Voice(knowledge, view.language)
    lines = [f"**{voice.say('why_title')}**", escape(clip(item.label.get(view.language), _LONGEST))]
    lines += _matching(knowledge, voice, item, trace) if trace else [voice.say("explain_picked")]
    if isinstance(item, Fact):
        source = source_of(voice, article, item)
        if source.section:
            lines.append(escape(voice.say("explain_section", section=clip(source.section, _LONGEST))))
        if article.date:
            lines.append(escape(voice.say("explain_date", date=article.date)))
        return Page(view.language, with_footer("\n".join(lines), [source_line(source)]))
    return Page(view.language, split("\n".join(lines)))


def _matching(knowledge: Knowledge, voice: Voice, item: Fact | Gap, trace: Trace) -> Iterator[str]:
    if sample := marked_sample(item, trace.sample):
        yield escape(voice.say("explain_sample", sample=clip(sample, _LONGEST)))
    yield escape(voice.say("explain_confidence", percent=trace.percent))
    if (second := marked_fact(knowledge, trace.runner_up)) and second is not item:
        label = clip(second.label.get(voice.language), _LONGEST)
        yield escape(voice.say("explain_runner_up", label=label, percent=trace.runner_up_percent))


def about_page(knowledge: Knowledge, language: Language) -> Page:
    """Say which articles the bot knows, how it answers and what it keeps."""
    voice = Voice(knowledge, language)
    articles = "\n".join(_article(voice, article) for article in knowledge.articles[:10])
    parts = (voice.say("about_intro"), articles, voice.say("about_how"), voice.say("about_privacy"))
    return Page(language, split("\n\n".join(parts)))


def _article(voice: Voice, article: Article) -> str:
    title, publisher = article.title.get(voice.language), article.publisher.get(voice.language)
    quoted = voice.say("about_article", publisher=publisher, title=title)
    return linked(escape(clip(quoted, _LONGEST)), title, article.url)


def with_notice(page: Page, notice: str) -> Page:
    """Put a sentence of the bot's own before a page."""
    first = f"{notice}\n\n{page.texts[0]}"
    return replace(page, texts=(*split(first), *page.texts[1:]))
