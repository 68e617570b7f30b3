"""Pictures and voice messages that came as answers, for staff, in no order that says whose they are."""

from __future__ import annotations

from flows.desk import Desk
from flows.flow import Flow
from flows.paging import page_number, turning
from flows.spoken import media_of
from flows.surveys.asking import bold
from flows.turn import Media, Message, Row, Turn, end, go, link
from flows.words import Text, _, ngettext, paragraphs
from storage.consultations import Question

flow = Flow()

PAGE = 5


async def sent_for(desk: Desk, question: Question) -> list[Media]:
    """What was sent in answer to a question."""
    texts = await desk.store.responses.texts(question.id) + await desk.store.ballots.texts(question.id)
    found = (media_of(words) for words in sorted(one.words for one in texts))
    return [media for media in found if media is not None]


def way_to(question: Question, sent: list[Media]) -> list[Row]:
    return [[link(f"sent {question.id}", _("Look and listen"))]] if sent else []


@flow.command("sent", audience="staff")
async def sent(desk: Desk, argument: str) -> Turn:
    """`/sent QUESTION [PAGE]` once the consultation is closed."""
    id, _space, page_words = argument.partition(" ")
    question = await desk.store.consultations.question(id)
    consultation = await desk.store.consultations.load(question.consultation_id) if question else None
    if question is None or consultation is None or consultation.state != "closed":
        return go("consultations")
    page = page_number(page_words)
    media = await sent_for(desk, question)
    shown = media[(page - 1) * PAGE : page * PAGE]
    back: Row = [link(f"results {consultation.id}", _("Results"))]
    if not shown:
        return end(_("There is nothing to look at."), [back])
    heading: Text = paragraphs(
        bold(question.wording),
        ngettext("{n} picture or voice message", "{n} pictures and voice messages", len(media)),
    )
    messages = [
        Message(_("{number} of {total}", number=number, total=len(media)), media=one)
        for number, one in enumerate(shown, (page - 1) * PAGE + 1)
    ]
    rows = [*turning(f"sent {id}", page, len(media) > page * PAGE), back]
    return end(heading, rows).before(*messages)
