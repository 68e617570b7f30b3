"""What somebody said, out of Telegram's update.

Read from the JSON itself: building the library's objects costs more than the rest of a turn's thinking, and an update
they cannot hold would be lost.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flows.turn import (
    Command,
    Corrected,
    Fetched,
    Left,
    Located,
    NotReceived,
    Received,
    Returned,
    Said,
    Sent,
    SentFile,
    Tapped,
    Typed,
)

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]

KINDS = (
    "photo",
    "voice",
    "sticker",
    "video",
    "video_note",
    "audio",
    "animation",
    "document",
    "location",
    "contact",
    "poll",
)

COMMAND = re.compile(r"/([A-Za-z][A-Za-z0-9_]{0,31})(?:@\w+)?(?:\s+(.*))?$", re.DOTALL)
CHOICE = re.compile(r"c:(\d{1,15}):(.+)", re.DOTALL)

NOBODY = "nobody"
LARGEST_ID = 2**62
LONGEST_NAME = 60


class NotUnderstood(ValueError):
    """An update nobody can be answered for; the message says why, without saying what was in it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing one person said. After a tap, `callback_id` must be answered; `message_id` is the message tapped."""

    telegram_id: int
    language_code: str | None
    said: Said
    callback_id: str = ""
    message_id: int | None = None


def lane_of(raw: dict[str, Any]) -> str:
    """Whose update this is, found without trusting its shape: one person's updates stay in order."""
    for part in raw.values():
        if isinstance(part, dict):
            sender = part.get("from")
            if isinstance(sender, dict) and isinstance(sender.get("id"), int):
                return str(sender["id"])
    return NOBODY


def heard(payload: str) -> Heard:
    """Raises NotUnderstood for what is not from a person in a private chat.

    Only what is needed is read, and none of it is trusted: a message with parts that a later Bot API has added, or
    that make no sense, still is somebody's message and gets an answer.
    """
    raw = json.loads(payload)
    try:
        for kind, read in READERS.items():
            if kind in raw:
                return read(raw[kind])
    except (KeyError, TypeError, AttributeError) as problem:
        raise NotUnderstood(f"unreadable: {type(problem).__name__}") from problem
    raise NotUnderstood("not a kind of update that was asked for")


def _message(message: dict[str, Any], *, edited: bool = False) -> Heard:
    telegram_id, code = _sender(message)
    text = _text(message, "text")
    said: Said
    if not text:
        said = _file(message) or _place(message) or _sent(message)
    elif edited:
        said = Corrected(text)
    else:
        said = _command(text) or Typed(text)
    return Heard(telegram_id, code, said)


def _place(message: dict[str, Any]) -> Located | None:
    place = message.get("location")
    if not isinstance(place, dict):
        return None
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    return Located(float(latitude), float(longitude)) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _file(message: dict[str, Any]) -> SentFile | None:
    document = message.get("document")
    if not isinstance(document, dict) or not isinstance(document.get("file_id"), str):
        return None
    return SentFile(document["file_id"], _text(document, "file_name")[:LONGEST_NAME])


def _sent(message: dict[str, Any]) -> Sent:
    """A picture comes in several sizes, the largest last."""
    kind = next((kind for kind in KINDS if message.get(kind)), "other")
    part = message.get(kind)
    last = part[-1] if isinstance(part, list) and part else part
    id = last.get("file_id") if kind in ("photo", "voice", "audio") and isinstance(last, dict) else None
    return Sent(kind, id if isinstance(id, str) else "")


def _fetched(file: dict[str, Any]) -> Heard:
    """Our own: `fetching.py` writes it."""
    telegram_id, _code = _sender(file)
    name: str = file["name"]
    received = Received(name, base64.b64decode(file["data"])) if "data" in file else NotReceived(name, file["problem"])
    return Heard(telegram_id, None, Fetched(file["number"], received))


def _tap(query: dict[str, Any]) -> Heard:
    shown = query.get("message") or {}
    telegram_id, code = _sender({"from": query["from"], "chat": shown.get("chat", {"type": "private"})})
    data = _text(query, "data")
    said: Said = _command(data) or Tapped(-1, "")
    if found := CHOICE.fullmatch(data):
        said = Tapped(int(found[1]), found[2])
    message_id = shown.get("message_id")
    return Heard(telegram_id, code, said, str(query["id"]), message_id if isinstance(message_id, int) else None)


def _membership(change: dict[str, Any]) -> Heard:
    telegram_id, code = _sender(change)
    gone = change["new_chat_member"]["status"] in ("kicked", "left")
    return Heard(telegram_id, code, Left() if gone else Returned())


READERS: dict[str, Callable[[dict[str, Any]], Heard]] = {
    "callback_query": _tap,
    "message": _message,
    "edited_message": partial(_message, edited=True),
    "my_chat_member": _membership,
    "fetched": _fetched,
}


def _sender(part: dict[str, Any]) -> tuple[int, str | None]:
    """Whose chat with the bot this is: their number, and the language of their Telegram."""
    sender = part["from"]
    telegram_id, code = sender["id"], sender.get("language_code")
    if not isinstance(telegram_id, int) or not 0 < telegram_id < LARGEST_ID:
        raise NotUnderstood("no sender")
    if sender.get("is_bot"):
        raise NotUnderstood("from a bot")
    if part["chat"]["type"] != "private":
        raise NotUnderstood("not a private chat")
    return telegram_id, code if isinstance(code, str) else None


def _text(part: dict[str, Any], name: str) -> str:
    text = part.get(name)
    return clean(text) if isinstance(text, str) else ""


def _command(text: str) -> Command | None:
    found = COMMAND.match(text)
    return Command(found[1].lower(), (found[2] or "").strip()) if found else None


def clean(text: str) -> str:
    """Text both databases can keep: no NUL, no half of a surrogate pair, no space around it."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "").strip()
