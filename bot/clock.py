"""What time it is: the one place that reads the system clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """The present instant, in UTC.

    The demo's clock can be moved forward, so that closings, reminders and rotation can be seen in minutes.
    Only waiting *until* something (pacing, back-off, time-outs) uses the event loop's own clock instead.
    """

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, by: timedelta) -> None:
        """Move forward by `by`; time never runs backwards, so a negative step raises ValueError."""
        if by < timedelta():
            raise ValueError("the clock only moves forward")
        self._ahead += by
        for heard in self._listeners:
            heard()

    def on_advance(self, heard: Callable[[], None]) -> None:
        self._listeners.append(heard)
