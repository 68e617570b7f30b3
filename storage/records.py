"""Between rows and values: instants, dates, ids."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

T = TypeVar("T")


def micros(instant: datetime) -> int:
    """Whole microseconds since 1970 in UTC, exactly (no floating point)."""
    return (instant - EPOCH) // MICROSECOND


def instant(value: int) -> datetime:
    return EPOCH + timedelta(microseconds=value)


def new_id() -> str:
    """A random id that sorts by the time it was made: 12 hexadecimal digits of milliseconds, 14 of chance.

    Short enough for two of them to fit in a button's 64 bytes of callback data.
    """
    return f"{_next_millisecond():012x}{secrets.token_hex(7)}"


_last_made = 0


def _next_millisecond() -> int:
    """Never the same twice in one process, so that ids made one after the other sort in that order."""
    global _last_made
    _last_made = max(_last_made + 1, time.time_ns() // 1_000_000)
    return _last_made


@cache
def _converted(record: type) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    fields = record.__annotations__
    return (
        tuple(name for name in fields if name.endswith("_at")),
        tuple(name for name in fields if name.endswith("_on") or name == "report_by"),
        tuple(name for name, kind in fields.items() if kind == "bool"),
    )


def make(record: type[T], row: Mapping[str, Any], **more: Any) -> T:
    """A record from a row: `…_at` becomes an instant, `…_on` a date, 0 and 1 a truth value where so declared."""
    values = {**row, **more}
    instants, dates, truths = _converted(record)  # type: ignore[arg-type]
    for name in instants:
        if values[name] is not None:
            values[name] = instant(values[name])
    for name in dates:
        if values[name] is not None:
            values[name] = date.fromisoformat(values[name])
    for name in truths:
        values[name] = bool(values[name])
    return record(**values)


def bound(values: Mapping[str, Any]) -> dict[str, Any]:
    """What both drivers accept: instants as microseconds, dates as text, truth values as 0 and 1."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int or value is None:
        return value
    if isinstance(value, datetime):
        return micros(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return int(value)
    return value
