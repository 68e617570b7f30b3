"""What the night brings: what is old enough is deleted, and on the first of the month staff hear how much."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flows.desk import Desk
from flows.flow import Again, Flow
from flows.retention.keeping import deleted, month_before, months_of
from flows.retention.rules import MESSAGES_DAYS, RULES, months_before
from flows.turn import Message, link
from flows.words import Month, _, lines, paragraphs

flow = Flow()

PAGE = 400
REPORTED = "retention.reported"


@flow.daily("retention.run")
async def run(desk: Desk, args: dict[str, Any]) -> Again | None:
    most = 0
    for rule in RULES:
        before = months_before(desk.now, await months_of(desk, rule))
        number = await desk.store.retention.delete(rule.kept, before, PAGE)
        await desk.store.retention.record(rule.kept, desk.today, number)
        most = max(most, number)
    traces = await desk.store.retention.delete("traces", desk.now - timedelta(days=MESSAGES_DAYS), PAGE)
    await desk.store.retention.record("traces", desk.today, traces)
    most = max(most, traces)
    if most >= PAGE:
        return Again(args, desk.now)
    await _report(desk)
    return None


async def _report(desk: Desk) -> None:
    """Once for each month, also after downtime; where nothing was deleted there is nothing to tell."""
    first, last = month_before(desk.today)
    if await desk.store.settings.load(REPORTED) == first.isoformat():
        return
    await desk.store.settings.set(REPORTED, first.isoformat())
    numbers = await desk.store.retention.deleted(first, last)
    told = deleted(numbers)
    if any(number for kept, number in numbers.items() if kept != "traces"):
        text = paragraphs(
            _("<b>What was deleted in {month}</b>, because it was old enough", month=Month(first)), lines(*told)
        )
        message = Message(text, [[link("retention", _("How long things are kept"))]])
        desk.tell_all(await desk.store.people.staff(), message, once=f"retention.report:{first.isoformat()}")
