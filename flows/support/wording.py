"""A request as it is read by whoever asked and by staff."""

from __future__ import annotations

from collections.abc import Sequence

from flows.spoken import as_text, media_of
from flows.turn import Message
from flows.words import Moment, Text, Verbatim, Words, _, lines, paragraphs, shortened
from storage.support import Note

NOTES_SHOWN = 10
SHORT = 60
LONGEST = 1000


def conversation(notes: Sequence[Note], asked_by: Words) -> Text:
    """The latest of what was written, oldest first; `asked_by` is what to call who asked."""
    older = len(notes) - NOTES_SHOWN
    return paragraphs(
        _("(Older messages are not shown.)") if older > 0 else None,
        *(_note(note, asked_by) for note in notes[-NOTES_SHOWN:]),
    )


def _note(note: Note, asked_by: Words) -> Text:
    who = _("Staff") if note.from_staff else asked_by
    return lines(_("<b>{who}</b>, {at}", who=who, at=Moment(note.written_at)), as_text(note.words))


def to_hear(notes: Sequence[Note]) -> list[Message]:
    """The voice messages that have come since staff last wrote."""
    answered = max((place for place, note in enumerate(notes, 1) if note.from_staff), default=0)
    spoken = [(note, media_of(note.words)) for note in notes[answered:]]
    return [Message(_("{at}", at=Moment(note.written_at)), media=media) for note, media in spoken if media is not None]


def in_short(words: str) -> Text:
    if media_of(words) is not None:
        return as_text(words)
    return Verbatim(shortened(" ".join(words.split()), SHORT))
