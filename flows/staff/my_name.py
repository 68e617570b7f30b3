"""What colleagues call somebody of staff: asked once, changed and removed at any time, and seen by staff only."""

from __future__ import annotations

from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.turn import Choice, Said, Turn, Typed, again, ask, choice, go
from flows.words import _, lines, paragraphs

flow = Flow()

NAME_LIMIT = 40


@saved("staff.naming_oneself", awaits_text=True)
@dataclass(frozen=True, slots=True)
class NamingOneself:
    """Waiting for what colleagues are to call them; `then` is the command that goes on afterwards."""

    then: str


@flow.command("myname", audience="staff")
async def my_name(desk: Desk, argument: str) -> Turn:
    kept = await desk.store.colleagues.name_of(desk.person.id)
    text = paragraphs(
        lines(
            _("What shall your colleagues call you? For example: Ann, or Ann Jones"),
            _("Only staff see it, never citizens."),
        ),
        _("So far: {words}", words=kept) if kept else None,
    )
    rows = (
        [[choice("keep", _("Keep it"))], [choice("remove", _("Remove my name"))]]
        if kept
        else [[choice("keep", _("Skip"))]]
    )
    return ask(NamingOneself(argument or "colleagues"), text, rows)


@flow.step(NamingOneself)
async def naming_oneself(desk: Desk, at: NamingOneself, said: Said) -> Turn:
    if not desk.is_staff:
        return go("menu")
    colleagues = desk.store.colleagues
    match said:
        case Choice("keep"):
            await colleagues.put_name(desk.person.id, await colleagues.name_of(desk.person.id) or "")
        case Choice("remove"):
            await colleagues.put_name(desk.person.id, "")
        case Typed(words):
            name = " ".join(words.split())
            if len(name) > NAME_LIMIT:
                return again(_("That is too long for a name; {most} letters at most.", most=NAME_LIMIT))
            if not any(letter.isalpha() for letter in name):
                return again(_("Please write a name with letters."))
            if await _is_taken(desk, name):
                return again(_("A colleague is called that already. Please add something, such as your surname."))
            await colleagues.put_name(desk.person.id, name)
        case _:
            return again(_("Please write it as a message."))
    command, _space, rest = at.then.partition(" ")
    return go(command, rest)


async def _is_taken(desk: Desk, name: str) -> bool:
    return any(
        one.name.casefold() == name.casefold() and one.recipient.id != desk.person.id
        for one in await desk.store.colleagues.everybody()
    )
