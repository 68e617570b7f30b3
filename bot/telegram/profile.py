"""The bot introduces itself: its name, descriptions and command menus, in every language.

Telegram shows citizens' commands to everybody; staff, and people who chose a language of their own, have a menu set
for their chat. Only what differs is set, because Telegram limits how often a name may change.
"""

from __future__ import annotations

from typing import Any

from bot.telegram.api import Api
from bot.telegram.rendering import commands
from flows.router import Router
from flows.words import DEFAULT_LANGUAGE, LANGUAGES, Voice, _

NAME_LIMIT = 64
SHORT_LIMIT = 120
LONG_LIMIT = 512


async def introduce(api: Api, router: Router, organisation: str, voice: Voice) -> None:
    """Raises telegram.error.TelegramError; may be run again at any time."""
    for language in LANGUAGES:
        spoken = Voice(language, voice.zone)
        code = {} if language == DEFAULT_LANGUAGE else {"language_code": language}
        wanted = commands(router, spoken, "citizen")
        if await api.call("getMyCommands", code) != wanted:
            await api.call("setMyCommands", {"commands": wanted, **code})
        await _set(api, "MyName", "name", (organisation or "Folkmoot")[:NAME_LIMIT], code)
        await _set(api, "MyShortDescription", "short_description", _short(spoken, organisation), code)
        await _set(api, "MyDescription", "description", _long(spoken, organisation), code)


async def _set(api: Api, what: str, field: str, wanted: str, code: dict[str, Any]) -> None:
    known = await api.call(f"get{what}", code)
    if known.get(field) != wanted:
        await api.call(f"set{what}", {field: wanted, **code})


def _short(voice: Voice, organisation: str) -> str:
    text = _("Have your say, and hear what came of it. {organisation}", organisation=organisation)
    return voice.plain(text).strip()[:SHORT_LIMIT]


def _long(voice: Voice, organisation: str) -> str:
    text = _(
        "Join a panel, put topics on the agenda, answer short questions, and be told what was decided. "
        "You can stop at any time. {organisation}",
        organisation=organisation,
    )
    return voice.plain(text).strip()[:LONG_LIMIT]
