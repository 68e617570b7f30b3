"""What the clock brings outcomes: posting as planned, telling everybody asked, and reminding of what is owed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flows.desk import Desk
from flows.flow import Again, Flow
from flows.outcomes.telling import announcement, next_reminder, post
from flows.turn import Message, link
from flows.words import Day, Words, _, paragraphs

flow = Flow()

PAGE = 300
REMINDER_LIVES = timedelta(days=2)


@flow.due("outcome.post")
async def post_as_planned(desk: Desk, args: dict[str, Any]) -> None:
    outcome = await desk.store.outcomes.load(args["outcome"])
    if outcome is not None:
        await post(desk, outcome)


@flow.due("outcome.tell")
async def tell(desk: Desk, args: dict[str, Any]) -> Again | None:
    outcome = await desk.store.outcomes.load(args["outcome"])
    if outcome is None or outcome.state != "posted":
        return None
    people = await desk.store.responses.everyone_asked(outcome.consultation_id, args["after"], PAGE)
    if not people:
        return None
    desk.tell_all(people, announcement(outcome), once=f"outcome.tell:{outcome.id}", can_wait=True)
    return Again({**args, "after": people[-1].id}, desk.now)


@flow.due("outcome.owed")
async def remind_of_promise(desk: Desk, args: dict[str, Any]) -> Again | None:
    """Until something is told; in silence while something is planned."""
    consultation = await desk.store.consultations.load(args["consultation"])
    if consultation is None or not await desk.store.outcomes.is_owed(consultation.id):
        return None
    if not await desk.store.outcomes.of(consultation.id):
        assert consultation.report_by is not None
        text = paragraphs(
            _(
                "You promised to tell people by {day} what was decided. They are still waiting:",
                day=Day(consultation.report_by),
            ),
            Words("<b>{words}</b>", {"words": consultation.question}),
        )
        rows = [[link(f"outcome {consultation.id}", _("Say what was decided"))], [link("promises", _("Promises"))]]
        desk.tell_all(
            await desk.store.consultations.responsible(consultation.id),
            Message(text, rows),
            once=f"outcome.owed:{consultation.id}:{desk.today.isoformat()}",
            lives=REMINDER_LIVES,
        )
    return Again(args, next_reminder(desk.now, desk.zone))
