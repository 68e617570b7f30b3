"""The draw: the pool is frozen in front of everybody, then its lottery is told, then a number nobody controls picks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.desk import Desk
from flows.flow import Flow
from flows.panels.areas import counted_on
from flows.panels.places import last_day
from flows.panels.selection.frozen import BadInput
from flows.panels.selection.order import Wishes
from flows.panels.sortition.founding import quota_table
from flows.panels.sortition.lottery import SAME, end_posts, how_far, keep_posted, shown
from flows.panels.sortition.officer import MOST_SUGGESTED, group_name, groups, listed, lot_panel, strata_of, the_pool
from flows.panels.sortition.outlook import Widening, look_ahead, outlook_of, outlook_text, widening_lines
from flows.panels.sortition.renewals import announced, draw_for, renewals_a_term, standing
from flows.panels.sortition.request import Request, Result, frozen_request, record_name, result_of, widened
from flows.panels.sortition.strata import Stratum, most_wanted
from flows.saved import saved
from flows.turn import Button, Choice, File, Message, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.typed import latin_digits
from flows.words import Percent, Text, Verbatim, Words, _, lines, ngettext, paragraphs
from storage.panels import Panel
from storage.sortition import Draw, SeatQuota, Sortition, Told

flow = Flow()

LONGEST_SEED = 40
LONGEST_SOURCE = 100


@saved("panels.typing_seed", awaits_text=True)
@dataclass(frozen=True, slots=True)
class TypingSeed:
    """Waiting for the number of this public `source`; a later draw may have named another one meanwhile."""

    panel_id: str
    source: str = ""


@saved("panels.freezing", awaits_text=True)
@dataclass(frozen=True, slots=True)
class Freezing:
    """Waiting for which number is to decide, before the pool is frozen."""

    panel_id: str


@flow.command("draw", audience="staff")
async def draw(desk: Desk, argument: str) -> Turn:
    """`/draw PANEL` shows how far it is; `freeze`, `number`, `promise`, `confirm`, `reopen`, `widen`, `record` act."""
    id, _space, what = argument.partition(" ")
    panel, settings = await lot_panel(desk, id)
    if panel is None or settings is None:
        return go("staffpanels")
    current = await desk.store.sortition.current_draw(panel.id)
    match what, current:
        case "record", _:
            return await _record(desk, panel)
        case "widen", Draw(state="open"):
            return await _widen(desk, panel)
        case "freeze", Draw(state="open"):
            return await _ask_source(desk, panel, settings)
        case "reopen", Draw(state="sealed"):
            if await desk.store.sortition.unseal(current.id):
                await desk.record("opened pool again", f"panel:{panel.id}")
                await end_posts(desk, current, _("The pool of {panel} was opened again.", panel=panel.name))
            return go("draw", panel.id)
        case "number", Draw(state="sealed", told=Told()):
            return _ask_number(panel, current)
        case "promise", Draw(state="sealed"):
            if await desk.store.sortition.reveal(current.id):
                await desk.record("drew with the promised number", f"panel:{panel.id}")
            return go("draw", panel.id)
        case str(), Draw(state="sealed") if current.seed and what == f"confirm {_mark(current)}":
            return await _confirm(desk, panel, current)
    return await _show(desk, panel, settings, current)


def _mark(draw: Draw) -> str:
    """What a button to confirm with carries: it is for this number and this pool, and for no other typed since."""
    return hashlib.sha256(f"{draw.digest}:{draw.seed}".encode()).hexdigest()[:8]


async def _show(desk: Desk, panel: Panel, settings: Sortition, current: Draw | None) -> Turn:
    back: list[Row] = [[link(f"lotpanel {panel.id}", _("Back"))]]
    last = next(iter(await desk.store.sortition.draws(panel.id, 1)), None)
    match current:
        case Draw(state="sealed"):
            return await _show_sealed(desk, panel, current)
        case Draw(state="drawing"):
            text = paragraphs(
                _("<b>{panel} is being drawn.</b>", panel=panel.name),
                _("That takes a few seconds. I write to you when it is done."),
                _("It is decided by: {seed}", seed=Verbatim(current.seed or "")),
            )
            return end(text, [[link(f"draw {panel.id}", _("Look again"))], *back])
    quotas = await desk.store.sortition.quotas(panel.id)
    problem = await _failed(desk, last, quotas) if last is not None and last.state == "failed" else None
    seats = (await standing(desk, panel)).seats
    coming = announced(desk, settings)
    renewal: list[Row] = []
    then: datetime | None = None
    if coming is not None and await draw_for(desk, panel, coming) is None:
        replaced = (await standing(desk, panel, coming)).seats
        if replaced > 0:
            renewal = [[link(f"renew {panel.id}", _("Draw the replacements for {day}", day=last_day(desk, coming)))]]
        if seats <= 0 < replaced:
            then, seats = coming, replaced
    record: list[Row] = [[link(f"draw {panel.id} record", _("The last draw's record"))]] if last else []
    if seats <= 0:
        return end(_("Every seat of <b>{panel}</b> is taken.", panel=panel.name), [*record, *back])
    pool = await the_pool(desk, panel, settings)
    found = await strata_of(desk, panel, settings)
    short = [one for one in found if one.is_short]
    looking = len(pool) >= seats and await look_ahead(desk, panel, settings, then)
    outlook = await outlook_of(desk, panel) if len(pool) >= seats else None
    text = paragraphs(
        _("<b>Draw {panel}</b>", panel=panel.name),
        problem,
        _("<b>{panel}</b> is to be renewed on {day}.", panel=panel.name, day=last_day(desk, then)) if then else None,
        lines(
            ngettext("{n} seat is to be drawn.", "{n} seats are to be drawn.", seats),
            ngettext("{n} person is in the pool.", "{n} people are in the pool.", len(pool)),
        ),
        _("Some groups have too few people in the pool for their seats.") if short else None,
        _few_to_choose_from(desk, most_wanted(found)) if not short else None,
        await outlook_text(desk, panel, outlook) if outlook is not None and problem is None else None,
        _("I am looking whether all quotas can be met and everybody has a chance.") if looking else None,
        _("Freezing the pool tells everybody in it, and nobody can come in until it is drawn."),
    )
    rows: list[Row] = []
    if looking:
        rows.append([link(f"draw {panel.id}", _("Look again"))])
    if outlook.widening if outlook is not None else problem is not None and await _widening_of_last(desk, panel):
        rows.append([link(f"draw {panel.id} widen", _("Widen the quotas as proposed"))])
    if len(pool) >= seats and then is None:
        rows.append([link(f"draw {panel.id} freeze", _("Freeze the pool"))])
    return end(text, [*rows, *renewal, [link(f"coverage {panel.id}", _("Who is missing"))], *record, *back])


def _few_to_choose_from(desk: Desk, thin: Sequence[Stratum]) -> Text | None:
    if not thin:
        return None
    named = [_("– {group}", group=group_name(desk, one)) for one in thin[:MOST_SUGGESTED]]
    return lines(_("In these groups chance has little to choose from:"), *named)


async def _failed(desk: Desk, draw: Draw, quotas: Sequence[SeatQuota]) -> Text | None:
    """Which quotas could not be met, and the smallest widening that makes them possible; None once it has been done."""
    try:
        widening = json.loads(draw.problem)
    except ValueError:
        return _("The last draw did not work: {problem}", problem=Verbatim(draw.problem))
    shown = await widening_lines(desk, quotas, widening)
    return lines(_("These quotas cannot be met together. The smallest change that helps:"), *shown) if shown else None


async def _widen(desk: Desk, panel: Panel) -> Turn:
    outlook = await outlook_of(desk, panel)
    if widening := outlook.widening if outlook is not None else await _widening_of_last(desk, panel):
        quotas = widened(await desk.store.sortition.quotas(panel.id), widening)
        await desk.store.sortition.set_quotas(panel.id, quotas)
        await desk.record("widened quotas", f"panel:{panel.id}")
    quotas = await desk.store.sortition.quotas(panel.id)
    text = paragraphs(
        _("<b>The quotas now</b>"), quota_table(await counted_on(desk, panel), quotas, desk.voice.language)
    )
    return end(text, [[link(f"draw {panel.id}", _("Draw"))], [link(f"lotpanel {panel.id}", _("Back"))]])


async def _widening_of_last(desk: Desk, panel: Panel) -> Widening:
    """What would have let the last draw give a panel."""
    last = next(iter(await desk.store.sortition.draws(panel.id, 1)), None)
    try:
        return list(json.loads(last.problem)) if last is not None and last.state == "failed" else []
    except ValueError:
        return []


# ---------------------------------------------------------------- freezing


async def freeze_pool(
    desk: Desk,
    panel: Panel,
    settings: Sortition,
    draw: Draw,
    renews_at: datetime | None = None,
    source: str = "",
    *,
    at_once: bool = False,
) -> Request | None:
    """Freeze who waits and who stays, and tell everybody in the pool; None when somebody else just did.

    From then on the lottery is worked out, which no number changes. At a renewal those leave whose term has ended by
    its day. The public number of that `source` is to decide, or else the promised one: `at_once` when the lottery is
    there, or when staff say so. Raises BadInput where there is nobody to draw from.
    """
    pool = await the_pool(desk, panel, settings)
    then = await standing(desk, panel, renews_at)
    staying = then.staying
    names = [desk.new_code() for _person in (*pool, *staying)]
    parts = renewals_a_term(panel.term_months, settings.renewal_months)
    wishes = Wishes(
        alternates=min(settings.alternates, max(0, len(pool) - (panel.seats or 0) + len(staying))),
        cohorts=0 if staying else min(parts, panel.seats or 0),
        cap=settings.cap / 100 if settings.cap < 100 else None,
    )
    quotas = await desk.store.sortition.quotas(panel.id)
    request = frozen_request(panel.seats or 0, quotas, pool, staying, names, wishes)
    sealed = await desk.store.sortition.seal(
        draw.id,
        request.as_json(),
        request.digest,
        request.pseudonyms,
        desk.now,
        renews_at=renews_at,
        source=source,
        at_once=at_once,
    )
    if not sealed:
        return None
    await desk.record("froze pool", f"panel:{panel.id}", people=len(pool), digest=request.digest)
    await look_ahead(desk, panel, settings, renews_at)
    about = {"panel": panel.id, "draw": draw.id, "after": ""}
    await desk.later("panel.frozen", f"panel.frozen:{draw.id}:{request.digest[:8]}", desk.now, about)
    return request


_ALONE = _(
    "A public number needs a second member of staff who confirms it, and there is none yet: /colleagues invites one. "
    "Until then please take the promised number."
)


async def _is_alone(desk: Desk) -> bool:
    """Whether no colleague could confirm a number."""
    return all(one.id == desk.person.id for one in await desk.store.people.staff())


async def _ask_source(desk: Desk, panel: Panel, settings: Sortition) -> Turn:
    text = paragraphs(
        _("<b>What decides the draw?</b> Everybody in the pool hears it now, before anybody can know the number."),
        _(
            "The promised number: I made it up when the pool opened and keep it secret; its fingerprint (SHA-256) is "
            "known since then. With it you can draw as soon as the lottery is worked out."
        ),
        _ALONE
        if await _is_alone(desk)
        else _(
            "A public number that nobody controls: please write which one. When it is out, one of you types it and a "
            "second one confirms it. For example: National Lottery of Saturday 13 March"
        ),
    )
    return ask(Freezing(panel.id), text, [[choice("promise", _("The promised number"))], [choice("back", _("Back"))]])


@flow.step(Freezing)
async def freezing(desk: Desk, at: Freezing, said: Said) -> Turn:
    panel = await desk.store.panels.hold(at.panel_id)
    settings = await desk.store.sortition.load(at.panel_id)
    draw = await desk.store.sortition.current_draw(at.panel_id)
    if panel is None or settings is None or draw is None:
        return go("staffpanels")
    source = ""
    match said:
        case Choice("promise"):
            pass
        case Typed(words):
            source = " ".join(words.split())
            if await _is_alone(desk):
                return again(_ALONE)
            if len(source) > LONGEST_SOURCE or not source.isprintable():
                return again(_("That is too long: please use at most {most} letters.", most=LONGEST_SOURCE))
            if not any(letter.isalpha() for letter in source):
                return again(_("Please write which number it will be, not the number: nobody may know it yet."))
        case Choice():
            return go("draw", panel.id)
        case _:
            return again(_("Please tap a button or write it as a message."))
    if draw.state != "open":
        return go("draw", panel.id)
    if source and source.casefold() in map(str.casefold, draw.known_sources):
        return again(_("That number is known already; please name another."))
    try:
        await freeze_pool(desk, panel, settings, draw, source=source)
    except BadInput as bad:
        rows = [[link(f"coverage {panel.id}", _("Who is missing"))], [link(f"lotpanel {panel.id}", _("Back"))]]
        return end(paragraphs(_("It cannot be drawn yet."), Verbatim(str(bad))), rows)
    return go("draw", panel.id)


async def _show_sealed(desk: Desk, panel: Panel, draw: Draw) -> Turn:
    outlook = await outlook_of(desk, panel)
    text = paragraphs(
        _("<b>The pool of {panel} is frozen.</b>", panel=panel.name),
        await outlook_text(desk, panel, outlook) if outlook is not None and draw.told is None else None,
        lines(_("SHA-256 of pool and quotas:"), Verbatim(draw.digest or "")),
        _("It is decided by this public number: {source}", source=draw.source)
        if draw.source
        else lines(_("SHA-256 of the promised number:"), Verbatim(draw.commitment)),
        shown(draw.told) if draw.told is not None else None,
    )
    id = panel.id
    reopen: list[Row] = [[link(f"draw {id} reopen", _("Open the pool again"))], [link(f"lotpanel {id}", _("Back"))]]
    if draw.told is None:
        keep_posted(desk, panel, draw)
        waits = paragraphs(
            _(
                "Now the lottery is worked out: 1,000 panels that meet all quotas, from which the number then picks "
                "one. Everybody can see its fingerprint before there is a number. I write to you when it is ready."
            ),
            _("The promised number then picks one at once.") if draw.at_once else None,
            how_far(draw),
        )
        return end(paragraphs(text, waits), [[link(f"draw {id}", _("Look again"))], *reopen])
    if not draw.source:
        return end(text, [[next_step(panel, draw)], *reopen])
    if draw.seed is None:
        how = _("When the number is out, one of you types it and a second one confirms it.")
        return end(paragraphs(text, how), [[next_step(panel, draw)], *reopen])
    own = draw.seed_by == desk.person.id
    number = _("The number: {seed}", seed=Verbatim(draw.seed))
    if own and await _is_alone(desk):
        other: list[Row] = [[link(f"draw {id} number", _("Type another"))], [link("colleagues", _("Colleagues"))]]
        alone = _(
            "A public number needs a second member of staff who confirms it, and there is none yet. Invite one, or "
            "open the pool again and take the promised number."
        )
        return end(paragraphs(text, number, alone), [*other, *reopen])
    if own:
        typed = _("You have typed it. Now a colleague must confirm it: /draw – or tap “Draw” at the panel.")
        return end(paragraphs(text, number, typed), [[link(f"draw {id} number", _("Type another"))], *reopen])
    asks = _("A colleague has typed it. Is it the number you have seen yourself?")
    confirm: list[Row] = [[link(f"draw {id} confirm {_mark(draw)}", _("Yes, draw with it"))]]
    return end(paragraphs(text, number, asks), [*confirm, [link(f"draw {id} number", _("Type another"))], *reopen])


# ---------------------------------------------------------------- the number


def next_step(panel: Panel, draw: Draw) -> Button:
    """What follows once the lottery is there."""
    if draw.source:
        return link(f"draw {panel.id} number", _("Type the number"))
    return link(f"draw {panel.id} promise", _("Draw with the promised number"))


def _ask_number(panel: Panel, draw: Draw) -> Turn:
    text = paragraphs(
        _("It is decided by this public number: {source}", source=draw.source),
        _("Please write it as it was published, for example: 4 8 15 16 23 42"),
    )
    return ask(TypingSeed(panel.id, draw.source), text, [[choice("back", _("Back"))]])


@flow.step(TypingSeed)
async def type_seed(desk: Desk, at: TypingSeed, said: Said) -> Turn:
    panel = await desk.store.panels.hold(at.panel_id)
    current = await desk.store.sortition.current_draw(at.panel_id) if panel else None
    match said:
        case Choice("back"):
            return go("draw", at.panel_id)
        case Typed(words):
            seed = " ".join(latin_digits(words).split())
            if not any(letter.isdigit() for letter in seed):
                return again(_("There is no number in it. Please write it in figures."))
            if len(seed) > LONGEST_SEED or not seed.isprintable():
                return again(_("That is too long: please use at most {most} letters.", most=LONGEST_SEED))
            if current and at.source not in ("", current.source):
                return go("draw", at.panel_id)
            if panel and current and await desk.store.sortition.propose_seed(current.id, seed, desk.person.id):
                await desk.record("typed the draw's number", f"panel:{at.panel_id}")
                await _tell_colleagues(desk, panel, seed)
            return go("draw", at.panel_id)
    return again(_("Please write it as a message."))


async def _tell_colleagues(desk: Desk, panel: Panel, seed: str) -> None:
    text = _(
        "A colleague has typed the number that decides the draw of <b>{panel}</b>: {seed}", panel=panel.name, seed=seed
    )
    message = Message(text, [[link(f"draw {panel.id}", _("Look and confirm"))]])
    others = [one for one in await desk.store.people.staff() if one.id != desk.person.id]
    desk.tell_all(others, message, once=f"panel.seed:{panel.id}:{desk.new_token()}")


async def _confirm(desk: Desk, panel: Panel, draw: Draw) -> Turn:
    if not await desk.store.sortition.confirm_seed(draw.id, draw.seed or "", desk.person.id):
        text = _("Somebody else than who typed it must confirm the number.")
        return end(text, [[link(f"draw {panel.id}", _("Back"))]])
    await desk.record("confirmed the draw's number", f"panel:{panel.id}")
    return go("draw", panel.id)


# ---------------------------------------------------------------- the record


async def _record(desk: Desk, panel: Panel) -> Turn:
    back: list[Row] = [[link(f"lotpanel {panel.id}", _("Back"))]]
    drawn = [one for one in await desk.store.sortition.draws(panel.id, 5) if one.record]
    if not drawn:
        return end(_("There is no draw yet."), back)
    last = drawn[0]
    file = File(record_name(last), last.record or "")
    return end(None, back).before(Message(await record_text(desk, panel, last), back, file=file))


async def record_text(desk: Desk, panel: Panel, draw: Draw) -> Text:
    """What the record says, in a few lines."""
    result = result_of(draw.record or "{}")
    least, most = Percent(result.smallest), Percent(result.largest)
    chances = (
        _("Everybody had the same chance: {chance}.", chance=least)
        if result.largest - result.smallest < SAME
        else _("Chances lay between {least} and {most}.", least=least, most=most)
    )
    fair = _("No fairer lottery is possible with these quotas.") if result.is_optimal else None
    when: Words | None = _("Drawn on {day}.", day=last_day(desk, draw.drawn_at)) if draw.drawn_at else None
    return paragraphs(
        _("<b>The draw of {panel}</b>", panel=panel.name),
        lines(
            when,
            ngettext("{n} person was drawn.", "{n} people were drawn.", len(result.drawn)),
            chances,
            fair,
            ngettext(
                "{n} person could not be on any panel that meets the quotas.",
                "{n} people could not be on any panel that meets the quotas.",
                result.without_chance,
            )
            if result.without_chance
            else None,
        ),
        lines(*await _out_of_reach(desk, result)),
        lines(
            _("Please keep this file, and give it to whoever wants to check the draw, or put it on your website."),
            _("It names nobody: people are codes, each with the groups they are in."),
            _("Anybody can repeat the draw with it: folkmoot verify-draw {file}", file=record_name(draw)),
        ),
    )


async def _out_of_reach(desk: Desk, result: Result) -> list[Text]:
    """Which quotas could not be met again after a part of a new panel has left: there is time to find people."""
    attributes = await desk.store.attributes.known()
    found: list[Text] = []
    for part, missing in enumerate(result.out_of_reach, 1):
        if missing:
            called = groups(desk, attributes, [SeatQuota(*one, 0, 0) for one in missing])
            found.append(_("When part {n} leaves, today's pool cannot keep: {groups}", n=part, groups=listed(called)))
    return found


@flow.command("renew", audience="staff")
async def renew_command(desk: Desk, argument: str) -> Turn:
    """`/renew PANEL` freezes the pool and draws replacements with the promised number."""
    panel, settings = await lot_panel(desk, argument)
    if panel is None or settings is None:
        return go("staffpanels")
    await desk.store.panels.hold(panel.id)
    current = await desk.store.sortition.current_draw(panel.id)
    at = announced(desk, settings)
    done = at is not None and await draw_for(desk, panel, at) is not None
    seats = (await standing(desk, panel, at)).seats
    if current is None or current.state != "open" or done or seats <= 0:
        return go("draw", panel.id)
    if not await renew(desk, panel, settings, current, at):
        rows = [[link(f"coverage {panel.id}", _("Who is missing"))], [link(f"lotpanel {panel.id}", _("Back"))]]
        return end(_("There are not enough people in the pool yet."), rows)
    await desk.record("approved renewal", f"panel:{panel.id}")
    return go("draw", panel.id)


async def renew(desk: Desk, panel: Panel, settings: Sortition, draw: Draw, at: datetime | None) -> bool:
    """Freeze the pool, for a renewal or what is free, and have the promised number pick when the lottery is there.

    False where nobody waits.
    """
    try:
        return await freeze_pool(desk, panel, settings, draw, at, at_once=True) is not None
    except BadInput:
        return False
