"""What citizens do with a panel chosen by lot: into the pool, out of it, take the seat they have been drawn for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flows.desk import Desk
from flows.flow import Flow
from flows.panels.areas import Area, area_for, for_whom, not_for_them, speaker_lives
from flows.panels.places import last_day, named
from flows.panels.services import asked_of, for_both
from flows.panels.sortition.checking import way_to_check
from flows.panels.sortition.renewals import announced, draw_for
from flows.panels.sortition.seating import accept, decline, expectations, take_back
from flows.panels.terms import term_end
from flows.saved import saved
from flows.turn import Choice, Message, Row, Said, Turn, again, ask, choice, column, end, go, link
from flows.words import Text, Verbatim, Words, _, in_their_language, lines, ngettext, paragraphs, written
from storage.panels import Panel
from storage.sortition import Draw, Offer, Sortition

flow = Flow()


@saved("panels.pool")
@dataclass(frozen=True, slots=True)
class Considering:
    """Waiting for whether they would like to be in the pool, perhaps with others of a `home`."""

    panel_id: str
    home: str = ""


@saved("panels.leaving_pool")
@dataclass(frozen=True, slots=True)
class LeavingPool:
    """Waiting for the word that they do not want to be drawn any more."""

    panel_id: str


# ---------------------------------------------------------------- the pool


@flow.command("interest")
async def interest(desk: Desk, argument: str) -> Turn:
    """`/interest PANEL [HOME]`: what the panel is, how it is chosen, and whether they would like to be.

    `/interest PANEL yes` goes on after a question that came between.
    """
    panel_id, _space, home = argument.partition(" ")
    if home == "yes":
        return await _into_pool(desk, panel_id, "")
    panel, settings = await _lot_panel(desk, panel_id)
    if panel is None or settings is None:
        return _not_there()
    offer = await desk.store.sortition.offer_to(panel.id, desk.person.id)
    if offer is not None:
        return _your_seat(desk, panel, offer)
    place = await desk.store.panels.current(panel.id, desk.person.id)
    if place is not None and place.term_ends_at is not None:
        day = last_day(desk, place.term_ends_at)
        rows: list[Row] = [[link("panels", _("My panels")), link(f"leave {panel.id}", _("Leave"))]]
        return end(_("You sit on <b>{panel}</b>. Your term ends on {day}.", panel=named(panel), day=day), rows)
    draw = await desk.store.sortition.current_draw(panel.id)
    area = await area_for(desk, panel)
    where = await speaker_lives(desk, area)
    if area is not None and where in ("elsewhere", "not said"):
        return await not_for_them(desk, panel, area, where)
    known = settings.one_per_home and bool(home) and await desk.store.sortition.panel_of_home(home) == panel.id
    if await desk.store.sortition.is_interested(panel.id, desk.person.id):
        await _share_home(desk, panel, settings, home if known else "")
        if area is not None and where == "not asked":
            return _tell_where(panel, area)
        next_draw = await _what_next(desk, panel, settings, draw)
        return _in_pool(panel, next_draw, await _for_their_home(desk, panel, settings))
    text = paragraphs(
        lines(_("<b>{name}</b>", name=named(panel)), written(panel, "purpose"), for_whom(area), for_both(panel)),
        in_their_language(written(panel, "purpose")),
        ngettext(
            "{n} person is chosen by lot, so that the panel looks like the people who live here.",
            "{n} people are chosen by lot, so that the panel looks like the people who live here.",
            panel.seats or 0,
        ),
        expectations(panel),
        _("Would you like to be in the draw? If you are drawn, you can still say no."),
    )
    rows = column(choice("yes", _("Yes, put me in the draw")), choice("no", _("No, thank you")))
    return ask(Considering(panel.id, home if known else ""), text, rows)


@flow.command("home")
async def home(desk: Desk, argument: str) -> Turn:
    """A link that somebody at one's home has passed on: `/home CODE`."""
    panel_id = await desk.store.sortition.panel_of_home(argument) if argument else None
    return go("interest", f"{panel_id} {argument}") if panel_id else _not_there()


async def _share_home(desk: Desk, panel: Panel, settings: Sortition, home: str) -> None:
    """Whoever is in the pool already shares a `home` by its link all the same.

    Those who came in before only one of a home could be drawn have none: they get their own, and its link.
    """
    if settings.one_per_home:
        home = home or await desk.store.sortition.home_of(panel.id, desk.person.id) or desk.new_code()
        await desk.store.sortition.share_home(panel.id, desk.person.id, home)


async def _for_their_home(desk: Desk, panel: Panel, settings: Sortition) -> Text | None:
    """Where only one of a home is drawn: the link by which the others come in beside them."""
    code = await desk.store.sortition.home_of(panel.id, desk.person.id)
    if not settings.one_per_home or not code:
        return None
    return lines(
        _(
            "Only one person of a home can sit on this panel. If somebody you live with wants to be in the draw too, "
            "please give them this link, so that the draw is fair to you all:"
        ),
        Verbatim(desk.deep_link(f"home-{code}")),
    )


@flow.step(Considering)
async def considering(desk: Desk, at: Considering, said: Said) -> Turn:
    match said:
        case Choice("no"):
            return go("panels")
        case Choice("yes"):
            return await _into_pool(desk, at.panel_id, at.home)
    return again(_("Please tap one of the buttons."))


async def _into_pool(desk: Desk, panel_id: str, home: str) -> Turn:
    panel, settings = await _lot_panel(desk, panel_id)
    if panel is None or settings is None:
        return _not_there()
    await desk.listen_again()
    home = (home or desk.new_code()) if settings.one_per_home else ""
    if await desk.store.sortition.express(panel.id, desk.person.id, desk.now, home):
        await desk.acted()
    desk.open_questions = 0
    area = await area_for(desk, panel)
    where = await speaker_lives(desk, area)
    if area is not None and where == "not asked":
        return go("me", f"where {panel.id} yes")
    if area is not None and where != "here":
        await desk.store.sortition.withdraw(panel.id, desk.person.id)
        return await not_for_them(desk, panel, area, where)
    profile = await desk.store.profiles.load(desk.person.id)
    use = await asked_of(desk, panel)
    wanted = {quota.attribute for quota in await desk.store.sortition.quotas(panel.id)} | ({use.key} if use else set())
    missing = len(wanted - profile.keys())
    text = paragraphs(
        _("Thank you. You are in the draw for <b>{panel}</b>.", panel=named(panel)),
        await _what_next(desk, panel, settings, await desk.store.sortition.current_draw(panel.id)),
        ngettext(
            "{n} short question about you helps to draw fairly. You need not answer it.",
            "{n} short questions about you help to draw fairly. You need not answer them.",
            missing,
        )
        if missing
        else None,
        await _for_their_home(desk, panel, settings),
    )
    if use is not None and use.key not in profile:
        return go("me", f"for {panel.id}").before(Message(text))
    rows: list[Row] = [[link(f"me for {panel.id}", _("Questions about me"))]] if missing else []
    return end(text, [*rows, way_to_check(panel), [link("panels", _("My panels")), link("menu", _("Menu"))]])


def _tell_where(panel: Panel, area: Area) -> Turn:
    """They came before it was known for which area it is, or have not said yet."""
    text = paragraphs(
        lines(_("<b>{name}</b>", name=named(panel)), for_whom(area)),
        _("You would like to be in the draw. Please tell me where you live first: I cannot draw you before."),
    )
    rows: list[Row] = [
        [link(f"me where {panel.id}", _("Say where I live"))],
        [link(f"nointerest {panel.id}", _("Take me out of the draw"))],
    ]
    return end(text, rows)


def _in_pool(panel: Panel, next_draw: Text | None, home: Text | None) -> Turn:
    text = paragraphs(
        _("You are in the draw for <b>{panel}</b>.", panel=named(panel)),
        next_draw,
        _("If you are drawn, I write to you."),
        home,
    )
    rows = [
        [link(f"nointerest {panel.id}", _("Take me out of the draw"))],
        way_to_check(panel),
        [link("panels", _("Panels"))],
    ]
    return end(text, rows)


CHECKABLE = _("Anybody can check the draw.")


async def _what_next(desk: Desk, panel: Panel, settings: Sortition, draw: Draw | None) -> Text | None:
    """From when they can be drawn, and that it can be checked."""
    served = await desk.store.sortition.served_until(panel.id, desk.person.id)
    rested = term_end(served, settings.cool_off_months, desk.zone) if served is not None else desk.now
    if rested > desk.now:
        return _("You have served, so others come first: you can be drawn from {day}.", day=last_day(desk, rested))
    if draw is None:
        return None
    if draw.state == "open":
        return CHECKABLE
    closed = _("The list for the draw is closed now; whoever comes later is in the next draw.")
    return lines(closed, CHECKABLE)


@flow.command("stayon")
async def stayon(desk: Desk, argument: str) -> Turn:
    """A member who was asked says that they stay."""
    panel = await desk.store.panels.hold(argument) if argument else None
    if panel is None or not await desk.store.panels.stay_on(panel.id, desk.person.id, desk.now):
        return _not_there()
    rows: list[Row] = [[link("surveys", _("Questions for me"))], [link("panels", _("My panels"))]]
    if leaves := await _given_on(desk, panel):
        others = _("Thank you for telling me. Somebody else is being drawn for your seat already.")
        ends = _("Your term on <b>{panel}</b> ends on {day}.", panel=named(panel), day=last_day(desk, leaves))
        return end(paragraphs(others, ends), rows)
    text = _("Thank you. You stay on <b>{panel}</b>. I write to you when there is a question.", panel=named(panel))
    return end(text, rows)


async def _given_on(desk: Desk, panel: Panel) -> datetime | None:
    """When a silent member leaves whose seat is drawn for already; before that they get their whole term back."""
    settings = await desk.store.sortition.load(panel.id)
    place = await desk.store.panels.current(panel.id, desk.person.id)
    first_end = await desk.store.sortition.first_end(panel.id, desk.person.id)
    coming = announced(desk, settings) if settings is not None else None
    if place is None or first_end is None or coming is None or place.term_ends_at != coming or first_end <= coming:
        return None
    if await draw_for(desk, panel, coming) is not None:
        return coming
    await desk.store.panels.lengthen(place.id, first_end)
    await desk.later("panel.term", f"panel.term:{place.id}", first_end, {"membership": place.id})
    return None


@flow.command("nointerest")
async def nointerest(desk: Desk, argument: str) -> Turn:
    panel, _settings = await _lot_panel(desk, argument)
    if panel is None:
        return _not_there()
    if not await desk.store.sortition.is_interested(panel.id, desk.person.id):
        return go("interest", panel.id)
    text = _("Shall I take you out of the draw for <b>{panel}</b>?", panel=named(panel))
    rows = column(choice("yes", _("Yes, take me out")), choice("no", _("No, leave me in")))
    return ask(LeavingPool(panel.id), text, rows)


@flow.step(LeavingPool)
async def leaving_pool(desk: Desk, at: LeavingPool, said: Said) -> Turn:
    match said:
        case Choice("no"):
            return go("interest", at.panel_id)
        case Choice("yes"):
            await desk.store.sortition.withdraw(at.panel_id, desk.person.id)
            return end(_("You are not in the draw any more."), [[link("panels", _("Panels")), link("menu", _("Menu"))]])
    return again(_("Please tap one of the buttons."))


# ---------------------------------------------------------------- the seat


@flow.command("seat")
async def seat(desk: Desk, argument: str) -> Turn:
    """`/seat OFFER` takes it."""
    found = await _own_offer(desk, argument)
    if isinstance(found, Turn):
        return found
    panel, _settings, offer = found
    begins = await accept(desk, panel, offer)
    if begins is None or offer.term_ends_at is None:
        return go("interest", panel.id)
    await desk.acted()
    starts = _("It begins on {day}.", day=last_day(desk, begins)) if begins > desk.now else None
    text = paragraphs(
        _("You are in. Welcome to <b>{panel}</b>.", panel=named(panel)),
        lines(starts, _("Your term ends on {day}.", day=last_day(desk, offer.term_ends_at))),
        _("I will write to you when there is a question."),
    )
    return end(text, [[link("panels", _("My panels"))], [link("needs", _("How I want to be spoken with"))]])


@flow.command("noseat")
async def noseat(desk: Desk, argument: str) -> Turn:
    """`/noseat OFFER` gives it to somebody else, in one tap."""
    found = await _own_offer(desk, argument)
    if isinstance(found, Turn):
        return found
    panel, settings, offer = found
    await decline(desk, panel, settings, offer, "declined")
    text = paragraphs(
        _("That is fine. Thank you for telling me."),
        _("Your seat on <b>{panel}</b> goes to somebody else. You stay in the next draw.", panel=named(panel)),
    )
    return end(text, [_mistake(offer.id), [link("panels", _("Panels")), link("menu", _("Menu"))]])


def _mistake(offer_id: str) -> Row:
    return [link(f"seatback {offer_id}", _("That was a mistake"))]


@flow.command("seatback")
async def seatback(desk: Desk, argument: str) -> Turn:
    """`/seatback OFFER`: they gave it away by mistake."""
    offer = await desk.store.sortition.load_offer(argument)
    panel = await desk.store.panels.hold(offer.panel_id) if offer and offer.person_id == desk.person.id else None
    settings = await desk.store.sortition.load(panel.id) if panel else None
    offer = await desk.store.sortition.load_offer(argument)
    if offer is None or panel is None or settings is None:
        return _not_there()
    if offer.state == "declined":
        offer = await take_back(desk, panel, settings, offer) or offer
    if offer.state == "offered":
        return _your_seat(desk, panel, offer)
    return _settled(offer)


async def _own_offer(desk: Desk, id: str) -> tuple[Panel, Sortition, Offer] | Turn:
    """The seat that is offered to the speaker, on its held panel; otherwise what there is to say."""
    offer = await desk.store.sortition.load_offer(id)
    if offer is None or offer.person_id != desk.person.id:
        return _not_there()
    panel = await desk.store.panels.hold(offer.panel_id)
    settings = await desk.store.sortition.load(offer.panel_id)
    if panel is None or settings is None:
        return _not_there()
    offer = await desk.store.sortition.load_offer(id)
    if offer is None:
        return _not_there()
    return (panel, settings, offer) if offer.state == "offered" else _settled(offer)


def _settled(offer: Offer) -> Turn:
    rows: list[Row] = [[link("panels", _("My panels")), link("menu", _("Menu"))]]
    return end(SETTLED.get(offer.state, SETTLED["passed"]), rows)


SETTLED: dict[str, Words] = {
    "accepted": _("You have taken this seat already. Thank you."),
    "seated": _("You have taken this seat already. Thank you."),
    "declined": _("You have given this seat away; somebody else was asked. You can be in the next draw."),
    "lapsed": _("I am sorry: the time to answer is over, and somebody else was asked. You can be in the next draw."),
    "next": _(
        "I am sorry: somebody else has been asked already. When a seat becomes free again for somebody like you, I ask "
        "you first."
    ),
    "passed": _("This seat is taken. You can be in the next draw."),
}


def _your_seat(desk: Desk, panel: Panel, offer: Offer) -> Turn:
    if offer.state == "accepted":
        return end(
            _(
                "A seat on <b>{panel}</b> is kept for you. I tell you when your term begins.",
                panel=named(panel),
            ),
            [[link("panels", _("My panels")), link("menu", _("Menu"))]],
        )
    text = paragraphs(
        _("You have been drawn! A seat on <b>{panel}</b> is yours, if you want it.", panel=named(panel)),
        _("Please tell me by {day}; after that somebody else is asked.", day=last_day(desk, offer.lapses_at))
        if offer.lapses_at
        else None,
    )
    rows = [[link(f"seat {offer.id}", _("Yes, I take the seat"))], [link(f"noseat {offer.id}", _("No, thank you"))]]
    return end(text, rows)


async def _lot_panel(desk: Desk, id: str) -> tuple[Panel | None, Sortition | None]:
    """An open panel that is chosen by lot, and how."""
    panel = await desk.store.panels.load(id) if id else None
    if panel is None or panel.state != "open" or panel.kind != "drawn":
        return None, None
    return panel, await desk.store.sortition.load(panel.id)


def _not_there() -> Turn:
    return end(
        _("That panel is not there any more. Here you find those that are:"),
        [[link("panels", _("Panels")), link("menu", _("Menu"))]],
    )
