"""What staff may wish of a survey besides its questions: how often people are reminded, whether they see how others
answered so far."""

from __future__ import annotations

from datetime import datetime, timedelta

from flows.desk import Desk
from flows.flow import Flow
from flows.surveys.drafting import reminder_at
from flows.turn import Row, Turn, end, go, link
from flows.words import Words, _, lines, paragraphs
from storage.consultations import Consultation, Reminders

flow = Flow()

FIRST_REMINDER = timedelta(days=3)

REMINDERS: dict[Reminders, Words] = {
    "never": _("Never"),
    "once": _("A day before it closes"),
    "twice": _("After three days, and a day before it closes"),
}


def reminders_of(consultation: Consultation, published_at: datetime) -> list[datetime]:
    """When those who have not answered are reminded. An early reminder needs room before the late one."""
    assert consultation.closes_at is not None
    last = reminder_at(published_at, consultation.closes_at)
    first = published_at + FIRST_REMINDER
    match consultation.reminders:
        case "never":
            return []
        case "twice" if last - first >= timedelta(days=1):
            return [first, last]
    return [last]


@flow.command("reminders", audience="staff")
async def reminders(desk: Desk, argument: str) -> Turn:
    """`/reminders ID` shows the plans; `/reminders ID PLAN` takes one for a draft."""
    id, _space, chosen = argument.partition(" ")
    consultation = await desk.store.consultations.load(id)
    if consultation is None or consultation.state != "draft" or consultation.revises is not None:
        return go("consultation", id)
    plan = next((plan for plan in REMINDERS if plan == chosen), None)
    if plan is not None:
        await desk.store.consultations.set_reminders(id, plan)
        await desk.record("changed draft", f"consultation:{id}", part="reminders", to=plan)
        return go("consultation", id)
    text = paragraphs(
        _("<b>When are people reminded who have not answered?</b>"),
        _("Nobody is who has answered or said “not this one”. It comes at the hour each prefers."),
        _("Now: {label}", label=REMINDERS[consultation.reminders]),
    )
    rows: list[Row] = [[link(f"reminders {id} {plan}", REMINDERS[plan])] for plan in REMINDERS]
    return end(text, [*rows, [link(f"parts {id}", _("Back"))]])


@flow.command("showlive", audience="staff")
async def show_live(desk: Desk, argument: str) -> Turn:
    """`/showlive ID` asks; `/showlive ID yes` or `no` decides about a draft."""
    id, _space, chosen = argument.partition(" ")
    consultation = await desk.store.consultations.load(id)
    if consultation is None or consultation.state != "draft" or consultation.revises is not None:
        return go("consultation", id)
    if chosen in ("yes", "no"):
        await desk.store.consultations.set_shows_live(id, chosen == "yes")
        await desk.record("changed draft", f"consultation:{id}", part="shows_live", to=chosen)
        return go("consultation", id)
    rule = await desk.disclosure()
    text = paragraphs(
        _("<b>May people see how others answered so far?</b>"),
        lines(
            _(
                "Only after they have sent their own answers, and only in steps of {smallest} people.",
                smallest=rule.smallest,
            ),
            _("It thanks people at once; but whoever talks about it may sway those who have not answered yet."),
        ),
        _("Now: yes") if consultation.shows_live else _("Now: no"),
    )
    rows: list[Row] = [
        [link(f"showlive {id} yes", _("Yes, show it"))],
        [link(f"showlive {id} no", _("No, only at the end"))],
        [link(f"parts {id}", _("Back"))],
    ]
    return end(text, rows)
