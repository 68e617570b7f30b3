"""What the clock brings: a wish after its day of notice, the end of a pause, and who has been silent for long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flows.desk import Desk
from flows.flow import Again, Flow
from flows.privacy.citizen import everything
from flows.turn import Message, Turn, go, link
from flows.words import _, paragraphs

flow = Flow()

PAGE = 300
REMINDED_AFTER = timedelta(weeks=2)
ERASED_AFTER = timedelta(weeks=4)


@flow.due("privacy.mydata")
async def send_everything(desk: Desk, args: dict[str, Any]) -> None:
    recipient = await desk.store.people.recipient(args["person"])
    if recipient is not None:
        desk.tell(recipient, await everything(desk, recipient.id))


@flow.due("privacy.forget")
async def erase(desk: Desk, args: dict[str, Any]) -> None:
    if await desk.store.people.recipient(args["person"]) is not None:
        await desk.erase(args["person"])


@flow.due("privacy.resume")
async def resume(desk: Desk, args: dict[str, Any]) -> None:
    if not await desk.store.people.resume(args["person"], desk.now):
        return
    recipient = await desk.store.people.recipient(args["person"])
    if recipient is not None:
        text = _("Welcome back! Your pause is over. Here is what waits for you, if anything does.")
        desk.tell(recipient, Message(text, [[link("surveys", _("Questions for me"))], [link("menu", _("Menu"))]]))


# ---------------------------------------------------------------- silence


@flow.daily("privacy.silent")
async def ask_to_stay(desk: Desk, args: dict[str, Any]) -> Again | None:
    """Citizens long silent are asked whether to stay, once; their silence is an answer four weeks later."""
    months = await desk.inactive_months()
    page = await desk.store.people.long_silent(desk.now - months * timedelta(days=30.44), args["after"], PAGE)
    for recipient in page:
        await desk.store.people.asked_to_stay(recipient.id, desk.now)
    desk.tell_all(page, _still_there(), once=f"privacy.stay:{desk.today}")
    return Again({"after": page[-1].id}, desk.now) if page else None


@flow.daily("privacy.silent_still")
async def ask_again(desk: Desk, args: dict[str, Any]) -> Again | None:
    since, until = desk.now - REMINDED_AFTER, desk.now - ERASED_AFTER
    page = await desk.store.people.to_ask_again(since, until, args["after"], PAGE)
    desk.tell_all(page, _still_there(), once=f"privacy.stay_again:{desk.today.year}")
    return Again({"after": page[-1].id}, desk.now) if page else None


@flow.daily("privacy.silent_too_long")
async def erase_silent(desk: Desk, args: dict[str, Any]) -> Again | None:
    page = await desk.store.people.to_erase(desk.now - ERASED_AFTER, PAGE)
    for person_id in page:
        await desk.erase(person_id)
    return Again(args, desk.now) if page else None


def _still_there() -> Message:
    text = paragraphs(
        _("We have not heard from you for a long time. Would you like to stay?"),
        _("If you do nothing, I erase what I keep about you in a few weeks."),
    )
    return Message(text, [[link("stayhere", _("Yes, I stay"))], [link("forget", _("Erase it now"))]])


@flow.command("stayhere", agreement=False)
async def stay_here(desk: Desk, argument: str) -> Turn:
    await desk.store.people.touch(desk.person.id, desk.now)
    return go("menu", "stays")
