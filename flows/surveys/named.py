"""Answers with names on them: people put theirs before the first question, staff read who said what."""

from __future__ import annotations

from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.paging import page_number, turning
from flows.saved import saved
from flows.surveys.asking import bold, summary
from flows.surveys.sheet import Sheet, open_sheet, route_through
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import Verbatim, _, lines, paragraphs, written

flow = Flow()

PAGE = 8
NAME_LIMIT = 80


@saved("survey.naming", title=_("your name on your answers"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class Naming:
    """Waiting for the name somebody puts on their answers."""

    consultation_id: str


def ask_name(sheet: Sheet) -> Turn:
    """Before the first question, for nobody should find out later that their name is read."""
    text = paragraphs(
        bold(written(sheet.consultation, "question")),
        lines(
            _("Staff read these answers with your name on them, so that they can answer you."),
            _("What is your name? It stands on these answers only."),
        ),
    )
    return ask(Naming(sheet.consultation.id), text, [[choice("no", _("No, thank you"))]])


@flow.step(Naming)
async def take_name(desk: Desk, at: Naming, said: Said) -> Turn:
    sheet = await open_sheet(desk, at.consultation_id)
    if isinstance(sheet, Turn):
        return sheet
    assert sheet.response is not None
    match said:
        case Choice("no"):
            return go("decline", at.consultation_id)
        case Typed(words) if len(name := " ".join(words.split())) <= NAME_LIMIT:
            await desk.store.responses.put_name(sheet.response.id, name)
            return go("survey", at.consultation_id)
        case Typed():
            return again(_("That is too long for a name; {most} letters at most.", most=NAME_LIMIT))
    return again(_("Please write it as a message."))


@flow.command("named", audience="staff")
async def named(desk: Desk, argument: str) -> Turn:
    """`/named CONSULTATION [PAGE]`: who has sent answers with a name on them."""
    id, _space, page_words = argument.partition(" ")
    consultation = await desk.store.consultations.load(id)
    if consultation is None or consultation.privacy != "named" or consultation.state not in ("open", "closed"):
        return go("consultation", id)
    page = page_number(page_words)
    found = await desk.store.responses.named(id, (page - 1) * PAGE, PAGE + 1)
    back: Row = [link(f"consultation {id}", _("Back to the consultation"))]
    if not found:
        return end(_("Nobody has sent answers with a name on them yet."), [back])
    rows: list[Row] = [[link(f"namedone {id} {one.id}", one.name)] for one in found[:PAGE]]
    rows += turning(f"named {id}", page, len(found) > PAGE)
    return end(paragraphs(bold(consultation.question), _("Whose answers would you like to read?")), [*rows, back])


@flow.command("namedone", audience="staff")
async def named_one(desk: Desk, argument: str) -> Turn:
    """`/namedone CONSULTATION RESPONSE`: one person's answers."""
    id, _space, response_id = argument.partition(" ")
    consultation = await desk.store.consultations.load(id)
    one = await desk.store.responses.named_one(id, response_id)
    if consultation is None or consultation.privacy != "named" or one is None:
        return go("named", id)
    await desk.record("read named answers", f"consultation:{id}")
    answers = await desk.store.responses.answers(response_id)
    route = await route_through(desk, id, one.version, answers, response_id)
    text = paragraphs(bold(Verbatim(one.name)), summary(route.asked, route.answers))
    return end(
        text, [[link(f"named {id}", _("All names"))], [link(f"consultation {id}", _("Back to the consultation"))]]
    )
