"""What people ask staff: reading it, answering it, closing it; nobody's name is shown."""

from __future__ import annotations

from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.paging import page_number, turning
from flows.saved import saved
from flows.support.wording import LONGEST, conversation, in_short, to_hear
from flows.turn import Choice, Message, Row, Said, Turn, Typed, again, ask, choice, column, end, go, link
from flows.words import Moment, Text, Verbatim, _, lines, ngettext, paragraphs
from storage.support import Request, State

flow = Flow()

PAGE = 8


@saved("support.answering", title=_("your answer to somebody"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class Answering:
    """Waiting for the answer to one request."""

    request_id: str


@saved("support.closing")
@dataclass(frozen=True, slots=True)
class Closing:
    """Waiting for the word that a request is closed."""

    request_id: str


# ---------------------------------------------------------------- reading


@flow.command("requests", _("What people ask you"), audience="staff")
async def requests(desk: Desk, argument: str) -> Turn:
    """`<page>` of the open ones, or `closed <page>`."""
    kind, _space, rest = argument.partition(" ")
    state: State = "closed" if kind == "closed" else "open"
    page = page_number(rest if state == "closed" else kind)
    found = await desk.store.support.page(state, (page - 1) * PAGE, PAGE + 1)
    if not found and page > 1:
        return go("requests", "closed" if state == "closed" else "")
    shown, more = found[:PAGE], len(found) > PAGE
    other = link("requests", _("Open ones")) if state == "closed" else link("requests closed", _("Closed ones"))
    heading = _("<b>Closed questions to staff</b>") if state == "closed" else _("<b>What people ask you</b>")
    text = paragraphs(heading, *(_listed(request) for request in shown)) if shown else _none(state)
    buttons = column(*(link(f"request {request.id}", in_short(request.words)) for request in shown))
    command = "requests closed" if state == "closed" else "requests"
    return end(text, [*buttons, *turning(command, page, more), [other, link("menu", _("Menu"))]])


def _none(state: State) -> Text:
    if state == "closed":
        return _("No question has been closed yet.")
    return _("Nobody waits for an answer. People write to you with /support.")


def _listed(request: Request) -> Text:
    waits = (
        ngettext("{n} message waits for an answer", "{n} messages wait for an answer", request.unanswered)
        if request.unanswered
        else None
    )
    return lines(
        in_short(request.words),
        _("{at}", at=Moment(request.opened_at)),
        waits or (_("answered") if request.state == "open" else None),
    )


@flow.command("request", audience="staff")
async def request(desk: Desk, argument: str) -> Turn:
    found = await desk.store.support.find(argument)
    return await _show(desk, found) if found else _not_there()


async def _show(desk: Desk, found: Request, notice: Text | None = None) -> Turn:
    notes = await desk.store.support.notes(found)
    closed = _("This question is closed.") if found.state == "closed" else None
    rows: list[Row] = [[link("requests", _("All questions")), link("menu", _("Menu"))]]
    if found.state == "open":
        rows = [[link(f"reply {found.id}", _("Answer")), link(f"closerequest {found.id}", _("Close"))], *rows]
    shown = end(paragraphs(notice, conversation(notes, _("Somebody")), closed), rows)
    return shown if notice is not None else shown.before(*to_hear(notes))


def _not_there() -> Turn:
    return end(_("This question is not there any more."), [[link("requests", _("What people ask you"))]])


# ---------------------------------------------------------------- answering and closing


@flow.command("reply", audience="staff")
async def reply(desk: Desk, argument: str) -> Turn:
    found = await desk.store.support.find(argument)
    if found is None or found.state == "closed":
        return await request(desk, argument)
    text = _("Please write your answer. It goes to this one person, from “staff”, without your name.")
    return ask(Answering(found.id), text, [[choice("cancel", _("Cancel"))]])


@flow.command("closerequest", audience="staff")
async def closerequest(desk: Desk, argument: str) -> Turn:
    found = await desk.store.support.find(argument)
    if found is None or found.state == "closed":
        return await request(desk, argument)
    text = paragraphs(
        _("Do you want to close this question? Who asked is told, and can ask again."),
        _("You have not answered it yet.") if found.unanswered else None,
    )
    return ask(Closing(found.id), text, column(choice("yes", _("Yes, close it")), choice("cancel", _("Cancel"))))


@flow.step(Answering, Closing)
async def settling(desk: Desk, at: Answering | Closing, said: Said) -> Turn:
    found = await desk.store.support.find(at.request_id)
    if found is None or said == Choice("cancel"):
        return await request(desk, at.request_id)
    if found.state == "closed":
        return await _show(desk, found, _("This was closed meanwhile, so nothing was sent."))
    match at, said:
        case Answering(), Typed(words):
            return await _answer(desk, found, words)
        case Closing(), Choice("yes"):
            return await _close(desk, found)
        case Answering(), _:
            return again(_("Please write it as a message."))
    return again(_("Please tap one of the buttons."))


async def _answer(desk: Desk, found: Request, words: str) -> Turn:
    if len(words) > LONGEST:
        return again(_("That is too long for one message; {most} letters at most.", most=LONGEST))
    note_id = await desk.store.support.answer(found, words, desk.now)
    await desk.record("answered", f"request:{found.id}")
    rows: list[Row] = [[link("support more", _("Write back")), link(f"settled {found.id}", _("It is settled"))]]
    told = await _tell(desk, found, lines(_("<b>An answer from staff</b>"), Verbatim(words)), rows, note_id)
    return await _after(desk, found.id, _("Sent."), told)


async def _close(desk: Desk, found: Request) -> Turn:
    await desk.store.support.close(found.id, desk.now)
    await desk.record("closed", f"request:{found.id}")
    text = _("Staff have closed your question. If something is still open, just ask again.")
    told = await _tell(desk, found, text, [[link("support", _("Ask staff something"))]], f"closed:{found.id}")
    return await _after(desk, found.id, _("Closed."), told)


async def _tell(desk: Desk, found: Request, text: Text, rows: list[Row], once: str) -> bool:
    """Whether it could be sent to whoever asked: not to somebody who wants no messages."""
    recipient = await desk.store.people.recipient(found.person_id)
    if recipient is None or recipient.stopped:
        return False
    desk.tell(recipient, Message(text, rows), once=f"support:{once}")
    return True


async def _after(desk: Desk, id: str, done: Text, told: bool) -> Turn:
    found = await desk.store.support.find(id)
    if found is None:
        return _not_there()
    silent = _("They have asked for no messages, so they see it when they come back to it.")
    return await _show(desk, found, done if told else lines(done, silent))
