"""How anybody can check a draw: what is published when, in plain sentences, with the fingerprints for whoever wants."""

from __future__ import annotations

from flows.desk import Desk
from flows.flow import Flow
from flows.panels.places import last_day, named
from flows.panels.sortition.lottery import chances
from flows.panels.sortition.request import record_name, result_of
from flows.turn import File, Message, Row, Turn, end, go, link
from flows.words import Text, _, lines, paragraphs
from storage.panels import Panel
from storage.sortition import Draw

flow = Flow()


def way_to_check(panel: Panel) -> Row:
    return [link(f"checkdraw {panel.id}", _("How can I check this?"))]


@flow.command("checkdraw")
async def checkdraw(desk: Desk, argument: str) -> Turn:
    """`/checkdraw PANEL`: the draw that is prepared, and the last one that was held; `record` hands out its record."""
    id, _space, what = argument.partition(" ")
    panel = await desk.store.panels.load(id) if id else None
    if panel is None or panel.kind != "drawn":
        return go("panels")
    coming = await desk.store.sortition.current_draw(panel.id)
    held = [one for one in await desk.store.sortition.draws(panel.id, 5) if one.record is not None][:1]
    may_have = bool(held) and (desk.is_staff or await desk.store.sortition.pseudonym(held[0].id, desk.person.id))
    if what == "record" and held and may_have:
        return _record(panel, held[0])
    text = paragraphs(
        _("<b>How anybody can check the draw of {panel}</b>", panel=named(panel)),
        lines(
            _(
                "1. Before the draw, the list of everybody in it is closed, under made-up names. A fingerprint of the "
                "list is shown: a long number that would be another if anything in the list were changed."
            ),
            _(
                "2. From the list a lottery is worked out: 1,000 panels, so that everybody's chance is as equal as it "
                "can be. Its fingerprint is shown before anybody knows the number."
            ),
            _(
                "3. A number that nobody can choose picks one of the 1,000 panels. It is a public number named before, "
                "or a secret one whose fingerprint is shown before and which is shown itself afterwards."
            ),
            _(
                "4. After the draw there is a record of the list, the lottery, the number and the result. With it "
                "anybody can work out that the result is right. Everybody on the list can have it here; anybody else "
                "can ask for it with /support."
            ),
        ),
        _coming(coming) if coming is not None else None,
        await _held(desk, held[0]) if held else None,
    )
    own = [link(f"checkdraw {panel.id} record", _("Get the record"))]
    rows: list[Row] = [own if may_have else [link("support", _("Ask for the record"))]] if held else []
    return end(text, [*rows, [link(f"interest {panel.id}", _("My place in the draw")), link("menu", _("Menu"))]])


def _record(panel: Panel, draw: Draw) -> Turn:
    text = paragraphs(
        _("The record of the draw of <b>{panel}</b>", panel=named(panel)),
        _("It names nobody: people are codes, each with the groups they are in."),
        _("Anybody can repeat the draw with it: folkmoot verify-draw {file}", file=record_name(draw)),
    )
    back: list[Row] = [[link(f"checkdraw {panel.id}", _("Back"))]]
    return end(None, back).before(Message(text, back, file=File(record_name(draw), draw.record or "")))


def _coming(draw: Draw) -> Text:
    return lines(
        _("<b>The next draw</b>"),
        _promise(draw),
        _("Fingerprint of the list (SHA-256): {digest}", digest=draw.digest) if draw.digest else None,
        *_lottery(draw),
    )


def _promise(draw: Draw) -> Text:
    if draw.source:
        return _("Public number that decides: {source}", source=draw.source)
    return _("Fingerprint of the secret number (SHA-256): {commitment}", commitment=draw.commitment)


def _lottery(draw: Draw) -> list[Text]:
    if draw.told is not None:
        return [_("Fingerprint of the lottery (SHA-256): {digest}", digest=draw.told.sha256), chances(draw.told)]
    return [_("The lottery is being worked out. Its fingerprint will be here.")] if draw.digest else []


async def _held(desk: Desk, draw: Draw) -> Text:
    name = await desk.store.sortition.pseudonym(draw.id, desk.person.id)
    return lines(
        _("<b>The draw on {day}</b>", day=last_day(desk, draw.drawn_at)) if draw.drawn_at else None,
        _("You are called {name} in the record.", name=name) if name else None,
        _promise(draw),
        _("It was decided by: {seed}", seed=draw.seed or ""),
        _("Fingerprint of the list (SHA-256): {digest}", digest=draw.digest or ""),
        _("Fingerprint of the lottery (SHA-256): {digest}", digest=draw.told.sha256) if draw.told else None,
        _("Fingerprint of the record (SHA-256): {digest}", digest=result_of(draw.record).digest)
        if draw.record
        else None,
    )
