"""One conversation as the router sees it: its commands, the states it waits in, and what the clock brings it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from flows.desk import Desk
from flows.turn import Said, Turn
from flows.words import Words

Audience = Literal["everybody", "citizens", "staff"]

Starts = Callable[[Desk, str], Awaitable[Turn]]
Steps = Callable[[Desk, Any, Said], Awaitable[Turn]]


@dataclass(frozen=True, slots=True)
class Again:
    """A timer's work is not finished: carry on with these arguments at this time."""

    args: Mapping[str, Any]
    at: datetime


Happens = Callable[[Desk, dict[str, Any]], Awaitable[Again | None]]


@dataclass(frozen=True, slots=True)
class Spoken:
    """One command. Citizens are asked to agree to the notice first where `agreement` says so; `summary` puts the
    command in Telegram's menu; `keywords` are words that do the same when nothing else is being asked."""

    name: str
    start: Starts
    audience: Audience
    agreement: bool
    summary: Words | None
    keywords: Words | None


class Flow:
    def __init__(self) -> None:
        self.commands: dict[str, Spoken] = {}
        self.steps: dict[type, Steps] = {}
        self.happenings: dict[str, Happens] = {}
        self.dailies: set[str] = set()

    def command(
        self,
        name: str,
        summary: Words | None = None,
        *,
        audience: Audience = "everybody",
        agreement: bool = True,
        keywords: Words | None = None,
    ) -> Callable[[Starts], Starts]:
        """`keywords` is one wording with the words separated by commas, so that translators can give their own."""

        def register(start: Starts) -> Starts:
            self.commands[name] = Spoken(name, start, audience, agreement, summary, keywords)
            return start

        return register

    def step(self, *states: type) -> Callable[[Steps], Steps]:
        """The function that answers whatever is said while waiting in one of `states`."""

        def register(step: Steps) -> Steps:
            self.steps.update(dict.fromkeys(states, step))
            return step

        return register

    def due(self, kind: str) -> Callable[[Happens], Happens]:
        """What happens when a timer of this kind is due."""

        def register(happens: Happens) -> Happens:
            self.happenings[kind] = happens
            return happens

        return register

    def daily(self, kind: str) -> Callable[[Happens], Happens]:
        """What happens once every day, in the small hours where the organisation is; it begins with `after` empty."""
        self.dailies.add(kind)
        return self.due(kind)
