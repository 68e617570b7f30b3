"""What people sent instead of writing: kept in the place of words, and passed on by Telegram's own id."""

from __future__ import annotations

import re

from flows.turn import Media
from flows.words import Text, Verbatim, _


def media_of(words: str) -> Media | None:
    """What was sent instead of written."""
    found = re.fullmatch(r"(photo|voice|audio):([\w-]+)", words)
    if found is None:
        return None
    kind = found[1]
    return Media("photo" if kind == "photo" else "voice" if kind == "voice" else "audio", found[2])


def as_text(words: str) -> Text:
    """The words, or that there is something to hear or to look at."""
    media = media_of(words)
    if media is None:
        return Verbatim(words)
    return _("a picture") if media.kind == "photo" else _("a voice message")
