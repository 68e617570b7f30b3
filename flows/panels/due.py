"""What the clock brings panels: the notice before a term ends, its end, the thanks when a panel is closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flows.desk import Desk
from flows.flow import Again, Flow
from flows.panels.places import contributed, hand_on, last_day, watch
from flows.panels.rotation import MOST_TERMS, CoolingOff, may_stay, next_term
from flows.panels.sortition.seating import refill, refill_between
from flows.panels.terms import term_end
from flows.turn import Message, Row, link
from flows.words import Text, _, paragraphs
from storage.panels import Membership, Panel, Term

flow = Flow()

PAGE = 300


@flow.due("panel.notice")
async def notice(desk: Desk, args: dict[str, Any]) -> Again | None:
    place, panel = await _place(desk, args["membership"])
    if place is None or panel is None or place.term_ends_at is None or panel.ends_at is not None:
        return None
    ends = last_day(desk, place.term_ends_at)
    first = _("Your term on <b>{panel}</b> ends on {day}.", panel=panel.name, day=ends)
    rows: list[Row] = [[link("panels", _("My panels"))]]
    if panel.lets_stay and may_stay(place.term, panel.waiting):
        then: Text = _("Nobody waits for a place just now. Would you like to stay for another term?")
        rows = [[link(f"stay {panel.id}", _("Stay another term"))], *rows]
    elif place.term >= MOST_TERMS:
        then = _("It is your second term. After it others get a turn. Thank you.")
    else:
        then = _("Then your place goes to somebody who waits for one. Thank you for your time.")
    await _tell(desk, place, Message(paragraphs(first, then), rows), once=f"panel.notice:{place.id}")
    return None


@flow.due("panel.vacant")
async def vacant(desk: Desk, args: dict[str, Any]) -> None:
    """Somebody who has been erased has left a seat."""
    panel = await desk.store.panels.hold(args["panel"])
    if panel is not None and panel.kind == "drawn":
        await refill(desk, panel)
    elif panel is not None:
        await hand_on(desk, panel)


@flow.due("panel.term")
async def term_over(desk: Desk, args: dict[str, Any]) -> Again | None:
    place, panel = await _place(desk, args["membership"])
    if place is None or panel is None or place.term_ends_at is None or place.term_ends_at > desk.now:
        return None
    if panel.ends_at is not None:  # its places end when it closes
        return None
    panel = await desk.store.panels.hold(panel.id)
    place = await desk.store.panels.membership(place.id)
    if panel is None or place is None or not await desk.store.panels.finish(place.id, "completed", desk.now):
        return None
    if place.staying:
        await _begin_another(desk, panel, place)
    else:
        await _thank(desk, panel, place)
    if panel.kind == "drawn":
        await refill_between(desk, panel, place.term_ends_at or desk.now)
    else:
        await hand_on(desk, panel)
    return None


async def _begin_another(desk: Desk, panel: Panel, place: Membership) -> None:
    """The next term begins where the last one ended, however late this happens."""
    begins = place.term_ends_at or desk.now
    term = Term(place.term + 1, term_end(begins, panel.term_months, desk.zone))
    membership_id = await desk.store.panels.serve(panel.id, place.person_id, term, desk.now)
    if membership_id is None:
        return
    await watch(desk, membership_id, term.ends_at)
    text = paragraphs(
        _("Your second term on <b>{panel}</b> has begun. Thank you for staying.", panel=panel.name),
        _("It ends on {day}.", day=last_day(desk, term.ends_at)),
    )
    await _tell(desk, place, Message(text, [[link("panels", _("My panels"))]]), once=f"panel.term:{place.id}")


async def _thank(desk: Desk, panel: Panel, place: Membership) -> None:
    text = paragraphs(
        _("Your term on <b>{panel}</b> has ended. Thank you for your time.", panel=panel.name),
        contributed(await desk.store.panels.contributions(place.id)),
        _what_next(desk, panel, place),
    )
    rows: list[Row] = [[link("outcomes", _("What was decided")), link("panels", _("Panels"))]]
    if panel.lets_stay and may_stay(place.term, panel.waiting):
        rows = [[link(f"stay {panel.id}", _("Stay another term"))], *rows]
    await _tell(desk, place, Message(text, rows), once=f"panel.term:{place.id}")


def _what_next(desk: Desk, panel: Panel, place: Membership) -> Text:
    if panel.kind == "drawn":
        return _("Now others are drawn. You can be in the draw again after a rest.")
    if may_stay(place.term, panel.waiting):
        return _("Nobody waits for a place just now, so you may stay for another term.")
    served = Term(place.term, place.term_ends_at or desk.now)
    rest = next_term(served, desk.now, panel.term_months, desk.zone)
    if isinstance(rest, CoolingOff):
        return _("Now it is others' turn. You can join again from {day}.", day=last_day(desk, rest.until))
    return _("Your place goes to somebody who has waited for one.")


@flow.due("panel.ends")
async def ends(desk: Desk, args: dict[str, Any]) -> Again | None:
    """A panel for one occasion closes by itself; a day later while a consultation needs it."""
    panel = await desk.store.panels.hold(args["panel"])
    if panel is None or panel.ends_at is None:
        return None
    if not await desk.store.panels.close(panel.id, desk.now):
        return Again(args, desk.now + timedelta(days=1))
    await desk.record("closed", f"panel:{panel.id}", members=panel.serving, waiting=panel.waiting)
    await desk.later("panel.closed", f"panel.closed:{panel.id}", desk.now, {"panel": panel.id, "after": ""})
    return None


@flow.due("panel.closed")
async def closed(desk: Desk, args: dict[str, Any]) -> Again | None:
    panel = await desk.store.panels.load(args["panel"])
    if panel is None or panel.state != "closed":
        return None
    if args.get("pool"):
        return await _tell_pool(desk, panel, args)
    partings = await desk.store.panels.to_thank(panel.id, args["after"], PAGE)
    sat = Message(
        paragraphs(
            _("The panel <b>{panel}</b> is closed now. Thank you for your time on it.", panel=panel.name),
            _("What you have answered stays counted, and you will still hear what was decided."),
        ),
        [[link("outcomes", _("What was decided")), link("panels", _("Panels"))]],
    )
    waited = Message(
        paragraphs(
            _("The panel <b>{panel}</b> is closed now, and with it the waiting list.", panel=panel.name),
            _("Thank you for having waited. Perhaps another panel suits you?"),
        ),
        [[link("panels", _("Panels"))]],
    )
    for message, those in ((sat, True), (waited, False)):
        people = [parting.recipient for parting in partings if parting.sat is those]
        desk.tell_all(people, message, once=f"panel.closed:{panel.id}")
    if len(partings) < PAGE:
        return Again({**args, "after": "", "pool": True}, desk.now) if panel.kind == "drawn" else None
    return Again({**args, "after": partings[-1].recipient.id}, desk.now)


async def _tell_pool(desk: Desk, panel: Panel, args: dict[str, Any]) -> Again | None:
    """Whoever was still in the draw; those who sat on it have been thanked under the same name."""
    people = await desk.store.sortition.interested(panel.id, args["after"], PAGE)
    text = paragraphs(
        _("The panel <b>{panel}</b> is closed now: there is no draw any more.", panel=panel.name),
        _("Thank you for having been ready. Perhaps another panel suits you?"),
    )
    desk.tell_all(people, Message(text, [[link("panels", _("Panels"))]]), once=f"panel.closed:{panel.id}")
    return Again({**args, "after": people[-1].id}, desk.now) if len(people) == PAGE else None


async def _place(desk: Desk, membership_id: str) -> tuple[Membership | None, Panel | None]:
    """A place somebody still has, and its panel."""
    place = await desk.store.panels.membership(membership_id)
    if place is None or place.state != "serving":
        return None, None
    return place, await desk.store.panels.load(place.panel_id)


async def _tell(desk: Desk, place: Membership, message: Message, *, once: str) -> None:
    """Tell the member, unless they have asked not to be written to."""
    recipient = await desk.store.panels.member(place.id)
    if recipient is not None:
        desk.tell(recipient, message, once=once)
