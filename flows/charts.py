"""A picture of figures, and the same in words for whoever reads instead."""

from __future__ import annotations

from collections.abc import Sequence

from flows.turn import Bar, Chart, Message, Row
from flows.words import Paragraphs, Percent, Text, Words, _, lines, paragraphs

FEW = 3
"""So many figures under a heading stand in one line."""


def chart_message(drawn: Chart, rows: Sequence[Row] = ()) -> Message:
    """What the picture shows, group by group, stands under it."""
    title, note = Words("<b>{title}</b>", {"title": drawn.title}), Words("{note}", {"note": drawn.note})
    return Message(paragraphs(title, *_groups(drawn.bars), note), rows, picture=drawn)


def figure(number: int | None, share: float | None) -> Text:
    """How many people and their share, where both may be shown."""
    if number is None or share is None:
        return _("not shown")
    return _("{number} ({share})", number=number, share=Percent(share))


def _groups(bars: Sequence[Bar]) -> list[Text]:
    groups: list[list[Text]] = []
    for bar in bars:
        if bar.heading or not groups:
            groups.append([Words("<b>{heading}</b>", {"heading": bar.heading})] if bar.heading else [])
        groups[-1].append(_("{label}: {figure}", label=bar.label, figure=bar.text))
    return [
        lines(group[0], Paragraphs(tuple(group[1:]), "; "))
        if bars[0].heading and len(group) <= 1 + FEW
        else lines(*group)
        for group in groups
    ]
