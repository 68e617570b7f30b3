"""Places on a panel: given, freed, and handed on to whoever has waited longest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flows.desk import Desk
from flows.panels.areas import Area, for_whom
from flows.panels.rotation import CoolingOff, next_term
from flows.panels.services import for_both
from flows.panels.terms import notice_before
from flows.turn import Message, link
from flows.words import Day, Text, Written, _, in_their_language, lines, named_in, ngettext, paragraphs, written
from storage.panels import Contribution, Membership, Panel, Term, Waiting

MOST_LOOKED_AT = 50
DECISIONS_SHOWN = 5


def last_day(desk: Desk, ends_at: datetime) -> Day:
    """The local day of an instant."""
    return Day(ends_at.astimezone(desk.zone).date())


def named(panel: Panel) -> Written:
    """What it is called, in the reader's language if staff gave it."""
    return written(panel, "name")


def about(panel: Panel, area: Area | None = None) -> Text:
    """A panel in two lines, for whom it is if it is for an area or about a service, and how many sit on it."""
    whom = for_whom(area), for_both(panel)
    return lines(_("<b>{name}</b>", name=named(panel)), written(panel, "purpose"), *whom, how_full(panel))


def how_full(panel: Panel) -> Text:
    if panel.seats is None and not panel.serving:
        return _("Nobody sits on it yet; there is room for everybody.")
    if panel.seats is None:
        return ngettext(
            "{n} person sits on it; there is room for everybody.",
            "{n} people sit on it; there is room for everybody.",
            panel.serving,
        )
    return _("Places taken: {taken} of {seats}.", taken=panel.serving, seats=panel.seats)


async def term_for(desk: Desk, panel: Panel, person_id: str) -> Term | CoolingOff:
    """What joining now would mean for somebody."""
    if panel.ends_at is not None:
        return Term(1, panel.ends_at)
    last = await desk.store.panels.last_term(panel.id, person_id)
    return next_term(last, desk.now, panel.term_months, desk.zone)


async def take(desk: Desk, panel: Panel, term: Term) -> bool:
    """Give the speaker a place on a held panel, after those who wait. Whether they have one now."""
    await hand_on(desk, panel)
    place = await desk.store.panels.current(panel.id, desk.person.id)
    if place is not None:
        return place.state == "serving"
    membership_id = await desk.store.panels.serve(panel.id, desk.person.id, term, desk.now)
    if membership_id is not None:
        await watch(desk, membership_id, term.ends_at)
    return membership_id is not None


async def watch(desk: Desk, membership_id: str, ends_at: datetime) -> None:
    """Have the clock bring the notice and the end of a term."""
    args = {"membership": membership_id}
    notice_at = notice_before(ends_at, desk.zone)
    if notice_at > desk.now:
        await desk.later("panel.notice", f"panel.notice:{membership_id}", notice_at, args, expires_at=ends_at)
    await desk.later("panel.term", f"panel.term:{membership_id}", ends_at, args)


async def give_up(desk: Desk, panel: Panel, place: Membership) -> None:
    """End a place, or a wait for one, before its time on a held panel; a freed place is handed on."""
    if await desk.store.panels.finish(place.id, "left", desk.now):
        await desk.not_later(f"panel.notice:{place.id}")
        await desk.not_later(f"panel.term:{place.id}")
        await hand_on(desk, panel)


async def hand_on(desk: Desk, panel: Panel) -> None:
    """Give the free places of a held panel to those who wait, the longest first, and tell them.

    Places on a panel chosen by lot are never handed on: they are drawn for.
    """
    if panel.kind == "drawn":
        return
    for waiting in await desk.store.panels.next_waiting(panel.id, MOST_LOOKED_AT):
        term = next_term(waiting.last, desk.now, panel.term_months, desk.zone)
        if isinstance(term, CoolingOff):
            continue
        if not await desk.store.panels.promote(waiting.membership_id, term, desk.now):
            return
        await watch(desk, waiting.membership_id, term.ends_at)
        if desk.speaker is None or desk.speaker.id != waiting.recipient.id:
            _tell_of_place(desk, panel, waiting, term)


def _tell_of_place(desk: Desk, panel: Panel, waiting: Waiting, term: Term) -> None:
    text = paragraphs(
        _("A place on <b>{panel}</b> has become free, and it is yours. You are in.", panel=named(panel)),
        _("Your term ends on {day}.", day=last_day(desk, term.ends_at)),
        _("You need not do anything now. If it no longer suits you, tap Leave, and the next person gets it."),
    )
    rows = [[link("panels", _("My panels")), link(f"leave {panel.id}", _("Leave"))]]
    desk.tell(waiting.recipient, Message(text, rows), once=f"panel.place:{waiting.membership_id}")


def contributed(made: Sequence[Contribution]) -> Text | None:
    """What a member's answers went into, if there were any, and what came of it where that has been told."""
    if not made:
        return None
    answered = ngettext(
        "You answered {n} time before a decision. It was about:",
        "You answered {n} times before a decision. They were about:",
        len(made),
    )
    shown: list[Text] = []
    texts: list[Written] = []
    for one in made[:DECISIONS_SHOWN]:
        about = written(one, "decision" if one.decision else "question")
        done = named_in(one.we_did, one.told_in, one.told_translations, "we_did")
        shown.append(_("– {decision}", decision=about))
        shown += [_("We did: {done}", done=done)] if one.we_did else []
        texts += [about, done] if one.we_did else [about]
    more = _("– and more") if len(made) > DECISIONS_SHOWN else None
    return lines(answered, *shown, more, in_their_language(*texts))
