"""How a topic is put to people: in lists, alone, and its pages."""

from __future__ import annotations

from flows.turn import Row, link
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


def page_number(argument: str) -> int:
    """The page somebody asked for, from 1; the first for anything else."""
    return max(1, int(argument)) if argument.isdecimal() and len(argument) < 5 else 1


def turning(command: str, page: int, more: bool) -> list[Row]:
    """The row that leads to the pages before and after, where there are any."""
    row = [link(f"{command} {page - 1}", _("Back"))] if page > 1 else []
    if more:
        row.append(link(f"{command} {page + 1}", _("More")))
    return [row] if row else []
