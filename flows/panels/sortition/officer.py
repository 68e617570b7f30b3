"""How a panel chosen by lot stands, for staff: who is missing, whom to look for, how far it mirrors the community."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from flows.desk import Desk
from flows.flow import Flow
from flows.panels.areas import area_for, counted_on, for_whom, lives
from flows.panels.limiting import way_to_limit
from flows.panels.places import last_day
from flows.panels.services import USES
from flows.panels.sortition.founding import quota_table
from flows.panels.sortition.renewals import announced, standing
from flows.panels.sortition.strata import Stratum, brought_by, most_came_from, most_wanted, seats_text, strata
from flows.panels.terms import term_end
from flows.turn import Row, Turn, end, go, link
from flows.words import Text, Verbatim, Words, _, lines, ngettext, paragraphs, said_in
from storage.attributes import Attribute
from storage.panels import Panel
from storage.sortition import Candidate, Draw, SeatQuota, Sortition

flow = Flow()

MOST_SUGGESTED = 5


@flow.command("lotpanel", audience="staff")
async def lotpanel(desk: Desk, argument: str) -> Turn:
    """One panel: its pool, its draw, its seats, and what can be done next."""
    panel, settings = await lot_panel(desk, argument)
    if panel is None or settings is None:
        return go("staffpanels")
    pool = await the_pool(desk, panel, settings)
    draw = await desk.store.sortition.current_draw(panel.id)
    text = paragraphs(
        lines(_("<b>{name}</b>", name=panel.name), Verbatim(panel.purpose), for_whom(await area_for(desk, panel))),
        lines(
            _("Chosen by lot. Seats taken: {taken} of {seats}.", taken=panel.serving, seats=panel.seats or 0),
            ngettext("{n} person is in the pool.", "{n} people are in the pool.", len(pool)),
            _draw_state(draw),
            _("It is renewed on {day}.", day=last_day(desk, settings.next_renewal_at))
            if settings.next_renewal_at
            else None,
        ),
        await _quotas_of(desk, panel) if not pool and not panel.serving else None,
        lines(
            _("Next: find people for the draw. Send them this link, or hang up a poster with it.")
            if len(pool) < (panel.seats or 0) - panel.serving
            else _("The link by which people come into the pool:"),
            Verbatim(desk.deep_link(f"join-{panel.id}")),
        ),
    )
    id = panel.id
    rows: list[Row] = [
        [link(f"coverage {id}", _("Who is missing")), link(f"draw {id}", _("Draw"))],
        [link(f"newvenue join {id}", _("Link and poster")), link(f"lotsettings {id}", _("How it is chosen"))],
        [link(f"consult {id}", _("Ask this panel something")), link(f"mirror {id}", _("Mirror"))],
        [link(f"renamepanel {id}", _("Rename")), link(f"closepanel {id}", _("Close"))],
        [link(f"translate panel {id}", _("Other languages")), link(f"announce {id}", _("Tell people"))],
        *await way_to_limit(desk, panel),
        [link("staffpanels", _("All panels")), link("menu", _("Menu"))],
    ]
    return end(text, rows)


async def _quotas_of(desk: Desk, panel: Panel) -> Text:
    """What a new panel is to look like: shown at once, for it can still be changed."""
    quotas = await desk.store.sortition.quotas(panel.id)
    return quota_table(await counted_on(desk, panel), quotas, desk.voice.language)


def _draw_state(draw: Draw | None) -> Text | None:
    match draw:
        case Draw(state="sealed"):
            return _("The pool is frozen; the draw waits for its number.")
        case Draw(state="drawing"):
            return _("It is being drawn now.")
        case Draw(state="open"):
            return _("The pool is open.")
    return None


async def lot_panel(desk: Desk, id: str) -> tuple[Panel | None, Sortition | None]:
    """An open panel that is chosen by lot, and how."""
    panel = await desk.store.panels.load(id) if id else None
    if panel is None or panel.state != "open" or panel.kind != "drawn":
        return None, None
    return panel, await desk.store.sortition.load(panel.id)


async def the_pool(desk: Desk, panel: Panel, settings: Sortition) -> list[Candidate]:
    """Who can be drawn now: whoever has served rests first, and whoever lives elsewhere is not of its area."""
    found = await desk.store.sortition.pool(panel.id, rested_since(desk, settings), one_per_home=settings.one_per_home)
    area = await area_for(desk, panel)
    return [one for one in found if lives(one.profile, area) == "here"]


def rested_since(desk: Desk, settings: Sortition) -> datetime:
    """Whoever has served after this rests still."""
    return term_end(desk.now, -settings.cool_off_months, desk.zone)


# ---------------------------------------------------------------- who is missing


@flow.command("coverage", audience="staff")
async def coverage(desk: Desk, argument: str) -> Turn:
    """`/coverage PANEL` compares the pool with the seats; `/coverage PANEL invite` writes to people who may be told.

    Groups are counted exactly: one person more or less decides whether a panel can be drawn, and the record of the
    draw, which everybody may read, has the same counts. What the record has not, where people came from, keeps to the
    smallest figure. Whether they use the panel's service nobody has said who has not come, so nobody is invited by it.
    """
    id, _space, what = argument.partition(" ")
    panel, settings = await lot_panel(desk, id)
    if panel is None or settings is None:
        return go("staffpanels", id)  # of a service that people join it stands there
    found = await strata_of(desk, panel, settings)
    wanted = most_wanted(found)
    reachable = any(one.attribute.panel_id is None for one in wanted)
    if what == "invite" and reachable:
        about = {"panel": panel.id, "after": ""}
        await desk.later("panel.invite_thin", f"panel.invite_thin:{panel.id}:{desk.today}", desk.now, about)
        await desk.record("invited into the pool", f"panel:{panel.id}")
        return end(
            _("I write to people of these groups who have agreed to hear of new panels, and say why I ask them."),
            [[link(f"lotpanel {panel.id}", _("Back"))]],
        )
    pool = await the_pool(desk, panel, settings)
    text = paragraphs(
        _("<b>Who is missing: {panel}</b>", panel=panel.name),
        ngettext("{n} person is in the pool.", "{n} people are in the pool.", len(pool)),
        lines(*(_stratum_line(desk, one) for one in found), _MARKS) if found else _NO_QUOTAS,
        await _advice(desk, panel, pool, wanted),
        await _venues(desk, pool, found),
    )
    invite: list[Row] = [[link(f"coverage {id} invite", _("Invite people of these groups"))]] if reachable else []
    rows = [
        *invite,
        [link(f"newvenue join {id}", _("Link and poster")), link(f"draw {id}", _("Draw"))],
        [link(f"lotpanel {id}", _("Back"))],
    ]
    return end(text, rows)


_MARKS = _("✗ too few, △ enough but hardly any choice, ✓ enough")

_NO_QUOTAS = _("Nothing about people is counted, so nobody in particular is missing. Shares: /attributes")


async def strata_of(desk: Desk, panel: Panel, settings: Sortition) -> list[Stratum]:
    """Each group that has seats, as it stands now, or will at the renewal that has been announced."""
    pool = await the_pool(desk, panel, settings)
    return strata(
        await counted_on(desk, panel),
        await desk.store.sortition.quotas(panel.id),
        [one.profile for one in pool],
        (await standing(desk, panel, announced(desk, settings))).profiles,
    )


def group_name(desk: Desk, one: Stratum) -> Text:
    return called(one, desk.voice.language)


def groups(desk: Desk, attributes: Sequence[Attribute], quotas: Sequence[SeatQuota]) -> list[Text]:
    """What the groups of these quotas are called."""
    found: list[Text] = []
    for quota in quotas:
        attribute = next((one for one in attributes if one.key == quota.attribute), None)
        if attribute is None:
            found.append(Verbatim(quota.option))
            continue
        found.append(called(Stratum(attribute, quota.option, quota, None, 0, 0), desk.voice.language))
    return found


def listed(names: Sequence[Text]) -> Text:
    """One after another, with commas."""
    places = {f"group{place}": name for place, name in enumerate(names)}
    return Words(", ".join(f"{{{place}}}" for place in places), places)


def called(one: Stratum, language: str) -> Text:
    """`Age group: 65 and over`, in a language; of a service those who use it, and those who do not."""
    if one.attribute.panel_id is not None:
        return _("People who use the service") if one.option == USES else _("People who do not use the service")
    option = one.attribute.option(one.option)
    what = said_in(one.attribute.labels, language)
    return Words(
        "{what}: {option}", {"what": what, "option": said_in(option.labels, language) if option else one.option}
    )


def _stratum_line(desk: Desk, one: Stratum) -> Text:
    mark = "✗" if one.is_short else "△" if one.is_thin else "✓"
    return _(
        "{mark} {group} – {seats} seats, {pool} in the pool",
        mark=mark,
        group=group_name(desk, one),
        seats=seats_text(one.quota),
        pool=one.in_pool,
    )


async def _advice(desk: Desk, panel: Panel, pool: Sequence[Candidate], wanted: Sequence[Stratum]) -> Text:
    """Whom to look for next, and where some like them came from."""
    missing = (await standing(desk, panel)).seats - len(pool)
    if not wanted and missing > 0:
        return ngettext(
            "There are more seats than people: {n} more person is needed before the draw.",
            "There are more seats than people: {n} more people are needed before the draw.",
            missing,
        )
    if not wanted:
        return _("The pool is large enough in every group. You can draw.")
    rule = await desk.disclosure()
    shown: list[Text] = []
    for one in wanted[:MOST_SUGGESTED]:
        venue = most_came_from(pool, one, rule.smallest)
        shown.append(
            ngettext("– {group}: {n} more", "– {group}: {n} more", one.still_needed, group=group_name(desk, one))
        )
        if venue:
            shown.append(_("Most of those who are here came from: {venue}", venue=venue))
    return lines(_("Look for these people first:"), *shown)


async def _venues(desk: Desk, pool: Sequence[Candidate], found: Sequence[Stratum]) -> Text | None:
    """Where the people of the pool came from, the venue that brought most first, and whom it brought many of."""
    if not pool:
        return None
    rule = await desk.disclosure()
    shown: list[Text] = []
    for venue, number in sorted(Counter(one.venue for one in pool).items(), key=lambda one: (-one[1], one[0] or "")):
        rounded = rule.rounded(number)
        many = (
            _("about {number}", number=rounded)
            if rounded is not None
            else _("fewer than {smallest}", smallest=rule.smallest)
        )
        name = Verbatim(venue) if venue else _("by themselves")
        shown.append(_("– {venue}: {number}", venue=name, number=many))
        if groups := [group_name(desk, one) for one in brought_by(pool, venue, found, rule.smallest)]:
            shown.append(_("Many of them: {groups}", groups=listed(groups)))
    return lines(_("Where they came from:"), *shown)
