"""What each method of the Bot API does in the playground, and the limits Telegram documents for it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from bot.playground.delivery import LOCAL_HOSTS, Delivery, Webhook
from bot.playground.files import LARGEST_DOWNLOAD, StoredFile, stored
from bot.playground.flood import FloodLimits
from bot.playground.markup import formatted, utf16_length
from bot.playground.refusals import bad_request, conflict
from bot.playground.specification import Upload, specification
from bot.playground.world import Chat, Json, Message, World

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
DATA_LIMIT = 64
MOST_BUTTONS = 100
MOST_IN_A_ROW = 8
ANSWER_LIMIT = 200
ANSWER_SECONDS = 150.0
NAME_LIMIT = 64
DESCRIPTION_LIMIT = 512
SHORT_LIMIT = 120
MOST_COMMANDS = 100
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
COMMAND_DESCRIPTION_LIMIT = 256
LANGUAGE = re.compile(r"(?:[a-z]{2})?")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
LINK = re.compile(r"(?:https?|tg|ton|mailto)://?\S+|[^\s/]+\.[^\s/]{2,}\S*", re.IGNORECASE)
LONGEST_POLL = 50
DELETABLE = timedelta(hours=48)

ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
BUTTON_ACTIONS = {
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
}  # fmt: skip
TAKING_FILES = ("sendPhoto", "sendDocument", "sendVoice", "editMessageMedia")
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)

Given = dict[str, Any]
Result = Any


class Methods:
    """The Bot API's methods on one world. `flood` is None where floods are not held back."""

    def __init__(self, world: World, delivery: Delivery, flood: FloodLimits | None) -> None:
        self._world = world
        self._delivery = delivery
        self._flood = flood
        self._all: dict[str, Callable[[Given], Result | Awaitable[Result]]] = {
            "getMe": lambda given: self._me(),
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda given: self._delivery.info(),
            "sendMessage": self._send_message,
            "sendPhoto": lambda given: self._send_file("photo", given),
            "sendDocument": lambda given: self._send_file("document", given),
            "sendVoice": lambda given: self._send_file("voice", given),
            "sendChatAction": self._send_chat_action,
            "editMessageText": self._edit_text,
            "editMessageCaption": self._edit_caption,
            "editMessageMedia": self._edit_media,
            "editMessageReplyMarkup": self._edit_buttons,
            "deleteMessage": self._delete_message,
            "answerCallbackQuery": self._answer_tap,
            "getFile": self._get_file,
            "setMyCommands": self._set_commands,
            "getMyCommands": self._get_commands,
            "deleteMyCommands": self._delete_commands,
            "setMyName": self._set_name,
            "getMyName": lambda given: {"name": self._said(self._world.profile.names, given)},
            "setMyDescription": self._set_description,
            "getMyDescription": lambda given: {"description": self._said(self._world.profile.descriptions, given)},
            "setMyShortDescription": self._set_short_description,
            "getMyShortDescription": lambda given: {
                "short_description": self._said(self._world.profile.short_descriptions, given)
            },
            "setChatMenuButton": self._set_menu_button,
            "getChatMenuButton": self._get_menu_button,
        }

    async def call(self, name: str, given: Given) -> Result:
        """The result of a method. Raises Refusal."""
        method = specification().method(name)
        do = self._all.get(method.name)
        values = method.check(given)
        if do is None:
            raise bad_request(f"the playground has no {method.name}")
        if method.name in TAKING_FILES:
            values["attached"] = given
        try:
            return await _awaited(do(values))
        except UnicodeEncodeError:
            raise bad_request("strings must be encoded in UTF-8") from None

    # ------------------------------------------------------------ itself

    def _me(self) -> Json:
        return self._world.me() | {
            "can_join_groups": False,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    def _set_name(self, given: Given) -> bool:
        return self._say(self._world.profile.names, given, "name", NAME_LIMIT)

    def _set_description(self, given: Given) -> bool:
        return self._say(self._world.profile.descriptions, given, "description", DESCRIPTION_LIMIT)

    def _set_short_description(self, given: Given) -> bool:
        return self._say(self._world.profile.short_descriptions, given, "short_description", SHORT_LIMIT)

    def _say(self, said: dict[str, str], given: Given, what: str, limit: int) -> bool:
        words = given.get(what, "").strip()
        if utf16_length(words) > limit:
            raise bad_request(f"bot {what.replace('_', ' ')} is too long")
        code = _language(given)
        if words:
            said[code] = words
        else:
            said.pop(code, None)
        self._world.announce({"type": "profile"})
        return True

    @staticmethod
    def _said(said: dict[str, str], given: Given) -> str:
        return said.get(_language(given)) or said.get("", "")

    def _set_commands(self, given: Given) -> bool:
        if len(given["commands"]) > MOST_COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        commands = [_command(command) for command in given["commands"]]
        scope = self._scope(given)
        if commands:
            self._world.profile.commands[scope] = commands
        else:
            self._world.profile.commands.pop(scope, None)
        self._tell_commands(scope)
        return True

    def _get_commands(self, given: Given) -> list[Json]:
        return self._world.profile.commands.get(self._scope(given), [])

    def _delete_commands(self, given: Given) -> bool:
        scope = self._scope(given)
        self._world.profile.commands.pop(scope, None)
        self._tell_commands(scope)
        return True

    def _tell_commands(self, scope: tuple[str, int, str]) -> None:
        if scope[0] == "chat":
            self._world.tell_person(scope[1])
        else:
            self._world.announce({"type": "profile"})

    def _scope(self, given: Given) -> tuple[str, int, str]:
        scope = given.get("scope") or {"type": "default"}
        chat = scope.get("chat_id", 0)
        if scope["type"].startswith("chat"):
            chat = int(chat) if str(chat).isdigit() else chat
            if chat not in self._world.chats:
                raise bad_request("chat not found")
        return scope["type"], chat, _language(given)

    def _set_menu_button(self, given: Given) -> bool:
        self._world.profile.menu_buttons[self._menu_chat(given)] = given.get("menu_button", {"type": "default"})
        return True

    def _get_menu_button(self, given: Given) -> Json:
        buttons = self._world.profile.menu_buttons
        return buttons.get(self._menu_chat(given)) or buttons.get(0, {"type": "commands"})

    def _menu_chat(self, given: Given) -> int:
        chat: int = given.get("chat_id", 0)
        if chat and chat not in self._world.chats:
            raise bad_request("chat not found")
        return chat

    # ------------------------------------------------------------ updates

    async def _get_updates(self, given: Given) -> list[Json]:
        if self._delivery.webhook:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        updates = self._world.updates
        updates.allow(given.get("allowed_updates"))
        limit = min(max(given.get("limit", 100), 1), 100)
        seconds = min(max(given.get("timeout", 0), 0), LONGEST_POLL)
        return await updates.poll(given.get("offset", 0), limit, seconds)

    def _set_webhook(self, given: Given) -> bool:
        url = given["url"].strip()
        if not url:
            return self._delete_webhook(given)
        if not _is_local(url):
            raise bad_request("bad webhook: the playground delivers to this machine only")
        secret = given.get("secret_token", "")
        if secret and not SECRET.fullmatch(secret):
            raise bad_request("secret token contains illegal characters")
        updates = self._world.updates
        updates.interrupt("terminated by setWebhook request")
        updates.allow(given.get("allowed_updates"))
        self._forget_if_asked(given)
        connections = min(max(given.get("max_connections", 40), 1), 100)
        self._delivery.begin(Webhook(url, secret, connections))
        return True

    def _delete_webhook(self, given: Given) -> bool:
        self._delivery.end()
        self._forget_if_asked(given)
        return True

    def _forget_if_asked(self, given: Given) -> None:
        if given.get("drop_pending_updates"):
            self._world.updates.forget_all()

    # ------------------------------------------------------------ sending

    def _send_message(self, given: Given) -> Json:
        text, entities = _text(given)
        buttons = _buttons(given)
        return self._send(given, text=text, entities=entities, buttons=buttons)

    def _send_file(self, kind: str, given: Given) -> Json:
        caption, entities = _caption(given)
        buttons = _buttons(given)
        chat = self._world.open_chat(given["chat_id"])
        file = self._file(kind, given[kind], given["attached"])
        return self._send(given, chat, kind=kind, file=file, text=caption, entities=entities, buttons=buttons)

    def _send(self, given: Given, chat: Chat | None = None, **content: Any) -> Json:
        chat = chat or self._world.open_chat(given["chat_id"])
        reply_to = _replied_to(chat, given.get("reply_parameters"))
        self._spend(chat)
        return self._world.for_bot(self._world.send(chat, reply_to=reply_to, **content))

    def _spend(self, chat: Chat) -> None:
        if self._flood:
            self._flood.spend(chat.person.id)

    def _file(self, kind: str, given: Upload | str, attached: Given) -> StoredFile:
        """A file by upload, by reference to an upload (attach://name), or by the id of one sent before."""
        if isinstance(given, str) and given.startswith("attach://"):
            upload = attached.get(given.removeprefix("attach://"))
            if not isinstance(upload, Upload):
                raise bad_request(f"there is no {kind} in the request")
            given = upload
        if isinstance(given, Upload):
            return self._world.keep_file(stored(kind, given))
        if given.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        found = self._world.files.get(given)
        if found is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if found.kind != kind:
            raise bad_request(f"can't use file of type {found.kind.title()} as {kind.title()}")
        return found

    def _send_chat_action(self, given: Given) -> bool:
        chat = self._world.open_chat(given["chat_id"])
        if given["action"] not in ACTIONS:
            raise bad_request("wrong parameter action in request")
        self._world.announce({"type": "typing", "person": chat.person.id})
        return True

    # ------------------------------------------------------------ changing

    def _edit_text(self, given: Given) -> Json:
        message = self._own_message(given)
        text, entities = _text(given)
        if message.kind != "text":
            raise bad_request("there is no text in the message to edit")
        return self._edit(message, text=text, entities=entities, buttons=_buttons(given))

    def _edit_caption(self, given: Given) -> Json:
        message = self._own_message(given)
        if message.file is None:
            raise bad_request("there is no caption in the message to edit")
        caption, entities = _caption(given)
        return self._edit(message, text=caption, entities=entities, buttons=_buttons(given))

    def _edit_media(self, given: Given) -> Json:
        message = self._own_message(given)
        media = given["media"]
        kind = media["type"]
        if kind not in ("photo", "document"):
            raise bad_request(f"the playground has no {kind}")
        caption, entities = _caption(media)
        file = self._file(kind, media["media"], given["attached"])
        return self._edit(message, kind=kind, file=file, text=caption, entities=entities, buttons=_buttons(given))

    def _edit_buttons(self, given: Given) -> Json:
        return self._edit(self._own_message(given), buttons=_buttons(given))

    def _edit(self, message: Message, **content: Any) -> Json:
        if all(getattr(message, name) == value for name, value in content.items()):
            raise bad_request(NOT_MODIFIED)
        self._spend(self._world.chats[message.person])
        self._world.change(message, **content)
        return self._world.for_bot(message)

    def _own_message(self, given: Given) -> Message:
        message = self._message(given, "message to edit not found")
        if not message.by_bot:
            raise bad_request("message can't be edited")
        return message

    def _message(self, given: Given, missing: str) -> Message:
        if "chat_id" not in given:
            raise bad_request("chat_id is empty")
        chat = self._world.open_chat(given["chat_id"])
        if "message_id" not in given:
            raise bad_request("message identifier is not specified")
        message = chat.messages.get(given["message_id"])
        if message is None:
            raise bad_request(missing)
        return message

    def _delete_message(self, given: Given) -> bool:
        message = self._message(given, "message to delete not found")
        if self._world.clock.now() - message.sent_at > DELETABLE:
            raise bad_request("message can't be deleted for everyone")
        self._world.delete(message)
        return True

    def _answer_tap(self, given: Given) -> bool:
        text = given.get("text", "")
        if utf16_length(text) > ANSWER_LIMIT:
            raise bad_request("MESSAGE_TOO_LONG")
        alert = bool(given.get("show_alert"))
        self._world.answer_tap(given["callback_query_id"], text, alert, ANSWER_SECONDS)
        return True

    def _get_file(self, given: Given) -> Json:
        file = self._world.files.get(given["file_id"])
        if file is None:
            raise bad_request("invalid file_id")
        if len(file.data) > LARGEST_DOWNLOAD:
            raise bad_request("file is too big")
        told: Json = {"file_id": file.id, "file_unique_id": file.unique_id, "file_size": len(file.data)}
        return told | {"file_path": file.path}


def _is_local(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.hostname in LOCAL_HOSTS


async def _awaited(result: Result | Awaitable[Result]) -> Result:
    return await result if isinstance(result, Awaitable) else result


# ---------------------------------------------------------------- parts of a request


def _text(given: Given) -> tuple[str, list[Json]]:
    if not given["text"]:
        raise bad_request("message text is empty")
    text, entities = formatted(given["text"], given.get("parse_mode"), given.get("entities"))
    if not text:
        raise bad_request("text must be non-empty")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return text, entities


def _caption(given: Given) -> tuple[str, list[Json]]:
    caption, entities = formatted(given.get("caption", ""), given.get("parse_mode"), given.get("caption_entities"))
    if utf16_length(caption) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return caption, entities


def _replied_to(chat: Chat, parameters: Json | None) -> int | None:
    if not parameters:
        return None
    message_id: int = parameters["message_id"]
    if message_id in chat.messages:
        return message_id
    if parameters.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _buttons(given: Given) -> list[list[Json]]:
    """Inline buttons; other keyboards are taken and not shown."""
    rows: list[list[Json]] = given.get("reply_markup", {}).get("inline_keyboard", [])
    if sum(len(row) for row in rows) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    for row in rows:
        if len(row) > MOST_IN_A_ROW:
            raise bad_request("reply markup is too long")
        for button in row:
            _check_button(button)
    return [row for row in rows if row]


def _check_button(button: Json) -> None:
    if not button["text"].strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    actions = BUTTON_ACTIONS & button.keys()
    if len(actions) != 1:
        raise bad_request("can't parse inline keyboard button: exactly one action is to be named")
    if "callback_data" in actions and not 1 <= len(button["callback_data"].encode()) <= DATA_LIMIT:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in actions and not LINK.fullmatch(button["url"]):
        raise bad_request("BUTTON_URL_INVALID")


def _command(given: Json) -> Json:
    name, description = given["command"].removeprefix("/"), given["description"].strip()
    if not COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= utf16_length(description) <= COMMAND_DESCRIPTION_LIMIT:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def _language(given: Given) -> str:
    code: str = given.get("language_code", "")
    if not LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code
