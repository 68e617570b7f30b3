"""How fast messages may leave: Telegram's limits, kept before Telegram has to enforce them.

Telegram allows about 30 messages a second overall and about one a second in one chat, with short bursts
(https://core.telegram.org/bots/faq, "My bot is hitting limits").
"""

from __future__ import annotations

import math
from collections import deque

CHAT_BURST = 20.0
CHAT_RATE = 1.0
USUAL_RATE = 28.0
CATCH_UP_SECONDS = 0.02


class Window:
    """At most `rate` sends in any second as Telegram sees it; replies may come together, bulk is spread evenly.

    When a message reaches Telegram is only known to lie between the beginning and the end of its request, so a send
    counts from the one until a second after the other.
    """

    def __init__(self, rate: float) -> None:
        self._most = max(1, int(rate))
        self._seconds = self._most / rate
        self._spacing = 1 / rate
        self._in_flight = 0
        self._ended: deque[float] = deque()
        self._last_bulk = -math.inf
        self._bulk_from = 0.0

    def wait(self, now: float, bulk: bool) -> float:
        """Seconds until the next may leave, 0 when it may now, infinity when first another must have ended."""
        while self._ended and self._ended[0] <= now - self._seconds:
            self._ended.popleft()
        free_at = now
        if self._in_flight + len(self._ended) >= self._most:
            free_at = self._ended[0] + self._seconds if self._ended else math.inf
        if bulk:
            free_at = max(free_at, self._last_bulk + self._spacing, self._bulk_from)
        return max(0.0, free_at - now)

    def begin(self, now: float, bulk: bool) -> None:
        self._in_flight += 1
        if bulk:
            # From when it was due, not from when the loop woke up, so that the rate holds despite late wake-ups.
            late = max(2 * self._spacing, CATCH_UP_SECONDS)
            self._last_bulk = max(self._last_bulk + self._spacing, now - late)

    def end(self, now: float) -> None:
        self._in_flight -= 1
        self._ended.append(now)

    def pause_bulk(self, until: float) -> None:
        self._bulk_from = max(self._bulk_from, until)


def chat_rate(rate: float) -> float:
    """What one chat may have of an overall rate: with Telegram's usual 28 a second one, on a faster server more."""
    return max(CHAT_RATE, CHAT_RATE * rate / USUAL_RATE)


class ChatPace:
    """One chat's allowance: a burst of replies, then `rate` a second; bulk waits for a whole interval of its own."""

    __slots__ = ("_at", "_blocked_until", "_burst", "_last", "_rate", "_tokens")

    def __init__(self, rate: float = CHAT_RATE) -> None:
        self._rate = rate
        self._burst = CHAT_BURST * rate
        self._tokens = self._burst
        self._at = 0.0
        self._last = -math.inf
        self._blocked_until = 0.0

    def wait(self, now: float, bulk: bool) -> float:
        tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        free_at = now if tokens >= 1 else now + (1 - tokens) / self._rate
        if bulk:
            free_at = max(free_at, self._last + 1 / self._rate)
        return max(0.0, free_at - now, self._blocked_until - now)

    def spend(self, now: float) -> None:
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate) - 1
        self._at = self._last = now

    def block(self, until: float) -> None:
        """Telegram (or a failed send) says: not before `until`."""
        self._blocked_until = max(self._blocked_until, until)
