"""What people can wish for, on or off, in how they are spoken with; they set it under /needs and read it in /mydata."""

from __future__ import annotations

from flows.words import Words, _

SWITCHES: dict[str, Words] = {
    "text_only": _("No pictures, only text"),
    "plain_words": _("Plain words where there are some"),
    "with_helper": _("Somebody helps me answer"),
    "by_voice": _("I would rather speak than write"),
}
"""By the field of `storage.people.Person` that keeps it."""
