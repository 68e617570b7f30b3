"""The bot's peers in end-to-end tests: the playground, people with phones in it, and the program as a process."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, closing
from typing import Any

import asyncpg

from bot.clock import Clock
from bot.playground.server import Playground
from bot.playground.world import Message, Person
from bot.service import Service
from bot.settings import Settings
from storage.vault import Vault

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
PATIENCE = 30.0
LOOK_EVERY = 0.01

ANA = Person(11, "Ana")
BEN = Person(12, "Ben")
CERYS = Person(13, "Cerys", language_code="cy")
OLGA = Person(21, "Olga", "staff")
EVERYBODY = (ANA, BEN, CERYS, OLGA)


async def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """What `condition` (which may be a coroutine function) gives, once that is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {inspect.getsource(condition).strip()}")
        await asyncio.sleep(LOOK_EVERY)


@asynccontextmanager
async def playing(people: Iterable[Person] = EVERYBODY, **options: Any) -> AsyncIterator[Playground]:
    playground = Playground(TOKEN, people=people, **options)
    await playground.start()
    try:
        yield playground
    finally:
        await playground.stop()


# ---------------------------------------------------------------- the program

KEY = "a key that only these tests know"
VAULT = Vault([KEY])


def environment(playground: Playground, database_url: str, **changed: str) -> dict[str, str]:
    """Settings for a bot that talks to the playground; Olga is its owner."""
    return {
        "FOLKMOOT_TOKEN": TOKEN,
        "FOLKMOOT_OWNERS": str(OLGA.id),
        "FOLKMOOT_DATABASE_URL": database_url,
        "FOLKMOOT_API_URL": playground.url,
        "FOLKMOOT_KEY": KEY,
        "FOLKMOOT_LOG_LEVEL": "WARNING",
        **changed,
    }


def by_webhook() -> dict[str, str]:
    port = free_port()
    return {
        "FOLKMOOT_WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram",
        "FOLKMOOT_LISTEN": f"127.0.0.1:{port}",
    }


@asynccontextmanager
async def serving(env: dict[str, str], clock: Clock | None = None) -> AsyncIterator[Service]:
    """The whole bot in this process, from ready until stopped; what goes wrong in it is raised here."""
    service = Service(Settings.from_environment(env), clock)
    running = asyncio.create_task(service.run())
    ready = asyncio.create_task(service.ready.wait())
    try:
        await asyncio.wait([running, ready], return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE)
        assert service.ready.is_set(), running
        yield service
    finally:
        ready.cancel()
        service.stop()
        await running


class Program:
    """`folkmoot …` as a process of its own."""

    def __init__(self, env: dict[str, str], *arguments: str) -> None:
        own = {name: value for name, value in os.environ.items() if not name.startswith("FOLKMOOT_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", *arguments],
            env={**own, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def terminate(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    async def kill(self) -> str:
        """SIGKILL; returns what was logged. Fails when it had ended by itself before."""
        assert self.is_running, self._process.communicate()[1]
        self._process.kill()
        return (await self.ended())[2]

    async def ended(self, seconds: float = PATIENCE) -> tuple[int, str, str]:
        """Exit status, standard output and standard error."""
        try:
            out, err = await asyncio.to_thread(self._process.communicate, timeout=seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        return self._process.returncode, out, err


@asynccontextmanager
async def program(env: dict[str, str], *arguments: str) -> AsyncIterator[Program]:
    """Killed at the end of the block if it still runs."""
    started = Program(env, *arguments)
    try:
        yield started
    finally:
        if started.is_running:
            await started.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


# ---------------------------------------------------------------- what can be seen


class Phone:
    """One person's phone."""

    def __init__(self, playground: Playground, person: Person) -> None:
        self.person = person
        self._playground = playground

    async def say(self, text: str) -> Message:
        return await self._playground.say(self.person, text)

    def said(self, words: str) -> list[Message]:
        """The bot's messages that contain these words."""
        return [message for message in self._playground.chat(self.person) if message.by_bot and words in message.text]

    async def sees(self, words: str, seconds: float = PATIENCE) -> Message:
        """The newest message of the bot with these words, once there is one."""
        found: list[Message] = await until(lambda: self.said(words), seconds)
        return found[-1]

    async def tap(self, label: str) -> str:
        """Tap the newest button of this name, once there is one; the id of the callback query."""
        message, row, column = await until(lambda: self._button(label))
        return await self._playground.tap(self.person, message.message_id, row, column)

    def _button(self, label: str) -> tuple[Message, int, int] | None:
        for message in reversed(self._playground.chat(self.person)):
            for row, buttons in enumerate(message.buttons):
                for column, button in enumerate(buttons):
                    if button["text"] == label:
                        return message, row, column
        return None


def calls(playground: Playground, method: str, *, ok: bool | None = True) -> list[dict[str, Any]]:
    """The bot's calls of one method, oldest first; `ok` None includes those that went wrong."""
    return [
        entry
        for entry in playground.calls
        if entry["direction"] == "call" and entry["method"] == method and ok in (None, entry["ok"])
    ]


async def rows(database_url: str, sql: str) -> list[tuple[Any, ...]]:
    """Read with a connection of the test's own, as whoever looks at the database from outside."""
    if database_url.startswith("sqlite:///"):
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
            return connection.execute(sql).fetchall()
    other = await asyncpg.connect(database_url)
    try:
        return [tuple(row) for row in await other.fetch(sql)]
    finally:
        await other.close()
