"""Staff say for which area a panel is, or change it while nobody has been drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flows.desk import Desk
from flows.flow import Flow
from flows.panels.areas import but_not_all, choices_of, next_page, where_asked, with_tick
from flows.panels.sortition.founding import count_anew
from flows.saved import saved
from flows.turn import Choice, Row, Said, Turn, again, ask, choice, end, go, link
from flows.words import _, paragraphs
from storage.attributes import Attribute
from storage.panels import Panel

flow = Flow()


@saved("panels.limiting")
@dataclass(frozen=True, slots=True)
class Limiting:
    """Waiting for the areas a panel is for, ticked one by one."""

    panel_id: str
    areas: tuple[str, ...] = ()
    page: int = 0


async def way_to_limit(desk: Desk, panel: Panel) -> list[Row]:
    """The button, where people are asked where they live and nobody has been drawn."""
    if where_asked(await desk.store.attributes.all()) is None or not await desk.store.panels.can_be_limited(panel.id):
        return []
    return [[link(f"panelarea {panel.id}", _("For which area"))]]


@flow.command("panelarea", audience="staff")
async def panelarea(desk: Desk, argument: str) -> Turn:
    panel = await desk.store.panels.load(argument) if argument else None
    where = where_asked(await desk.store.attributes.all())
    if panel is None or panel.state != "open" or where is None:
        return go("staffpanels")
    if not await desk.store.panels.can_be_limited(panel.id):
        return _too_late(panel.id)
    chosen = panel.area_keys if panel.area == where.key else ()
    return _ask(panel, where, Limiting(panel.id, tuple(one.key for one in where.options if one.key in chosen)))


def _ask(panel: Panel, where: Attribute, at: Limiting, *, same_number: bool = False) -> Turn:
    text = paragraphs(
        _("For which area is <b>{panel}</b>? You can choose several.", panel=panel.name),
        _("Whoever has come already keeps their seat, or their place on the waiting list.")
        if panel.serving or panel.waiting
        else None,
        _("Its quotas are then worked out anew from the shares.") if panel.kind == "drawn" else None,
    )
    rows = [*choices_of(where, at.areas, at.page), [choice("back", _("Back"))]]
    return ask(at, text, rows, same_number=same_number)


@flow.step(Limiting)
async def limiting(desk: Desk, at: Limiting, said: Said) -> Turn:
    panel = await desk.store.panels.load(at.panel_id)
    where = where_asked(await desk.store.attributes.all())
    if not desk.is_staff or panel is None or where is None:
        return go("staffpanels", at.panel_id)
    match said:
        case Choice("back"):
            return go("staffpanels", panel.id)
        case Choice("everywhere"):
            return await _limit(desk, panel, where, ())
        case Choice("done") if at.areas:
            return await _limit(desk, panel, where, but_not_all(where, at.areas))
        case Choice("more"):
            return _ask(panel, where, replace(at, page=next_page(where, at.page)), same_number=True)
        case Choice(id) if (areas := with_tick(where, at.areas, id)) is not None:
            return _ask(panel, where, replace(at, areas=areas), same_number=True)
    return again(_("Please tap one of the buttons."))


async def _limit(desk: Desk, panel: Panel, where: Attribute, areas: tuple[str, ...]) -> Turn:
    await desk.store.panels.hold(panel.id)  # a pool that is being frozen at this moment comes first
    if not await desk.store.panels.limit(panel.id, where.key if areas else "", areas):
        return _too_late(panel.id)
    await desk.record("limited", f"panel:{panel.id}", areas=", ".join(areas))
    if panel.kind == "drawn":
        await count_anew(desk, panel.id, where)
    return go("staffpanels", panel.id)


def _too_late(panel_id: str) -> Turn:
    text = _("People have been drawn for this panel as it is, or are being drawn, so its area stays.")
    return end(text, [[link(f"staffpanels {panel_id}", _("Back"))]])
