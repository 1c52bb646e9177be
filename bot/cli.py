"""The command line: readers, authors, operators, developers."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot import app as composition
from bot.core.answer import Question
from bot.core.model import LANGUAGES, Language
from bot.errors import ConfigError
from bot.settings import Settings, load_settings

READERS, AUTHORS, DEVELOPERS = "Readers", "Authors", "Developers"

app = typer.Typer(
    help="Answer readers' questions about an article, with the source, in Korean and English.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Knowledge = Annotated[
    Path | None,
    typer.Option("--knowledge", help="Folder of the articles instead of the shipped ones (BOT_KNOWLEDGE)."),
]
ArticleSlug = Annotated[str | None, typer.Option("--article", help="Answer from this article only.")]
Lang = Annotated[
    Literal["ko", "en"] | None, typer.Option("--lang", help="Answer in this language whatever was asked in.")
]
Semantic = Annotated[
    bool | None,
    typer.Option("--semantic/--no-semantic", help="With or without the sentence encoder (BOT_SEMANTIC)."),
]


def _settings(knowledge: Path | None, semantic: bool | None = None) -> Settings:  # noqa: FBT001
    from bot.settings import Switch  # noqa: PLC0415

    settings = load_settings()
    changes: dict[str, object] = {}
    if knowledge is not None:
        changes["knowledge"] = knowledge
    if semantic is not None:
        changes["semantic"] = Switch.ON if semantic else Switch.OFF
    return settings.model_copy(update=changes)


@app.command(rich_help_panel=READERS)
def ask(  # noqa: PLR0913, PLR0917  one parameter per option
    question: Annotated[str, typer.Argument(help="The question; - reads one per line (with --json).")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per question.")] = False,  # noqa: FBT002
    article: ArticleSlug = None,
    lang: Lang = None,
    knowledge: Knowledge = None,
    semantic: Semantic = None,
) -> None:
    """Answer one question, or one per line of standard input."""
    running = composition.build(_settings(knowledge, semantic))
    slug = composition.known_article(running, article)
    language = next((known for known in LANGUAGES if known == lang), None)
    if question == "-" and not as_json:
        msg = "Reading questions from standard input needs --json."
        raise ConfigError(msg)
    for text in _lines() if question == "-" else (question,):
        reply = running.responder.ask_now(Question(text, language, slug))
        if as_json:
            from bot.terminal.as_json import as_json as convert  # noqa: PLC0415

            sys.stdout.write(json.dumps(convert(text, reply), ensure_ascii=False) + "\n")
            sys.stdout.flush()
        else:
            from rich.console import Console  # noqa: PLC0415  not needed for JSON

            from bot.terminal.render import render  # noqa: PLC0415

            Console().print(render(reply))


def _lines() -> Iterator[str]:
    """Yield the lines of standard input; bytes that are not UTF-8 are replaced, not fatal."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", errors="replace").rstrip("\r\n")


@app.command(rich_help_panel=READERS)
def chat(
    article: ArticleSlug = None, lang: Lang = None, knowledge: Knowledge = None, semantic: Semantic = None
) -> None:
    """Ask question after question in the terminal."""
    from rich.console import Console  # noqa: PLC0415

    from bot.terminal.chat import Chat, run_chat  # noqa: PLC0415

    settings = _settings(knowledge, semantic)
    running = composition.build(settings, encode=False)
    slug = composition.known_article(running, article)
    language: Language | None = next((known for known in LANGUAGES if known == lang), None)
    run_chat(Chat(Console(), running.responder, slug, language), settings.cache / "history")


@app.command("eval", rich_help_panel=AUTHORS)
def evaluate(
    files: Annotated[list[Path], typer.Argument(help="Question sets (.jsonl) or an article's cases.yaml.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the measures as JSON.")] = False,  # noqa: FBT002
    explain: Annotated[bool, typer.Option("--explain", help="List each miss with its signals.")] = False,  # noqa: FBT002
    knowledge: Knowledge = None,
    semantic: Semantic = None,
) -> None:
    """Measure how often the bot is right on sets of questions."""
    from bot.evaluation.command import evaluate as run  # noqa: PLC0415

    running = composition.build(_settings(knowledge, semantic))
    sys.stdout.write(run(running.responder, files, as_json=as_json, explain=explain))


@app.command(rich_help_panel=DEVELOPERS)
def train(
    articles: Annotated[Path, typer.Option(help="Development articles.")] = Path("tests/articles"),
    questions: Annotated[Path, typer.Option(help="Their question sets.")] = Path("tests/questions"),
    output: Annotated[Path, typer.Option(help="Folder for weights.json and weights.md.")] = Path("bot/core"),
) -> None:
    """Learn the verdict's weights and thresholds, leave-one-article-out, and write the report."""
    from bot.evaluation.train_command import train_and_write as run  # noqa: PLC0415

    knowledge, _ = composition.read(articles)
    encoder = composition.build_encoder(load_settings())
    sys.stdout.write(run(knowledge, questions, output, encoder))
