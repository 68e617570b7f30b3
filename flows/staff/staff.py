"""What staff need around the dialogue: the state of the machinery, colleagues, the organisation's name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from flows.desk import ORGANISATION_CONTACT, ORGANISATION_NAME, SMALLEST_CELL, Desk
from flows.flow import Flow
from flows.results.disclosure import SMALLEST
from flows.saved import saved
from flows.turn import Choice, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import Moment, Text, Verbatim, Words, _, lines, ngettext, paragraphs
from storage.inbox import Pile

flow = Flow()

INVITATION_LIVES = timedelta(days=2)
NAME_LIMIT = 60
CONTACT_LIMIT = 200
TIMERS_SHOWN = 5
SMALLEST_CELLS = (5, 10, 15, 20)


@saved("staff.naming_organisation", title=_("the organisation's name"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class NamingOrganisation:
    """Waiting for what the organisation is called."""


@saved("staff.giving_contact", title=_("the organisation's contact"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class GivingContact:
    """Waiting for how people reach somebody there."""


# ---------------------------------------------------------------- the machinery


@flow.command("status", _("Is everything working?"), audience="staff")
async def status(desk: Desk, argument: str) -> Turn:
    store = desk.store
    people = await store.people.counts()
    text = paragraphs(
        _("<b>Status</b>, {now}", now=Moment(desk.now)),
        lines(
            ngettext("{n} person", "{n} people", people.people),
            _("of them staff: {staff}, stopped: {stopped}", staff=people.staff, stopped=people.stopped),
            _("who cannot be reached just now: {unreachable}", unreachable=people.unreachable),
        ),
        lines(_("<b>In</b>"), *_piles(desk, _without_this(await store.inbox.counts()), _("nothing waits"))),
        lines(_("<b>Out</b>"), *_piles(desk, await store.outbox.counts(), _("nothing was sent yet"))),
        lines(_("<b>Next</b>"), *await _next_timers(desk)),
    )
    return Turn(end(text, [[link("status", _("Look again")), link("menu", _("Menu"))]]).messages)


STATES: dict[str, Words] = {
    "waiting": _("waiting"),
    "sending": _("being sent"),
    "sent": _("sent"),
    "failed": _("failed"),
    "expired": _("expired"),
    "dropped": _("dropped"),
    "set_aside": _("set aside"),
}


def _without_this(piles: list[Pile]) -> list[Pile]:
    """The inbox as it was before somebody asked for its state."""
    fewer = [replace(pile, number=pile.number - 1) if pile.state == "waiting" else pile for pile in piles]
    return [pile for pile in fewer if pile.number]


def _piles(desk: Desk, piles: list[Pile], none: Words) -> list[Text]:
    return [_pile(desk, pile) for pile in piles] or [none]


def _pile(desk: Desk, pile: Pile) -> Text:
    state: Text = STATES.get(pile.state, Verbatim(pile.state))
    reason = f" ({pile.reason})" if pile.reason else ""
    if pile.state in ("waiting", "sending") and pile.oldest_at is not None:
        seconds = max(0, round((desk.now - pile.oldest_at).total_seconds()))
        return ngettext(
            "{number} {state}{reason}, the oldest for {n} second",
            "{number} {state}{reason}, the oldest for {n} seconds",
            seconds,
            number=pile.number,
            state=state,
            reason=reason,
        )
    return _("{number} {state}{reason}", number=pile.number, state=state, reason=reason)


TIMERS: dict[str, Words] = {
    "outcome.owed": _("reminder of a promise"),
    "outcome.post": _("an outcome is posted"),
    "outcome.tell": _("people are told an outcome"),
    "panel.closed": _("members are told that a panel has closed"),
    "panel.drawn": _("drawn people are offered their seats"),
    "panel.ends": _("a panel for one occasion ends"),
    "panel.frozen": _("people hear that a pool is frozen for a draw"),
    "panel.lottery": _("staff hear that a lottery is ready"),
    "panel.progress": _("staff see how far a lottery is"),
    "panel.announce": _("those who want to hear of a new panel are told"),
    "panel.invite_thin": _("people of groups that are missing are invited to a pool"),
    "panel.notice": _("notice that a term ends"),
    "panel.renewal": _("a renewal is announced"),
    "panel.foreseen": _("a draw is looked at before it"),
    "panel.outlook": _("a draw is looked at before it"),
    "panel.renewed": _("part of a panel is renewed"),
    "panel.seat_lapsed": _("a seat nobody took is offered on"),
    "panel.seat_reminder": _("drawn people are reminded of their seat"),
    "panel.seated": _("a drawn person's term begins"),
    "panel.silent": _("silent members are asked whether to stay"),
    "panel.term": _("a term on a panel ends"),
    "panel.told": _("people who were not drawn hear how the draw went"),
    "panel.unfilled": _("seats that are free after a renewal are looked for"),
    "panel.vacant": _("a seat is handed on"),
    "privacy.code": _("a forgotten code is taken away"),
    "privacy.forget": _("somebody is erased"),
    "privacy.forgive": _("a code may be tried again"),
    "privacy.mydata": _("somebody gets what is kept about them"),
    "privacy.resume": _("a pause ends"),
    "privacy.silent": _("people long silent are asked whether to stay"),
    "privacy.silent_still": _("people long silent are asked again"),
    "privacy.silent_too_long": _("people who do not answer any more are erased"),
    "retention.run": _("what is old enough is deleted"),
    "profiles.tidy": _("profiles are tidied up"),
    "support.talks": _("invitations to longer talks go out"),
    "survey.cancelled": _("people are told that a consultation is cancelled"),
    "survey.close": _("a consultation closes"),
    "survey.invite": _("invitations go out"),
    "survey.publish": _("a consultation opens"),
    "survey.remind": _("reminders go out"),
    "survey.shape": _("members are asked to shape questions"),
    "survey.shaped": _("the days for shaping questions end"),
    "survey.results": _("results go out"),
    "topic.answered": _("supporters are told an answer"),
}
"""What each kind of timer brings, in words."""


async def _next_timers(desk: Desk) -> list[Text]:
    coming = await desk.store.timers.coming(TIMERS_SHOWN)
    failed = [pile for pile in await desk.store.timers.counts() if pile.state == "failed"]
    return [
        *(
            _("{what}: {at}", what=TIMERS.get(timer.kind, Verbatim(timer.kind)), at=Moment(timer.due_at))
            for timer in coming
        ),
        *(
            _("{number} failed: {what}", number=pile.number, what=TIMERS.get(pile.reason, Verbatim(pile.reason)))
            for pile in failed
        ),
    ] or [_("nothing is planned")]


# ---------------------------------------------------------------- colleagues


@flow.command("colleagues", _("Invite a colleague"), audience="staff")
async def colleagues(desk: Desk, argument: str) -> Turn:
    if argument == "invite":
        return await _invite(desk)
    everybody = await desk.store.colleagues.everybody()
    names = [one.name for one in everybody if one.name]
    own_name = await desk.store.colleagues.name_of(desk.person.id)
    text = paragraphs(
        lines(
            ngettext("{n} person of staff works here.", "{n} people of staff work here.", len(everybody)),
            _("Their names: {names}", names=", ".join(names)) if names else None,
            _("Your colleagues call you: {name}", name=own_name) if own_name else None,
        ),
        _("A colleague becomes staff by opening a link that works once, for two days."),
    )
    naming = _("Change my name") if own_name else _("Say what colleagues call me")
    rows = [
        [link("colleagues invite", _("Make a link"))],
        [link("myname colleagues", naming)],
        [link("menu", _("Menu"))],
    ]
    return end(text, rows)


async def _invite(desk: Desk) -> Turn:
    token = desk.new_token()
    await desk.store.invitations.add(token, desk.person.id, desk.now, desk.now + INVITATION_LIVES)
    await desk.record("invited a colleague", "staff")
    text = paragraphs(
        _("Send this link to your colleague. Whoever opens it first becomes staff:"),
        Verbatim(desk.deep_link(f"colleague-{token}")),
        _("It works until {until}.", until=Moment(desk.now + INVITATION_LIVES)),
    )
    return end(text, [[link("menu", _("Menu"))]])


@flow.command("colleague", agreement=False)
async def colleague(desk: Desk, token: str) -> Turn:
    if desk.is_staff:
        return go("menu", "hello")
    if not await desk.store.invitations.use(token, desk.now):
        return end(
            _("This link has been used already or is too old. Please ask your colleague for a new one."),
            [[link("menu", _("Menu"))]],
        )
    await desk.become_staff()
    await desk.record("became staff", "staff")
    return go("myname", "menu")


# ---------------------------------------------------------------- the organisation


@flow.command("organisation", _("Name and contact"), audience="staff")
async def organisation(desk: Desk, argument: str) -> Turn:
    known = await desk.organisation()
    if argument == "name":
        return _ask_name()
    if argument == "contact":
        return _ask_contact()
    if argument.startswith("smallest"):
        return await _smallest_figure(desk, argument.removeprefix("smallest").strip())
    if not known.name:
        return _ask_name()
    text = lines(
        _("Name: <b>{name}</b>", name=known.name),
        _("Contact: {contact}", contact=known.contact) if known.contact else _("Contact: none yet"),
        _("Smallest figure in results: {number} people", number=(await desk.disclosure()).smallest),
    )
    rows = [
        [
            link("organisation name", _("Change the name")),
            link("organisation contact", _("Change the contact")),
        ],
        [link("organisation smallest", _("Change the smallest figure"))],
        [link("menu", _("Menu"))],
    ]
    return end(text, rows)


async def _smallest_figure(desk: Desk, number: str) -> Turn:
    """How many people a figure in results stands for at the least."""
    if number in {str(allowed) for allowed in SMALLEST_CELLS}:
        await desk.store.settings.set(SMALLEST_CELL, number)
        await desk.record("set smallest figure", "organisation", number=int(number))
        return go("organisation")
    text = paragraphs(
        _("In results, how many people should a figure stand for at the least?"),
        _(
            "Smaller figures are left out, and the others are rounded to it, so that nobody can be recognised. "
            "{number} is usual.",
            number=SMALLEST,
        ),
    )
    numbers = [link(f"organisation smallest {allowed}", str(allowed)) for allowed in SMALLEST_CELLS]
    return end(text, [numbers, [link("organisation", _("Back"))]])


@flow.step(NamingOrganisation, GivingContact)
async def step(desk: Desk, at: NamingOrganisation | GivingContact, said: Said) -> Turn:
    match at, said:
        case _, Choice("cancel"):
            return go("cancel")
        case NamingOrganisation(), Typed(words):
            name = " ".join(words.split())
            if len(name) > NAME_LIMIT:
                return again(_("That is too long for a name; {most} letters at most.", most=NAME_LIMIT))
            await desk.store.settings.set(ORGANISATION_NAME, name)
            await desk.record("named", "organisation", name=name)
            return go("organisation")
        case GivingContact(), Typed(words):
            if len(words) > CONTACT_LIMIT:
                return again(_("That is too long; {most} letters at most.", most=CONTACT_LIMIT))
            await desk.store.settings.set(ORGANISATION_CONTACT, words)
            await desk.record("gave contact", "organisation")
            return go("organisation")
    return again(_("Please write it as a message."))


def _ask_name() -> Turn:
    return ask(
        NamingOrganisation(),
        _("What is your organisation called? For example: Newbridge Town Council"),
        [[choice("cancel", _("Cancel"))]],
    )


def _ask_contact() -> Turn:
    return ask(
        GivingContact(),
        _("How can people reach somebody? For example: 01234 567890, Mondays to Fridays, 9 to 4"),
        [[choice("cancel", _("Cancel"))]],
    )
