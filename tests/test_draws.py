"""Draws in a process of their own: the same record, while everything else goes on; ended when nobody waits for it."""

from __future__ import annotations

import asyncio
import os
import subprocess

import pytest

from bench.pools import instance
from bot.draws import DrawFailed, lottery_elsewhere, pick_elsewhere
from flows.panels.selection.effort import Effort
from flows.panels.selection.frozen import BadInput, Frozen, Person, Quota, freeze
from flows.panels.selection.order import Progress, Unmeetable, Wishes
from flows.panels.selection.record import problems_of, recorded_draw

QUOTAS = [Quota("age", "old", 1, 2), Quota("age", "young", 1, 2)]
POOL = [Person(f"p{number}", (age,)) for number, age in enumerate(["old", "young"] * 5)]


def town(*quotas: Quota) -> Frozen:
    return freeze(3, list(quotas or QUOTAS), POOL, [], ["age"])


def children() -> set[str]:
    found = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True)
    return {line.split()[0] for line in found.stdout.splitlines() if "bot.draws" in line}


async def test_it_is_the_draw_one_would_make_here() -> None:
    wishes = Wishes(cap=0.5, alternates=2, cohorts=3)
    promise = {"source": "The lottery of Saturday", "commitment": ""}
    lottery = await lottery_elsewhere(town(), "leximin", 60, wishes=wishes)
    elsewhere = await pick_elsewhere(town(), lottery, "seed", wishes, promise)
    here = recorded_draw(town(), "leximin", "seed", Effort(60), wishes, promise)
    assert {name: value for name, value in lottery.items() if name != "seconds"}.items() <= here.items()
    assert {name: elsewhere[name] for name in here} == here
    assert problems_of(elsewhere) == []


async def test_everything_else_goes_on_and_progress_is_told() -> None:
    said: list[Progress] = []
    draw = asyncio.create_task(lottery_elsewhere(instance(300, 30, 1, 1), "leximin", 60, said.append))
    turns = 0
    while not draw.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert (await draw)["optimal"] is True
    assert turns > 10, "others had their turns meanwhile"
    assert said
    shares = [one.share for one in said]
    assert all(0 <= share <= 1 for share in shares)
    assert shares == sorted(shares), "it never goes back"
    assert {one.step for one in said} <= {1, 2, 3}


async def test_when_time_is_up_the_best_so_far_is_used() -> None:
    frozen = instance(300, 30, 1, 1)
    record = await pick_elsewhere(frozen, await lottery_elsewhere(frozen, "leximin", 0), "seed")
    assert record["rounds"] == 0
    assert record["min_cumulative"] <= record["upper_bound"]
    assert problems_of(record) == []


async def test_what_cannot_be_drawn_is_refused_as_it_is_here() -> None:
    with pytest.raises(Unmeetable) as refused:
        await lottery_elsewhere(town(Quota("age", "old", 3, 3), Quota("age", "young", 1, 2)), "leximin", 60)
    assert len(refused.value.widening) == 1
    with pytest.raises(BadInput):
        await pick_elsewhere(town(), await lottery_elsewhere(town(), "leximin", 60), "seed", Wishes(cohorts=9))


async def test_a_process_that_dies_is_a_draw_that_failed() -> None:
    with pytest.raises(DrawFailed):
        await lottery_elsewhere(town(), "by hand", 60, wishes=Wishes(cap="half"))  # type: ignore[arg-type]


async def test_who_stops_waiting_ends_the_process() -> None:
    begun = asyncio.Event()
    draw = asyncio.create_task(lottery_elsewhere(instance(2000, 60, 1, 0), "leximin", 60, lambda progress: begun.set()))
    await begun.wait()
    assert len(children()) == 1
    draw.cancel()
    with pytest.raises(asyncio.CancelledError):
        await draw
    assert children() == set()
