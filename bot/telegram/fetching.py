"""Files that people sent: fetched from Telegram, and put into the inbox as something said by whoever sent them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from typing import Any

from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.telegram.api import Api
from flows.turn import LARGEST_FILE
from storage.outbox import Claimed

log = logging.getLogger(__name__)

PAUSES = (0.5, 1.0, 2.0)
PATIENCE = 30.0


async def fetched(api: Api, parcel: Claimed) -> dict[str, Any]:
    """The update that brings the file of a parcel of kind "fetch", or says why it cannot be had. Raises RetryAfter."""
    for pause in (*PAUSES, None):
        try:
            return brought(parcel, await _contents(api, parcel.body["file_id"]))
        except RetryAfter:
            raise
        except BadRequest as problem:
            return missing(parcel, "too big" if "too big" in problem.message.lower() else "lost")
        except TelegramError as problem:
            log.warning("A file could not be fetched: %s", type(problem).__name__)
        if pause is not None:
            await asyncio.sleep(pause)
    return missing(parcel, "lost")


async def _contents(api: Api, file_id: str) -> bytes:
    file = await api.get_file(file_id, read_timeout=PATIENCE)
    if (file.file_size or 0) > LARGEST_FILE:
        raise BadRequest("file is too big")
    return bytes(await file.download_as_bytearray(read_timeout=PATIENCE))


def brought(parcel: Claimed, contents: bytes) -> dict[str, Any]:
    """The same parcel always gives the same update, so that a file fetched twice is heard once."""
    if len(contents) > LARGEST_FILE:
        return missing(parcel, "too big")
    return _update(parcel, {"data": base64.b64encode(contents).decode()})


def missing(parcel: Claimed, problem: str) -> dict[str, Any]:
    return _update(parcel, {"problem": problem})


def _update(parcel: Claimed, more: dict[str, Any]) -> dict[str, Any]:
    """Its number is negative: Telegram's are positive."""
    digest = hashlib.sha256(parcel.id.encode()).digest()
    sender = {"from": {"id": parcel.telegram_id}, "chat": {"type": "private"}}
    about = {"name": parcel.body["name"], "number": parcel.body["number"]}
    return {"update_id": -1 - (int.from_bytes(digest[:8]) >> 3), "fetched": {**sender, **about, **more}}
