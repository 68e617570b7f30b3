"""What somebody said, out of Telegram's update."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from telegram import CallbackQuery, ChatMember, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatType

from flows.turn import Command, Corrected, Left, Returned, Said, Sent, Tapped, Typed

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
    """Raises NotUnderstood for what is not from a person in a private chat."""
    raw = json.loads(payload)
    try:
        update = Update.de_json(raw, None)
    except Exception as problem:  # whatever the parser stumbles over, the update is at fault
        return _salvaged(raw, problem)
    if update.callback_query:
        return _tap(update.callback_query)
    if update.my_chat_member:
        return _membership(update.my_chat_member)
    if update.edited_message:
        return _message(update.edited_message, edited=True)
    if update.message:
        return _message(update.message, edited=False)
    raise NotUnderstood("not a kind of update that was asked for")


def _salvaged(raw: Any, problem: Exception) -> Heard:
    """A message with parts that cannot be read still is somebody's message, and they get an answer."""
    try:
        sender, chat, text = raw["message"]["from"], raw["message"]["chat"], raw["message"].get("text")
        telegram_id, private = sender["id"], chat["type"] == ChatType.PRIVATE and not sender.get("is_bot")
    except (KeyError, TypeError, AttributeError):
        private, telegram_id, text = False, 0, None
    if not private or not isinstance(telegram_id, int) or not 0 < telegram_id < LARGEST_ID:
        raise NotUnderstood(f"unparsable: {type(problem).__name__}") from problem
    words = clean(text) if isinstance(text, str) else ""
    return Heard(telegram_id, None, (_command(words) or Typed(words)) if words else Sent("other"))


def _person(user: User | None) -> User:
    if user is None or not isinstance(user.id, int) or not 0 < user.id < LARGEST_ID:
        raise NotUnderstood("no sender")
    if user.is_bot:
        raise NotUnderstood("from a bot")
    return user


def _message(message: Message, *, edited: bool) -> Heard:
    user = _person(message.from_user)
    if message.chat.type != ChatType.PRIVATE:
        raise NotUnderstood("not a private chat")
    text = clean(message.text) if isinstance(message.text, str) else ""
    said: Said
    if not text:
        said = Sent(next((kind for kind in KINDS if getattr(message, kind, None)), "other"))
    elif edited:
        said = Corrected(text)
    else:
        said = _command(text) or Typed(text)
    return Heard(user.id, _code(user), said)


def _tap(query: CallbackQuery) -> Heard:
    user = _person(query.from_user)
    data = clean(query.data) if isinstance(query.data, str) else ""
    said: Said = _command(data) or Tapped(-1, "")
    if found := CHOICE.fullmatch(data):
        said = Tapped(int(found[1]), found[2])
    return Heard(user.id, _code(user), said, str(query.id), query.message.message_id if query.message else None)


def _membership(change: ChatMemberUpdated) -> Heard:
    user = _person(change.from_user)
    if change.chat.type != ChatType.PRIVATE:
        raise NotUnderstood("not a private chat")
    gone = change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
    return Heard(user.id, _code(user), Left() if gone else Returned())


def _command(text: str) -> Command | None:
    found = COMMAND.match(text)
    return Command(found[1].lower(), (found[2] or "").strip()) if found else None


def _code(user: User) -> str | None:
    return user.language_code if isinstance(user.language_code, str) else None


def clean(text: str) -> str:
    """Text both databases can keep: no NUL, no half of a surrogate pair, no space around it."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "").strip()
