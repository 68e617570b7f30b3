"""States as they are remembered: a name that never changes, and the fields as JSON.

A field added later has a default; a state that is no longer known ends its conversation politely.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any, TypeVar

from flows.turn import Sent, SentFile
from flows.words import Words

T = TypeVar("T")

_classes: dict[str, type] = {}
_names: dict[type, str] = {}
_titles: dict[type, Words] = {}
_awaiting_text: set[type] = set()
_awaiting_file: set[type] = set()
_awaiting_media: set[type] = set()


class Retired(Exception):
    """The state was saved by a version of the program that asked something else."""


def saved(
    name: str,
    *,
    title: Words | None = None,
    awaits_text: bool = False,
    awaits_file: bool = False,
    awaits_media: bool = False,
) -> Callable[[type[T]], type[T]]:
    """Make a frozen dataclass a state, remembered as `name` for ever.

    Its fields are strings, whole numbers, truth values, None, and lists and dictionaries of these (lists come back
    as tuples). A state with a `title` is set aside when something else comes between, to be continued under that
    title. Where text is awaited, a typed number is the answer itself and not the number of a button; where a file is
    awaited, documents come to the step, and nowhere else; where media are, pictures and voice messages.
    """

    def register(state: type[T]) -> type[T]:
        if name in _classes:
            raise ValueError(f"two states are called {name}")
        _classes[name] = state
        _names[state] = name
        if title is not None:
            _titles[state] = title
        if awaits_text:
            _awaiting_text.add(state)
        if awaits_file:
            _awaiting_file.add(state)
        if awaits_media:
            _awaiting_media.add(state)
        return state

    return register


def title_of(state: object) -> Words | None:
    return _titles.get(type(state))


def awaits_text(state: object) -> bool:
    return type(state) in _awaiting_text


def awaits(state: object, said: Sent | SentFile) -> bool:
    """Whether what was sent may be the answer."""
    if isinstance(said, SentFile):
        return type(state) in _awaiting_file
    return bool(said.id) and type(state) in _awaiting_media


def encode(state: object) -> str:
    fields = {field.name: getattr(state, field.name) for field in dataclasses.fields(state)}  # type: ignore[arg-type]
    return json.dumps({"state": _names[type(state)], **fields}, ensure_ascii=False, separators=(",", ":"))


def decode(text: str) -> Any:
    """The state; raises Retired for one that cannot be understood any more."""
    try:
        fields = json.loads(text)
        state = _classes[fields.pop("state")]
        known = {field.name for field in dataclasses.fields(state)}
        return state(**{name: _frozen(value) for name, value in fields.items() if name in known})
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise Retired(str(problem)) from problem


def _frozen(value: Any) -> Any:
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value
