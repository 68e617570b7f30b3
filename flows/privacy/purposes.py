"""What people consent to, purpose by purpose."""

from __future__ import annotations

from typing import Literal

from flows.words import Words, _
from storage.people import TAKING_PART

Purpose = Literal["taking part", "profile", "sensitive profile", "new panels", "interviews"]

KEYS: dict[str, Purpose] = {
    "part": "taking part",
    "profile": "profile",
    "sensitive": "sensitive profile",
    "panels": "new panels",
    "interviews": "interviews",
}
"""As they stand in buttons."""

NAMES: dict[Purpose, Words] = {
    "taking part": _("Taking part"),
    "profile": _("Answers about yourself"),
    "sensitive profile": _("Sensitive answers about yourself"),
    "new panels": _("Hearing of new panels"),
    "interviews": _("Being asked for a longer talk"),
}

MEANINGS: dict[Purpose, Words] = {
    "taking part": _("we keep your answers, panels and topics, and write to you about them"),
    "profile": _("we keep what you tell us about yourself, to see who we hear from"),
    "sensitive profile": _("the same for health, ethnicity or belief"),
    "new panels": _("we may tell you when a new panel is looking for people"),
    "interviews": _("we may ask whether you would talk with somebody at length"),
}

assert TAKING_PART in NAMES
