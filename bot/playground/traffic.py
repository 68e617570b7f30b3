"""What the bot and the playground said to each other, lately; the token and the webhook's secret are never in it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import quote

from bot.clock import Clock
from bot.playground.specification import Upload

KEPT = 2000
SECRET_PARAMETERS = ("secret_token",)
HIDDEN = "[hidden]"
SECRET_LENGTH = 8  # shorter ones, in tests, would be found inside ordinary words


@dataclass(frozen=True, slots=True)
class Entry:
    """`direction` is call, update (fetched by polling) or webhook; `seconds` is how long a call or webhook took."""

    n: int
    at: datetime
    direction: str
    method: str
    request: Mapping[str, Any]
    ok: bool
    response: Any
    seconds: float


class Traffic:
    """Noting costs little: entries are made presentable when somebody looks."""

    def __init__(self, token: str, clock: Clock) -> None:
        self._clock = clock
        self._numbers = count(1)
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        secret = token.partition(":")[2]
        self._secrets = {token, quote(token, safe="")} | ({secret} if len(secret) >= SECRET_LENGTH else set())
        self.watch: Callable[[Entry], None] | None = None

    def note(
        self, direction: str, method: str, request: Mapping[str, Any], ok: bool, response: Any, seconds: float
    ) -> None:
        if any(isinstance(value, Upload) for value in request.values()):
            request = {name: _without_contents(value) for name, value in request.items()}
        entry = Entry(next(self._numbers), self._clock.now(), direction, method, request, ok, response, seconds)
        self._entries.append(entry)
        if self.watch:
            self.watch(entry)

    def presentable(self, after: int = 0, most: int = KEPT) -> list[dict[str, Any]]:
        """The latest `most` entries with numbers above `after`, newest last."""
        found = [entry for entry in self._entries if entry.n > after]
        return [self.present(entry) for entry in found[-most:]]

    def present(self, entry: Entry) -> dict[str, Any]:
        request = {
            name: HIDDEN if name in SECRET_PARAMETERS else _shown(value) for name, value in entry.request.items()
        }
        told = {
            "n": entry.n,
            "at": entry.at.isoformat(timespec="milliseconds"),
            "direction": entry.direction,
            "method": entry.method,
            "request": request,
            "ok": entry.ok,
            "response": entry.response,
            "ms": round(entry.seconds * 1000, 2),
        }
        words = json.dumps(told, ensure_ascii=False)
        if not any(secret in words for secret in self._secrets):
            return told
        for secret in sorted(self._secrets, key=len, reverse=True):
            words = words.replace(secret, HIDDEN)
        cleaned: dict[str, Any] = json.loads(words)
        return cleaned


def _without_contents(value: Any) -> Any:
    if isinstance(value, Upload):
        return {"file": value.name, "mime": value.mime, "size": len(value.data)}
    return value


def _shown(value: Any) -> Any:
    """JSON inside a form's field is shown as what it says."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
