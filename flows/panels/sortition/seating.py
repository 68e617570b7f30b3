"""Seats: offered to those who were drawn, then to alternates, best first, until the panel stands."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from flows.desk import Desk
from flows.panels.places import last_day, named
from flows.panels.selection.alternates import best_first
from flows.panels.sortition.officer import the_pool
from flows.panels.sortition.renewals import ANNOUNCED, Standing, days_after, possible_ends, standing, term_ends
from flows.panels.sortition.request import Order, read_order
from flows.turn import Message, link
from flows.words import Text, _, lines, ngettext, paragraphs, written
from storage.panels import Panel, Term
from storage.people import Recipient
from storage.sortition import Draw, Offer, Sortition

FEW_LEFT = 2
"""With so few people left to ask staff are told, before there is nobody."""

RETURNED = -1
"""The place of somebody who gave a seat away by mistake: of those who fit as well, they are asked first."""

Answer = Literal["declined", "lapsed"]


@dataclass(frozen=True, slots=True)
class Seats:
    """How a draw's seats stand."""

    wanted: int
    offers: Sequence[Offer]

    def count(self, *states: str) -> int:
        return sum(offer.state in states for offer in self.offers)

    @property
    def stands(self) -> bool:
        return self.count("accepted", "seated") >= self.wanted


async def seats_of(desk: Desk, draw: Draw, order: Order) -> Seats:
    return Seats(order.frozen.seats, await desk.store.sortition.offers(draw.id))


async def fill(desk: Desk, panel: Panel, settings: Sortition, draw: Draw, term_ends_at: datetime | None = None) -> None:
    """Offer every seat of a draw that is free to whoever fits best; the panel is held."""
    if draw.request is None:
        return
    await _offer_on(desk, panel, settings, draw, (await _then(desk, panel, draw)).seats, term_ends_at)
    if (await seats_of(desk, draw, read_order(draw.request))).stands:
        await _stand(desk, panel, draw)


async def _then(desk: Desk, panel: Panel, draw: Draw) -> Standing:
    """Who sits on the day a draw is for: at its renewal, or now where that is over or it is for none."""
    is_coming = draw.renews_at is not None and draw.renews_at > desk.now
    return await standing(desk, panel, draw.renews_at if is_coming else None)


async def _offer_on(
    desk: Desk, panel: Panel, settings: Sortition, draw: Draw, seats: int, term_ends_at: datetime | None
) -> None:
    """Offer so many seats to those who come next; staff hear before nobody is left, and when.

    A term that is as good as over is not offered: the renewal that has been announced fills its seat.
    """
    ends = term_ends_at
    if ends is None:
        sitting = [one.term_ends_at for one in (await _then(desk, panel, draw)).staying]
        (ends,) = term_ends(1, sitting, possible_ends(desk, panel, settings, draw.renews_at or desk.now))
    if seats <= 0 or draw.request is None or ends - ANNOUNCED < desk.now:
        return
    order = read_order(draw.request)
    await desk.store.sortition.drop_withdrawn(draw.id)
    left = 0
    for _seat in range(seats):
        offer, left = await _best_next(desk, panel, settings, draw, order)
        if offer is None:
            await tell_staff(desk, _nobody_left(panel), once=f"panel.used_up:{panel.id}:{desk.today}")
            return
        await offer_seat(desk, panel, settings, offer, ends)
    if left <= FEW_LEFT:
        await tell_staff(desk, _few_left(panel, left), once=f"panel.few_left:{draw.id}:{left}")


async def _best_next(
    desk: Desk, panel: Panel, settings: Sortition, draw: Draw, order: Order
) -> tuple[Offer | None, int]:
    """The alternate who leaves the quotas best, then whoever was waiting; and how many are left to ask after them."""
    people = await desk.store.sortition.people_of(draw.id)
    named = {person: name for name, person in people.items()}
    offers = await desk.store.sortition.offers(draw.id)
    frozen = order.frozen
    known = {person.id for person in (*frozen.waiting, *frozen.staying)}
    sit = [named.get(one.person_id) for one in (await _then(desk, panel, draw)).staying]
    sitting = [name for name in sit if name in known]
    asked = {one.person_id for one in offers}
    candidates = {one.person_id for one in await the_pool(desk, panel, settings)}
    ready = [one for one in offers if one.state == "next" and one.person_id in candidates]
    waiting = {named[one.person_id]: one for one in ready if one.person_id in named}
    others = [name for name, person in people.items() if person in candidates and person not in asked]
    others = [name for name in others if name in known and name not in {one.id for one in frozen.staying}]
    left = len(waiting) + len(others) - 1
    if waiting:
        first = best_first(frozen, sitting, list(waiting))
        return (waiting[first[0]], left) if first else (None, 0)
    others.sort(key=lambda name: hashlib.sha256(f"{draw.seed}:{name}".encode()).hexdigest())
    first = best_first(frozen, sitting, others)
    if not first:
        return None, 0
    await desk.store.sortition.add_offers(draw, [], [people[first[0]]])
    found = await desk.store.sortition.offers(draw.id)
    return next((one for one in found if one.person_id == people[first[0]] and one.state == "next"), None), left


async def offer_seat(
    desk: Desk, panel: Panel, settings: Sortition, offer: Offer, term_ends_at: datetime, *, writes: bool = True
) -> None:
    """Write to somebody who has been drawn, remind them half way, and let the offer lapse after its days."""
    lapses = desk.now + timedelta(days=settings.days_to_accept)
    if not await desk.store.sortition.offer(offer.id, term_ends_at, lapses):
        return
    recipient = await desk.store.people.listener(offer.person_id)
    if recipient is not None and writes:
        once = f"panel.seat:{offer.id}:{desk.today}" if offer.place == RETURNED else f"panel.seat:{offer.id}"
        desk.tell(recipient, invitation(desk, panel, offer.id, term_ends_at, lapses), once=once)
    half_way = desk.now + (lapses - desk.now) / 2
    about = {"offer": offer.id}
    await desk.later("panel.seat_reminder", f"panel.seat_reminder:{offer.id}", half_way, about, expires_at=lapses)
    await desk.later("panel.seat_lapsed", f"panel.seat_lapsed:{offer.id}", lapses, about)


def invitation(
    desk: Desk, panel: Panel, offer_id: str, term_ends_at: datetime, lapses: datetime, *, again: bool = False
) -> Message:
    first: Text = (
        _("A short reminder: a seat on <b>{panel}</b> is kept for you.", panel=named(panel))
        if again
        else _("You have been drawn! A seat on <b>{panel}</b> is yours, if you want it.", panel=named(panel))
    )
    text = paragraphs(
        first,
        written(panel, "purpose"),
        expectations(panel),
        _("Your term would end on {day}. You can leave at any time.", day=last_day(desk, term_ends_at)),
        _("Please tell me by {day}; after that somebody else is asked.", day=last_day(desk, lapses)),
    )
    return Message(
        text,
        [[link(f"seat {offer_id}", _("Yes, I take the seat"))], [link(f"noseat {offer_id}", _("No, thank you"))]],
    )


def expectations(panel: Panel) -> Text:
    """What is asked of members, and what they are given."""
    return lines(
        _("What is asked of you: to answer a few short questions now and then, when it suits you."),
        ngettext("A term lasts {n} month.", "A term lasts {n} months.", panel.term_months),
        _("If you need help, another language or more time, tell us: /needs or /support."),
    )


async def decline(desk: Desk, panel: Panel, settings: Sortition, offer: Offer, how: Answer) -> bool:
    """A seat that is not taken goes to the next at once; false when it was answered before."""
    if not await desk.store.sortition.answer(offer.id, how):
        return False
    await _forget_timers(desk, offer.id)
    draw = await desk.store.sortition.draw(offer.draw_id)
    if draw is not None:
        await fill(desk, panel, settings, draw, offer.term_ends_at)
    return True


async def take_back(desk: Desk, panel: Panel, settings: Sortition, offer: Offer) -> Offer | None:
    """A seat was given away by mistake: it is theirs again where nobody else has been asked for it.

    Otherwise they come first, of those who fit as well, when another seat of this draw becomes free. None where that
    cannot be: they have left the pool, or another draw has begun since.
    """
    last = next((one for one in await desk.store.sortition.draws(panel.id, 5) if one.state == "drawn"), None)
    current = await desk.store.sortition.current_draw(panel.id)
    if (
        last is None
        or last.id != offer.draw_id
        or (current is not None and current.state != "open")
        or not await desk.store.sortition.is_interested(panel.id, offer.person_id)
        or offer.term_ends_at is None
        or offer.term_ends_at - ANNOUNCED < desk.now
    ):
        return None
    if await desk.store.sortition.stand_first(offer.id, RETURNED) and (await _then(desk, panel, last)).seats > 0:
        await offer_seat(desk, panel, settings, offer, offer.term_ends_at, writes=False)
    return await desk.store.sortition.load_offer(offer.id)


async def accept(desk: Desk, panel: Panel, offer: Offer) -> datetime | None:
    """Take a seat: now, or when the seat becomes free; when that is. None when the offer is not open any more."""
    if not await desk.store.sortition.answer(offer.id, "accepted"):
        return None
    await _forget_timers(desk, offer.id)
    draw = await desk.store.sortition.draw(offer.draw_id)
    begins = draw.renews_at if draw and draw.renews_at and draw.renews_at > desk.now else desk.now
    if begins > desk.now or not await sit_down(desk, panel, offer):
        await desk.later("panel.seated", f"panel.seated:{offer.id}", begins, {"offer": offer.id})
    if draw is not None and draw.request is not None:
        seats = await seats_of(desk, draw, read_order(draw.request))
        if seats.stands:
            await _stand(desk, panel, draw)
    return begins


async def sit_down(desk: Desk, panel: Panel, offer: Offer) -> bool:
    """From an accepted offer to a place on a held panel; false when there is none free yet."""
    if offer.term_ends_at is None:
        return False
    term = Term(1, offer.term_ends_at)
    membership = await desk.store.panels.serve(panel.id, offer.person_id, term, desk.now, offer.home)
    if membership is None:
        return False
    await desk.store.sortition.seat(offer.id)
    await desk.store.sortition.withdraw(panel.id, offer.person_id)
    await desk.later("panel.term", f"panel.term:{membership}", offer.term_ends_at, {"membership": membership})
    return True


async def _forget_timers(desk: Desk, offer_id: str) -> None:
    await desk.not_later(f"panel.seat_reminder:{offer_id}")
    await desk.not_later(f"panel.seat_lapsed:{offer_id}")
    await desk.store.outbox.drop_once(
        f"panel.seat_again:{offer_id}", now=desk.now, reason="answered before it was sent"
    )


async def refill(desk: Desk, panel: Panel, term_ends_at: datetime | None = None) -> None:
    """Somebody has left a held panel before their time: offer the rest of it to the next of the last draw.

    While another draw is under way nobody is asked: those who wait are in that one, and it fills this seat too.
    """
    settings = await desk.store.sortition.load(panel.id)
    drawn = [one for one in await desk.store.sortition.draws(panel.id, 5) if one.state == "drawn"]
    current = await desk.store.sortition.current_draw(panel.id)
    is_under_way = current is not None and current.state != "open"
    if settings is not None and drawn and not is_under_way:
        free = (await standing(desk, panel)).seats
        await _offer_on(desk, panel, settings, drawn[0], free, term_ends_at)


async def refill_between(desk: Desk, panel: Panel, ended_at: datetime) -> None:
    """A term has ended: at a renewal others have been drawn for its seat; on any other day the next is asked.

    It goes by the day the term ended, however late that is noticed.
    """
    settings = await desk.store.sortition.load(panel.id)
    if settings is None or settings.founded_at is None:
        return
    day_before = ended_at - timedelta(days=1)
    (nearest,) = days_after(settings.founded_at, settings.renewal_months, day_before, 1, desk.zone)
    if nearest - ANNOUNCED > ended_at:
        await refill(desk, panel)


async def _stand(desk: Desk, panel: Panel, draw: Draw) -> None:
    text = paragraphs(
        _("<b>{panel}</b> stands: every seat is taken.", panel=named(panel)),
        _("You can ask it something now, and see how far it looks like the community."),
    )
    rows = [[link(f"consult {panel.id}", _("Ask this panel something"))], [link(f"mirror {panel.id}", _("Mirror"))]]
    await tell_staff(desk, Message(text, rows), once=f"panel.stands:{draw.id}")


async def tell_staff(desk: Desk, message: Message, *, once: str) -> None:
    recipients: list[Recipient] = await desk.store.people.staff()
    desk.tell_all(recipients, message, once=once)


def _few_left(panel: Panel, number: int) -> Message:
    text = paragraphs(
        _(
            "Nobody else is left to ask for a seat on <b>{panel}</b>, if another is given back.",
            panel=named(panel),
        )
        if number == 0
        else ngettext(
            "Only {n} more person can be asked for a seat on <b>{panel}</b>.",
            "Only {n} more people can be asked for a seat on <b>{panel}</b>.",
            number,
            panel=named(panel),
        ),
        _("Please look for more people; whoever comes now is in the next draw."),
    )
    return Message(text, [[link(f"coverage {panel.id}", _("Who is missing"))]])


def _nobody_left(panel: Panel) -> Message:
    text = paragraphs(
        _("A seat on <b>{panel}</b> is free, and nobody in the pool is left to ask.", panel=named(panel)),
        _("Please look for more people; the next draw fills it."),
    )
    return Message(text, [[link(f"coverage {panel.id}", _("Who is missing"))]])
