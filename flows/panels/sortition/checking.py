"""How anybody can check a draw: what is published when, in plain sentences, with the fingerprints for whoever wants."""

from __future__ import annotations

from flows.desk import Desk
from flows.flow import Flow
from flows.panels.places import last_day, named
from flows.panels.sortition.request import result_of
from flows.turn import Row, Turn, end, go, link
from flows.words import Text, _, lines, paragraphs
from storage.panels import Panel
from storage.sortition import Draw

flow = Flow()


def way_to_check(panel: Panel) -> Row:
    return [link(f"checkdraw {panel.id}", _("How can I check this?"))]


@flow.command("checkdraw")
async def checkdraw(desk: Desk, argument: str) -> Turn:
    """`/checkdraw PANEL`: the draw that is prepared, and the last one that was held."""
    panel = await desk.store.panels.load(argument) if argument else None
    if panel is None or panel.kind != "drawn":
        return go("panels")
    coming = await desk.store.sortition.current_draw(panel.id)
    held = [one for one in await desk.store.sortition.draws(panel.id, 1) if one.record is not None]
    text = paragraphs(
        _("<b>How anybody can check the draw of {panel}</b>", panel=named(panel)),
        lines(
            _(
                "1. Before the draw, the list of everybody in it is closed, under made-up names. A fingerprint of the "
                "list is shown: a long number that would be another if anything in the list were changed."
            ),
            _(
                "2. A number that nobody can choose decides. It is a public number named before, or a secret one whose "
                "fingerprint is shown before and which is shown itself afterwards."
            ),
            _(
                "3. After the draw there is a record of the list, the number and the result. With it anybody can work "
                "out that the result is right. Ask for it with /support."
            ),
        ),
        _coming(coming) if coming is not None else None,
        await _held(desk, held[0]) if held else None,
    )
    rows: list[Row] = [[link("support", _("Ask for the record"))]] if held else []
    return end(text, [*rows, [link(f"interest {panel.id}", _("My place in the draw")), link("menu", _("Menu"))]])


def _coming(draw: Draw) -> Text:
    return lines(
        _("<b>The next draw</b>"),
        _("Public number that decides: {source}", source=draw.source)
        if draw.source
        else _("Fingerprint of the secret number (SHA-256): {commitment}", commitment=draw.commitment),
        _("Fingerprint of the list (SHA-256): {digest}", digest=draw.digest) if draw.digest else None,
    )


async def _held(desk: Desk, draw: Draw) -> Text:
    name = await desk.store.sortition.pseudonym(draw.id, desk.person.id)
    return lines(
        _("<b>The draw on {day}</b>", day=last_day(desk, draw.drawn_at)) if draw.drawn_at else None,
        _("You are called {name} in the record.", name=name) if name else None,
        _("It was decided by: {seed}", seed=draw.seed or ""),
        _("Fingerprint of the list (SHA-256): {digest}", digest=draw.digest or ""),
        _("Fingerprint of the record (SHA-256): {digest}", digest=result_of(draw.record).digest)
        if draw.record
        else None,
    )
