"""How a topic is put to people: in lists, alone, and its pages."""

from __future__ import annotations

from dataclasses import replace

from flows.words import Text, Written, _, in_their_language, lines, ngettext, paragraphs, written
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
    """Its words and what was answered, in the reader's language as far as staff gave it."""
    answer = written(replace(topic, language=topic.staff_language), "answer")
    return paragraphs(_("<b>{words}</b>", words=topic.words), answer, in_their_language(answer))


def why_hidden(reason: str, language: str) -> Text:
    """What its proposer is told, in staff's words."""
    said = Written(reason, language, {})
    return lines(_("The reason: {reason}", reason=said), in_their_language(said))
