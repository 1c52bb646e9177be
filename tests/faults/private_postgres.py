"""A PostgreSQL of a test's own, on a port of its own, which the test may stop."""

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).resolve().parent if named else None


@dataclass
class PrivatePostgres:
    """A cluster in a folder."""

    folder: Path
    port: int
    programs: Path

    @property
    def url(self) -> str:
        """Return the URL of its database."""
        return f"postgresql://{getpass.getuser()}@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs, as a user that PostgreSQL accepts."""
        owner = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
        command = (*owner, str(self.programs / program), *arguments)
        with (self.folder / "commands.log").open("ab") as log:  # not a pipe, which the server would hold open
            subprocess.run(command, check=True, stdout=log, stderr=log, cwd="/", timeout=60)  # noqa: S603  fixed programs

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self.run(
            "pg_ctl", "--pgdata", self._data, "--wait", "--log", f"{self.folder}/log", "--options", options, "start"
        )

    def stop(self) -> None:
        """End it at once, and all connections with it."""
        self.run("pg_ctl", "--pgdata", self._data, "--mode", "fast", "stop")

    @property
    def _data(self) -> str:
        return str(self.folder / "data")


@contextmanager
def private_postgres() -> Iterator[PrivatePostgres | None]:
    """Run a server during the block; None where PostgreSQL is not installed."""
    found = programs()
    if found is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="postgres."))
    try:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        server = PrivatePostgres(folder, port, found)
        server.run("initdb", "--auth", "trust", "--username", getpass.getuser(), "--pgdata", str(folder / "data"))
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
