"""Draws that staff have set going: each is worked out in a process of its own while the bot goes on answering."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.draws import GRACE, DrawFailed, draw_elsewhere, look_ahead_elsewhere
from flows.panels.selection.frozen import BadInput
from flows.panels.selection.order import Unmeetable, widening_data
from flows.panels.sortition.request import SECONDS, read_order
from storage.database import Database, DatabaseProblem
from storage.sortition import Draw, Outlook
from storage.store import Store

log = logging.getLogger(__name__)

CLAIMED = timedelta(seconds=SECONDS + GRACE + 60)
"""A process that has claimed a draw for longer is taken to be gone, and another begins it anew."""


PROGRESS_EVERY = 2.0
"""Seconds."""


class DrawJobs:
    """What follows from a draw is a timer's, set in the transaction that keeps its record."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run_all(self) -> None:
        """Work out whatever waits to be drawn."""
        try:
            while await self.run_one():
                pass
        except DatabaseProblem as problem:
            log.warning("Draws wait for the database: %s", problem)

    async def run_one(self) -> bool:
        """Work out one draw, or look at one that is to come; false when none waits."""
        now = self._clock.now()
        async with self._database.reading() as store:
            is_drawing = await store.sortition.is_drawing(now)
            is_looking = await store.sortition.is_looking_ahead(now)
        return (is_drawing and await self._draw(now)) or (is_looking and await self._look_ahead(now))

    async def _draw(self, now: datetime) -> bool:
        draw = await self._database.write(lambda store: store.sortition.claim(now, now + CLAIMED))
        if draw is None:
            return False
        telling = asyncio.create_task(self._tell_progress(draw.id, said := [""]))
        try:
            record, problem = await _worked_out(draw, said)
        finally:
            telling.cancel()
        await self._database.write(lambda store: self._keep(store, draw, record, problem))
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

    async def _tell_progress(self, draw_id: str, said: list[str]) -> None:
        """Staff who look again see how far it is."""
        told = ""
        while True:
            await asyncio.sleep(PROGRESS_EVERY)
            if (now := said[0]) != told:
                told = now
                with contextlib.suppress(DatabaseProblem):
                    await self._database.write(lambda store, now=now: store.sortition.set_progress(draw_id, now))  # type: ignore[misc]

    async def _keep(self, store: Store, draw: Draw, record: str, problem: str) -> None:
        now = self._clock.now()
        kept = (
            await store.sortition.finish(draw.id, record, now)
            if record
            else await store.sortition.fail(draw.id, problem, now)
        )
        if kept:
            await store.timers.set(f"panel.drawn:{draw.id}", "panel.drawn", {"draw": draw.id}, now, None)


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


async def _worked_out(draw: Draw, said: list[str]) -> tuple[str, str]:
    """The record, or why there is none: quotas as they would have to be (JSON), or a sentence.

    How far it is stands in `said`.
    """

    def listen(line: str) -> None:
        said[0] = line

    order = read_order(draw.request or "")
    try:
        record = await draw_elsewhere(order.frozen, "leximin", draw.seed or "", order.seconds, listen, order.wishes)
        return json.dumps(record, ensure_ascii=False), ""
    except Unmeetable as unmeetable:
        return "", json.dumps(widening_data(unmeetable.widening), ensure_ascii=False)
    except (BadInput, DrawFailed) as problem:
        return "", str(problem)
