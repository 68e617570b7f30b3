"""Telegram's flood limits: about 30 messages a second overall, about one a second in a chat with short bursts.

https://core.telegram.org/bots/faq, "My bot is hitting limits, how do I avoid this?"
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from bot.playground.refusals import too_many_requests

OVERALL_RATE = 30.0
OVERALL_BURST = 30.0
CHAT_RATE = 1.0
CHAT_BURST = 20.0


@dataclass(slots=True)
class Allowance:
    """Messages that may be sent at once; it fills by `rate` a second up to `burst`."""

    rate: float
    burst: float
    left: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until one more may be sent."""
        self.left = min(self.burst, self.left + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (1 - self.left) / self.rate)


class FloodLimits:
    def __init__(self) -> None:
        now = time.monotonic()
        self._overall = Allowance(OVERALL_RATE, OVERALL_BURST, OVERALL_BURST, now)
        self._chats: dict[int, Allowance] = {}

    def spend(self, chat: int) -> None:
        """Count one message to `chat`. Raises Refusal (429) when there were too many; then it does not count."""
        now = time.monotonic()
        own = self._chats.get(chat)
        if own is None:
            own = self._chats[chat] = Allowance(CHAT_RATE, CHAT_BURST, CHAT_BURST, now)
        wait = max(self._overall.wait(now), own.wait(now))
        if wait > 0:
            raise too_many_requests(math.ceil(wait))
        self._overall.left -= 1
        own.left -= 1
