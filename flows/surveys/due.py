"""What the clock brings a consultation: publication, invitations, a reminder, the closing and the results."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flows.desk import Desk
from flows.flow import Again, Flow
from flows.surveys.asking import bold
from flows.surveys.drafting import Limits, problems
from flows.surveys.publishing import (
    cancellation,
    close,
    invitation,
    publish,
    reminder,
    reminder_name,
    results_for,
)
from flows.turn import Message, link
from flows.words import Day, _, lines, paragraphs
from storage.consultations import Consultation
from storage.people import Recipient

flow = Flow()

PAGE = 300
MORE_THAN_A_DAY = timedelta(days=1, hours=1)
"""Somebody's best time comes within it, even when the clocks go back."""

Args = dict[str, Any]


async def _in_state(desk: Desk, args: Args, state: str) -> Consultation | None:
    """What the timer is about, unless that has changed meanwhile."""
    consultation = await desk.store.consultations.load(args["consultation"])
    return consultation if consultation is not None and consultation.state == state else None


def _next_page(desk: Desk, args: Args, last: str) -> Again:
    return Again({**args, "after": last}, desk.now)


@flow.due("survey.publish")
async def publish_as_planned(desk: Desk, args: Args) -> None:
    consultation = await _in_state(desk, args, "scheduled")
    if consultation is None:
        return
    wrong = problems(consultation, Limits(desk.now, desk.zone))
    if not wrong:
        await publish(desk, consultation)
        return
    await desk.store.consultations.unschedule(consultation.id)
    text = paragraphs(
        _("This consultation was to be published now, but could not be. It is a draft again."),
        bold(consultation.question),
        lines(*wrong),
    )
    message = Message(text, [[link(f"consultation {consultation.id}", _("Look at it"))]])
    desk.tell_all(
        await desk.store.consultations.responsible(consultation.id),
        message,
        once=f"survey.unpublished:{consultation.id}:{int(desk.now.timestamp())}",
    )


@flow.due("survey.invite")
async def invite(desk: Desk, args: Args) -> Again | None:
    consultation = await _in_state(desk, args, "open")
    if consultation is None or consultation.closes_at is None or consultation.closes_at <= desk.now:
        return None
    members = await desk.store.responses.members_to_invite(consultation.id, args["after"], PAGE)
    if not members:
        return None
    await desk.store.responses.invite(consultation.id, [member.id for member in members], desk.now)
    desk.tell_all(
        [member for member in members if not member.stopped],
        invitation(consultation),
        once=f"survey.invite:{consultation.id}",
        until=consultation.closes_at,
        asks=True,
        can_wait=consultation.closes_at - desk.now > MORE_THAN_A_DAY,
    )
    return _next_page(desk, args, members[-1].id)


@flow.due("survey.remind")
async def remind(desk: Desk, args: Args) -> Again | None:
    consultation = await _in_state(desk, args, "open")
    if consultation is None or consultation.closes_at is None or consultation.closes_at <= desk.now:
        return None
    round: int = args.get("round", 1)
    people = await desk.store.responses.to_remind(consultation.id, round, args["after"], PAGE)
    if not people:
        return None
    reminded = await desk.attentive(people)
    await desk.store.responses.mark_reminded(consultation.id, round, [person.id for person in reminded], desk.now)
    message, closes_at = reminder(consultation, last=args.get("last", True)), consultation.closes_at
    for person in reminded:
        once = f"{reminder_name(consultation.id, person.id)}:{round}"
        desk.tell(person, message, once=once, until=closes_at, asks=True, can_wait=True)
    return _next_page(desk, args, people[-1].id)


@flow.due("survey.close")
async def close_as_planned(desk: Desk, args: Args) -> None:
    consultation = await _in_state(desk, args, "open")
    if consultation is not None:
        await close(desk, consultation)


@flow.due("survey.results")
async def tell_results(desk: Desk, args: Args) -> Again | None:
    """Staff first, then a page of those who have answered."""
    consultation = await _in_state(desk, args, "closed")
    if consultation is None:
        return None
    if not args["after"]:
        await _tell_staff(desk, consultation)
    people = await desk.store.responses.who_finished(consultation.id, args["after"], PAGE)
    if not people:
        return None
    _tell_each(desk, consultation, people, await results_for(desk, consultation, for_staff=False))
    return _next_page(desk, args, people[-1].id)


async def _tell_staff(desk: Desk, consultation: Consultation) -> None:
    assert consultation.report_by is not None
    messages = await results_for(desk, consultation, for_staff=True)
    promise = Message(
        _(
            "You have promised to tell people by {day} what was decided. I will remind you.",
            day=Day(consultation.report_by),
        ),
        [
            [link(f"outcome {consultation.id}", _("Say what was decided"))],
            [link(f"consultation {consultation.id}", _("Look at the consultation"))],
        ],
    )
    staff = await desk.store.consultations.responsible(consultation.id)
    for number, message in enumerate([*messages, promise]):
        desk.tell_all(staff, message, once=f"survey.results.staff:{consultation.id}:{number}")


def _tell_each(desk: Desk, consultation: Consultation, people: list[Recipient], messages: list[Message]) -> None:
    """One person's messages stay together: each gets all before the next one's begin."""
    for person in people:
        for number, message in enumerate(messages):
            desk.tell(person, message, once=f"survey.results:{consultation.id}:{number}:{person.id}", can_wait=True)


@flow.due("survey.cancelled")
async def tell_cancelled(desk: Desk, args: Args) -> Again | None:
    consultation = await _in_state(desk, args, "cancelled")
    if consultation is None:
        return None
    people = await desk.store.responses.not_declined(consultation.id, args["after"], PAGE)
    if not people:
        return None
    desk.tell_all(
        people,
        cancellation(consultation),
        once=f"survey.cancelled:{consultation.id}",
        lives=timedelta(days=3),
    )
    return _next_page(desk, args, people[-1].id)
