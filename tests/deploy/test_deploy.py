"""What `.deploy` says is what the settings, the exit codes and the commands are."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from bot.cli import app
from bot.discord_bot import runner
from bot.discord_bot.health import serving
from bot.discord_bot.recording import LAST_WRITES
from bot.errors import MISTAKE, BotError
from bot.settings import Address, DiscordSettings, load_settings, variable

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / ".deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
COMPOSE_FILE = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
UNIT_FILE = DEPLOY / "article-answers-bot.service"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (DEPLOY / "README.md").read_text(encoding="utf-8")
CACHE, DATA = "/var/cache/article-answers-bot", "/var/lib/article-answers-bot"
DAY = 24 * 60
"""Minutes."""
MOST_IDENTIFIES = 1_000
"""What Discord allows a bot in a day."""


def unit() -> dict[str, dict[str, list[str]]]:
    """Return the values of the systemd unit, which may give a key several times."""
    found: dict[str, dict[str, list[str]]] = {}
    for line in UNIT_FILE.read_text(encoding="utf-8").splitlines():
        if section := re.fullmatch(r"\[(\w+)\]", line):
            values = found.setdefault(section[1], {})
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            values.setdefault(key, []).append(value)
    return found


SERVICE = unit()["Service"]
COMPOSE: Any = yaml.safe_load(COMPOSE_FILE)["services"]["bot"]


def instructions(name: str) -> list[str]:
    """Return the arguments of each instruction of the Containerfile with this name."""
    joined = re.sub(r"\\\n\s*", " ", CONTAINERFILE)
    return re.findall(rf"^{name} (.*)$", joined, re.MULTILINE)


def image_variables() -> dict[str, str]:
    """Return the environment of the image."""
    return dict(pair.split("=", 1) for line in instructions("ENV") for pair in line.split())


def seconds(span: str) -> int:
    """Return the seconds of a time span such as `15s` or `2min`."""
    number, one = re.fullmatch(r"(\d+)(\w+)", span).groups()  # type: ignore[union-attr]
    return int(number) * {"s": 1, "min": 60, "m": 60}[one]


def known() -> set[str]:
    """Return the variables of all settings."""
    return set(map(variable, DiscordSettings.model_fields))


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_every_variable_that_is_named_is_a_setting(path: Path) -> None:
    named = set(re.findall(r"\b(?:BOT|DISCORD)_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert named
    assert named <= known()


@pytest.mark.parametrize("source", ["image", "compose", "unit"])
def test_the_values_that_are_set_are_right(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str) -> None:
    monkeypatch.chdir(tmp_path)
    values = {
        "image": image_variables(),
        "compose": COMPOSE["environment"],
        "unit": dict(one.split("=", 1) for one in SERVICE["Environment"]),
    }[source]
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings = load_settings(DiscordSettings)
    assert settings.cache == Path(CACHE)
    assert settings.data == Path(DATA)
    assert settings.http is None or settings.http.port == 8080


def exit_codes() -> list[int]:
    """Return the codes of the errors that a person has to mend."""
    kinds: list[type[BotError]] = [BotError, *BotError.__subclasses__()]
    return sorted({kind.exit_code for kind in kinds})


def test_no_start_follows_an_exit_code_that_only_a_person_can_mend() -> None:
    codes = exit_codes()
    assert SERVICE["Restart"] == ["on-failure"]
    assert SERVICE["RestartPreventExitStatus"] == [" ".join(map(str, codes))]
    assert MISTAKE not in codes
    explained = UNIT_FILE.read_text(encoding="utf-8").partition("RestartPreventExitStatus")[0]
    for code in codes:
        assert re.search(rf"# .*\b{code}: ", explained)


def test_the_documents_name_every_exit_code() -> None:
    codes = {0, MISTAKE, *exit_codes()}
    table = GUIDE.partition("## Exit codes")[2].partition("\n## ")[0]
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == codes
    for code in codes - {0}:
        assert re.search(rf"\b{code} ", README.partition("Exit codes: ")[2].partition("\n\n")[0])


def test_restarts_do_not_use_up_the_identifies_of_a_day() -> None:
    start = unit()["Unit"]
    per_day = int(start["StartLimitBurst"][0]) * DAY * 60 / seconds(start["StartLimitIntervalSec"][0])
    assert per_day < MOST_IDENTIFIES
    policy, _, most = COMPOSE["restart"].partition(":")
    assert policy == "on-failure"
    assert 0 < int(most) < 10


@pytest.mark.parametrize("granted", [SERVICE["TimeoutStopSec"][0], COMPOSE["stop_grace_period"]])
def test_there_is_time_for_an_orderly_end(granted: str) -> None:
    needed = runner._GRACE + runner._CLOSE_TIMEOUT + runner._THREADS_TIMEOUT + 2 * LAST_WRITES  # noqa: SLF001
    assert needed < seconds(granted)


def test_the_command_that_is_started_exists() -> None:
    (command,) = instructions("CMD")
    (started,) = SERVICE["ExecStart"]
    program, argument = json.loads(command)
    assert started.rpartition("/")[2] == f"{program} {argument}"
    assert program in PROJECT["project"]["scripts"]
    assert argument in getattr(get_command(app), "commands", {})


def test_reloading_sends_the_signal_that_reloads() -> None:
    assert SERVICE["ExecReload"] == ["/bin/kill -HUP $MAINPID"]


def test_the_image_is_made_of_what_the_wheel_needs_and_nothing_else() -> None:
    """So neither a token in `.env` nor a virtual environment gets into it."""
    copied = {name for line in instructions("COPY") for name in line.split()[:-1]}
    assert copied == set(PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"])
    assert all((ROOT / name).exists() for name in copied)
    assert instructions("ADD") == []


def test_the_image_names_no_registry_and_a_python_that_the_bot_supports() -> None:
    (base,) = instructions("FROM")
    name, version = re.fullmatch(r"(\w+):(\d+\.\d+)-slim", base).groups()  # type: ignore[union-attr]
    assert name == "python"
    assert PROJECT["project"]["requires-python"] == f">={version}"


def test_the_container_is_not_root_and_writes_to_its_cache_and_data_only() -> None:
    (user,) = instructions("USER")
    assert int(user) > 0
    variables = image_variables()
    assert instructions("VOLUME") == [f"{CACHE} {DATA}"] == [f"{variables['BOT_CACHE']} {variables['BOT_DATA']}"]
    assert COMPOSE["read_only"] is True
    assert COMPOSE["tmpfs"] == ["/tmp"]  # noqa: S108  in the container
    assert [volume.partition(":")[2] for volume in COMPOSE["volumes"]] == [CACHE, DATA]
    assert COMPOSE["cap_drop"] == ["ALL"]


def test_compose_reads_the_settings_and_builds_this_image() -> None:
    assert (DEPLOY / COMPOSE["env_file"]).resolve() == ROOT / ".env"
    build = COMPOSE["build"]
    assert (DEPLOY / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).resolve() == DEPLOY / "Containerfile"
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["ports"])


def healthcheck() -> list[str]:
    """Return the command of the image's health check."""
    (check,) = instructions("HEALTHCHECK")
    command: list[str] = json.loads(check.partition("CMD ")[2])
    return command


def test_compose_checks_health_as_the_image_does() -> None:
    check = COMPOSE["healthcheck"]
    assert check["test"] == ["CMD", *healthcheck()]
    (written,) = instructions("HEALTHCHECK")
    options = dict(re.findall(r"--([\w-]+)=(\w+)", written))
    assert options == {key.replace("_", "-"): str(check[key]) for key in check if key != "test"}


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104  the addresses of the two files
async def test_the_health_check_notices_whether_the_bot_is_alive(unused_tcp_port: int, host: str) -> None:
    program, *arguments = healthcheck()
    assert program == "python"

    async def is_healthy() -> bool:
        environment = {**os.environ, "BOT_HTTP": f"{host}:{unused_tcp_port}"}
        command = (sys.executable, *arguments)
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=quiet, stderr=quiet)
        return await process.wait() == 0

    assert not await is_healthy()
    async with serving(Address(host, unused_tcp_port), lambda: "Discord is away", bytes, "text/plain"):
        assert await is_healthy()


def test_the_unit_is_valid(tmp_path: Path) -> None:
    """With a program that exists on this machine."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    copy = tmp_path / UNIT_FILE.name
    text = UNIT_FILE.read_text(encoding="utf-8")
    copy.write_text(re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={sys.executable}", text), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, check=False, timeout=60)  # noqa: S603, S607
    assert done.returncode == 0
    assert UNIT_FILE.name not in done.stderr.decode()  # other units of the machine may have faults


def test_the_unit_is_hardened() -> None:
    for key in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "DynamicUser"):
        assert SERVICE[key] == ["yes"]
    assert SERVICE["ProtectSystem"] == ["strict"]
    assert SERVICE["CapabilityBoundingSet"] == [""]
    assert f"/var/cache/{SERVICE['CacheDirectory'][0]}" == CACHE
    assert f"/var/lib/{SERVICE['StateDirectory'][0]}" == DATA
