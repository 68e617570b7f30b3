"""How long a draw may search: until a deadline, or exactly as many rounds as the draw that is being verified."""

from __future__ import annotations

import time
from collections.abc import Callable

from flows.panels.selection.order import STEPS, Progress


class Effort:
    """Counts rounds of the search; `cut` says whether it was ended early.

    A deadline (seconds) depends on the machine, a number of rounds does not, so that a draw whose time ran out can
    still be repeated.
    """

    def __init__(
        self,
        seconds: float | None = None,
        rounds: int | None = None,
        progress: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        self.rounds = 0
        self.cut = False
        self._tell = progress
        self._share = 0.0
        self._began = time.monotonic()
        self._deadline = None if seconds is None else self._began + seconds
        self._most = rounds

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def say(self, line: str, step: int, share: float = 0.0) -> None:
        """How far it is: the words for it, which of order.STEPS it is at, and about what share of that is done."""
        begins, ends = STEPS[step - 1]
        self._share = max(self._share, begins + (ends - begins) * min(1.0, max(0.0, share)))
        self._tell(Progress(step, self._share, line))

    def go_on(self) -> bool:
        """Whether there is another round; counts it."""
        late = self._deadline is not None and time.monotonic() > self._deadline
        if self.cut or late or (self._most is not None and self.rounds >= self._most):
            self.cut = True
            return False
        self.rounds += 1
        return True
