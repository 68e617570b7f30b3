"""What citizens do with panels: find, join, wait for a place, stay for another term, leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flows.desk import Desk
from flows.flow import Flow
from flows.paging import page_number, turning
from flows.panels.areas import Area, area_for, area_of, for_whom, not_for_them, speaker_lives
from flows.panels.places import about, give_up, how_full, last_day, named, take, term_for
from flows.panels.rotation import MOST_TERMS, CoolingOff
from flows.panels.services import for_both, is_to_ask
from flows.panels.sortition.seating import refill
from flows.panels.terms import notice_before
from flows.saved import saved
from flows.turn import Button, Choice, Message, Said, Turn, again, ask, choice, column, end, go, link
from flows.words import Text, _, in_their_language, lines, ngettext, paragraphs, written
from storage.panels import Membership, Panel, PanelFor, Term

flow = Flow()

PAGE = 6


@saved("panels.choosing")
@dataclass(frozen=True, slots=True)
class Choosing:
    """Waiting for the panel they would like to join."""

    page: int = 1


@saved("panels.consenting")
@dataclass(frozen=True, slots=True)
class Consenting:
    """Waiting for agreement to one panel's terms; `waits` says that only the waiting list was offered."""

    panel_id: str
    waits: bool = False


@saved("panels.leaving")
@dataclass(frozen=True, slots=True)
class Leaving:
    """Waiting for the word that they really leave."""

    panel_id: str


# ---------------------------------------------------------------- what there is


@flow.command("panels", _("Find, join or leave a panel"), keywords=_("panels,panel"))
async def panels(desk: Desk, argument: str) -> Turn:
    if desk.is_staff:
        return go("staffpanels", argument)
    page = page_number(argument)
    found = await desk.store.panels.page_for(desk.person.id, (page - 1) * PAGE, PAGE + 1)
    if not found and page == 1:
        return end(
            _("There are no panels yet. Meanwhile you can say what matters to you."),
            [[link("propose", _("Propose a topic"))], [link("menu", _("Menu"))]],
        )
    if not found:
        return go("panels")
    shown, more = found[:PAGE], len(found) > PAGE
    areas, elsewhere = await _whose(desk, [one.panel for one in shown])
    text = paragraphs(
        _("<b>Panels</b>") if page > 1 else _("<b>Panels</b> are groups of people we ask before we decide."),
        *(_as_listed(desk, one, areas.get(one.panel.id), one.panel.id in elsewhere) for one in shown),
    )
    barred = {one.panel.id for one in shown if one.own_state is None} & elsewhere
    rows = column(*(_button_of(one) for one in shown if one.panel.id not in barred))
    if barred:
        rows.append([link(f"me where {min(barred)}", _("I live somewhere else now"))])
    return end(text, [*rows, *turning("panels", page, more), [link("menu", _("Menu"))]])


async def _whose(desk: Desk, panels: Sequence[Panel]) -> tuple[dict[str, Area], set[str]]:
    """The areas of those panels that are for some only, and which of them are for people who live elsewhere."""
    attributes = await desk.store.attributes.all() if any(panel.area for panel in panels) else []
    areas = {panel.id: area for panel in panels if (area := area_of(panel, attributes)) is not None}
    return areas, {id for id, area in areas.items() if await speaker_lives(desk, area) == "elsewhere"}


def _as_listed(desk: Desk, one: PanelFor, area: Area | None, is_elsewhere: bool) -> Text:
    if one.own_state == "serving" and one.own_end_at is not None:
        mine: Text = _("✓ You sit on it until {day}.", day=last_day(desk, one.own_end_at))
        return lines(about(one.panel, area), mine)
    if one.own_state == "waiting":
        waits = _("You are on the waiting list.") if one.panel.is_full else _("A place is free for you now.")
        return lines(about(one.panel, area), waits)
    return lines(about(one.panel, area), _("You told me that you live elsewhere.") if is_elsewhere else None)


def _button_of(one: PanelFor) -> Button:
    panel = one.panel
    if one.panel.kind == "drawn" and one.own_state is None:
        return link(f"interest {panel.id}", _("The draw: {panel}", panel=named(panel)))
    if one.own_state == "serving":
        return link(f"leave {panel.id}", _("Leave {panel}", panel=named(panel)))
    if one.own_state == "waiting" and panel.is_full:
        return link(f"leave {panel.id}", _("Leave the waiting list: {panel}", panel=named(panel)))
    if panel.is_full:
        return link(f"join {panel.id}", _("Waiting list: {panel}", panel=named(panel)))
    return link(f"join {panel.id}", _("Join {panel}", panel=named(panel)))


# ---------------------------------------------------------------- joining


@flow.command("join", keywords=_("join"))
async def join(desk: Desk, argument: str) -> Turn:
    """`/join PANEL` tells what it is and asks; `/join PANEL yes` goes on after a question that came between."""
    if desk.is_staff:
        return go("staffpanels", argument)
    if not argument:
        return await _ask_which(desk, 1)
    panel_id, _space, sure = argument.partition(" ")
    if sure == "yes":
        return await _settle(desk, panel_id, waits=False)
    return await _ask_consent(desk, panel_id)


async def _ask_which(desk: Desk, page: int) -> Turn:
    found = await desk.store.panels.page_for(desk.person.id, (page - 1) * PAGE, PAGE + 1)
    areas, elsewhere = await _whose(desk, [one.panel for one in found[:PAGE]])
    open_to = [one.panel for one in found[:PAGE] if one.own_state is None and one.panel.id not in elsewhere]
    if not open_to and len(found) <= PAGE:
        return go("panels")
    buttons = [choice(panel.id, panel.name) for panel in open_to]
    if len(found) > PAGE:
        buttons.append(choice("more", _("More")))
    text = paragraphs(
        _("Which panel would you like to join?"), *(about(panel, areas.get(panel.id)) for panel in open_to)
    )
    return ask(Choosing(page), text, column(*buttons, choice("cancel", _("Cancel"))))


async def _ask_consent(desk: Desk, panel_id: str) -> Turn:
    panel = await desk.store.panels.load(panel_id)
    if panel is None or panel.state != "open":
        return _not_there()
    if panel.kind == "drawn":
        return go("interest", panel.id)
    place = await desk.store.panels.current(panel.id, desk.person.id)
    if place is not None and (place.state == "serving" or panel.is_full):
        return await _already(desk, panel, place)
    area = await area_for(desk, panel)
    where = await speaker_lives(desk, area)
    if area is not None and where in ("elsewhere", "not said"):
        return await not_for_them(desk, panel, area, where)
    term = await term_for(desk, panel, desk.person.id)
    if isinstance(term, CoolingOff):
        return _come_back_later(desk, panel, term)
    return _offer_waiting(panel, area) if panel.is_full else _offer_place(desk, panel, term, area)


@flow.step(Choosing, Consenting)
async def joining(desk: Desk, at: Choosing | Consenting, said: Said) -> Turn:
    match at, said:
        case _, Choice("cancel"):
            return go("cancel")
        case Choosing(page), Choice("more"):
            return await _ask_which(desk, page + 1)
        case Choosing(), Choice(panel_id):
            return await _ask_consent(desk, panel_id)
        case Choosing(), _:
            return again(_("Please tap the panel you would like to join."))
        case Consenting(), Choice("no"):
            return go("panels")
        case Consenting(panel_id, waits), Choice("yes"):
            return await _settle(desk, panel_id, waits=waits)
    return again(_("Please tap one of the buttons."))


def _offer_place(desk: Desk, panel: Panel, term: Term, area: Area | None) -> Turn:
    purpose = written(panel, "purpose")
    text = paragraphs(
        lines(_("<b>{name}</b>", name=named(panel)), purpose, for_whom(area), for_both(panel)),
        in_their_language(purpose),
        _("What is asked of you: to answer a few short questions now and then, when it suits you."),
        lines(
            _("Your term would end on {day}. After that others get a turn.", day=last_day(desk, term.ends_at)),
            _("You can leave at any time."),
        ),
        _("Would you like to join?"),
    )
    return ask(Consenting(panel.id), text, column(choice("yes", _("Yes, I join")), choice("no", _("No, thank you"))))


def _offer_waiting(panel: Panel, area: Area | None, notice: Text | None = None) -> Turn:
    purpose = written(panel, "purpose")
    text = paragraphs(
        notice,
        lines(_("<b>{name}</b>", name=named(panel)), purpose, for_whom(area), for_both(panel)),
        in_their_language(purpose),
        lines(
            how_full(panel),
            ngettext("{n} person waits for a place.", "{n} people wait for a place.", panel.waiting)
            if panel.waiting
            else _("Nobody waits yet."),
        ),
        lines(
            _("What is asked of members: to answer a few short questions now and then, when it suits them."),
            ngettext("A term lasts {n} month.", "A term lasts {n} months.", panel.term_months),
        ),
        _("Shall I put you on the waiting list? When your turn comes, you are in at once and I tell you."),
    )
    rows = column(choice("yes", _("Yes, put me on the list")), choice("no", _("No, thank you")))
    return ask(Consenting(panel.id, waits=True), text, rows)


async def _settle(desk: Desk, panel_id: str, *, waits: bool) -> Turn:
    """They agree: a place if there is one, the waiting list if that was offered, otherwise the offer of it."""
    panel = await desk.store.panels.hold(panel_id)
    if panel is None:
        return _not_there()
    if panel.kind == "drawn":
        return go("interest", f"{panel.id} yes")
    await desk.listen_again()
    place = await desk.store.panels.current(panel.id, desk.person.id)
    if place is not None and place.state == "serving":
        return await _already(desk, panel, place)
    area = await area_for(desk, panel)
    where = await speaker_lives(desk, area) if place is None else "here"
    if area is not None and where == "not asked":
        return go("me", f"where {panel.id} yes")
    if area is not None and where != "here":
        return await not_for_them(desk, panel, area, where)
    term = await term_for(desk, panel, desk.person.id)
    if isinstance(term, CoolingOff):
        return _come_back_later(desk, panel, term)
    asks = await is_to_ask(desk, panel)
    if await take(desk, panel, term):
        if asks:  # the questions about everybody are for another time
            return go("me", f"for {panel.id}").before(Message(_welcome_text(desk, panel, term)))
        await desk.acted()
        return _welcome(desk, panel, term)
    if place is None and not waits:
        return _offer_waiting(panel, area, _("I am sorry: the last place has just been taken."))
    await desk.store.panels.wait(panel.id, desk.person.id, desk.now)
    place = await desk.store.panels.current(panel.id, desk.person.id)
    if asks:
        return go("me", f"for {panel.id}")
    return await _already(desk, panel, place) if place else _not_there()


def _welcome_text(desk: Desk, panel: Panel, term: Term) -> Text:
    return paragraphs(
        _("You are in. Welcome to <b>{panel}</b>.", panel=named(panel)),
        _("Your term ends on {day}.", day=last_day(desk, term.ends_at)),
        _("I will write to you when there is a question."),
    )


def _welcome(desk: Desk, panel: Panel, term: Term) -> Turn:
    return end(
        _welcome_text(desk, panel, term), [[link("panels", _("My panels")), link("surveys", _("Questions for me"))]]
    )


async def _already(desk: Desk, panel: Panel, place: Membership) -> Turn:
    rows = [[link("panels", _("My panels")), link(f"leave {panel.id}", _("Leave"))]]
    if place.state == "serving" and place.term_ends_at is not None:
        day = last_day(desk, place.term_ends_at)
        return end(_("You sit on <b>{panel}</b>. Your term ends on {day}.", panel=named(panel), day=day), rows)
    text = paragraphs(
        ngettext(
            "You are on the waiting list of <b>{panel}</b>, as number {n}.",
            "You are on the waiting list of <b>{panel}</b>, as number {n}.",
            await desk.store.panels.position(place),
            panel=named(panel),
        ),
        _("When a place becomes free for you, you are in at once and I tell you."),
    )
    return end(text, rows)


def _come_back_later(desk: Desk, panel: Panel, rest: CoolingOff) -> Turn:
    text = paragraphs(
        _("Thank you for your two terms on <b>{panel}</b>. Now it is others' turn.", panel=named(panel)),
        _("You can join again from {day}.", day=last_day(desk, rest.until)),
    )
    return end(text, [[link("panels", _("Panels")), link("menu", _("Menu"))]])


def _not_there() -> Turn:
    return end(
        _("That panel is not there any more. Here you find those that are:"),
        [[link("panels", _("Panels")), link("menu", _("Menu"))]],
    )


# ---------------------------------------------------------------- staying


@flow.command("stay")
async def stay(desk: Desk, argument: str) -> Turn:
    panel = await desk.store.panels.hold(argument)
    if panel is None:
        return _not_there()
    place = await desk.store.panels.current(panel.id, desk.person.id)
    if place is None or place.state != "serving" or place.term_ends_at is None:
        return go("join", panel.id)
    rows = [[link("panels", _("My panels")), link(f"leave {panel.id}", _("Leave"))]]
    if panel.kind == "drawn":
        return end(_("On <b>{panel}</b> others are drawn after your term.", panel=named(panel)), rows)
    if not panel.lets_stay:
        return await _already(desk, panel, place)
    area = await area_for(desk, panel)
    where = await speaker_lives(desk, area)
    if area is not None and where == "elsewhere":
        return await not_for_them(desk, panel, area, where)
    if place.term >= MOST_TERMS:
        return end(
            _("This is your second term on <b>{panel}</b>. After it others get a turn.", panel=named(panel)),
            rows,
        )
    asked_from = notice_before(place.term_ends_at, desk.zone)
    if desk.now < asked_from:
        day = last_day(desk, asked_from)
        return end(_("Your term goes on for a while. I will ask you on {day} whether you stay.", day=day), rows)
    if not place.staying and not await desk.store.panels.will_stay(place.id):
        text = _(
            "Somebody waits for a place on <b>{panel}</b> now, so yours goes to them after your term. Thank you.",
            panel=named(panel),
        )
        return end(text, rows)
    text = _(
        "Thank you. You stay on <b>{panel}</b> for another term when this one ends on {day}.",
        panel=named(panel),
        day=last_day(desk, place.term_ends_at),
    )
    return end(text, rows)


# ---------------------------------------------------------------- leaving


@flow.command("leave", keywords=_("leave"))
async def leave(desk: Desk, argument: str) -> Turn:
    mine = await desk.store.panels.of_person(desk.person.id)
    found = [place for place in mine if place.panel_id == argument] if argument else mine
    if not found:
        return end(
            _("You do not sit on that panel.") if argument else _("You do not sit on any panel."),
            [[link("panels", _("Panels")), link("menu", _("Menu"))]],
        )
    if len(found) > 1:
        return go("panels")
    panel = await desk.store.panels.load(found[0].panel_id)
    return _ask_whether(panel, found[0]) if panel else _not_there()


def _ask_whether(panel: Panel, place: Membership) -> Turn:
    if place.state == "waiting":
        text: Text = _("Do you want to leave the waiting list of <b>{panel}</b>?", panel=named(panel))
    else:
        text = paragraphs(
            _("Do you want to leave <b>{panel}</b>?", panel=named(panel)),
            _("Your place then goes to somebody else. What you have answered stays counted."),
        )
    return ask(Leaving(panel.id), text, column(choice("yes", _("Yes, leave")), choice("no", _("No, I stay"))))


@flow.step(Leaving)
async def leaving(desk: Desk, at: Leaving, said: Said) -> Turn:
    match said:
        case Choice("no"):
            return go("panels")
        case Choice("yes"):
            return await _let_go(desk, at.panel_id)
    return again(_("Please tap one of the buttons."))


async def _let_go(desk: Desk, panel_id: str) -> Turn:
    panel = await desk.store.panels.hold(panel_id)
    place = await desk.store.panels.current(panel_id, desk.person.id)
    if panel is None or place is None:
        return go("panels")
    await give_up(desk, panel, place)
    if panel.kind == "drawn" and place.term_ends_at is not None:
        await refill(desk, replace(panel, serving=panel.serving - 1), place.term_ends_at)
    if place.state == "waiting":
        text: Text = _("You are not on the waiting list of <b>{panel}</b> any more.", panel=named(panel))
    else:
        text = _("You have left <b>{panel}</b>. Thank you for your time.", panel=named(panel))
    return end(text, [[link("panels", _("Panels")), link("menu", _("Menu"))]])
