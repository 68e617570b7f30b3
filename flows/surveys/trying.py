"""Colleagues try a draft's questions before anybody is asked, and say what they would change."""

from __future__ import annotations

from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.surveys.asking import bold
from flows.surveys.colleagues import CAN_BE_TRIED, called, digest
from flows.turn import Choice, Message, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import Text, Verbatim, _, paragraphs, written
from storage.colleagues import Trial
from storage.consultations import Consultation
from storage.people import Recipient

flow = Flow()

LONGEST = 1000


@saved("survey.remarking", title=_("your remark on a colleague's questions"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class Remarking:
    """Waiting for what a colleague would change."""

    consultation_id: str


def too_late(draft: Consultation | None) -> Turn:
    """Why the questions cannot be tried any more."""
    if draft is None:
        text = _("These questions are not there any more: the draft has been deleted. Thank you all the same.")
        return end(text, [[link("consultations", _("Consultations"))], [link("menu", _("Menu"))]])
    text = _("These questions have been published meanwhile, so they cannot be tried any more. Thank you all the same.")
    return end(text, [[link(f"consultation {draft.id}", _("Look at the consultation"))], [link("menu", _("Menu"))]])


async def begin_trial(desk: Desk, draft: Consultation) -> Text | None:
    """Note that a colleague has the questions before them; a word for whoever was asked of other ones."""
    own = await _own_trial(desk, draft)
    if own is None and draft.responsible_id == desk.person.id:
        return None
    now = digest(await desk.store.consultations.questions(draft.id))
    await desk.store.colleagues.begin(draft.id, desk.person.id, now, desk.now)
    if own is None or own.seen == now:
        return None
    return _("The questions have been changed meanwhile. These are the new ones.")


async def _own_trial(desk: Desk, draft: Consultation) -> Trial | None:
    trials = await desk.store.colleagues.trials(draft.id)
    return next((one for one in trials if one.person_id == desk.person.id), None)


async def end_trial(desk: Desk, draft: Consultation) -> Turn:
    """A rehearsal is over: colleagues are asked for a remark, whoever wrote the questions what comes next."""
    done = _("That was the rehearsal: this is where a citizen's answers would be sent. Nothing was recorded.")
    if await desk.store.colleagues.finish(draft.id, desk.person.id, desk.now):
        return go("remark", draft.id).before(Message(done))
    return end(
        done,
        [
            [link(f"tryout {draft.id}", _("Ask colleagues to try it"))],
            [link(f"consultation {draft.id}", _("Back to the consultation"))],
        ],
    )


@flow.command("remark", audience="staff")
async def remark(desk: Desk, argument: str) -> Turn:
    draft = await desk.store.consultations.load(argument)
    if draft is None or draft.state not in CAN_BE_TRIED:
        return too_late(draft)
    if draft.responsible_id == desk.person.id and await _own_trial(desk, draft) is None:
        return go("consultation", draft.id)
    if await desk.store.colleagues.name_of(desk.person.id) is None:
        return go("myname", f"remark {draft.id}")
    text = paragraphs(bold(written(draft, "question")), _("What would you change? Please write it in one message."))
    rows = [[choice("nothing", _("Nothing to change"))], [choice("cancel", _("Later"))]]
    return ask(Remarking(draft.id), text, rows)


@flow.step(Remarking)
async def remarking(desk: Desk, at: Remarking, said: Said) -> Turn:
    if not desk.is_staff:
        return go("menu")
    draft = await desk.store.consultations.load(at.consultation_id)
    if draft is None or draft.state not in (*CAN_BE_TRIED, "open"):
        return too_late(draft)
    match said:
        case Typed(words) if len(words) > LONGEST:
            return again(_("That is too long: please use at most {most} letters.", most=LONGEST))
        case Typed(words):
            return await _pass_on(desk, draft, words)
        case _ if draft.state == "open":
            return too_late(draft)
        case Choice("nothing"):
            return await _pass_on(desk, draft, "")
        case Choice("cancel"):
            return _later(draft.id)
    return again(_("Please write it as a message."))


def _later(consultation_id: str) -> Turn:
    text = _("That is fine. Your colleague sees that you have tried it.")
    return end(text, [[link(f"remark {consultation_id}", _("Say what I would change"))], [link("menu", _("Menu"))]])


async def _pass_on(desk: Desk, draft: Consultation, words: str) -> Turn:
    """To whoever is responsible and whoever asked; a mistake found too late is worth knowing as well."""
    name = called(await desk.store.colleagues.name_of(desk.person.id))
    said = (
        _("{name} has tried your questions and says:", name=name)
        if words
        else _("{name} has tried your questions and would change nothing.", name=name)
    )
    text = paragraphs(said, bold(written(draft, "question")), Verbatim(words) if words else None)
    message = Message(text, [[link(f"consultation {draft.id}", _("Look at the draft"))]])
    desk.tell_all(await _authors(desk, draft), message, once=f"survey.remark:{draft.id}:{desk.new_code()}")
    await desk.store.colleagues.remark(draft.id, desk.person.id, words, desk.now)
    thanks = (
        _("Thank you. Your colleague has it now.")
        if draft.state in CAN_BE_TRIED
        else _("Thank you. The questions have been published meanwhile; your colleague has your remark all the same.")
    )
    return end(thanks, [[link(f"consultation {draft.id}", _("Back to the consultation"))], [link("menu", _("Menu"))]])


async def _authors(desk: Desk, draft: Consultation) -> list[Recipient]:
    authors = {one.id: one for one in await desk.store.consultations.responsible(draft.id)}
    own = await _own_trial(desk, draft)
    asker = await desk.store.people.listener(own.asker_id) if own is not None and own.asker_id else None
    if asker is not None and asker.role == "staff":
        authors[asker.id] = asker
    return [one for id, one in authors.items() if id != desk.person.id]
