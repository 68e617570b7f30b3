"""What is due: APScheduler wakes, the database says what.

A due timer becomes a turn of its own: its effects and its being done are one transaction, so it is done once even
when several processes try, and after downtime everything overdue is done in the order it was due.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import date, time, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock
from bot.turns import settle
from flows.dates import instant_of
from flows.desk import Desk, Surroundings
from flows.flow import Again
from flows.router import Router
from storage.database import Database, DatabaseProblem
from storage.store import Store
from storage.timers import Timer

log = logging.getLogger(__name__)

TRIES = 5
FIRST_RETRY = timedelta(seconds=5)
SMALL_HOURS = time(3, 30)


class Failed(Exception):
    """What a timer does went wrong; it was rolled back."""

    def __init__(self, timer: Timer) -> None:
        super().__init__(timer.kind)
        self.timer = timer


class Timers:
    """Does what is due. `told` is called when something was put in the outbox."""

    def __init__(
        self,
        database: Database,
        router: Router,
        clock: Clock,
        surroundings: Surroundings,
        told: Callable[[], None],
    ) -> None:
        self._database = database
        self._router = router
        self._clock = clock
        self._surroundings = surroundings
        self._told = told
        self._planned: date | None = None

    async def run_due(self) -> None:
        """Until nothing is due. Raises DatabaseProblem."""
        await self._plan_today()
        while True:
            try:
                told = await self._database.write(self._do_next)
            except Failed as failed:
                log.error("Timer %s went wrong", failed.timer.kind, exc_info=failed.__cause__)
                await self._database.write(lambda store, timer=failed.timer: self._retry(store, timer))  # type: ignore[misc]
                continue
            if told is None:
                return
            if told:
                self._told()

    async def _plan_today(self) -> None:
        """What happens every day is set once for each, by whichever process comes first."""
        zone = self._surroundings.zone
        today = self._clock.now().astimezone(zone).date()
        if today == self._planned:
            return
        at = instant_of(today, SMALL_HOURS, zone)

        async def plan(store: Store) -> None:
            for kind in sorted(self._router.dailies):
                await store.timers.begin(f"{kind}:{today}", kind, {"after": ""}, at)

        await self._database.write(plan)
        self._planned = today

    async def _do_next(self, store: Store) -> bool | None:
        """Whether anybody was told something; None when nothing was due."""
        now = self._clock.now()
        timer = await store.timers.next(now)
        if timer is None:
            return None
        if timer.expires_at is not None and timer.expires_at <= now:
            await store.timers.finish(timer, now, "expired", "too late to be of use")
            return False
        happens = self._router.happenings.get(timer.kind)
        if happens is None:
            await store.timers.finish(timer, now, "failed", "no longer known")
            return False
        desk = Desk(store, now, self._surroundings)
        try:
            again = await happens(desk, timer.args)
            await settle(store, desk)
            await self._finish(store, timer, again)
        except DatabaseProblem:
            raise
        except Exception as problem:
            raise Failed(timer) from problem
        return bool(desk.tellings)

    async def _finish(self, store: Store, timer: Timer, again: Again | None) -> None:
        if again is None:
            await store.timers.finish(timer, self._clock.now())
        else:
            await store.timers.rearm(timer, again.args, again.at)

    async def _retry(self, store: Store, timer: Timer) -> None:
        now = self._clock.now()
        if timer.attempts + 1 >= TRIES:
            await store.timers.finish(timer, now, "failed", "went wrong repeatedly")
        else:
            await store.timers.retry(timer, now + FIRST_RETRY * 3**timer.attempts, "went wrong")


class Alarm:
    """Calls each of `jobs` every so many seconds, and all of them at once when rung; never one twice at a time."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: set[str] = set()
        self._missed: set[str] = set()

    def every(self, seconds: float, job: Callable[[], Awaitable[None]]) -> Callable[[], None]:
        """Returns the way to ring for this job in between."""
        name = job.__qualname__

        async def guarded() -> None:
            if name in self._running:
                self._missed.add(name)
                return
            self._running.add(name)
            try:
                await self._once(job)
                while name in self._missed:
                    self._missed.discard(name)
                    await self._once(job)
            finally:
                self._running.discard(name)

        def ring() -> None:
            task = asyncio.get_running_loop().create_task(guarded())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        async def due() -> None:
            ring()

        self._scheduler.add_job(
            due, "interval", seconds=seconds, coalesce=True, misfire_grace_time=None, max_instances=2
        )
        return ring

    @staticmethod
    async def _once(job: Callable[[], Awaitable[None]]) -> None:
        try:
            await job()
        except DatabaseProblem as problem:
            log.warning("The database cannot be used: %s", problem)
        except Exception:
            log.exception("A regular task went wrong and will be tried again")

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
        for task in self._tasks:
            task.cancel()
