"""How others answered so far, for whoever has sent theirs: figures that move only when enough others have come."""

from __future__ import annotations

from flows.desk import Desk
from flows.flow import Flow
from flows.results.findings import Findings, decode, encode
from flows.results.published import asked_in, worked_out
from flows.surveys.asking import bold
from flows.surveys.results import protection, result_message
from flows.surveys.sheet import ways_on
from flows.turn import Turn, end, go, link
from flows.words import _, in_their_language, lines, paragraphs, written
from storage.consultations import Consultation

flow = Flow()


@flow.command("sofar")
async def so_far(desk: Desk, argument: str) -> Turn:
    """`/sofar ID` once one's own answers are sent, where staff allow it."""
    consultation = await desk.store.consultations.load(argument)
    response = await desk.store.responses.find(argument, desk.person.id) if consultation else None
    if consultation is None or response is None or response.state != "finished" or not consultation.shows_live:
        return go("surveys")
    if consultation.state != "open":
        return go("results", argument)
    again = [link(f"sofar {argument}", _("Look again"))]
    found = await _shown(desk, consultation)
    if found is None or found.answered is None:
        text = _(
            "Not enough people have answered yet. When {smallest} have, you can see it here.",
            smallest=(await desk.disclosure()).smallest,
        )
        return end(text, [again, *ways_on()])
    questions = await asked_in(desk, consultation.id)
    heading = paragraphs(
        lines(_("<b>How people have answered so far</b>"), bold(written(consultation, "question"))),
        in_their_language(written(consultation, "question")),
        lines(_("About {number} people answered.", number=found.answered), protection(found.rule)),
        *(
            result_message(one, found.questions[one.id], found.rule).text
            for one in questions
            if one.id in found.questions
        ),
    )
    return end(heading, [again, *ways_on()])


async def _shown(desk: Desk, consultation: Consultation) -> Findings | None:
    """What was shown last, until as many people more have answered as a published figure stands for at the least."""
    rule = await desk.disclosure()
    answered = (await desk.store.responses.turnout(consultation.id)).answered
    kept = await desk.store.responses.live(consultation.id)
    if kept is not None and answered < kept[0] + rule.smallest:
        return decode(kept[1])
    if answered < rule.smallest:
        return None
    found = await worked_out(desk, consultation.id, is_closed=False)
    await desk.store.responses.keep_live(consultation.id, answered, encode(found))
    return found
