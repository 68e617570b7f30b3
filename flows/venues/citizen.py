"""What somebody finds who follows a venue's link or points a camera at its code."""

from __future__ import annotations

from flows.desk import Desk
from flows.flow import Flow
from flows.turn import Turn, end, go, link
from flows.words import _

flow = Flow()


@flow.command("at", agreement=False)
async def at(desk: Desk, token: str) -> Turn:
    """Opened by `?start=at-TOKEN`; it is remembered that they came, and where from."""
    if desk.is_staff:
        return go("venues", token)
    found = await desk.store.venues.load(token)
    if found is None:
        return _nothing_here()
    await desk.store.venues.record_opening(token, desk.person.id, desk.now)
    await desk.store.people.set_source(desk.person.id, token)
    if not found.is_open:
        return _nothing_here()
    match found.opens.split():
        case ["survey" | "question", _id]:
            return go("guest", token)
    if desk.has_agreed:  # otherwise they hear from us when they agree
        await desk.listen_again()
    match found.opens.split():
        case ["join", panel_id]:
            return go("join", panel_id)
        case ["propose"]:
            return go("propose")
    return go("menu", "hello")


def _nothing_here() -> Turn:
    return end(
        _("Thank you for coming. This link is closed now, but there is more you can do:"),
        [
            [link("panels", _("Panels")), link("topics", _("Topics"))],
            [link("outcomes", _("What was decided"))],
        ],
    )
