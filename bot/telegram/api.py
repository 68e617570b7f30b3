"""The Bot API, called by method name; python-telegram-bot does the requests and classifies what goes wrong."""

from __future__ import annotations

from typing import Any

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.telegram.request import AiohttpRequest

__all__ = ["Api", "InvalidToken", "TelegramError"]

SENDING_CONNECTIONS = 80
POLLING_CONNECTIONS = 2


class Api(Bot):
    """`call` takes and gives plain JSON: what came in can be kept as it came, and sending costs no object per field."""

    def __init__(self, token: str, url: str) -> None:
        super().__init__(
            token,
            base_url=f"{url}/bot",
            base_file_url=f"{url}/file/bot",
            request=AiohttpRequest(connections=SENDING_CONNECTIONS),
            get_updates_request=AiohttpRequest(connections=POLLING_CONNECTIONS),
        )

    async def call(self, method: str, parameters: dict[str, Any], *, patience: float = 20.0) -> Any:
        """The result as JSON. Waits `patience` seconds for a reply; raises telegram.error.TelegramError."""
        return await self._post(method, parameters, read_timeout=patience, write_timeout=patience)

    async def open(self) -> None:
        """Make the connections ready, without asking Telegram anything yet."""
        for request in self._request:
            await request.initialize()

    async def close_connections(self) -> None:
        for request in self._request:
            await request.shutdown()
