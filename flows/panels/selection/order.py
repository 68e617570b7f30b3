"""What a draw is asked and what it may answer, as plain values: read and written by who need not draw themselves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from flows.panels.selection.frozen import MOST_PAST, MOST_SEATS, Frozen, Person, Quota, freeze

Algorithm = Literal["leximin", "maximin", "random"]
ALGORITHMS: tuple[str, ...] = get_args(Algorithm)

Record = dict[str, Any]


STEPS = ((0.0, 0.05), (0.05, 0.95), (0.95, 1.0))
"""From which to which share of the whole a step of working out a lottery goes, about: 1 how equal chances can be, 2
panels that together give them, 3 a lottery of 1,000 of them."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a lottery is: at which step, what share of the whole (0 to 1, never less than before), and in words."""

    step: int
    share: float
    line: str


class BadRecord(Exception):
    """This is no record of a draw; the message says what is missing."""


class Unmeetable(Exception):
    """No panel meets the quotas; `widening` are the quotas as they would have to be, fewest seats in all."""

    def __init__(self, widening: list[Quota]) -> None:
        super().__init__("The quotas cannot be met together.")
        self.widening = widening


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a draw is to give besides a panel.

    No chance above `cap`; so many `alternates`, given how likely people drop out (by id; who is not in `dropouts`
    drops out with a chance of DROPOUT); the drawn people parted into so many `cohorts`.
    """

    cap: float | None = None
    alternates: int = 0
    dropouts: Mapping[str, float] = field(default_factory=dict)
    cohorts: int = 0


NOTHING_MORE = Wishes()


def digest_of(frozen: Frozen) -> str:
    """SHA-256 of the frozen input, in its canonical JSON form."""
    return hashlib.sha256(json.dumps(as_data(frozen), separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()


def fingerprint(lottery: Sequence[Sequence[str]]) -> str:
    """SHA-256 of the panels of a lottery, as JSON without spaces, in the order in which a number picks from them."""
    return hashlib.sha256(json.dumps(lottery, separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()


def as_data(frozen: Frozen) -> dict[str, object]:
    """The frozen input as plain values; households are numbered, so that no address is in it."""
    numbers: dict[str, int] = {"": 0}
    for person in frozen.waiting:
        numbers.setdefault(person.household, len(numbers))
    return {
        "size": frozen.size,
        "categories": list(frozen.categories),
        "quotas": [[quota.category, quota.feature, quota.least, quota.most] for quota in frozen.quotas],
        "waiting": [
            [person.id, list(person.features), numbers[person.household], person.past] for person in frozen.waiting
        ],
        "staying": [[person.id, list(person.features)] for person in frozen.staying],
    }


def frozen_of(record: Record) -> Frozen:
    """The frozen input a record holds. Raises BadRecord."""
    try:
        data = record["frozen"]
        _check_values(data)
        return freeze(
            data["size"],
            [Quota(*quota) for quota in data["quotas"]],
            [
                Person(name, tuple(features), str(home) if home else "", past)
                for name, features, home, past in data["waiting"]
            ],
            [Person(name, tuple(features)) for name, features in data["staying"]],
            data["categories"],
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise BadRecord(f"It has no complete frozen input ({type(problem).__name__}: {problem}).") from None


def _check_values(data: Record) -> None:
    """A solver may die of what is no number, so nothing else gets there. Raises ValueError."""
    counts = [data["size"], *(count for quota in data["quotas"] for count in quota[2:])]
    if not all(type(count) is int and 0 <= count <= MOST_SEATS for count in counts):
        raise ValueError("size, min and max must be whole numbers from 0")
    if not all(type(past) in (int, float) and 0 <= past <= MOST_PAST for *_, past in data["waiting"]):
        raise ValueError("earlier chances must be numbers from 0")
    if not all(type(home) is int for _, _, home, _ in data["waiting"]):
        raise ValueError("households must be numbered")
    people = [person[:2] for person in [*data["waiting"], *data["staying"]]]
    pairs = [(category, feature) for category, feature, *_ in data["quotas"]]
    names = [name for name, _ in people]
    said = [feature for _, features in people for feature in features]
    if not all(isinstance(word, str) for word in [*data["categories"], *names, *said, *(w for p in pairs for w in p)]):
        raise ValueError("names and features must be text")
    if len(set(names)) < len(names) or len(set(pairs)) < len(pairs):
        raise ValueError("somebody or a quota stands in it twice")
    if not {pair for _, features in people for pair in zip(data["categories"], features, strict=True)} <= set(pairs):
        raise ValueError("somebody has a feature without a quota")


def sealed(record: Record) -> Record:
    """The record with a SHA-256 of all it says, but for how long it took, so that a slip of the pen is found."""
    return record | {"record_sha256": seal_of(record)}


def seal_of(record: Record) -> str:
    content = {name: value for name, value in record.items() if name not in ("seconds", "record_sha256")}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def widening_data(widening: list[Quota]) -> list[dict[str, object]]:
    return [{"category": q.category, "feature": q.feature, "min": q.least, "max": q.most} for q in widening]
