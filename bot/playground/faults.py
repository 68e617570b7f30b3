"""Trouble on request, for tests: what can go wrong between a bot and Telegram, each for the next calls of a method."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Error:
    """The call has no effect and is answered with an HTTP status, such as 500 or 502."""

    status: int = 500
    description: str = "Internal Server Error"


@dataclass(frozen=True, slots=True)
class SlowDown:
    """The call has no effect and is answered 429, to be tried again after so many seconds."""

    retry_after: int = 1


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection is cut instead of an answer: before the call has its effect, or after."""

    after_effect: bool = False


@dataclass(frozen=True, slots=True)
class Delay:
    """The call takes so many seconds longer, before it has its effect."""

    seconds: float


Fault = Error | SlowDown | Cut | Delay


class Faults:
    def __init__(self) -> None:
        self._waiting: defaultdict[str, deque[Fault]] = defaultdict(deque)

    def add(self, method: str, fault: Fault, times: int = 1) -> None:
        """After those added before; `method` may be "*" for whichever is called."""
        self._waiting[method.lower()].extend([fault] * times)

    def next(self, method: str) -> Fault | None:
        if not self._waiting:
            return None
        for name in (method.lower(), "*"):
            waiting = self._waiting.get(name)
            if waiting:
                fault = waiting.popleft()
                if not waiting:
                    del self._waiting[name]
                return fault
        return None
