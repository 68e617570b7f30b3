"""Draws in a process of their own, so that the bot goes on answering while the lottery is worked out.

The process is this module: it is handed the frozen input as JSON, says on standard error how far it is, a line each
time, and prints what it has worked out: the lottery, the record of what a number picks from it, or who has no chance.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict

from flows.panels.selection.effort import Effort
from flows.panels.selection.frozen import BadInput, Frozen, Quota
from flows.panels.selection.order import (
    NOTHING_MORE,
    Algorithm,
    Progress,
    Record,
    Unmeetable,
    Wishes,
    as_data,
    frozen_of,
    sealed,
    widening_data,
)

GRACE = 120.0
"""Seconds after the time limit within which the best so far must be there; then the process is ended."""

TOLD_TO_END = (-signal.SIGTERM, -signal.SIGINT)
PROGRESS = "progress: "
LONGEST_LINE = 1 << 30


Listener = Callable[[Progress], None]


def _nobody(progress: Progress) -> None:
    """Listens to how far it is."""


class DrawFailed(Exception):
    """The process ended without an answer."""


class DrawStopped(Exception):
    """The process was told to end, as everything is that runs here: it is for the next start."""


async def lottery_elsewhere(
    frozen: Frozen,
    algorithm: Algorithm,
    seconds: float,
    on_progress: Listener = _nobody,
    wishes: Wishes = NOTHING_MORE,
) -> Record:
    """A lottery that may be searched for so many `seconds`; then the best so far is used, with its bound.

    `on_progress` is called every now and then. Whoever cancels this ends the process. Raises Unmeetable, BadInput,
    DrawFailed and DrawStopped.
    """
    order = {"algorithm": algorithm, "wishes": asdict(wishes)}
    return await _elsewhere(frozen, seconds, order, on_progress)


async def pick_elsewhere(
    frozen: Frozen, lottery: Record, seed: str, wishes: Wishes = NOTHING_MORE, promise: Mapping[str, str] | None = None
) -> Record:
    """The record of what the `seed` picks from a lottery, and who stands by. Raises BadInput, DrawFailed
    and DrawStopped."""
    order = {"lottery": lottery, "seed": seed, "wishes": asdict(wishes), "promise": promise}
    return await _elsewhere(frozen, 0.0, order)


async def look_ahead_elsewhere(frozen: Frozen, seconds: float) -> list[Record]:
    """Who could be on no panel: how many `people` with which `features`, and the `widening` that would change it.

    Raises Unmeetable, BadInput, DrawFailed and DrawStopped.
    """
    found: list[Record] = (await _elsewhere(frozen, seconds, {}))["without_chance"]
    return found


async def _elsewhere(frozen: Frozen, seconds: float, order: Record, on_progress: Listener = _nobody) -> Record:
    whole = {"frozen": as_data(frozen), "seconds": seconds, **order}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.draws",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
    )
    try:
        async with asyncio.timeout(seconds + GRACE):
            answer = await _conversation(process, json.dumps(whole).encode(), on_progress)
    except TimeoutError:
        raise DrawFailed(f"No panel after {seconds + GRACE:.0f} seconds.") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return _record(answer)


async def _conversation(process: asyncio.subprocess.Process, order: bytes, on_progress: Listener) -> bytes:
    into, out, said = process.stdin, process.stdout, process.stderr
    assert into is not None
    assert out is not None
    assert said is not None
    _, answer, last = await asyncio.gather(_hand_over(into, order), out.read(), _listen(said, on_progress))
    if await process.wait() in TOLD_TO_END:
        raise DrawStopped("The draw's process was told to end.")
    if process.returncode:
        raise DrawFailed(f"The draw's process ended with {process.returncode}: {last}")
    return answer


async def _hand_over(into: asyncio.StreamWriter, order: bytes) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        into.write(order)
        await into.drain()
    into.close()


async def _listen(said: asyncio.StreamReader, on_progress: Listener) -> str:
    """Passes on how far the draw is; the last line of all."""
    last = ""
    async for line in said:
        last = line.decode(errors="replace").strip()
        if last.startswith(PROGRESS):
            step, share, words = last.removeprefix(PROGRESS).split(" ", 2)
            on_progress(Progress(int(step), float(share), words))
    return last


def _record(answer: bytes) -> Record:
    found: Record = json.loads(answer)
    if "widening" in found:
        raise Unmeetable([Quota(*wider.values()) for wider in found["widening"]])
    if "bad_input" in found:
        raise BadInput(found["bad_input"])
    return found


class _Lines:
    """Says how far the draw is, once a second."""

    def __init__(self) -> None:
        self._next = 0.0

    def say(self, progress: Progress) -> None:
        if (now := time.monotonic()) >= self._next:
            self._next = now + 1.0
            sys.stderr.write(f"{PROGRESS}{progress.step} {progress.share:.4f} {progress.line}\n")
            sys.stderr.flush()


def main() -> None:
    """Does what standard input asks for. Whoever only orders draws need not load the solver."""
    order = json.load(sys.stdin)
    effort = Effort(order["seconds"], progress=_Lines().say)
    try:
        if "lottery" in order:
            answer = _picked(order)
        else:
            answer = _lottery(order, effort) if "algorithm" in order else _looked_ahead(order, effort)
    except Unmeetable as problem:
        answer = {"widening": widening_data(problem.widening)}
    except BadInput as bad:
        answer = {"bad_input": str(bad)}
    json.dump(answer, sys.stdout)


def _lottery(order: Record, effort: Effort) -> Record:
    from flows.panels.selection.record import recorded_lottery

    lottery = recorded_lottery(frozen_of(order), order["algorithm"], effort, Wishes(**order["wishes"]))
    return lottery | {"seconds": round(effort.seconds, 3)}


def _picked(order: Record) -> Record:
    from flows.panels.selection.record import record_with

    wishes = Wishes(**order["wishes"])
    return sealed(record_with(frozen_of(order), order["lottery"], order["seed"], wishes, order["promise"]))


def _looked_ahead(order: Record, effort: Effort) -> Record:
    from flows.panels.selection.outlook import without_chance

    found = without_chance(frozen_of(order), effort)
    return {"without_chance": [asdict(group) | {"widening": widening_data(group.widening)} for group in found]}


if __name__ == "__main__":
    main()
