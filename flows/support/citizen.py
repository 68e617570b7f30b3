"""A question to staff, in one's own words; staff answer here, and see no name."""

from __future__ import annotations

from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.support.wording import LONGEST, conversation
from flows.turn import Choice, Message, Row, Said, Sent, Turn, Typed, again, ask, choice, end, go, link
from flows.words import _, lines, paragraphs
from storage.support import Request

flow = Flow()

MOST_UNANSWERED = 5


@saved("support.asking", title=_("your question to staff"), awaits_text=True, awaits_media=True)
@dataclass(frozen=True, slots=True)
class Asking:
    """Waiting for what they want to ask, or to add."""


@flow.command("support", _("Ask staff something"), keywords=_("support,staff"))
async def support(desk: Desk, argument: str) -> Turn:
    """`/support` shows what is being asked, or asks; `/support words` asks at once, `/support more` adds."""
    if desk.is_staff:
        return go("requests")
    request = await desk.store.support.of_person(desk.person.id)
    if argument and argument != "more":
        return await _send(desk, request, argument)
    if request is not None and argument != "more":
        return await _show(desk, request)
    text = paragraphs(
        _("What would you like to add? Please write it in one message, or say it in a voice message.")
        if request
        else _("What would you like to ask? Please write it in one message, or say it in a voice message."),
        _("Staff read or hear it and answer here. They do not see who you are, unless you say it."),
    )
    return ask(Asking(), text, [[choice("cancel", _("Cancel"))]])


async def _show(desk: Desk, request: Request) -> Turn:
    text = paragraphs(
        _("<b>Your question to staff</b>"),
        conversation(await desk.store.support.notes(request), _("You")),
        _("Staff have not answered yet.") if request.unanswered else None,
    )
    return end(text, _ways_on(request))


def _ways_on(request: Request) -> list[Row]:
    return [
        [link("support more", _("Write more")), link(f"settled {request.id}", _("It is settled"))],
        [link("menu", _("Menu"))],
    ]


@flow.step(Asking)
async def asking(desk: Desk, at: Asking, said: Said) -> Turn:
    match said:
        case Choice("cancel"):
            return go("cancel")
        case Typed(words):
            return await _send(desk, await desk.store.support.of_person(desk.person.id), words)
        case Sent("voice" | "audio" as kind, id) if id:
            return await _send(desk, await desk.store.support.of_person(desk.person.id), f"{kind}:{id}")
    return again(_("Please write it as a message, or say it in a voice message."))


async def _send(desk: Desk, request: Request | None, words: str) -> Turn:
    if len(words) > LONGEST:
        too_long = _("That is too long for one message; {most} letters at most.", most=LONGEST)
        return ask(Asking(), too_long, [[choice("cancel", _("Cancel"))]])
    if request is not None and request.unanswered >= MOST_UNANSWERED:
        wait = _("You have written {most} messages. Please wait until staff have answered them.", most=MOST_UNANSWERED)
        return end(wait, [[link("support", _("My question")), link("menu", _("Menu"))]])
    request_id, note_id = await desk.store.support.ask(desk.person.id, words, desk.now)
    desk.tell_all(
        await desk.store.people.staff(),
        Message(
            _("Somebody asks you something.") if request is None else _("Somebody has written more to you."),
            [[link(f"request {request_id}", _("Read it"))]],
        ),
        once=f"support:{note_id}",
    )
    text = paragraphs(
        _("Thank you. Staff have your question, and their answer comes here."),
        _("You have asked me not to write of my own accord. Send /support to see whether there is an answer.")
        if desk.person.stopped
        else None,
    )
    return end(text, [[link("support", _("My question")), link("menu", _("Menu"))]])


@flow.command("settled")
async def settled(desk: Desk, argument: str) -> Turn:
    """Whoever asked closes their question."""
    request = await desk.store.support.of_person(desk.person.id)
    if request is None or request.id != argument or not await desk.store.support.close(request.id, desk.now):
        return end(
            _("You have no open question to staff."),
            [[link("support", _("Ask staff something")), link("menu", _("Menu"))]],
        )
    text = lines(_("Good, your question is closed."), _("You can always ask another one."))
    return end(text, [[link("support", _("Ask staff something")), link("menu", _("Menu"))]])
