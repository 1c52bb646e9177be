"""The operators' part of the command line: run, sync, doctor."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import app as composition
from bot.core.answer import Question
from bot.discord_settings import DiscordSettings, load_discord_settings
from bot.errors import KnowledgeError, Problem

if TYPE_CHECKING:  # discord.py is loaded only by the commands that speak to Discord
    from bot.discord_front.client import BotClient
    from bot.discord_front.operation import Operation

OPERATORS = "Operators"

Knowledge = Annotated[
    Path | None,
    typer.Option("--knowledge", help="Folder of the articles instead of the shipped ones (BOT_KNOWLEDGE)."),
]


def _settings(knowledge: Path | None) -> DiscordSettings:
    settings = load_discord_settings()
    return settings if knowledge is None else settings.model_copy(update={"knowledge": knowledge})


def client_of(app: composition.App, settings: DiscordSettings, operation: "Operation") -> "BotClient":
    """Return a client that has the commands for everybody and for administrators."""
    from bot.discord_front.admin import add_admin  # noqa: PLC0415
    from bot.discord_front.client import BotClient  # noqa: PLC0415

    return BotClient(app, settings, extend=lambda client: add_admin(client, operation, settings))


def run(knowledge: Knowledge = None) -> None:
    """Serve Discord until SIGTERM or SIGINT; SIGHUP reloads the facts."""
    from bot.discord_front import logs  # noqa: PLC0415
    from bot.discord_front.run import Plan, ignore_hangups, serve_here  # noqa: PLC0415

    ignore_hangups()
    settings = _settings(knowledge)
    token = settings.token()
    logs.set_up(settings.log_level.value, (token,))
    app = composition.build(settings, compiled=True)
    app.responder.ask_now(Question("준비"))  # the encoder loads with its first question; no member should wait for it
    folder = composition.knowledge_folder(settings)
    serve_here(Plan(app.library, folder, settings, token, lambda operation: client_of(app, settings, operation)))


def sync(
    guild: Annotated[int | None, typer.Option("--guild", help="Only the commands of this server (its id).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference and change nothing.")] = False,  # noqa: FBT002
    clear: Annotated[bool, typer.Option("--clear", help="Take the commands away.")] = False,  # noqa: FBT002
    knowledge: Knowledge = None,
) -> None:
    """Show how the registered commands differ from the declared ones, and register these."""
    from bot.discord_front.operation import Operation  # noqa: PLC0415
    from bot.discord_front.sync import Order, sync_now  # noqa: PLC0415

    settings = _settings(knowledge)
    token = settings.token()
    app = composition.build(settings, encode=False)
    client = client_of(app, settings, Operation(app.library))
    scopes = (None, *sorted(settings.admin_guild_ids)) if guild is None else (guild,)
    order = Order(scopes, dry_run=dry_run, clear=clear)
    for line in asyncio.run(sync_now(client.tree, token, order, settings.cache)):
        typer.echo(line)


def doctor(
    invite: Annotated[bool, typer.Option("--invite", help="Only print the link that adds the bot.")] = False,  # noqa: FBT002
    knowledge: Knowledge = None,
) -> None:
    """Check token, intents, permissions and knowledge, and say what to mend (exit code 1 if anything)."""
    import discord  # noqa: PLC0415

    from bot.discord_front.doctor import examine, find_invite, knowledge_findings  # noqa: PLC0415
    from bot.discord_front.operation import Operation  # noqa: PLC0415

    settings = _settings(knowledge)
    plain = discord.Client(intents=discord.Intents.none())
    if invite:
        typer.echo(asyncio.run(find_invite(plain, settings.token())))
        return
    app, problems = _examined(settings)
    if app is None:
        rest = asyncio.run(examine(plain, settings, None))
    else:
        client = client_of(app, settings, Operation(app.library))
        rest = asyncio.run(examine(client, settings, client.tree))
    findings = [*knowledge_findings(app.library.snapshot.knowledge if app else None, problems), *rest]
    for finding in findings:
        typer.echo(finding)
    if any(finding.mend for finding in findings):
        raise typer.Exit(1)


def _examined(settings: DiscordSettings) -> tuple[composition.App | None, tuple[Problem, ...]]:
    """Read the facts and run their cases; return the app, where it can be built, and all problems."""
    from bot.service.library import failed_cases  # noqa: PLC0415

    try:
        app = composition.build(settings)
    except KnowledgeError as error:
        return None, error.problems
    return app, failed_cases(app.library.snapshot, app.encoder)
