"""A message as Telegram takes it: HTML within its lengths, buttons within theirs, charts and files as plans.

A body is plain JSON: {"text", "rows", "picture", "file", "private"}; the outbox keeps it and the sender sends it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

from flows.router import Router
from flows.turn import Bar, Button, Cell, Chart, File, Message, Poster, Report, Table, Themes
from flows.words import Voice, shortened
from storage.people import Role

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
DATA_LIMIT = 64
LABEL_LIMIT = 64

Body = dict[str, Any]


def bodies(message: Message, voice: Voice, number: int) -> list[Body]:
    """One body, or several where the text is too long for one; the buttons are under the last.

    `number` goes into the buttons that answer a question, so that they can be told from older ones.
    """
    text = voice.html(message.text)
    picture = message.picture if voice.pictures else None
    limit = CAPTION_LIMIT if picture or message.file or message.media else TEXT_LIMIT
    pieces = [text] if length(text) <= limit else split(text, TEXT_LIMIT)
    found: list[Body] = [{"text": piece} for piece in pieces]
    if picture or message.file or message.media:
        if length(text) > limit:
            found.insert(0, {"text": ""})
        if picture:
            found[0]["picture"] = poster(picture, voice) if isinstance(picture, Poster) else chart(picture, voice)
        if message.file:
            found[0]["file"] = file(message.file, voice)
        if message.media:
            found[0]["media"] = {"kind": message.media.kind, "id": message.media.id}
    found[-1]["rows"] = [[button(part, voice, number) for part in row] for row in message.rows if row]
    if message.private:
        found[-1]["private"] = True
    return found


def button(part: Button, voice: Voice, number: int) -> dict[str, str]:
    label = shortened(voice.plain(part.label) or "…", LABEL_LIMIT)
    if part.url:
        return {"text": label, "url": part.url}
    data = f"c:{number}:{part.id}" if part.id else f"/{part.command}"
    if len(data.encode()) > DATA_LIMIT:
        raise ValueError(f"a button's data is at most {DATA_LIMIT} bytes: {data}")
    return {"text": label, "callback_data": data}


def chart(plan: Chart, voice: Voice) -> dict[str, Any]:
    return {
        "kind": "bars",
        "title": voice.plain(plan.title),
        "note": voice.plain(plan.note),
        "bars": [_bar(bar, voice) for bar in plan.bars],
        "rtl": voice.right_to_left,
    }


def _bar(plan: Bar, voice: Voice) -> dict[str, Any]:
    drawn = {"label": voice.plain(plan.label), "share": plan.share, "text": voice.plain(plan.text), "mark": plan.mark}
    return drawn | {"heading": voice.plain(plan.heading), "tone": plan.tone}


def file(kept: File, voice: Voice) -> dict[str, Any]:
    if isinstance(kept.contents, str):
        return {"name": kept.name, "contents": kept.contents}
    if isinstance(kept.contents, Poster):
        return {"name": kept.name, "poster": poster(kept.contents, voice)}
    if isinstance(kept.contents, Themes):
        return {"name": kept.name, "themes": themes(kept.contents, voice)}
    return {"name": kept.name, "report": report(kept.contents, voice)}


def poster(plan: Poster, voice: Voice) -> dict[str, Any]:
    """In its own language, not in that of whoever asked for it."""
    voice = Voice(plan.language, voice.zone)
    return {
        "kind": "poster",
        "organisation": voice.plain(plan.organisation),
        "headline": voice.plain(plan.headline),
        "how": voice.plain(plan.how),
        "note": voice.plain(plan.note),
        "otherwise": voice.plain(plan.otherwise),
        "address": plan.address,
        "place": plan.place,
        "rtl": voice.right_to_left,
    }


def themes(plan: Themes, voice: Voice) -> dict[str, Any]:
    return {
        "title": voice.plain(plan.title),
        "texts": list(plan.texts),
        "note": voice.plain(plan.note),
        "heading": voice.plain(plan.heading),
        "group": voice.plain(plan.group),
    }


def report(kept: Report, voice: Voice) -> dict[str, Any]:
    return {
        "title": voice.plain(kept.title),
        "about": voice.plain(kept.about),
        "notes": [voice.plain(note) for note in kept.notes],
        "tables": [_table(table, voice) for table in kept.tables],
        "charts": [chart(plan, voice) for plan in kept.charts],
        "rtl": voice.right_to_left,
    }


def _table(kept: Table, voice: Voice) -> dict[str, Any]:
    return {
        "title": voice.plain(kept.title),
        "columns": [
            {
                "name": column.name,
                "label": voice.plain(column.label),
                "codes": [[code, voice.plain(words)] for code, words in column.codes.items()],
                "is_share": column.is_share,
                "missing": list(column.missing),
            }
            for column in kept.columns
        ],
        "rows": [[_cell(cell, voice) for cell in row] for row in kept.rows],
    }


def _cell(cell: Cell, voice: Voice) -> str | int | float | None:
    return cell if cell is None or isinstance(cell, int | float) else voice.plain(cell)


def keyboard(rows: Iterable[Iterable[dict[str, str]]]) -> dict[str, Any]:
    return {"inline_keyboard": [list(row) for row in rows]}


def length(text: str) -> int:
    """What Telegram counts: UTF-16 units, after the markup has been read."""
    return _units(html.unescape(re.sub(r"<[^>]*>", "", text)))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, limit: int) -> list[str]:
    """At line ends; a line that is too long by itself loses its markup and is cut."""
    pieces, current = [], ""
    for line in text.split("\n"):
        for part in [line] if length(line) <= limit else _cut(line, limit):
            joined = f"{current}\n{part}" if current else part
            if length(joined) > limit:
                pieces.append(current)
                joined = part
            current = joined
    return [piece for piece in [*pieces, current] if piece.strip()]


def _cut(line: str, limit: int) -> list[str]:
    plain = html.unescape(re.sub(r"<[^>]*>", "", line))
    parts, current, units = [], "", 0
    for letter in plain:
        units += _units(letter)
        if units > limit:
            parts.append(html.escape(current))
            current, units = "", _units(letter)
        current += letter
    return [*parts, html.escape(current)]


def commands(router: Router, voice: Voice, role: Role) -> list[dict[str, str]]:
    """The menu of one role in one language, as Telegram takes it."""
    audiences = ("everybody", "staff") if role == "staff" else ("everybody", "citizens")
    return [
        {"command": spoken.name, "description": voice.plain(spoken.summary)[:256]}
        for spoken in router.menus()
        if spoken.audience in audiences and spoken.summary is not None
    ]
