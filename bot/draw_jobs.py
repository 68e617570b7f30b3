"""Draws, each worked out in a process of its own while the bot goes on answering: first the lottery, then the pick."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.draws import GRACE, DrawFailed, DrawStopped, look_ahead_elsewhere, lottery_elsewhere, pick_elsewhere
from flows.panels.selection.frozen import BadInput
from flows.panels.selection.order import Progress, Unmeetable, widening_data
from flows.panels.sortition.request import SECONDS, promise_of, read_order, told_of
from storage.database import Database, DatabaseProblem
from storage.sortition import Draw, Outlook
from storage.store import Store

log = logging.getLogger(__name__)

CLAIMED = timedelta(seconds=SECONDS + GRACE + 60)
"""A process that has claimed a draw for longer is taken to be gone, and another begins it anew."""

LEASE = timedelta(minutes=1)
"""A process that works out a lottery says so more often than this; else it is taken to be gone."""

PROGRESS_EVERY = 4.0
"""Seconds."""

Answer = tuple[str, str]
"""What was worked out, as JSON, or else why it was not: the quotas as they would have to be (JSON), or a sentence."""


class DrawJobs:
    """What follows from each is a timer's, set in the transaction that keeps what was worked out."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run_all(self) -> None:
        """Work out every lottery that waits for it, and look at draws that are to come."""
        with _putting_off():
            while await self.run_one():
                pass

    async def pick_all(self) -> None:
        """Let every number that is confirmed pick its panel; no lottery that is being worked out holds it up."""
        with _putting_off():
            while await self.pick_one():
                pass

    async def run_one(self) -> bool:
        """Work out one lottery, or look at one draw that is to come; false when none waits."""
        now = self._clock.now()
        async with self._database.reading() as store:
            is_working_out = await store.sortition.is_working_out(now)
            is_looking = await store.sortition.is_looking_ahead(now)
        return (is_working_out and await self._work_out(now)) or (is_looking and await self._look_ahead(now))

    async def pick_one(self) -> bool:
        """Let one number pick; false when none waits."""
        now = self._clock.now()
        async with self._database.reading() as store:
            if not await store.sortition.is_picking(now):
                return False
        draw = await self._database.write(lambda store: store.sortition.claim_pick(now, now + CLAIMED))
        if draw is None:
            return False
        async with self._database.reading() as store:
            lottery = await store.sortition.lottery(draw.id)
        record, problem = await _picked(draw, lottery or "")
        await self._database.write(lambda store: self._keep(store, draw, record, problem))
        return True

    async def _work_out(self, now: datetime) -> bool:
        draw = await self._database.write(lambda store: store.sortition.claim_lottery(now, now + LEASE))
        if draw is None:
            return False
        said: list[Progress] = []
        working = asyncio.create_task(_worked_out(draw, said))
        telling = asyncio.create_task(self._tell_progress(draw, said, working))
        try:
            lottery, problem = await working
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            return True  # the pool was opened again
        finally:
            telling.cancel()
            working.cancel()
        await self._database.write(lambda store: self._keep_lottery(store, draw, lottery, problem))
        return True

    async def _look_ahead(self, now: datetime) -> bool:
        outlook = await self._database.write(lambda store: store.sortition.claim_outlook(now, now + CLAIMED))
        if outlook is None:
            return False
        answer = await _seen_ahead(outlook)
        await self._database.write(lambda store: self._keep_outlook(store, outlook, answer))
        return True

    async def _keep_outlook(self, store: Store, outlook: Outlook, answer: str) -> None:
        if await store.sortition.keep_outlook(outlook, answer):
            name = f"panel.outlook:{outlook.panel_id}:{outlook.digest[:8]}"
            await store.timers.set(name, "panel.outlook", {"panel": outlook.panel_id}, self._clock.now(), None)

    async def _tell_progress(self, draw: Draw, said: list[Progress], working: asyncio.Task[Answer]) -> None:
        """Staff who wait see how far it is. Where the pool has been opened again nobody waits: the work ends."""
        told = ""
        while True:
            await asyncio.sleep(PROGRESS_EVERY)
            before, told = told, f"{said[-1].step} {said[-1].share:.2f}" if said else ""
            with contextlib.suppress(DatabaseProblem):
                if not await self._database.write(partial(self._set_progress, draw, told, is_new=told != before)):
                    working.cancel()
                    return

    async def _set_progress(self, draw: Draw, told: str, store: Store, *, is_new: bool) -> bool:
        now = self._clock.now()
        if not await store.sortition.set_progress(draw, told, now + LEASE):
            return False
        if is_new:  # a timer of one name happens once: after a restart nobody is shown again what they have seen
            about = {"draw": draw.id, "digest": draw.digest}
            name = f"panel.progress:{draw.id}:{(draw.digest or '')[:8]}:{told}"
            await store.timers.set(name, "panel.progress", about, now, None)
        return True

    async def _keep_lottery(self, store: Store, draw: Draw, lottery: str, problem: str) -> None:
        now = self._clock.now()
        if not lottery:
            await self._keep(store, draw, "", problem)
        elif await store.sortition.keep_lottery(draw, lottery, told_of(lottery)):
            about = {"draw": draw.id, "digest": draw.digest}
            name = f"panel.lottery:{draw.id}:{(draw.digest or '')[:8]}"
            await store.timers.set(name, "panel.lottery", about, now, None)

    async def _keep(self, store: Store, draw: Draw, record: str, problem: str) -> None:
        now = self._clock.now()
        kept = (
            await store.sortition.finish(draw.id, record, now)
            if record
            else await store.sortition.fail(draw, problem, now)
        )
        if kept:
            await store.timers.set(f"panel.drawn:{draw.id}", "panel.drawn", {"draw": draw.id}, now, None)


@contextlib.contextmanager
def _putting_off() -> Iterator[None]:
    """What cannot be worked out now is left for later, claimed until then."""
    try:
        yield
    except DatabaseProblem as problem:
        log.warning("Draws wait for the database: %s", problem)
    except DrawStopped:
        log.info("A draw waits for the next start")


async def _seen_ahead(outlook: Outlook) -> str:
    """What came of looking ahead, as JSON; nothing known where that did not work."""
    order = read_order(outlook.request or "")
    answer: dict[str, object] = {}
    try:
        answer = {"without_chance": await look_ahead_elsewhere(order.frozen, order.seconds)}
    except Unmeetable as unmeetable:
        answer = {"widening": widening_data(unmeetable.widening)}
    except (BadInput, DrawFailed) as problem:
        log.warning("A draw could not be looked at before it: %s", type(problem).__name__)
    return json.dumps(answer, ensure_ascii=False)


async def _worked_out(draw: Draw, said: list[Progress]) -> Answer:
    """The lottery; how far it is stands last in `said`."""
    order = read_order(draw.request or "")
    try:
        lottery = await lottery_elsewhere(order.frozen, "leximin", order.seconds, said.append, order.wishes)
        return json.dumps(lottery, ensure_ascii=False), ""
    except Unmeetable as unmeetable:
        return "", json.dumps(widening_data(unmeetable.widening), ensure_ascii=False)
    except (BadInput, DrawFailed) as problem:
        return "", str(problem)


async def _picked(draw: Draw, lottery: str) -> Answer:
    """The record of what the number picks."""
    order = read_order(draw.request or "")
    try:
        record = await pick_elsewhere(
            order.frozen, json.loads(lottery), draw.seed or "", order.wishes, promise_of(draw)
        )
        return json.dumps(record, ensure_ascii=False), ""
    except (BadInput, DrawFailed) as problem:
        return "", str(problem)
