"""The running program: intake, workers, sender and clock around one database."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.clock import Clock
from bot.draw_jobs import DrawJobs
from bot.outages import ask_again
from bot.scheduler import Alarm, Timers
from bot.settings import Settings
from bot.telegram.api import Api, InvalidToken, TelegramError
from bot.telegram.incoming import ALLOWED_UPDATES
from bot.telegram.intake import Intake, Webhook, poll
from bot.telegram.profile import introduce
from bot.telegram.sender import Sender
from bot.turns import Turns
from bot.web import serving
from flows.desk import ORGANISATION_NAME, Surroundings
from flows.retention.rules import MESSAGES_DAYS
from flows.slices import ROUTER
from flows.words import DEFAULT_LANGUAGE, Voice
from storage.database import Database, DatabaseProblem, opened
from storage.machinery import Instance
from storage.records import new_id
from storage.store import Store

log = logging.getLogger(__name__)

WORKERS = 16
ALIVE = timedelta(seconds=10)
OUTAGE = timedelta(minutes=2)
KEPT = timedelta(days=MESSAGES_DAYS)
LONGEST_PAUSE = 15.0
STOP_SECONDS = 2.0

EVERY_TURN_POLL = 1.0
EVERY_TIMER_POLL = 1.0
EVERY_HEARTBEAT = 3.0
EVERY_DRAW_POLL = 3.0
EVERY_PICK_POLL = 1.0
EVERY_SWEEP = 60.0
EVERY_INTRODUCTION = 300.0


class Workers:
    """Take turns as long as there are any: woken by arrivals, and once a second in case one was missed."""

    def __init__(self, turns: Turns, sender: Sender) -> None:
        self._turns = turns
        self._sender = sender
        self._tasks: set[asyncio.Task[None]] = set()
        self._expected = 0
        self._without_hands = False
        self._searching = False
        self._stopping = False

    def arrived(self, number: int) -> None:
        """As many more hands as there is work for, up to WORKERS."""
        if self._stopping:
            return
        self._expected += number
        free = WORKERS - len(self._tasks)
        self._without_hands = self._without_hands or number > free
        for _more in range(min(number, free)):
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self) -> None:
        """Until no more is expected: a look at an empty inbox is not free. A search goes on until nothing is found."""
        while (self._expected > 0 or self._searching) and not self._stopping:
            try:
                taken = await self._turns.take()
            except DatabaseProblem as problem:
                log.warning("Turns wait for the database: %s", problem)
                return
            except Exception:
                log.exception("A turn could not be taken")
                return
            if taken is None:
                self._searching = False
                if not self._without_hands:
                    return
                self._without_hands = False  # something came while everybody was looking: look once more
                continue
            self._expected = max(0, self._expected - 1)
            self._sender.send(taken.replies)
            if taken.told_others:
                self._sender.wake()

    async def look(self) -> None:
        """What nobody has announced is found; what was announced and came to nothing (a second copy) is forgotten."""
        if not self._tasks:
            self._expected = 0
        self.search(1)

    def search(self, hands: int) -> None:
        """As many look into the inbox, for what a process left there that is gone."""
        self._searching = True
        self.arrived(hands)

    async def stop(self) -> None:
        """Let the turns in progress be finished."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)


def _settle_in() -> None:
    """What has been loaded stays as long as the process: the collector need not look at it again and again.

    And the database's thread gets its turn sooner than after the usual 5 ms, for somebody waits for what it brings.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(0.001)


class Broken(Exception):
    """A part that must run as long as the program has failed."""


class Service:
    """One process of the bot: `run` until `stop`."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or Clock()
        self._stopping = asyncio.Event()
        self._broken = False
        self.ready = asyncio.Event()
        self.port = 0

    def stop(self) -> None:
        self._stopping.set()

    def breaks(self) -> None:
        """Something that must not end has ended: stop, and say so, rather than live on half dead."""
        self._broken = True
        self.stop()

    def stop_on_signals(self) -> None:
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, self.stop)

    async def run(self) -> None:
        """Raises DatabaseProblem or telegram.error.InvalidToken when it cannot begin, OSError when it cannot listen."""
        settings = self._settings
        async with opened(settings.database_url, settings.vault) as database, connected(settings) as api:
            username = await self._username(api)
            if username is not None:
                await _Running(settings, self._clock, database, api, username).run(self)
        if self._broken:
            raise Broken("A part of the program failed; see the log.")

    async def stopped(self) -> None:
        await self._stopping.wait()

    async def _username(self, api: Api) -> str | None:
        """The bot's own name; None when stopped before Telegram could be reached."""
        pause = 0.5
        while not self._stopping.is_set():
            try:
                found: str = (await api.call("getMe", {}))["username"]
                return found
            except InvalidToken:
                raise
            except TelegramError as problem:
                log.warning("Telegram cannot be reached yet: %s", type(problem).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopping.wait()
            pause = min(LONGEST_PAUSE, pause * 2)
        return None


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Api]:
    """Telegram's API, its connections closed at the end."""
    api = Api(settings.token, settings.api_url)
    await api.open()
    try:
        yield api
    finally:
        await api.close_connections()


class _Running:
    """The parts of one running process, once the database is open and Telegram has said who we are."""

    def __init__(self, settings: Settings, clock: Clock, database: Database, api: Api, username: str) -> None:
        self._settings = settings
        self._clock = clock
        self._database = database
        self._api = api
        self._instance = Instance(new_id(), socket.gethostname(), os.getpid(), clock.now() + ALIVE)
        surroundings = Surroundings(settings.timezone, username, frozenset(settings.owners))
        self._sender = Sender(
            api, database, clock, self._instance.id, settings.send_rate, self._take_in, settings.timezone
        )
        turns = Turns(database, ROUTER, clock, surroundings, self._instance.id)
        self._workers = Workers(turns, self._sender)
        self._timers = Timers(database, ROUTER, clock, surroundings, self._sender.wake)
        self._draws = DrawJobs(database, clock)
        self._intake = Intake(database, clock, self._workers.arrived)
        self._introduced = ""

    async def _take_in(self, updates: Sequence[Any]) -> None:
        await self._intake.take_in(updates)

    async def run(self, service: Service) -> None:
        down_since = await self._move_in()
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._move_out)
            await stack.enter_async_context(background(self._sender.run(), service.breaks))
            stack.push_async_callback(self._workers.stop)
            stack.enter_context(self._regular_tasks())
            if down_since is not None:
                await ask_again(self._database, self._clock.now(), down_since, self._settings.timezone)
            self._workers.search(WORKERS)
            await stack.enter_async_context(self._listening(service))
            _settle_in()
            service.ready.set()
            await service.stopped()

    # ------------------------------------------------------------ beginning and end

    async def _move_in(self) -> datetime | None:
        """Take over what dead processes had claimed; returns since when nobody was there, if that was long."""
        now = self._clock.now()

        async def move_in(store: Store) -> datetime | None:
            others = await store.instances.all()
            for other in others:
                if other.host == self._instance.host and _is_gone(other.pid):
                    await store.instances.forget(other.id)
            await store.instances.beat(self._instance)
            await store.outbox.take_over(self._instance.id, now)
            last = await store.settings.load("machinery.alive_until")
            return datetime.fromisoformat(last) if last else None

        last = await self._database.write(move_in)
        return last if last is not None and now - last > OUTAGE else None

    async def _move_out(self) -> None:
        with contextlib.suppress(DatabaseProblem):
            await self._database.write(lambda store: store.instances.forget(self._instance.id))

    @contextlib.contextmanager
    def _regular_tasks(self) -> Iterator[None]:
        alarm = Alarm()
        alarm.every(EVERY_TURN_POLL, self._workers.look)
        ring = alarm.every(EVERY_TIMER_POLL, self._timers.run_due)
        alarm.every(EVERY_HEARTBEAT, self._beat)
        alarm.every(EVERY_DRAW_POLL, self._draws.run_all)
        alarm.every(EVERY_PICK_POLL, self._draws.pick_all)
        alarm.every(EVERY_SWEEP, self._sweep)
        alarm.every(EVERY_INTRODUCTION, self._introduce)()
        self._clock.on_advance(ring)
        alarm.start()
        try:
            yield
        finally:
            alarm.stop()

    @asynccontextmanager
    async def _listening(self, service: Service) -> AsyncIterator[None]:
        """Updates arrive within the block: by webhook where one is set, else by polling."""
        settings = self._settings
        if not settings.webhook_url:
            async with background(self._poll(), service.breaks):
                yield
            return
        webhook = Webhook(self._intake, settings.webhook_secret)
        path = urlsplit(settings.webhook_url).path
        async with (
            serving(settings.listen_host, settings.listen_port, path, webhook.receive, self._healthy) as port,
            background(self._set_webhook(), service.breaks),
        ):
            service.port = port
            yield

    async def _poll(self) -> None:
        await self._persist("deleteWebhook", {})
        await poll(self._api, self._intake)

    async def _set_webhook(self) -> None:
        await self._persist(
            "setWebhook",
            {
                "url": self._settings.webhook_url,
                "secret_token": self._settings.webhook_secret,
                "allowed_updates": ALLOWED_UPDATES,
                "max_connections": 40,
            },
        )

    async def _persist(self, method: str, parameters: dict[str, object]) -> None:
        """Call until it succeeds: without it no update arrives."""
        pause = 0.5
        while True:
            try:
                await self._api.call(method, parameters)
                return
            except TelegramError as problem:
                log.warning("%s is tried again: %s", method, type(problem).__name__)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _healthy(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    # ------------------------------------------------------------ regular tasks

    async def _beat(self) -> None:
        now = self._clock.now()
        beat = Instance(self._instance.id, self._instance.host, self._instance.pid, now + ALIVE)

        async def beating(store: Store) -> None:
            await store.instances.beat(beat)
            await store.settings.set("machinery.alive_until", now.isoformat())
            await store.outbox.take_over(self._instance.id, now)

        await self._database.write(beating)

    async def _sweep(self) -> None:
        now = self._clock.now()

        async def sweep(store: Store) -> None:
            await store.outbox.expire(now)
            await store.outbox.purge(now - KEPT)
            await store.inbox.purge(now - KEPT)
            await store.instances.forget_old(now - KEPT)

        await self._database.write(sweep)
        await self._database.scrub()

    async def _introduce(self) -> None:
        """Again whenever the organisation has changed its name."""
        async with self._database.reading() as store:
            organisation = await store.settings.load(ORGANISATION_NAME, "")
        if self._introduced == f"={organisation}":
            return
        try:
            await introduce(self._api, ROUTER, organisation, Voice(DEFAULT_LANGUAGE, self._settings.timezone))
            self._introduced = f"={organisation}"
        except TelegramError as problem:
            log.warning("Name and menus are set later: %s", type(problem).__name__)


@asynccontextmanager
async def background(work: Coroutine[None, None, None], breaks: Callable[[], None]) -> AsyncIterator[None]:
    """`work` goes on during the block and is cancelled at its end; should it fail before, `breaks` is called."""

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (problem := task.exception()):
            log.critical("A part of the program failed", exc_info=problem)
            breaks()

    task = asyncio.create_task(work)
    task.add_done_callback(ended)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def _is_gone(pid: int) -> bool:
    """Whether no such process is running here; our own number belonged to an earlier one."""
    if pid == os.getpid():
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
