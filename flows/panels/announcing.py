"""A new panel is told to those who agreed to hear of new panels: by staff's word, once each, when it suits them."""

from __future__ import annotations

from typing import Any

from flows.desk import Desk
from flows.flow import Again, Flow
from flows.panels.areas import Area, area_for, lives
from flows.panels.places import about
from flows.turn import Message, Turn, end, go, link
from flows.words import Text, _, in_their_language, paragraphs, written
from storage.panels import Panel

flow = Flow()

PAGE = 300


@flow.command("announce", audience="staff")
async def announce(desk: Desk, argument: str) -> Turn:
    """`/announce PANEL` shows what they read, `/announce PANEL yes` sends it."""
    id, _space, sure = argument.partition(" ")
    panel = await desk.store.panels.load(id)
    if panel is None or panel.state != "open":
        return go("staffpanels")
    back = [[link(f"staffpanels {panel.id}", _("See the panel")), link("menu", _("Menu"))]]
    if sure == "yes":
        day = desk.today.isoformat()
        await desk.later("panel.announce", f"panel.announce:{id}:{day}", desk.now, {"panel": id, "after": ""})
        await desk.record("announced", f"panel:{id}")
        return end(_("They are being told. Nobody is told twice."), back)
    number, rule = await desk.store.panels.count_curious(id), await desk.disclosure()
    many: Text = (
        _("About {number} people want to hear of new panels.", number=rounded)
        if (rounded := rule.rounded(number)) is not None
        else _("Fewer than {smallest} people want to hear of new panels.", smallest=rule.smallest)
    )
    area = await area_for(desk, panel)
    only = _("Whoever told me that they live elsewhere is not written to.") if area is not None else None
    text = paragraphs(many, only, _("This is what they read:"), _announcement(panel, area).text)
    return end(text, [[link(f"announce {id} yes", _("Tell them"))], *back])


@flow.due("panel.announce")
async def tell(desk: Desk, args: dict[str, Any]) -> Again | None:
    """A page of them at a time; who has been asked enough this week is left in peace."""
    panel = await desk.store.panels.load(args["panel"])
    if panel is None or panel.state != "open":
        return None
    page = await desk.store.sortition.to_invite(panel.id, args["after"], PAGE)
    area = await area_for(desk, panel)
    message = _announcement(panel, area)
    welcome = [one.recipient for one in page if lives(one.profile, area) in ("here", "not asked")]
    listening = await desk.attentive(welcome)
    desk.tell_all(listening, message, once=f"panel.announce:{panel.id}", until=panel.ends_at, asks=True, can_wait=True)
    return Again({**args, "after": page[-1].recipient.id}, desk.now) if len(page) == PAGE else None


def _announcement(panel: Panel, area: Area | None) -> Message:
    by_lot = _("It is chosen by lot.") if area else _("It is chosen by lot, and everybody can be in the draw.")
    chosen = by_lot if panel.kind == "drawn" else None
    text = paragraphs(
        _("There is a new panel, and you wanted to hear of it:"),
        about(panel, area),
        chosen,
        in_their_language(written(panel, "name"), written(panel, "purpose")),
    )
    rows = [[link(f"join {panel.id}", _("Look at it"))], [link("offered panels no", _("No more of these"))]]
    return Message(text, rows)
