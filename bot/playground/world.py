"""The playground's little world: people, their chats with the bot, and what each side learns of the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.playground.files import StoredFile, stored
from bot.playground.markup import formatted, utf16_length
from bot.playground.refusals import Refusal, bad_request, forbidden
from bot.playground.specification import Upload
from bot.playground.updates import Updates, first_number

Json = dict[str, Any]

REMEMBERED_MESSAGES = 1000
TYPED_LIMIT = 4096
CAPTION_LIMIT = 1024
SCOPES = ("chat", "all_private_chats", "default")


class Impossible(ValueError):
    """Somebody cannot do this; the message is a sentence for them."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a telephone. `role` is citizen or staff; `try_` are things the page suggests saying.

    Whoever is not `on_page` has their telephone elsewhere: in the demo the neighbours.
    """

    id: int
    name: str
    role: str = "citizen"
    about: str = ""
    language_code: str = "en"
    try_: tuple[str, ...] = ()
    on_page: bool = True


@dataclass(slots=True)
class Message:
    """One message in one person's chat with the bot; `kind` is text, photo, document, voice, sticker or location."""

    message_id: int
    person: int
    by_bot: bool
    sent_at: datetime
    kind: str = "text"
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    buttons: list[list[Json]] = field(default_factory=list)
    file: StoredFile | None = None
    place: tuple[float, float] | None = None
    reply_to: int | None = None
    edited_at: datetime | None = None
    deleted: bool = False

    def for_page(self, zone: ZoneInfo) -> Json:
        return {
            "message_id": self.message_id,
            "from": "bot" if self.by_bot else "person",
            "date": self.sent_at.astimezone(zone).isoformat(timespec="seconds"),
            "edited": self.edited_at is not None,
            "deleted": self.deleted,
            "kind": self.kind,
            "text": self.text,
            "entities": self.entities,
            "buttons": self.buttons,
            "file": self.file.for_page() if self.file else None,
            "place": list(self.place) if self.place else None,
            "reply_to": self.reply_to,
        }


@dataclass(slots=True)
class Chat:
    """One person and the bot. The last REMEMBERED_MESSAGES messages are kept."""

    person: Person
    language_code: str
    started: bool = False
    blocked: bool = False
    messages: dict[int, Message] = field(default_factory=dict)

    def keep(self, message: Message) -> None:
        self.messages[message.message_id] = message
        if len(self.messages) > REMEMBERED_MESSAGES:
            del self.messages[next(iter(self.messages))]


@dataclass(frozen=True, slots=True)
class Tap:
    """A tapped button whose telephone shows that it waits; `at` is time.monotonic()'s."""

    person: int
    message_id: int | None
    at: float


@dataclass(slots=True)
class Profile:
    """What the bot says of itself, by language code; "" is for all others. Menus also by scope and chat."""

    id: int
    username: str
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, int, str], list[Json]] = field(default_factory=dict)
    menu_buttons: dict[int, Json] = field(default_factory=dict)

    def commands_for(self, person: int, language: str) -> list[Json]:
        """The menu Telegram shows: the narrowest scope first, and in each the person's language first."""
        for scope in SCOPES:
            for code in (language, ""):
                found = self.commands.get((scope, person if scope == "chat" else 0, code))
                if found:
                    return found
        return []


class World:
    """What people do becomes updates for the bot; what the bot does becomes events for the page."""

    def __init__(self, profile: Profile, people: Iterable[Person], clock: Clock, zone: str) -> None:
        self.profile = profile
        self.clock = clock
        self.zone = ZoneInfo(zone)
        first = first_number(clock.now())
        self.updates = Updates(first)
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.paths: dict[str, StoredFile] = {}
        self.taps: dict[str, Tap] = {}
        self.watchers: set[Callable[[Json], None]] = set()
        self._message_ids = count(first)
        self._tap_ids = count(first)
        for person in people:
            self.add(person)
        clock.on_advance(lambda: self.announce({"type": "clock", "now": self.now_local()}))

    def announce(self, event: Json) -> None:
        for watch in tuple(self.watchers):
            watch(event)

    def tell(self, what: str, message: Message) -> None:
        """Announce that a message is new, edited or deleted."""
        if self.watchers:
            self.announce({"type": what, "person": message.person, "message": message.for_page(self.zone)})

    def tell_person(self, person: int) -> None:
        if self.watchers:
            self.announce({"type": "person", "person": self.person_for_page(self.chats[person])})

    def now_local(self) -> str:
        return self.clock.now().astimezone(self.zone).isoformat(timespec="seconds")

    # ------------------------------------------------------------ people

    def add(self, person: Person) -> Chat:
        chat = self.chats[person.id] = Chat(person, person.language_code, started=not person.on_page)
        return chat

    def on_page(self) -> list[Chat]:
        """The chats that the page shows."""
        return [chat for chat in self.chats.values() if chat.person.on_page]

    def newcomer(self, name: str, language_code: str) -> Person:
        """A citizen who was not here before. Raises Impossible."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= 64:
            raise Impossible("A name has 1 to 64 letters.")
        person = Person(max(self.chats, default=1000) + 1, name, "citizen", "", _language(language_code))
        self.add(person)
        self.tell_person(person.id)
        return person

    def chat(self, person: int) -> Chat:
        """Raises Impossible for somebody who is not here."""
        try:
            return self.chats[person]
        except (KeyError, TypeError):
            raise Impossible("There is no such person here.") from None

    def speak(self, person: int, language_code: str) -> None:
        """The telephone's language is another one from now on."""
        self.chat(person).language_code = _language(language_code)
        self.tell_person(person)

    def say(self, person: int, text: str, reply_to: int | None = None) -> Message:
        """Raises Impossible."""
        plain, entities = formatted(text, None, None)
        if not plain:
            raise Impossible("An empty message cannot be sent.")
        if utf16_length(plain) > TYPED_LIMIT:
            raise Impossible(f"A message has at most {TYPED_LIMIT} letters.")
        return self._write(person, text=plain, entities=entities, reply_to=reply_to)

    def send_place(self, person: int, latitude: float, longitude: float) -> Message:
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise Impossible("There is no such place.")
        return self._write(person, kind="location", place=(latitude, longitude))

    def send_file(self, person: int, kind: str, upload: Upload, caption: str = "") -> Message:
        """Raises Impossible."""
        if kind not in ("photo", "document", "voice", "sticker"):
            raise Impossible("Only photos, documents, voice messages and stickers can be sent.")
        self.chat(person)
        plain, entities = formatted(caption, None, None)
        if utf16_length(plain) > CAPTION_LIMIT:
            raise Impossible(f"The words with a file have at most {CAPTION_LIMIT} letters.")
        try:
            file = stored(kind, upload)
        except Refusal:
            raise Impossible(f"This file cannot be sent as a {kind}.") from None
        return self._write(person, kind=kind, file=self.keep_file(file), text=plain, entities=entities)

    def edit(self, person: int, message_id: int, text: str) -> Message:
        """Raises Impossible."""
        message = self._message(person, message_id)
        if message.by_bot or message.kind != "text":
            raise Impossible("Only your own words can be changed.")
        plain, entities = formatted(text, None, None)
        if not plain:
            raise Impossible("An empty message cannot be sent.")
        message.text, message.entities, message.edited_at = plain, entities, self._now()
        self.tell("edited", message)
        self.updates.add("edited_message", person, self.for_bot(message))
        return message

    def tap(self, person: int, message_id: int, row: int, column: int) -> str:
        """The id of the callback query. Raises Impossible where there is no button that calls back."""
        message = self._message(person, message_id)
        try:
            data = message.buttons[row][column]["callback_data"]
        except (IndexError, KeyError, TypeError):
            raise Impossible("There is no such button any more.") from None
        return self.tap_data(person, message_id, data)

    def tap_data(self, person: int, message_id: int, data: str) -> str:
        """As `tap`, with data that need not be on any button: a modified client can send what it likes."""
        chat = self._unblocked(person)
        tap_id = str(next(self._tap_ids))
        message = chat.messages.get(message_id)
        self.taps[tap_id] = Tap(person, message_id, time.monotonic())
        query: Json = {"id": tap_id, "from": self._user(chat), "chat_instance": str(person), "data": data}
        query["message"] = (
            self.for_bot(message)
            if message
            else {"chat": self._chat_for_bot(chat), "message_id": message_id, "date": 0}
        )
        self.updates.add("callback_query", person, query)
        return tap_id

    def block(self, person: int, blocked: bool) -> None:
        chat = self.chat(person)
        if chat.blocked == blocked:
            return
        chat.blocked = blocked
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        self.updates.add(
            "my_chat_member",
            person,
            {
                "chat": self._chat_for_bot(chat),
                "from": self._user(chat),
                "date": int(self.clock.now().timestamp()),
                "old_chat_member": self._membership(before),
                "new_chat_member": self._membership(after),
            },
        )
        self.tell_person(person)

    def _write(self, person: int, **content: Any) -> Message:
        chat = self._unblocked(person)
        first, chat.started = not chat.started, True
        message = Message(next(self._message_ids), person, False, self._now(), **content)
        chat.keep(message)
        self.tell("message", message)
        if first:
            self.tell_person(person)
        self.updates.add("message", person, self.for_bot(message))
        return message

    def _unblocked(self, person: int) -> Chat:
        chat = self.chat(person)
        if chat.blocked:
            raise Impossible("The bot is blocked: unblock it first.")
        return chat

    def _message(self, person: int, message_id: int) -> Message:
        message = self._unblocked(person).messages.get(message_id)
        if message is None:
            raise Impossible("There is no such message.")
        return message

    # ------------------------------------------------------------ the bot

    def open_chat(self, chat_id: int | str) -> Chat:
        """The chat the bot may write to. Raises Refusal."""
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None:
            raise bad_request("chat not found")
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat

    def send(self, chat: Chat, **content: Any) -> Message:
        message = Message(next(self._message_ids), chat.person.id, True, self._now(), **content)
        chat.keep(message)
        self.tell("message", message)
        return message

    def change(self, message: Message, **content: Any) -> None:
        """Other buttons alone do not make a message an edited one."""
        for name, value in content.items():
            setattr(message, name, value)
        if content.keys() - {"buttons"}:
            message.edited_at = self._now()
        self.tell("edited", message)

    def delete(self, message: Message) -> None:
        del self.chats[message.person].messages[message.message_id]
        message.deleted = True
        self.tell("deleted", message)

    def answer_tap(self, tap_id: str, text: str, alert: bool, within: float) -> None:
        """Raises Refusal when it was tapped more than `within` seconds ago, or was answered before."""
        tap = self.taps.pop(tap_id, None)
        if tap is None or time.monotonic() - tap.at > within:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        self.announce(
            {"type": "answer", "person": tap.person, "message_id": tap.message_id, "text": text, "alert": alert}
        )

    def keep_file(self, file: StoredFile) -> StoredFile:
        self.files[file.id] = self.paths[file.path] = file
        return file

    # ------------------------------------------------------------ as the other side sees it

    def me(self) -> Json:
        return {
            "id": self.profile.id,
            "is_bot": True,
            "first_name": self.profile.names.get("", self.profile.username),
            "username": self.profile.username,
        }

    def for_bot(self, message: Message) -> Json:
        chat = self.chats[message.person]
        told: Json = {
            "message_id": message.message_id,
            "from": self.me() if message.by_bot else self._user(chat),
            "chat": self._chat_for_bot(chat),
            "date": int(message.sent_at.timestamp()),
        }
        if message.edited_at:
            told["edit_date"] = int(message.edited_at.timestamp())
        original = chat.messages.get(message.reply_to) if message.reply_to else None
        if original:
            told["reply_to_message"] = {**self.for_bot(original)}
            told["reply_to_message"].pop("reply_to_message", None)
        words, marks = ("text", "entities") if message.kind == "text" else ("caption", "caption_entities")
        if message.file:
            told[message.kind] = message.file.for_bot()
        if message.place:
            told["location"] = dict(zip(("latitude", "longitude"), message.place, strict=True))
        if message.text:
            told[words] = message.text
            if message.entities:
                told[marks] = message.entities
        if message.buttons:
            told["reply_markup"] = {"inline_keyboard": message.buttons}
        return told

    def person_for_page(self, chat: Chat) -> Json:
        person = chat.person
        return {
            "id": person.id,
            "name": person.name,
            "role": person.role,
            "about": person.about,
            "language_code": chat.language_code,
            "blocked": chat.blocked,
            "started": chat.started,
            "commands": self.profile.commands_for(person.id, chat.language_code),
            "unread_hint": 0,
            "try": list(person.try_),
        }

    def _user(self, chat: Chat) -> Json:
        person = chat.person
        return {"id": person.id, "is_bot": False, "first_name": person.name, "language_code": chat.language_code}

    def _chat_for_bot(self, chat: Chat) -> Json:
        return {"id": chat.person.id, "type": "private", "first_name": chat.person.name}

    def _membership(self, status: str) -> Json:
        return {"user": self.me(), "status": status, **({"until_date": 0} if status == "kicked" else {})}

    def _now(self) -> datetime:
        return self.clock.now().replace(microsecond=0)


def _language(code: str) -> str:
    code = code.strip()
    if not (2 <= len(code) <= 12 and code.replace("-", "").isalnum()):
        raise Impossible("A language is named by its code, such as en or cy.")
    return code
