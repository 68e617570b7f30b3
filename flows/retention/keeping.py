"""The retention rules as the organisation has set them, and what they did, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flows.desk import Desk
from flows.retention.rules import REPORTED, Span
from flows.words import Text, _
from storage.retention import Kept


async def months_of(desk: Desk, rule: Span) -> int:
    return int(await desk.store.settings.load(rule.setting, str(rule.months)))


def deleted(numbers: Mapping[Kept, int]) -> list[Text]:
    """One line a rule that has deleted anything."""
    return [
        _("– {what}: {number}", what=what, number=numbers[kept]) for kept, what in REPORTED.items() if numbers.get(kept)
    ]


def month_before(day: date) -> tuple[date, date]:
    """The first and the last day of the month before."""
    last = date.fromordinal(day.replace(day=1).toordinal() - 1)
    return last.replace(day=1), last
