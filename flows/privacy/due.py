"""What the clock brings: a wish after its day of notice, the end of a pause, and who has been silent for long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flows.desk import Desk
from flows.flow import Again, Flow
from flows.hours import welcome_at
from flows.privacy.citizen import everything
from flows.turn import Message, Row, Turn, go, link
from flows.words import Text, _, paragraphs
from storage.people import Recipient, Silent
from storage.records import instant

flow = Flow()

PAGE = 300
FAREWELL_TAKES = timedelta(minutes=10)
FAREWELL_LIVES = timedelta(days=1)
REMINDED_AFTER = timedelta(weeks=2)
ERASED_AFTER = timedelta(weeks=2)
"""Each from the step before, so that after downtime nobody is erased who was not reminded."""


@flow.due("privacy.mydata")
async def send_everything(desk: Desk, args: dict[str, Any]) -> None:
    recipient = await desk.store.people.recipient(args["person"])
    if recipient is not None:
        for message in await everything(desk, recipient):
            desk.tell(recipient, message)


@flow.due("privacy.forget")
async def erase(desk: Desk, args: dict[str, Any]) -> Again | None:
    """After a last word, which has to be sent while it is still known to whom: not in their quiet hours, and tried
    for a day where Telegram does not take it."""
    recipient = await desk.store.people.recipient(args["person"])
    if recipient is None:
        return None
    if "said" not in args:
        said = f"privacy.farewell:{recipient.id}:{int(desk.now.timestamp())}"
        desk.tell(recipient, _farewell(), once=said, lives=FAREWELL_LIVES)
        at = welcome_at(desk.now, recipient, desk.zone)
        return Again({**args, "said": said}, at + FAREWELL_TAKES)
    if await desk.store.outbox.is_waiting(str(args["said"])):
        return Again(args, desk.now + FAREWELL_TAKES)
    await desk.erase(recipient.id)
    return None


def _farewell() -> Message:
    text = paragraphs(
        _("In a few minutes everything about you is erased. Thank you for the time you gave."),
        _("If you ever write again, we begin anew."),
    )
    return Message(text, [[link("keepall", _("Stop it"))]])


@flow.due("privacy.code")
async def take_code_away(desk: Desk, args: dict[str, Any]) -> None:
    """Somebody has forgotten their code, and nobody has objected for a day."""
    recipient = await desk.store.people.recipient(args["person"])
    if recipient is not None:
        await desk.store.people.take_code_away(recipient.id)
        text = _("Your old code is gone. You can set a new one now.")
        desk.tell(recipient, Message(text, [[link("code", _("Set a code"))], [link("menu", _("Menu"))]]))


@flow.due("privacy.forgive")
async def forgive(desk: Desk, args: dict[str, Any]) -> None:
    """The code may be tried again."""
    await desk.store.people.forgive_misses(args["person"])


@flow.due("privacy.resume")
async def resume(desk: Desk, args: dict[str, Any]) -> None:
    if not await desk.store.people.resume(args["person"], desk.now):
        return
    recipient = await desk.store.people.recipient(args["person"])
    if recipient is not None:
        text: Text = _("Welcome back! Your pause is over. Here is what waits for you, if anything does.")
        rows: list[Row] = [[link("surveys", _("Questions for me"))], [link("menu", _("Menu"))]]
        since = instant(args["since"]) if "since" in args else desk.now
        if await desk.store.outcomes.told_to(recipient.id, since):
            text = paragraphs(text, _("While you were away, it was told what came of something you were asked:"))
            rows.insert(0, [link("outcomes", _("What was decided"))])
        desk.tell(recipient, Message(text, rows))


# ---------------------------------------------------------------- silence


@flow.daily("privacy.silent")
async def ask_to_stay(desk: Desk, args: dict[str, Any]) -> Again | None:
    """Citizens long silent are asked whether to stay, and once more; their silence then is an answer.

    Who has asked for silence, or has not agreed to be written to, gets it: only the time runs for them.
    """
    months = await desk.inactive_months()
    page = await desk.store.people.long_silent(desk.now - months * timedelta(days=30.44), args["after"], PAGE)
    for one in page:
        await desk.store.people.asked_to_stay(one.recipient.id, desk.now)
    desk.tell_all(_who_may_be_asked(page), _still_there(), once=f"privacy.stay:{desk.today}")
    return Again({"after": page[-1].recipient.id}, desk.now) if page else None


@flow.daily("privacy.silent_still")
async def ask_again(desk: Desk, args: dict[str, Any]) -> Again | None:
    page = await desk.store.people.to_ask_again(desk.now - REMINDED_AFTER, args["after"], PAGE)
    for one in page:
        await desk.store.people.asked_again(one.recipient.id, desk.now)
    desk.tell_all(_who_may_be_asked(page), _still_there(), once=f"privacy.stay_again:{desk.today}")
    return Again({"after": page[-1].recipient.id}, desk.now) if page else None


@flow.daily("privacy.silent_too_long")
async def erase_silent(desk: Desk, args: dict[str, Any]) -> Again | None:
    page = await desk.store.people.to_erase(desk.now - ERASED_AFTER, PAGE)
    for person_id in page:
        await desk.erase(person_id)
    if page:
        await desk.store.retention.record("silent", desk.today, len(page))
    return Again(args, desk.now) if page else None


def _who_may_be_asked(people: list[Silent]) -> list[Recipient]:
    return [one.recipient for one in people if one.may_be_asked]


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
