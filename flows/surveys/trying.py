"""Colleagues try a draft's questions before anybody is asked, and say what they would change."""

from __future__ import annotations

from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.surveys.asking import bold
from flows.turn import Choice, Message, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import Verbatim, _, ngettext, paragraphs

flow = Flow()

LONGEST = 1000


@saved("survey.remarking", title=_("your remark on a colleague's questions"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class Remarking:
    """Waiting for what a colleague would change."""

    consultation_id: str


@flow.command("tryout", audience="staff")
async def try_out(desk: Desk, argument: str) -> Turn:
    """`/tryout ID` gives a link for the colleagues one has in mind; `/tryout ID all` asks every one.

    Nobody's name is kept, so whom to ask is chosen where names are: among one's own chats.
    """
    id, _space, everybody = argument.partition(" ")
    draft = await desk.store.consultations.load(id)
    if draft is None or draft.state not in ("draft", "scheduled") or not draft.questions:
        return go("consultation", id)
    colleagues = [one for one in await desk.store.people.staff() if one.id != desk.person.id]
    back = [[link(f"consultation {id}", _("Back to the consultation"))]]
    if not colleagues:
        text = _("You are the only one here. Invite a colleague, and they can try your questions.")
        return end(text, [[link("colleagues", _("Invite a colleague"))], *back])
    if everybody != "all":
        choosing = paragraphs(
            _("Send this link to the colleagues you would like to try your questions. It works for staff only:"),
            Verbatim(desk.deep_link(f"rehearse-{id}")),
        )
        number = len(colleagues)
        to_all = ngettext("Ask {n} colleague", "Ask all {n} colleagues", number)
        return end(choosing, [[link(f"tryout {id} all", to_all)], *back])
    message = Message(
        paragraphs(
            _("A colleague asks you to try these questions before people get them. Nothing is recorded."),
            bold(draft.question),
        ),
        [
            [link(f"rehearse {draft.id}", _("Try the questions"))],
            [link(f"remark {draft.id}", _("Say what I would change"))],
        ],
    )
    desk.tell_all(colleagues, message, once=f"survey.tryout:{draft.id}:{desk.today.isoformat()}")
    await desk.record("asked colleagues to try", f"consultation:{draft.id}")
    text = ngettext(
        "{n} colleague is asked to try your questions. What they say comes to you.",
        "{n} colleagues are asked to try your questions. What they say comes to you.",
        len(colleagues),
    )
    return end(text, back)


@flow.command("remark", audience="staff")
async def remark(desk: Desk, argument: str) -> Turn:
    draft = await desk.store.consultations.load(argument)
    if draft is None or draft.state not in ("draft", "scheduled"):
        return go("consultation", argument)
    text = paragraphs(bold(draft.question), _("What would you change? Please write it in one message."))
    return ask(Remarking(argument), text, [[choice("cancel", _("Cancel"))]])


@flow.step(Remarking)
async def remarking(desk: Desk, at: Remarking, said: Said) -> Turn:
    draft = await desk.store.consultations.load(at.consultation_id)
    if draft is None or said == Choice("cancel") or not desk.is_staff:
        return go("consultation", at.consultation_id)
    match said:
        case Typed(words) if len(words) > LONGEST:
            return again(_("That is too long: please use at most {most} letters.", most=LONGEST))
        case Typed(words):
            text = paragraphs(
                _("A colleague has tried your questions and says:"), bold(draft.question), Verbatim(words)
            )
            message = Message(text, [[link(f"consultation {draft.id}", _("Look at the draft"))]])
            authors = await desk.store.consultations.responsible(draft.id)
            desk.tell_all(authors, message, once=f"survey.remark:{draft.id}:{desk.new_code()}")
            back = [[link(f"consultation {draft.id}", _("Back to the consultation"))]]
            return end(_("Thank you. Your colleague has it now."), back)
    return again(_("Please write it as a message."))
