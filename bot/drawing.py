"""Draws from the command line: reads CSV files, prints the record of the draw, and verifies records."""

from __future__ import annotations

import csv
import io
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bot.draw_files import CHANCE, KINDS, Files, Inputs, bytes_of, history_of, read_all
from flows.panels.selection.alternates import DROPOUT
from flows.panels.selection.effort import Effort
from flows.panels.selection.frozen import BadInput, Frozen, Quota
from flows.panels.selection.order import (
    ALGORITHMS,
    Algorithm,
    BadRecord,
    Record,
    Unmeetable,
    Wishes,
    digest_of,
    sealed,
    widening_data,
)
from flows.panels.selection.record import problems_of, recorded_draw

RECORD = "draw.json"
HISTORY = "history.csv"
MOST_SEATS = 1_000_000
BAR = 20

FAILED, BAD_INPUT, UNMEETABLE = 1, 2, 3
"""Exit statuses: a record that is wrong, input that is wrong, quotas that cannot be met together."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What is drawn: seats, how, from which seed, for how long at most, and what is wished for besides.

    `longest` is how many terms anybody serves at most; `dropout` how likely people drop out of whom the files say
    nothing.
    """

    size: int
    seed: str
    algorithm: str = "leximin"
    households: bool = True
    seconds: float = 300.0
    longest: int | None = None
    cap: float | None = None
    alternates: int = 0
    dropout: float = DROPOUT
    cohorts: int = 0

    def check(self) -> None:
        """Raises BadInput."""
        if self.algorithm not in ALGORITHMS:
            raise BadInput(f"“{self.algorithm}” is no algorithm; there are {', '.join(ALGORITHMS)}.")
        if not 1 <= self.size <= MOST_SEATS:
            raise BadInput(f"A panel cannot have {self.size} seats.")
        if self.cap is not None and (not 0 < self.cap <= 1 or self.algorithm == "random"):
            raise BadInput("A cap is a chance above 0 and up to 1, for leximin or maximin.")
        if not 0 <= self.dropout <= 1:
            raise BadInput(f"A chance of dropping out of {self.dropout:g} is not between 0 and 1.")
        if min(self.alternates, self.cohorts) < 0 or max(self.alternates, self.cohorts) > MOST_SEATS:
            raise BadInput("There cannot be so many alternates or cohorts.")
        if self.longest is not None and self.longest < 1:
            raise BadInput(f"Nobody can serve {self.longest} terms at most.")
        if not self.seconds >= 0:
            raise BadInput(f"A draw cannot take {self.seconds} seconds.")
        if not self.seed.isprintable():
            raise BadInput("The seed has characters that cannot be printed.")


# ---------------------------------------------------------------- the commands


def run_draw(files: Files, order: Order, out: Path | None, say: Say, complain: Say) -> int:
    """Draws, prints the record and keeps it in `out`; the exit status."""
    try:
        order.check()
        inputs = files.read()
        ready = read_all(inputs, order.size, households=order.households, longest=order.longest)
        if order.cohorts > ready.frozen.seats:
            raise BadInput(f"{ready.frozen.seats} seats cannot be parted into {order.cohorts} cohorts.")
        if out is not None:
            _make_room(out, files)
    except BadInput as bad:
        complain(str(bad))
        return BAD_INPUT
    for warning in ready.warnings:
        complain(warning)
    progress = _Progress(sys.stderr.isatty(), order.seconds)
    effort = Effort(order.seconds, progress=lambda now: progress.show(now.line, effort.seconds))
    dropouts = {person.id: order.dropout for person in [*ready.frozen.waiting, *ready.frozen.staying]} | ready.dropouts
    wishes = Wishes(order.cap, order.alternates, dropouts, order.cohorts)
    try:
        drawn = recorded_draw(ready.frozen, cast("Algorithm", order.algorithm), order.seed, effort, wishes)
    except Unmeetable as problem:
        progress.clear()
        complain(_words_for(ready.frozen, problem.widening))
        say(json.dumps({"error": "unmeetable", "widening": widening_data(problem.widening)}, ensure_ascii=False))
        return UNMEETABLE
    progress.clear()
    record = sealed(
        drawn
        | {
            "households": order.households,
            "longest": order.longest,
            "ended": ready.ended,
            "excluded": ready.excluded,
            "inputs": {name: file.sha256 for name, file in inputs.by_kind.items()},
            "seconds": round(effort.seconds, 3),
        }
    )
    _warn(ready.frozen, record, complain)
    say(printed(record))
    try:
        if out is not None:
            _keep(out, inputs, record)
    except OSError as problem:
        complain(f"{out} cannot be written to: {problem.strerror or problem}. The record is only printed.")
        return FAILED
    return 0


def _warn(frozen: Frozen, record: Record, complain: Say) -> None:
    for group in record["without_chance"]:
        complain(_words_for_hopeless(frozen, group["ids"], group["features"], _quotas_of(group["widening"])))
    for number, widening in enumerate(record["cohorts_out_of_reach"], 1):
        if widening:
            complain(
                f"When cohort {number} leaves, nobody in today's pool can keep all quotas. "
                f"The smallest widening that lets them: {_changes(frozen, _quotas_of(widening))}."
            )
    if record["cap"] is not None and record["max_probability"] > record["cap"] + 1e-6:
        complain(f"Somebody's chance is {record['max_probability']:.4f}: the quotas need more than the cap.")


def _quotas_of(widening: list[dict[str, object]]) -> list[Quota]:
    return [Quota(*wider.values()) for wider in widening]  # type: ignore[arg-type]


def run_verify(path: Path, say: Say, complain: Say) -> int:
    """Checks a record, or a folder with a record and its input; the exit status."""
    try:
        file = path / RECORD if path.is_dir() else path
        record = json.loads(bytes_of(file))
        if not isinstance(record, dict):
            raise BadRecord("It is not a record.")
        problems = _other_inputs(record, path) if path.is_dir() else []
        problems = problems or problems_of(record)
        if "record_sha256" not in record:
            problems = problems or ["The record does not have its own SHA-256."]
    except (BadInput, BadRecord) as bad:
        complain(f"{path}: {bad}")
        return FAILED
    except (ValueError, TypeError, KeyError, RecursionError, Unmeetable) as problem:
        complain(f"{path}: It is not a record of a draw ({problem}).")
        return FAILED
    for wrong in problems:
        complain(f"{path}: {wrong}")
    if problems:
        return FAILED
    say(f"{path}: verified. The same input and seed give the same lottery and the same panel, bit by bit.")
    say("\n".join(_of_the_ceremony(record)))
    return 0


def _of_the_ceremony(record: Record) -> list[str]:
    """What a record cannot prove by itself: to be compared with what was published before the number was known."""
    if "lottery_sha256" not in record:
        return ["It was made by an older version: it does not say what was told of the lottery and the number before."]
    found = [f"SHA-256 of frozen input: {record['frozen_sha256']}", f"SHA-256 of lottery: {record['lottery_sha256']}"]
    match record["promise"]:
        case {"source": str(source)} if source:
            return [*found, f"The seed had to be: {source}"]
        case {"commitment": commitment}:
            return [*found, f"SHA-256 of the seed, as told before: {commitment}"]
    return [*found, "What the seed would be was not named before."]


def _other_inputs(record: Record, folder: Path) -> list[str]:
    inputs = record.get("inputs")
    if not isinstance(inputs, dict) or not {"quotas", "pool"} <= inputs.keys() <= KINDS:
        raise BadRecord("It does not say which input it was made from.")
    files = Files(**{name: folder / f"{name}.csv" for name in inputs}).read()
    for name, file in files.by_kind.items():
        if file.sha256 != inputs[name]:
            return [f"{name}.csv does not have the SHA-256 that was published."]
    households, longest = bool(record.get("households")), record.get("longest")
    ready = read_all(files, record["size"], households=households, longest=longest)
    if (ready.excluded, ready.ended) != (record.get("excluded"), record.get("ended")):
        return ["The input files exclude other people than the record says."]
    if digest_of(ready.frozen) != record.get("frozen_sha256"):
        return ["The input files lead to another frozen input than the one that was published."]
    return []


# ---------------------------------------------------------------- what is kept and printed


def printed(record: Record) -> str:
    """The record as JSON, a line for each entry and for each panel of the lottery."""
    entries = []
    for name, value in record.items():
        if name == "lottery":
            panels = ",\n  ".join(json.dumps(panel, ensure_ascii=False) for panel in value)
            entries.append(f' "lottery": [\n  {panels}\n ]')
        else:
            entries.append(f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(entries) + "\n}"


def _make_room(out: Path, files: Files) -> None:
    """Sees before the draw that the folder can be written to, and that no input would be lost. Raises BadInput."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except OSError as problem:
        raise BadInput(f"{out} cannot be written to: {problem.strerror}.") from None
    kept = {f"{name}.csv": name for name in files.all()} | {RECORD: "", HISTORY: "past"}  # it goes on, kept as past.csv
    for name, path in files.all().items():
        for file, kind in kept.items():
            if kind != name and (out / file).exists() and path.exists() and (out / file).samefile(path):
                raise BadInput(
                    f"{path} is the input for {name} and would be lost: choose another folder for the record."
                )


def _keep(out: Path, inputs: Inputs, record: Record) -> None:
    """Writes everything; whatever is there already is replaced as a whole or not at all."""
    for name, file in inputs.by_kind.items():
        _write(out / f"{name}.csv", file.data)
    _write(out / RECORD, f"{printed(record)}\n".encode())
    chances = Counter(history_of(inputs.past)) if inputs.past else Counter[str]()
    chances.update(record["probabilities"])
    rows = [[name, round(chance, 10)] for name, chance in sorted(chances.items())]
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows([["id", CHANCE], *rows])
    _write(out / HISTORY, written.getvalue().encode())


def _write(path: Path, data: bytes) -> None:
    if path.exists() and path.is_file() and path.read_bytes() == data:
        return
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_bytes(data)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


class _Progress:
    """One line on a terminal that changes in place, with a bar of the time that may pass; nothing for nobody."""

    def __init__(self, shown: bool, seconds: float) -> None:
        self._shown = shown
        self._seconds = seconds

    def show(self, line: str, seconds: float) -> None:
        if self._shown:
            filled = int(BAR * min(1.0, seconds / self._seconds)) if self._seconds else BAR
            self._write(f"[{'#' * filled:.<{BAR}}] {seconds:.0f} of at most {self._seconds:.0f} s: {line}")

    def clear(self) -> None:
        if self._shown:
            self._write("")

    def _write(self, line: str) -> None:
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()


def _words_for(frozen: Frozen, widening: list[Quota]) -> str:
    return (
        "The quotas cannot be met together with this pool. "
        f"The smallest widening that makes them possible: {_changes(frozen, widening)}."
    )


def _words_for_hopeless(frozen: Frozen, ids: list[str], features: list[str], widening: list[Quota]) -> str:
    who = f"{', '.join(ids)} ({', '.join(features)})"
    if not widening:
        return f"No chance at all: {who}."
    return f"No chance at all: {who}. The smallest widening that gives them one: {_changes(frozen, widening)}."


def _changes(frozen: Frozen, widening: list[Quota]) -> str:
    before = {(quota.category, quota.feature): quota for quota in frozen.quotas}
    return "; ".join(
        f"{now.category} {now.feature} from {then.least}–{then.most} to {now.least}–{now.most}"
        for now in widening
        for then in [before[now.category, now.feature]]
    )
