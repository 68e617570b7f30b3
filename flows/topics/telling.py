"""How a topic is put to people: in lists, alone, and its pages."""

from __future__ import annotations

from flows.words import Text, Verbatim, _, lines, ngettext, paragraphs
from storage.topics import Topic


def as_listed(topic: Topic) -> Text:
    """Its words and how many support it."""
    return lines(
        _("<b>{words}</b>", words=topic.words),
        supporters(topic),
        _("✓ Your topic") if topic.own else None,
        _("✓ You support it") if topic.supported and not topic.own else None,
    )


def supporters(topic: Topic) -> Text:
    return ngettext("{n} person supports it.", "{n} people support it.", topic.supporters)


def with_answer(topic: Topic) -> Text:
    """Its words and what was answered."""
    return paragraphs(_("<b>{words}</b>", words=topic.words), Verbatim(topic.answer))
