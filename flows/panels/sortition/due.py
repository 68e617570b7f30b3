"""What the clock brings panels chosen by lot: draws, reminders, lapsed seats, renewals, questions to the silent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flows.desk import Desk
from flows.flow import Again, Flow
from flows.panels.areas import area_for, for_whom, lives
from flows.panels.places import contributed, last_day, named
from flows.panels.sortition.ceremony import next_step, record_text, renew
from flows.panels.sortition.checking import way_to_check
from flows.panels.sortition.lottery import end_posts, is_ready, post_progress, shown
from flows.panels.sortition.officer import called, lot_panel, strata_of, the_pool
from flows.panels.sortition.outlook import look_ahead, outlook_of, outlook_text
from flows.panels.sortition.renewals import draw_for, found, plan_next, possible_ends, standing, term_ends
from flows.panels.sortition.request import Result, record_name, result_of
from flows.panels.sortition.seating import decline, fill, invitation, offer_seat, sit_down, tell_staff
from flows.panels.sortition.strata import belongs, most_wanted
from flows.turn import File, Message, Row, link
from flows.words import Percent, Text, _, lines, ngettext, paragraphs, written
from storage.panels import Panel
from storage.sortition import Draw, Member, Sortition

flow = Flow()

PAGE = 300
ASKED_AGAIN = timedelta(weeks=1)
"""So long after staff were asked to approve a renewal they are asked again."""

TIME_TO_SAY = timedelta(weeks=2)
"""So long a silent member has at least to say that they stay."""

SETTLED = timedelta(hours=2)
"""So long after a renewal everybody who was waiting for it sits."""


# ---------------------------------------------------------------- the draw


@flow.due("panel.frozen")
async def frozen(desk: Desk, args: dict[str, Any]) -> Again | None:
    """Everybody in the pool hears that it is frozen, and finds from then on what they can check later."""
    draw = await desk.store.sortition.draw(args["draw"])
    panel = await desk.store.panels.load(args["panel"])
    if draw is None or panel is None or panel.state != "open" or draw.state == "open":
        return None
    people = await desk.store.sortition.to_tell(draw.id, args["after"], PAGE)
    text = paragraphs(
        _("The draw for <b>{panel}</b> is near: the list is closed, and you are on it.", panel=named(panel)),
        _("It is decided by this public number: {source}", source=draw.source) if draw.source else None,
        _("Anybody can check the draw."),
        _("If you are drawn, I write to you. You need not do anything now."),
    )
    message = Message(text, [[link(f"interest {panel.id}", _("My place in the draw"))], way_to_check(panel)])
    desk.tell_all(people, message, once=f"panel.frozen:{draw.id}:{(draw.digest or '')[:8]}")
    return Again({**args, "after": people[-1].id}, desk.now) if len(people) == PAGE else None


@flow.due("panel.progress")
async def progress(desk: Desk, args: dict[str, Any]) -> None:
    """Staff who wait for a lottery see how far it is."""
    draw = await desk.store.sortition.draw(args["draw"])
    panel = await desk.store.panels.load(draw.panel_id) if draw else None
    if draw is not None and panel is not None and draw.digest == args["digest"] and draw.told is None:
        await post_progress(desk, panel, draw)


@flow.due("panel.lottery")
async def lottery(desk: Desk, args: dict[str, Any]) -> None:
    """The lottery is worked out: its fingerprint is known from now on, and a number can pick from it."""
    draw = await desk.store.sortition.draw(args["draw"])
    panel = await desk.store.panels.hold(draw.panel_id) if draw else None
    if draw is None or panel is None or draw.digest != args["digest"] or draw.told is None:
        return
    await desk.record("worked out lottery", f"panel:{panel.id}", digest=draw.told.sha256)
    await end_posts(desk, draw, is_ready(panel))
    if draw.state != "sealed" or (draw.at_once and await desk.store.sortition.reveal(draw.id)):
        return
    text = paragraphs(
        is_ready(panel),
        shown(draw.told),
        _("When the number is out, one of you types it and a second one confirms it.") if draw.source else None,
    )
    rows: list[Row] = [[next_step(panel, draw)], [link(f"draw {panel.id}", _("Look at the draw"))]]
    await tell_staff(desk, Message(text, rows), once=f"panel.lottery:{draw.id}:{(draw.digest or '')[:8]}")


@flow.due("panel.drawn")
async def drawn(desk: Desk, args: dict[str, Any]) -> None:
    """The number has picked: seats are offered. Or there is no panel: staff hear why."""
    draw = await desk.store.sortition.draw(args["draw"])
    panel = await desk.store.panels.hold(draw.panel_id) if draw else None
    settings = await desk.store.sortition.load(panel.id) if panel else None
    if draw is None or panel is None or settings is None:
        return
    await desk.store.sortition.open_draw(panel.id, desk.new_token(), desk.now)
    if draw.state == "failed":
        text = _("The draw of <b>{panel}</b> did not give a panel.", panel=named(panel))
        await end_posts(desk, draw, text)
        message = Message(text, [[link(f"draw {panel.id}", _("See why, and what helps"))]])
        await tell_staff(desk, message, once=f"panel.failed:{draw.id}")
        return
    if draw.record is None:
        return
    result = result_of(draw.record)
    people = await desk.store.sortition.people_of(draw.id)
    if settings.founded_at is None:
        settings = await found(desk, panel, settings)
    await _offer_all(desk, panel, settings, draw, result, people)
    chances = {people[name]: chance for name, chance in result.chances.items() if name in people}
    await desk.store.sortition.remember_chances(panel.id, chances)
    await desk.later("panel.told", f"panel.told:{draw.id}", desk.now, {"draw": draw.id, "after": ""})
    file = File(record_name(draw), draw.record)
    rows: list[Row] = [[link(f"lotpanel {panel.id}", _("See the panel"))]]
    message = Message(await record_text(desk, panel, draw), rows, file=file)
    await tell_staff(desk, message, once=f"panel.drawn:{draw.id}")


async def _offer_all(
    desk: Desk, panel: Panel, settings: Sortition, draw: Draw, result: Result, people: dict[str, str]
) -> None:
    """Everybody who was drawn is offered a seat; founding cohorts leave one after another."""
    names = {person: name for name, person in people.items()}
    await desk.store.sortition.add_offers(
        draw,
        sorted(people[name] for name in result.drawn if name in people),
        [people[name] for name in result.alternates if name in people],
    )
    sitting = await standing(desk, panel, draw.renews_at)
    days = possible_ends(desk, panel, settings, draw.renews_at or desk.now)
    ends = {name: days[min(place, len(days) - 1)] for place, part in enumerate(result.cohorts) for name in part}
    if not ends:
        others = [one.term_ends_at for one in sitting.staying]
        ends = dict(zip(result.drawn, term_ends(len(result.drawn), others, days), strict=True))
    await desk.store.sortition.drop_withdrawn(draw.id)
    for offer in await desk.store.sortition.offers(draw.id):
        if offer.place == 0 and offer.state == "next":
            await offer_seat(desk, panel, settings, offer, ends[names[offer.person_id]])
    await fill(desk, panel, settings, draw)


@flow.due("panel.told")
async def told(desk: Desk, args: dict[str, Any]) -> Again | None:
    """Everybody who was in the draw and has no seat from it hears what came of it, and how to check it."""
    draw = await desk.store.sortition.draw(args["draw"])
    panel = await desk.store.panels.load(draw.panel_id) if draw else None
    if draw is None or panel is None or draw.record is None or panel.state != "open":
        return None
    result = result_of(draw.record)
    named = {person: name for name, person in (await desk.store.sortition.people_of(draw.id)).items()}
    people = await desk.store.sortition.to_tell(draw.id, args["after"], PAGE)
    for person in people:
        name = named.get(person.id, "")
        if name in result.chances and name not in result.drawn:
            desk.tell(person, _not_drawn(panel, result, name), once=f"panel.told:{draw.id}:{person.id}")
    return Again({**args, "after": people[-1].id}, desk.now) if len(people) == PAGE else None


def _not_drawn(panel: Panel, result: Result, name: str) -> Message:
    text = paragraphs(
        _("<b>{panel}</b> has been drawn. This time chance chose others.", panel=named(panel)),
        lines(
            ngettext("{n} person was drawn.", "{n} people were drawn.", len(result.drawn)),
            _(
                "Your chance was {chance}. In the next draw it counts that you have waited.",
                chance=Percent(result.chances[name]),
            ),
            _("If somebody gives a seat back, I may still write to you."),
        ),
        _("Anybody can check the draw."),
    )
    return Message(text, [[link(f"interest {panel.id}", _("My place in the draw"))], way_to_check(panel)])


@flow.due("panel.outlook")
async def outlook(desk: Desk, args: dict[str, Any]) -> None:
    """A draw that is to come was looked at: staff hear of it where somebody has no chance."""
    panel, _settings = await lot_panel(desk, args["panel"])
    found = await outlook_of(desk, panel) if panel is not None else None
    if panel is None or found is None or found.is_fair:
        return
    text = paragraphs(_("<b>Before you draw {panel}</b>", panel=named(panel)), await outlook_text(desk, panel, found))
    rows: list[Row] = [
        [link(f"draw {panel.id}", _("Look at the draw"))],
        [link(f"coverage {panel.id}", _("Who is missing"))],
    ]
    kept = await desk.store.sortition.outlook(panel.id)
    once = f"panel.outlook:{panel.id}:{kept.digest[:12] if kept else ''}"
    await tell_staff(desk, Message(text, rows), once=once)


# ---------------------------------------------------------------- seats


@flow.due("panel.seat_reminder")
async def seat_reminder(desk: Desk, args: dict[str, Any]) -> None:
    offer = await desk.store.sortition.load_offer(args["offer"])
    if offer is None or offer.state != "offered" or offer.term_ends_at is None or offer.lapses_at is None:
        return
    panel = await desk.store.panels.load(offer.panel_id)
    recipient = await desk.store.people.listener(offer.person_id)
    if panel is None or panel.state != "open" or recipient is None:
        return
    message = invitation(desk, panel, offer.id, offer.term_ends_at, offer.lapses_at, again=True)
    desk.tell(recipient, message, once=f"panel.seat_again:{offer.id}")


@flow.due("panel.seat_lapsed")
async def seat_lapsed(desk: Desk, args: dict[str, Any]) -> None:
    offer = await desk.store.sortition.load_offer(args["offer"])
    panel = await desk.store.panels.hold(offer.panel_id) if offer else None
    settings = await desk.store.sortition.load(offer.panel_id) if offer else None
    if offer is None or panel is None or settings is None or not await decline(desk, panel, settings, offer, "lapsed"):
        return
    recipient = await desk.store.people.listener(offer.person_id)
    if recipient is not None:
        text = _(
            "I have not heard from you about <b>{panel}</b>, so somebody else is asked now. You stay in the next draw.",
            panel=named(panel),
        )
        desk.tell(recipient, Message(text, [[link("panels", _("Panels"))]]), once=f"panel.seat_lapsed:{offer.id}")


@flow.due("panel.seated")
async def seated(desk: Desk, args: dict[str, Any]) -> Again | None:
    """A term begins; an hour later if the seat is not free yet."""
    offer = await desk.store.sortition.load_offer(args["offer"])
    panel = await desk.store.panels.hold(offer.panel_id) if offer else None
    if offer is None or panel is None or offer.state != "accepted" or offer.term_ends_at is None:
        return None
    if not await sit_down(desk, panel, offer):
        return Again(args, desk.now + timedelta(hours=1)) if offer.term_ends_at > desk.now else None
    recipient = await desk.store.people.listener(offer.person_id)
    if recipient is not None:
        text = paragraphs(
            _("Your term on <b>{panel}</b> begins today. Welcome!", panel=named(panel)),
            _("It ends on {day}.", day=last_day(desk, offer.term_ends_at)),
        )
        desk.tell(recipient, Message(text, [[link("panels", _("My panels"))]]), once=f"panel.seated:{offer.id}")
    return None


# ---------------------------------------------------------------- renewal


async def _coming(desk: Desk, args: dict[str, Any]) -> tuple[Panel, Sortition, datetime] | None:
    """The panel whose renewal it is, and when; None where its renewals have been put on other days since."""
    panel = await desk.store.panels.hold(args["panel"])
    settings = await desk.store.sortition.load(args["panel"])
    if panel is None or panel.state != "open" or settings is None or settings.next_renewal_at is None:
        return None
    at = settings.next_renewal_at
    return (panel, settings, at) if args.get("day", at.date().isoformat()) == at.date().isoformat() else None


@flow.due("panel.foreseen")
async def foreseen(desk: Desk, args: dict[str, Any]) -> None:
    """Some time before a renewal is announced its draw is looked at."""
    if coming := await _coming(desk, args):
        panel, settings, at = coming
        await look_ahead(desk, panel, settings, at)


@flow.due("panel.renewal")
async def renewal(desk: Desk, args: dict[str, Any]) -> Again | None:
    """Three weeks before, and every week until it is drawn: who leaves hears of it; it runs, or staff are asked."""
    coming = await _coming(desk, args)
    if coming is None or coming[2] <= desk.now:
        return None
    panel, settings, at = coming
    is_drawn = await draw_for(desk, panel, at) is not None
    silent = set() if is_drawn else await _let_the_silent_go(desk, panel, settings, at)
    then = await standing(desk, panel, at)
    for member in then.leaving:
        recipient = await desk.store.people.listener(member.person_id)
        if recipient is not None:
            may_stay = member.membership_id in silent and not settings.by_itself
            farewell = await _farewell(desk, panel, member, may_stay=may_stay)
            desk.tell(recipient, farewell, once=f"panel.leaving:{member.membership_id}:{at.date()}", can_wait=True)
    if then.seats > 0 and not is_drawn:
        await _propose(desk, panel, settings, at, then.seats, len(then.leaving))
    again = desk.now + ASKED_AGAIN
    return Again(args, again) if again < at else None


async def _propose(desk: Desk, panel: Panel, settings: Sortition, at: datetime, seats: int, leaving: int) -> None:
    draw = await desk.store.sortition.current_draw(panel.id)
    pool = await the_pool(desk, panel, settings)
    if settings.by_itself and draw is not None and draw.state == "open" and len(pool) >= seats:
        await renew(desk, panel, settings, draw, at)
        return
    await look_ahead(desk, panel, settings, at)
    text = paragraphs(
        _("<b>{panel}</b> is to be renewed on {day}.", panel=named(panel), day=last_day(desk, at)),
        lines(
            ngettext(
                "{n} member's term ends; they have been told.",
                "{n} members' terms end; they have been told.",
                leaving,
            ),
            ngettext("{n} seat is to be drawn.", "{n} seats are to be drawn.", seats),
            ngettext("{n} person is in the pool.", "{n} people are in the pool.", len(pool)),
        ),
        _("With one tap I freeze the pool and draw with the promised number, so that all quotas are met together."),
    )
    rows: list[Row] = [
        [link(f"renew {panel.id}", _("Draw the replacements"))],
        [link(f"coverage {panel.id}", _("Who is missing"))],
    ]
    await tell_staff(desk, Message(text, rows), once=f"panel.renewal:{panel.id}:{desk.today}")


async def _let_the_silent_go(desk: Desk, panel: Panel, settings: Sortition, at: datetime) -> set[str]:
    """Whoever was asked whether to stay, and has said nothing and answered nothing since, leaves at this renewal.

    Where it is too near for them to hear of it in time, they leave at the next. Returns the places that end so.
    """
    found: set[str] = set()
    if at - desk.now < TIME_TO_SAY:
        return found
    for member in await desk.store.sortition.members(panel.id):
        if member.asked_at is None or member.asked_at > desk.now - TIME_TO_SAY or member.term_ends_at <= at:
            continue
        rounds = settings.silent_rounds
        if await desk.store.people.listener(member.person_id) is None:  # on holiday, say
            continue
        if await desk.store.sortition.rounds_missed(panel.id, member.person_id, member.heard_at, rounds) < rounds:
            continue
        await desk.store.panels.shorten(member.membership_id, at)
        await desk.later("panel.term", f"panel.term:{member.membership_id}", at, {"membership": member.membership_id})
        found.add(member.membership_id)
    return found


async def _farewell(desk: Desk, panel: Panel, member: Member, *, may_stay: bool = False) -> Message:
    """What somebody reads who leaves at a renewal; a silent member may still say that they stay."""
    text = paragraphs(
        _(
            "Your term on <b>{panel}</b> ends on {day}.",
            panel=named(panel),
            day=last_day(desk, member.term_ends_at),
        ),
        contributed(await desk.store.panels.contributions(member.membership_id)),
        _("Thank you for your time. Then others are drawn, so that the panel stays a mirror of the people here."),
    )
    stay: list[Row] = [[link(f"stayon {panel.id}", _("Yes, I stay"))]] if may_stay else []
    return Message(text, [*stay, [link("outcomes", _("What was decided"))]])


@flow.due("panel.renewed")
async def renewed(desk: Desk, args: dict[str, Any]) -> None:
    """The day of a renewal has come: the next is planned, whether this one was drawn or not."""
    if (coming := await _coming(desk, args)) and coming[2] <= desk.now:
        panel, settings, at = coming
        await plan_next(desk, panel, settings)
        about = {"panel": panel.id}
        await desk.later("panel.unfilled", f"panel.unfilled:{panel.id}:{at.date()}", desk.now + SETTLED, about)


@flow.due("panel.unfilled")
async def unfilled(desk: Desk, args: dict[str, Any]) -> None:
    """Seats that nobody was drawn for at a renewal: they are drawn now, or staff hear of them."""
    panel = await desk.store.panels.hold(args["panel"])
    settings = await desk.store.sortition.load(args["panel"])
    draw = await desk.store.sortition.current_draw(args["panel"])
    if panel is None or panel.state != "open" or settings is None or draw is None:
        return
    if draw.state == "drawing" or draw.at_once:
        return
    seats = (await standing(desk, panel)).seats
    pool = await the_pool(desk, panel, settings)
    if seats <= 0 or (
        settings.by_itself
        and draw.state == "open"
        and len(pool) >= seats
        and await renew(desk, panel, settings, draw, None)
    ):
        return
    text = paragraphs(
        _("<b>{panel}</b> has been renewed, and not every seat is taken.", panel=named(panel)),
        lines(
            ngettext("{n} seat is to be drawn.", "{n} seats are to be drawn.", seats),
            ngettext("{n} person is in the pool.", "{n} people are in the pool.", len(pool)),
        ),
    )
    rows: list[Row] = [[link(f"draw {panel.id}", _("Draw"))], [link(f"coverage {panel.id}", _("Who is missing"))]]
    await tell_staff(desk, Message(text, rows), once=f"panel.unfilled:{panel.id}:{desk.today}")


# ---------------------------------------------------------------- inviting, and the silent


@flow.due("panel.invite_thin")
async def invite_thin(desk: Desk, args: dict[str, Any]) -> Again | None:
    """People of the groups that are missing, who have agreed to hear of new panels; it says why they are asked."""
    panel, settings = await lot_panel(desk, args["panel"])
    if panel is None or settings is None:
        return None
    wanted = most_wanted(await strata_of(desk, panel, settings))
    area = await area_for(desk, panel)
    page = await desk.store.sortition.to_invite(panel.id, args["after"], PAGE)
    attentive = await desk.attentive([one.recipient for one in page])
    for one in page:
        group = next((stratum for stratum in wanted if belongs(one.profile, stratum)), None)
        comes = lives(one.profile, area) in ("here", "not asked")
        if group is None or not comes or one.recipient not in attentive:
            continue
        text = paragraphs(
            _("A panel is being put together by lot: <b>{panel}</b>", panel=named(panel)),
            written(panel, "purpose"),
            for_whom(area),
            _(
                "I ask you because few people like you are in the draw so far ({group}).",
                group=called(group, one.recipient.language),
            ),
        )
        rows: list[Row] = [[link(f"interest {panel.id}", _("Look at it"))], [link("privacy", _("Not such messages"))]]
        once = f"panel.invite_thin:{panel.id}:{one.recipient.id}"
        desk.tell(one.recipient, Message(text, rows), once=once, asks=True, can_wait=True)
    return Again({**args, "after": page[-1].recipient.id}, desk.now) if len(page) == PAGE else None


@flow.daily("panel.silent")
async def silent(desk: Desk, args: dict[str, Any]) -> Again | None:
    """After some rounds without an answer a member is asked whether to stay."""
    panels = await desk.store.panels.page(int(args["after"] or 0), 1)
    for panel in panels:
        settings = await desk.store.sortition.load(panel.id) or Sortition(panel.id)
        for member in await desk.store.sortition.members(panel.id):
            await _ask_silent(desk, panel, settings, member)
    return Again({**args, "after": str(int(args["after"] or 0) + 1)}, desk.now) if panels else None


async def _ask_silent(desk: Desk, panel: Panel, settings: Sortition, member: Member) -> None:
    rounds = settings.silent_rounds
    if member.asked_at is not None:
        return
    if await desk.store.sortition.rounds_missed(panel.id, member.person_id, member.heard_at, rounds) < rounds:
        return
    recipient = await desk.store.people.listener(member.person_id)
    if recipient is None or not await desk.attentive([recipient]):
        return
    text: Text = paragraphs(
        _(
            "We have not heard from you on <b>{panel}</b> for a while. That is quite all right.",
            panel=named(panel),
        ),
        _("Would you like to stay? If it no longer suits you, somebody else is glad of it; you need not say why."),
        _("If you do not say, your seat goes to somebody else when the panel is next renewed.")
        if panel.kind == "drawn"
        else None,
    )
    rows: list[Row] = [
        [link(f"stayon {panel.id}", _("Yes, I stay"))],
        [link(f"leave {panel.id}", _("I would rather leave"))],
        [link("pause", _("A break for a while")), link("support", _("I need help"))],
    ]
    await desk.store.panels.ask_to_stay(member.membership_id, desk.now)
    once = f"panel.silent:{member.membership_id}:{desk.today}"
    desk.tell(recipient, Message(text, rows), once=once, asks=True)
