"""The command line for readers, authors, operators and developers.

A command is one function with `@app.command`; the README's table names each of them. It imports what it needs when it
runs, so that `--help` loads nothing that answers questions.
"""

import json
import logging
import re
import shlex
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from bot.errors import MISTAKE, BotError, ConfigError, KnowledgeError, Problem, StoreError

if TYPE_CHECKING:
    from threading import Timer

    from bot.authoring.layout import ArticleCopy
    from bot.core.model import Article
    from bot.core.model import Knowledge as Articles
    from bot.discord_bot.doctor import Finding
    from bot.discord_bot.sync import Tree
    from bot.service.explaining import Explanation
    from bot.service.library import Library
    from bot.service.ports import Store
    from bot.service.records import Bundle
    from bot.service.replies import Reply
    from bot.settings import DiscordSettings, Settings, StoreSettings

log = logging.getLogger(__name__)
Result = TypeVar("Result")

READERS, AUTHORS, OPERATORS, DEVELOPERS = "Readers", "Authors", "Operators", "Developers"
_PACKAGE = "article-answers-bot"
_MOST_ASKED = 40
"""Questions of readers in a brief."""
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def path(text: str) -> Path:
    """Return a path with `~` replaced, which no shell does behind `--option=`."""
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise typer.BadParameter(str(error)) from None


Knowledge = Annotated[
    Path | None,
    typer.Option(
        "--knowledge", parser=path, help="Folder of the articles instead of the shipped ones (BOT_KNOWLEDGE)."
    ),
]
ArticleSlug = Annotated[str | None, typer.Option("--article", help="Answer from this article only.")]
Lang = Annotated[
    Literal["ko", "en"] | None, typer.Option("--lang", help="Answer in this language whatever was asked in.")
]
Semantic = Annotated[
    bool | None,
    typer.Option("--semantic/--no-semantic", help="With or without the sentence encoder (BOT_SEMANTIC)."),
]

Title = Annotated[str, typer.Option("--title", help="The article's title.")]
Split = Annotated[
    Literal["auto", "line", "blank"],
    typer.Option("--paragraphs", help="Each line is a paragraph, or blank lines are between them."),
]
Headings = Annotated[bool, typer.Option("--headings/--no-headings", help="Whether short lines are headings.")]
KeepAll = Annotated[bool, typer.Option("--keep-all", help="Leave no line out, menus and footers included.")]


def iso_date(text: str) -> str:
    """Return a date in any usual form as 2024-09-26 or 2024-09."""
    from bot.authoring.bylines import dates_in

    if found := next((iso for iso, _ in dates_in(text)), ""):
        return found
    msg = "a date must look like 2024-09-26 or 2024-09"
    raise typer.BadParameter(msg)


Date = Annotated[str | None, typer.Option("--date", parser=iso_date, help="When it appeared: 2024-09-26 or 2024-09.")]
Publisher = Annotated[str, typer.Option("--publisher", help="Where it appeared.")]
Url = Annotated[str, typer.Option("--url", help="Its address.")]


def _show_version(wanted: bool) -> None:  # noqa: FBT001  typer passes the option's value
    """Print the name and the version of the installed package, and end."""
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            sys.stdout.write(f"{_PACKAGE} {version(_PACKAGE)}\n")
        except PackageNotFoundError:
            msg = "The version is unknown because the bot is not installed: run `pip install .` in its folder."
            raise ConfigError(msg) from None
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[  # noqa: FBT002  its callback does the work
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Answer readers' questions about an article, with the source, in Korean and English."""


def _settings(knowledge: Path | None, semantic: bool | None = None) -> "Settings":  # noqa: FBT001
    from bot.settings import Settings, Switch, load_settings

    settings = load_settings(Settings)
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
    explain: Annotated[bool, typer.Option("--explain", help="Say why this is the answer.")] = False,  # noqa: FBT002
    article: ArticleSlug = None,
    lang: Lang = None,
    knowledge: Knowledge = None,
    semantic: Semantic = None,
) -> None:
    """Answer one question, or one per line of standard input."""
    if question == "-" and not as_json:
        msg = "Reading questions from standard input needs --json."
        raise ConfigError(msg)
    from bot import app as composition
    from bot.core.matching import Question
    from bot.terminal.progress import Preparing

    with Preparing() as preparing:
        running = composition.build(_settings(knowledge, semantic), compiled=True, report=preparing.report)
    slug = composition.known_article(running, article)
    show = _write_json if as_json else _print
    for text in _lines() if question == "-" else (question,):
        answer = running.library.answer(Question(text, lang, slug))
        show(text, answer.reply, running.library.explain(answer) if explain else ())


def _write_json(question: str, reply: "Reply", explanations: "Sequence[Explanation]") -> None:
    """Write one line of JSON as UTF-8 at once; a lone surrogate (bytes of argv that are no text) as its escape."""
    from bot.terminal.ask import as_json

    line = json.dumps(as_json(question, reply, explanations), ensure_ascii=False)
    sys.stdout.buffer.write(line.encode("utf-8", errors="backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def _print(_: str, reply: "Reply", explanations: "Sequence[Explanation]") -> None:
    """Show a reply as a person likes to read it."""
    from rich.console import Console

    from bot.terminal.ask import render, show_why

    console = Console()
    console.print(render(reply))
    show_why(console, explanations)


def _lines() -> Iterator[str]:
    """Yield the lines of standard input; bytes that are not UTF-8 are replaced, not fatal."""
    for line in sys.stdin.buffer if sys.stdin else ():
        yield line.decode("utf-8", errors="replace").rstrip("\r\n")


@app.command(rich_help_panel=READERS)
def chat(
    article: ArticleSlug = None, lang: Lang = None, knowledge: Knowledge = None, semantic: Semantic = None
) -> None:
    """Ask question after question in the terminal."""
    from rich.console import Console

    from bot import app as composition
    from bot.terminal.chat import Chat, run_chat
    from bot.terminal.progress import Preparing

    settings = _settings(knowledge, semantic)
    preparing = Preparing()
    running = composition.build(settings, encode=False, compiled=True, report=preparing.report)
    slug = composition.known_article(running, article)
    run_chat(Chat(Console(), running.library, slug, lang), settings.cache / "history", preparing)


@app.command(rich_help_panel=AUTHORS)
def new(  # noqa: PLR0913, PLR0917  one parameter per option
    source: Annotated[
        Path,
        typer.Argument(parser=path, help="The article as text, Markdown or HTML, or a file with JSON of facts."),
    ],
    folder: Annotated[Path, typer.Argument(parser=path, help="The folder to create; its name is the article's slug.")],
    add: Annotated[bool, typer.Option("--add", help="Add the JSON of facts to a folder that exists.")] = False,  # noqa: FBT002
    title: Title = "",
    author: Annotated[str, typer.Option("--author", help="Who wrote the article.")] = "",
    date: Date = None,
    publisher: Publisher = "",
    url: Url = "",
    paragraphs: Split = "auto",
    headings: Headings = True,  # noqa: FBT002
    keep_all: KeepAll = False,  # noqa: FBT002
) -> None:
    """Start an article folder from a text or from a JSON of facts, such as a reply to `brief`."""
    from bot import app as composition
    from bot.authoring.adding import add_reply
    from bot.authoring.layout import Metadata, ReadOptions
    from bot.authoring.new import new_article

    shipped = composition.shipped_knowledge()
    read: tuple[str, ...] = ()
    if add:
        merged = add_reply(source, folder, shipped)
        notes, lines = merged.notes, merged.changes or ("nothing is new",)
        todo = "look at what was added"
    else:
        known = Metadata(title, author, date or "", publisher, url)
        draft = new_article(source, folder, shipped, ReadOptions(known, paragraphs, headings, keep_all))
        notes, lines, read = draft.warnings, draft.summary(), draft.read
        todo = "fill in what is marked <fill in …>" if draft.is_unfinished() else "look at what was written"
    for note in notes:
        sys.stderr.write(f"{note}\n")
    listed = "".join(f"  {line}\n" for line in lines)
    sys.stdout.write(
        f"{_read_lines(source, read)}{folder}:\n{listed}"
        f"Next: {todo}, then run\n  python -m bot check {shlex.quote(str(folder))}\n"
        "knowledge/README.md (한국어: README.ko.md) explains every key.\n"
    )


def _read_lines(source: Path, lines: Sequence[str]) -> str:
    """Return how an article was read, below its file's name."""
    return f"{source.name} was read as:\n" + "".join(f"  {line}\n" for line in lines) if lines else ""


@app.command(rich_help_panel=AUTHORS)
def brief(  # noqa: PLR0913, PLR0917  one parameter per option
    article: Annotated[Path, typer.Argument(parser=path, help="The article as text, Markdown or HTML.")],
    lang: Annotated[
        Literal["ko", "en"] | None, typer.Option("--lang", help="Language of the brief; default: the article's.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", parser=path, help="Write to this file.")] = None,
    samples: Annotated[int, typer.Option("--samples", min=3, max=60, help="Questions per fact and language.")] = 24,
    part: Annotated[int, typer.Option("--part", min=1, help="The part of a long article.")] = 1,
    more: Annotated[
        Path | None, typer.Option("--more", parser=path, help="Ask only for what is weak in the facts of this folder.")
    ] = None,
    title: Title = "",
    date: Date = None,
    publisher: Publisher = "",
    url: Url = "",
    paragraphs: Split = "auto",
    headings: Headings = True,  # noqa: FBT002
    keep_all: KeepAll = False,  # noqa: FBT002
    semantic: Semantic = None,
) -> None:
    """Write an instruction with which a colleague or any chat assistant drafts the facts; nothing is sent anywhere."""
    from bot.authoring.article_file import read_article
    from bot.authoring.brief import Brief, write_brief
    from bot.authoring.layout import Metadata, ReadOptions

    copy = read_article(
        article, ReadOptions(Metadata(title, "", date or "", publisher, url), paragraphs, headings, keep_all)
    )
    if more is None:
        written = write_brief(copy, lang, samples, part)
    else:
        written = Brief(_more(copy, _settings(more, semantic), lang, samples), 1, 1)
    if out is None:
        sys.stdout.buffer.write(written.text.encode())
    else:
        try:
            out.write_text(written.text, encoding="utf-8", newline="\n")
        except OSError as error:
            msg = f"{out} can't be written: {(error.strerror or 'input/output error').lower()}"
            raise ConfigError(msg) from None
    sys.stderr.write(_read_lines(article, copy.described()))
    if written.parts > 1:
        rest = "" if written.part > 1 else "; the others: --part 2 and so on, their replies with `new … --add`"
        sys.stderr.write(f"This is part {written.part} of {written.parts}{rest}.\n")


def _more(copy: "ArticleCopy", settings: "Settings", lang: Literal["ko", "en"] | None, samples: int) -> str:
    """Return the brief about what is weak in the one article of a folder."""
    from bot import app as composition
    from bot.authoring.check import misclassified_samples
    from bot.authoring.more import write_more
    from bot.terminal.progress import Preparing

    with Preparing() as preparing:
        running = composition.build(settings, report=preparing.report)
    articles = running.library.snapshot.knowledge.articles
    if len(articles) != 1:
        msg = f"--more needs the folder of one article; this one has {len(articles)}."
        raise ConfigError(msg)
    wrong = misclassified_samples(running.library.snapshot, running.encoder, _progress)
    return write_more(articles[0], copy, wrong, lang, samples, asked=_asked_in_vain(articles[0].slug))


def _asked_in_vain(slug: str) -> "Sequence[tuple[str, int]]":
    """Return the questions without an answer about an article, and how often each was asked; none without a store.

    What only one person asked privately is not handed on.
    """
    from bot.errors import StoreError
    from bot.service.records import Editors

    settings = _store_settings()
    if not settings.has_store:
        return ()
    try:
        groups = _with_store(settings, lambda store: store.groups(_MOST_ASKED, Editors(None, slug)))
    except StoreError as error:
        sys.stderr.write(f"The brief holds no questions of readers: {error}\n")
        return ()
    return [(group.text, group.asked) for group in groups]


@app.command(rich_help_panel=AUTHORS)
def check(  # noqa: PLR0913, PLR0917  one parameter per option
    folder: Annotated[
        Path | None, typer.Argument(parser=path, help="Articles, or one article; default: those in use.")
    ] = None,
    article: Annotated[
        Path | None, typer.Option(parser=path, help="The text of the one article, to compare the facts with.")
    ] = None,
    advice: Annotated[bool, typer.Option("--advice", help="Also propose samples, gaps and mergers.")] = False,  # noqa: FBT002
    full: Annotated[bool, typer.Option("--full", help="Test every sample, not 12 of each fact.")] = False,  # noqa: FBT002
    every: Annotated[bool, typer.Option("--all", help="Show every warning, not the first ten of each kind.")] = False,  # noqa: FBT002
    only: Annotated[str | None, typer.Option(metavar="FACT", help="Show the warnings of this fact only.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of the files.")] = False,  # noqa: FBT002
    semantic: Semantic = None,
) -> None:
    """List the problems of a folder of articles, and what would improve its answers."""
    if schema:
        from bot.knowledge.schema import schema_text

        sys.stdout.write(schema_text())
        return
    from bot import app as composition
    from bot.authoring.check import check as run
    from bot.authoring.check import compare
    from bot.knowledge.folder import read_files
    from bot.knowledge.reader import parse_knowledge
    from bot.terminal.progress import Preparing

    settings = _settings(folder, semantic)
    with Preparing() as preparing:
        running = composition.build(settings, report=preparing.report)
    located = parse_knowledge(read_files(composition.knowledge_folder(settings), composition.shipped_knowledge()))
    if only is not None:
        _refuse_unknown_item(located.knowledge.articles, only)
    compared = compare(located, article)
    report = run(running.library.snapshot, running.encoder, _progress, compared, more_advice=advice, full=full)
    shown = report if only is None else report.only(only)
    sys.stdout.write(shown.shown(located.locations, every=every or only is not None))


def _refuse_unknown_item(articles: "Sequence[Article]", name: str) -> None:
    """Raise ConfigError unless one of the articles has a fact, gap or entity called `name`."""
    from bot.knowledge.problems import unknown

    known = {
        item.id for article in articles for items in (article.facts, article.gaps, article.entities) for item in items
    }
    if name not in known:
        msg = f"--only: {unknown('fact', name, known)}"
        raise ConfigError(msg)


sheet = typer.Typer(no_args_is_help=True, help="Edit the facts and gaps of an article in a spreadsheet.")
app.add_typer(sheet, name="sheet", rich_help_panel=AUTHORS)
ArticleFolder = Annotated[Path, typer.Argument(metavar="DIR", parser=path, help="The folder of one article.")]


@sheet.command("export")
def export_sheet(
    folder: ArticleFolder,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", parser=path, help="The file to write.")],
) -> None:
    """Write a CSV file with one row for each fact and gap, for Excel, Google Sheets or LibreOffice."""
    from bot import app as composition
    from bot.authoring.sheet import export_sheet as export
    from bot.core.text import counted

    exported = export(folder, file, composition.shipped_knowledge())
    for note in exported.notes:
        sys.stderr.write(f"{note}\n")
    sys.stdout.write(
        f"{file}: {counted(exported.facts, 'fact')}, {counted(exported.gaps, 'gap')}\n"
        "Next: edit it, save it as CSV UTF-8, then run\n"
        f"  python -m bot sheet import {shlex.quote(str(file))} {shlex.quote(str(folder))}\n"
    )


@sheet.command("import")
def import_sheet(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", parser=path, help="The edited file.")],
    folder: ArticleFolder,
    delete_missing: Annotated[  # noqa: FBT002
        bool, typer.Option("--delete-missing", help="Delete facts and gaps that have no row any more.")
    ] = False,
) -> None:
    """Change what differs in the file, and only that; nothing where anything is wrong."""
    from bot import app as composition
    from bot.authoring.sheet import import_sheet as merge

    imported = merge(file, folder, composition.shipped_knowledge(), delete_missing=delete_missing)
    lines = imported.changes or ("nothing differs",)
    sys.stdout.write(f"{folder}:\n" + "".join(f"  {line}\n" for line in lines))
    if imported.changes:
        sys.stdout.write(f"Next: run\n  python -m bot check {shlex.quote(str(folder))}\n")


def _progress(done: int, total: int) -> None:
    """Show the progress of the held-out rounds on standard error."""
    sys.stderr.write(f"\rheld-out samples: {done} of {total} rounds" + ("\n" if done == total else ""))
    sys.stderr.flush()


@app.command(rich_help_panel=AUTHORS)
def diff(
    old: Annotated[str, typer.Argument(help="A folder of articles, or the beginning of a revision.")],
    new: Annotated[str, typer.Argument(help="Another one.")],
    markdown: Annotated[bool, typer.Option("--markdown", help="Write Markdown, for a pull request.")] = False,  # noqa: FBT002
) -> None:
    """Show how the facts of two folders or revisions differ. Exit code: 0 if they say the same, 1 if not, 2 on errors.

    `/facts history` lists the revisions, which are in the database of BOT_DATABASE_URL.
    """
    from bot.service.comparison import compare
    from bot.terminal.diff import diff_lines, diff_markdown

    try:
        (old_name, before), (new_name, after) = map(_revision, (old, new))
    except (KnowledgeError, StoreError) as error:
        raise ConfigError(str(error)) from None  # 1 would mean that they differ
    changes = compare(before, after)
    lines = (diff_markdown if markdown else diff_lines)(old_name, new_name, changes)
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode())
    raise typer.Exit(int(bool(changes)))


def _revision(name: str) -> "tuple[str, Articles]":
    """Return the revision and the knowledge of a folder, or of a revision in the store."""
    from bot import app as composition

    folder = path(name)
    if folder.is_dir():
        knowledge, revision = composition.read(folder)
        return revision, knowledge
    if not re.fullmatch("[0-9a-f]{4,12}", name.lower()):
        msg = f"{name!r} is neither a folder nor the beginning of a revision (4 to 12 of 0–9 and a–f)."
        raise ConfigError(msg)

    async def find(store: "Store") -> "tuple[str, Bundle | None]":
        found = await store.revisions_like(name.lower(), 2)
        if len(found) != 1:
            what = "several revisions begin" if found else "no revision that is kept begins"
            msg = f"In the database, {what} with {name!r}."
            raise ConfigError(msg)
        return found[0].revision, await store.bundle(found[0].revision)

    revision, bundle = _with_store(_store_settings(), find)
    return revision, composition.Reader(folder).look_into(bundle or {})


@app.command(rich_help_panel=AUTHORS)
def preview(
    what: Annotated[
        str | None, typer.Argument(metavar="[COMMAND|QUESTION]", help="Such as /who-left; default: a tour.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", parser=path, help="Write a page in Discord's look to this file.")
    ] = None,
    lang: Lang = None,
    knowledge: Knowledge = None,
    semantic: Semantic = None,
) -> None:
    """Show how replies will look on Discord."""
    from rich.console import Console

    from bot import app as composition
    from bot.terminal.preview import scenes, show, write_html
    from bot.terminal.progress import Preparing

    with Preparing() as preparing:
        running = composition.build(_settings(knowledge, semantic), report=preparing.report)
    shown = scenes(running.library, what, lang)
    if html is None:
        show(Console(), running.library.snapshot.knowledge, shown)
    else:
        write_html(running.library.snapshot.knowledge, shown, html)
        sys.stdout.write(f"{html}: open it in a browser.\n")


@app.command("eval", rich_help_panel=AUTHORS)
def evaluate(  # noqa: PLR0913, PLR0917  one parameter per option
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            parser=path, help="Question sets (.jsonl) or an article's cases.yaml; default: all of tests/questions."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the measures as JSON.")] = False,  # noqa: FBT002
    explain: Annotated[bool, typer.Option("--explain", help="List each miss with its signals.")] = False,  # noqa: FBT002
    compare: Annotated[
        Path | None, typer.Option(parser=path, help="An earlier report (--json) to compare with, pairwise.")
    ] = None,
    samples: Annotated[
        Literal["ko", "en"] | None,
        typer.Option(help="Keep the samples of this language only and ask the questions in the other."),
    ] = None,
    noise: Annotated[
        Literal["typos", "spaces", "layout"] | None,
        typer.Option(help="Ask clean questions again with typing errors, without spaces, on the wrong layout."),
    ] = None,
    channel: Annotated[  # noqa: FBT002
        bool, typer.Option("--channel", help="The files hold talk of a channel: to what would the bot reply there?")
    ] = False,
    knowledge: Knowledge = None,
    semantic: Semantic = None,
) -> None:
    """Measure how often the bot is right on sets of questions, each asked of the article it is named after."""
    from bot import app as composition
    from bot.evaluation.evaluate import Options, measuring_sets, read_sets
    from bot.evaluation.evaluate import evaluate as run
    from bot.evaluation.perturbation import one_language
    from bot.terminal.progress import Preparing

    change = None if samples is None else partial(one_language, language=samples)

    def answering(folder: Path | None) -> "Library":
        settings = _settings(folder or knowledge, semantic)
        with Preparing() as preparing:
            return composition.build(settings, compiled=folder is None, change=change, report=preparing.report).library

    if channel:
        from bot.evaluation.channel import report

        sys.stdout.write(report(answering(None), files or ()))
        return
    chosen = files or measuring_sets(Path("tests/questions"))
    if not chosen:
        msg = "There is no folder tests/questions here: name the files with the questions."
        raise ConfigError(msg)
    sys.stdout.write(run(read_sets(chosen, answering), Options(explain, compare, samples, noise), as_json=as_json))


@app.command(rich_help_panel=DEVELOPERS)
def train(  # noqa: PLR0913, PLR0917  one parameter per option
    learnt: Annotated[
        Path, typer.Option("--from", parser=path, help="Training articles, beside the shipped one.")
    ] = Path("tests/articles"),
    questions: Annotated[Path, typer.Option(parser=path, help="Their question sets.")] = Path("tests/questions"),
    output: Annotated[Path, typer.Option(parser=path, help="Folder for weights.json and its report.")] = Path(
        "bot/core"
    ),
    ablation: Annotated[  # noqa: FBT002
        bool, typer.Option("--ablation", help="Only write what each feature is worth (20 minutes).")
    ] = False,
    dialogues: Annotated[  # noqa: FBT002
        bool, typer.Option("--dialogues", help="Only learn the decision in a conversation, with the weights in use.")
    ] = False,
    articles: Annotated[  # noqa: FBT002
        bool, typer.Option("--articles", help="Only learn which of several articles is meant, with the weights in use.")
    ] = False,
) -> None:
    """Learn the decision's weights and thresholds, leave-one-article-out, and write the report."""
    from bot import app as composition
    from bot.settings import Settings, load_settings

    with _developer_tools():
        from bot.dev import articles as several
        from bot.dev import dialogues as conversations
        from bot.dev.train import ablate_and_write, train_and_write

    training, _ = composition.read(learnt)
    shipped, _ = composition.read(composition.shipped_knowledge())
    knowledge = replace(training, articles=(*training.articles, *shipped.articles))
    encoder = composition.build_encoder(load_settings(Settings))
    run = train_and_write
    if articles or dialogues:
        run = several.train_and_write if articles else conversations.train_and_write
    elif ablation:
        run = ablate_and_write
    sys.stdout.write(run(knowledge, questions, output, encoder))


@app.command(rich_help_panel=DEVELOPERS)
def bench(
    what: Annotated[
        Literal["speed", "scaling", "articles", "quality"], typer.Argument(help="What to measure.")
    ] = "speed",
    data: Annotated[
        Path | None, typer.Option(parser=path, help="Folder of the public question sets, for quality.")
    ] = None,
    episodes: Annotated[
        int | None, typer.Option("--scenes", min=1, help="At most this many episodes of each set, for quality.")
    ] = None,
) -> None:
    """Measure time and memory, how they grow with facts and articles, or answers against those of other matchers."""
    from bot import app as composition
    from bot.semantic.encoder import UseEncoder

    if what == "articles":
        with _developer_tools():
            from bot.dev.many_articles import many_articles

        cost = many_articles(composition.Reader, UseEncoder)
        sys.stdout.write(str(cost))
        raise typer.Exit(int(cost.is_missed))
    knowledge, _ = composition.read(composition.shipped_knowledge())
    if what != "quality":
        with _developer_tools():
            from bot.dev.bench import scaling, speed

        sys.stdout.write((speed if what == "speed" else scaling)(knowledge, UseEncoder))
        return
    with _developer_tools():  # not above: scikit-learn would count in the memory that `speed` measures
        from bot.dev.quality import quality

    if data is None:
        msg = "bench quality needs the folder of the public question sets: --data DIR."
        raise ConfigError(msg)
    sys.stdout.write(quality(knowledge, UseEncoder(), data, episodes))


@contextmanager
def _developer_tools() -> Iterator[None]:
    """Say what is missing where the imports inside fail: the wheel has no `bot.dev`, a plain install no extras."""
    try:
        yield
    except ModuleNotFoundError as error:
        msg = f"train and bench need a checkout with its developer tools: pip install -e '.[dev]' ({error})"
        raise ConfigError(msg) from None


database = typer.Typer(no_args_is_help=True, help="Look after the database of unanswered questions.")
app.add_typer(database, name="db", rich_help_panel=OPERATORS)


@database.command()
def status() -> None:
    """Show where the database is, whether it is up to date and what it holds."""
    from bot.terminal.stored import status_lines

    settings = _store_settings()
    found = _with_store(settings, lambda store: store.status())
    sys.stdout.write("".join(f"{line}\n" for line in status_lines(found, settings.retention_days)))


@database.command()
def upgrade() -> None:
    """Create the database or bring it up to date; `run` does so by itself."""
    version = _with_store(_store_settings(), lambda store: store.upgrade())
    sys.stdout.write(f"The database is up to date: version {version}.\n")


@database.command()
def export(
    folder: Annotated[Path, typer.Argument(parser=path, help="Folder for one file of JSON lines per table.")],
) -> None:
    """Write what is stored to files, without what tells askers apart, and the active facts as a knowledge folder."""
    from bot.knowledge.folder import own_files
    from bot.terminal.stored import write_knowledge, write_rows

    written = _with_store(_store_settings(), lambda store: write_rows(store, folder))
    for file, number in written.items():
        sys.stdout.write(f"{file}: {number:,}\n")

    def write(store: "Store") -> "Coroutine[None, None, str]":
        return write_knowledge(store, folder / "knowledge", own_files)

    if exported := _with_store(_store_settings(), write):
        sys.stdout.write(f"{folder / 'knowledge'}: the facts of revision {exported}\n")
    if not written:
        sys.stdout.write("Nothing is stored yet.\n")


@database.command()
def purge(
    everything: Annotated[bool, typer.Option("--all", help="Delete all questions, however new.")] = False,  # noqa: FBT002
) -> None:
    """Delete the questions that are older than BOT_RETENTION_DAYS; `run` does so every hour."""
    import time

    async def clear(store: "Store") -> int:
        await store.upgrade()
        return await store.purge(int(time.time()), everything=everything)

    sys.stdout.write(f"Questions deleted: {_with_store(_store_settings(), clear):,}\n")


@app.command(rich_help_panel=OPERATORS)
def unanswered(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per group.")] = False,  # noqa: FBT002
    most: Annotated[int, typer.Option("--most", min=1, help="List at most so many groups.")] = 100,
    add: Annotated[
        tuple[int, str] | None,
        typer.Option(
            "--add",
            metavar="ID FACT",
            help="Add the question of a group (its id is listed first) as a sample of a fact or gap.",
        ),
    ] = None,
    knowledge: Knowledge = None,
) -> None:
    """List the questions that got no answer, or only suggestions, the most asked first; or make one a sample."""
    from bot.terminal.stored import group_json, group_line

    if add is not None:
        _add_question(knowledge, *add)
        return

    groups = _with_store(_store_settings(), lambda store: store.groups(most))
    for group in groups:
        line = group_json(group) if as_json else group_line(group)
        sys.stdout.buffer.write(f"{line}\n".encode())
    if not groups and not as_json:
        sys.stdout.write("There are no unanswered questions.\n")


def _add_question(knowledge: Path | None, number: int, name: str) -> None:
    """Make the question of a group a sample of a fact or gap, and print what is decided differently since."""
    import time

    from bot import app as composition
    from bot.service.editing import MOST_COMPARED
    from bot.service.threads import in_thread
    from bot.terminal.stored import edit_lines

    settings = _store_settings()
    settings = settings if knowledge is None else settings.model_copy(update={"knowledge": knowledge})

    async def add(store: "Store") -> "Iterator[str]":
        group = await store.group(number)
        if group is None:
            msg = f"There is no open group {number}; `unanswered` lists all with their ids."
            raise ConfigError(msg)
        stored = [one.text for one in await store.groups(MOST_COMPARED)]
        running = composition.build(settings)
        await composition.answer_from_active(running, store)
        editing = composition.editing_of(running, settings, store)
        place = editing.find(group, name)
        edited = await in_thread(partial(editing.add_question, group, place, editing.revision, stored))
        await store.close_group(number, "done", int(time.time()))
        return edit_lines(edited, shared=store.processes is not None)

    sys.stdout.buffer.write("".join(f"{line}\n" for line in _with_store(settings, add)).encode())


@app.command(rich_help_panel=OPERATORS)
def report(
    file: Annotated[Path, typer.Argument(parser=path, help="The HTML file to write; an earlier report is replaced.")],
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="Days to look back.")] = 30,
    server: Annotated[
        int | None, typer.Option("--server", help="Id of the only server, 0 for direct messages; all without it.")
    ] = None,
    language: Annotated[Literal["ko", "en"], typer.Option("--language", help="The report's language.")] = "en",
    knowledge: Knowledge = None,
) -> None:
    """Write what was asked, how it was answered and rated, as one HTML file."""
    import time

    from bot import app as composition
    from bot.days import last_days
    from bot.service.records import Period
    from bot.service.replies import Voice
    from bot.terminal.report import MOST_FACTS, report_html, write_report

    settings = _store_settings()
    settings = settings if knowledge is None else settings.model_copy(update={"knowledge": knowledge})
    shown = last_days(time.time(), min(days, settings.retention_days))
    figures = _with_store(settings, lambda store: store.figures(Period(shown[0], server), MOST_FACTS))
    facts, _ = composition.read(composition.knowledge_folder(settings))
    name = "" if server is None else str(server)
    write_report(file, report_html(Voice(facts, language), facts, figures, shown, name))
    sys.stdout.write(f"{file}: {figures.questions:,} questions, {figures.up + figures.down:,} votes\n")


def _store_settings() -> "StoreSettings":
    from bot.settings import StoreSettings, load_settings

    return load_settings(StoreSettings)


def _with_store(settings: "StoreSettings", use: "Callable[[Store], Coroutine[None, None, Result]]") -> "Result":
    """Return what `use` makes of the store; raise ConfigError if there is none, StoreError."""
    import asyncio

    from bot import app as composition

    store = composition.open_store(settings)
    if store is None:
        msg = "Nothing is stored, as BOT_DATABASE_URL is off."
        raise ConfigError(msg)

    async def use_and_close() -> "Result":
        try:
            return await use(store)
        finally:
            await store.close()

    return asyncio.run(use_and_close())


def _discord_settings(knowledge: Path | None, warn: Callable[[str], object] | None = None) -> "DiscordSettings":
    from bot.settings import DiscordSettings, load_settings

    settings = load_settings(DiscordSettings, warn)
    return settings if knowledge is None else settings.model_copy(update={"knowledge": knowledge})


@app.command(rich_help_panel=OPERATORS)
def run(knowledge: Knowledge = None) -> None:
    """Serve Discord until SIGTERM or SIGINT; SIGHUP reloads the facts."""
    from bot import app as composition
    from bot.core.matching import Question
    from bot.discord_bot import logs
    from bot.discord_bot.health import claim
    from bot.discord_bot.runner import Runner, ignore_hangups, run_until_stopped
    from bot.knowledge.folder import fingerprint
    from bot.settings import LogFormat

    ignore_hangups()
    unknown: list[str] = []
    settings = _discord_settings(knowledge, unknown.append)
    token = settings.token()
    logs.set_up(settings.log_level.value, (token, *settings.hidden), form=settings.log_format.value)
    for text in unknown:
        log.warning("%s", text)
    with _last_words_in_the_log() if settings.log_format is LogFormat.JSON else nullcontext():
        if settings.http is not None:
            claim(settings.http).close()  # so that an address in use is told before a minute of loading

        def look() -> str:
            return fingerprint(composition.knowledge_folder(settings))

        loaded = look() if settings.watch else None  # before reading: what changes meanwhile is loaded again
        store = composition.open_store(settings)
        running = composition.build(settings, compiled=True)
        with composition.logged("answering a first question"):
            # the encoder loads with its first question, so no member waits for it
            running.library.answer(Question("준비"))
        run_until_stopped(
            Runner(running.library, settings, store, composition.editing_of(running, settings, store), running.reader),
            token,
            look,
            loaded,
        )


@contextmanager
def _last_words_in_the_log() -> Iterator[None]:
    """Log the error that ends the block, one event per line of it, instead of leaving it to standard error."""
    try:
        yield
    except BotError as error:
        for line in str(error).splitlines():
            log.critical("%s", line)
        raise typer.Exit(error.exit_code) from None
    except Exception as error:
        log.critical("a mistake in the program ended the bot", exc_info=error)
        raise typer.Exit(MISTAKE) from None


@app.command(rich_help_panel=OPERATORS)
def sync(
    guild: Annotated[int | None, typer.Option("--guild", help="Only the commands of this server (its id).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the differences and change nothing.")] = False,  # noqa: FBT002
    clear: Annotated[bool, typer.Option("--clear", help="Remove the commands.")] = False,  # noqa: FBT002
    knowledge: Knowledge = None,
) -> None:
    """Show how the registered commands differ (+ added, - removed, ~ changed), and register the declared ones."""
    import asyncio

    from bot import app as composition
    from bot.discord_bot.runner import Runner
    from bot.discord_bot.sync import SyncOptions, sync_now

    settings = _discord_settings(knowledge)
    token = settings.token()
    client = Runner(composition.build(settings, encode=False).library, settings).new_client()
    scopes = (None, *sorted(settings.admin_guild_ids)) if guild is None else (guild,)
    options = SyncOptions(scopes, dry_run=dry_run, clear=clear)
    for line in asyncio.run(sync_now(client.tree, token, options, settings.cache)):
        sys.stdout.write(f"{line}\n")


@app.command(rich_help_panel=OPERATORS)
def doctor(
    invite: Annotated[bool, typer.Option("--invite", help="Only print the link that adds the bot.")] = False,  # noqa: FBT002
    knowledge: Knowledge = None,
) -> None:
    """Check settings, knowledge and Discord; a line FIX says what to do. Exit code: 1 if there is one, else 0."""
    import asyncio

    from bot.discord_bot.doctor import Finding, find_invite

    if invite:
        sys.stdout.write(f"{asyncio.run(find_invite(_discord_settings(knowledge)))}\n")
        return
    unknown: list[str] = []
    try:
        settings = _discord_settings(knowledge, unknown.append)
    except ConfigError as error:
        raise typer.Exit(_print_findings([Finding("settings", line) for line in str(error).splitlines()])) from None
    code, ending = asyncio.run(_examine(settings, [Finding("settings", text) for text in unknown]))
    ending.cancel()
    raise typer.Exit(code)


def _print_findings(findings: Sequence["Finding"]) -> int:
    """Print one line for each finding; return the exit code."""
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.flush()
    return int(any(finding.fix for finding in findings))


async def _examine(settings: "DiscordSettings", findings: Sequence["Finding"]) -> tuple[int, "Timer"]:
    """Print `findings` and those of `doctor`; return the exit code and what ends the process if the loop does not."""
    from bot import app as composition
    from bot.discord_bot.doctor import examine
    from bot.discord_bot.runner import Runner, end_soon

    def tree_for(library: "Library") -> "Tree":
        return Runner(library, settings).new_client().tree

    found = await examine(settings, partial(_build_and_check, settings), tree_for, composition.open_store)
    code = _print_findings([*findings, *found])
    return code, end_soon(code)  # a name that is still being looked up must not delay the end


def _build_and_check(settings: "DiscordSettings") -> tuple["Library | None", tuple[Problem, ...]]:
    """Load the facts and run their cases; return them, None if they can't be used, and all problems."""
    from bot import app as composition
    from bot.service.library import failed_cases

    try:
        running = composition.build(settings, compiled=True)
    except KnowledgeError as error:
        return None, error.problems
    return running.library, failed_cases(running.library.snapshot, running.encoder)
