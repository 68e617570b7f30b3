"""When a panel chosen by lot is renewed, and who leaves, stays, and is drawn then.

Renewals are counted from the founding draw, so that they stay on its day of the month however late one of them is
approved, and every term ends on one of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from flows.desk import Desk
from flows.panels.terms import term_end
from storage.panels import Panel
from storage.profiles import Profile
from storage.sortition import Draw, Member, Sortition, Successor

ANNOUNCED = timedelta(weeks=3)
"""So long before a renewal it is announced."""

FORESEEN = timedelta(weeks=1)
"""So long before that it is looked at, while there is time to find the people who are missing."""


# ---------------------------------------------------------------- days


def renewals_a_term(term_months: int, renewal_months: int) -> int:
    """Into how many parts a panel falls, of which one leaves at each renewal."""
    return max(1, term_months // renewal_months)


def possible_months(term_months: int) -> list[int]:
    """After how many months a panel can be renewed, so that its terms end on a renewal."""
    return [months for months in range(1, term_months + 1) if term_months % months == 0]


def days_after(founded: datetime, months: int, after: datetime, number: int, zone: ZoneInfo) -> list[datetime]:
    """The next renewals after an instant. They fall on the founding's day of the month, or the month's last."""
    found: list[datetime] = []
    for place in count(1):
        if len(found) == number:
            break
        if (day := term_end(founded, months * place, zone)) > after:
            found.append(day)
    return found


def term_ends(seats: int, others: Sequence[datetime], days: Sequence[datetime]) -> list[datetime]:
    """When the terms of people end who sit down together: so that about as many leave at each of the `days`.

    `others` are the ends of those who sit already. The longest terms are given first.
    """
    leaving = Counter(day for day in others if day in days)
    found = []
    for _seat in range(seats):
        day = min(reversed(days), key=lambda one: leaving[one])
        leaving[day] += 1
        found.append(day)
    return sorted(found, reverse=True)


def possible_ends(desk: Desk, panel: Panel, settings: Sortition, begins: datetime) -> list[datetime]:
    """The renewals on which a term that begins then can end: the last is at most a whole term away.

    One that has been announced already is too near, where there is another.
    """
    if settings.founded_at is None:
        return [term_end(begins, panel.term_months, desk.zone)]
    parts = renewals_a_term(panel.term_months, settings.renewal_months)
    days = days_after(settings.founded_at, settings.renewal_months, begins, parts, desk.zone)
    return [day for day in days if day - ANNOUNCED > desk.now] or days


# ---------------------------------------------------------------- people


@dataclass(frozen=True, slots=True)
class Standing:
    """Who leaves a panel, who stays and how many seats are to be drawn: now, or at a renewal."""

    leaving: Sequence[Member]
    staying: Sequence[Member | Successor]
    seats: int

    @property
    def profiles(self) -> list[Profile]:
        return [one.profile for one in self.staying]


async def standing(desk: Desk, panel: Panel, at: datetime | None = None) -> Standing:
    """At a renewal those leave whose term has ended by it, and those stay too who wait for it to sit down."""
    members = await desk.store.sortition.members(panel.id)
    promised = await desk.store.sortition.promised(panel.id)
    leaving = [one for one in members if at is not None and one.term_ends_at <= at]
    successors = [one for one in promised if one.begins_at is None or one.begins_at <= (at or desk.now)]
    staying: list[Member | Successor] = [one for one in members if one not in leaving]
    staying += [one for one in successors if at is None or one.term_ends_at > at]
    return Standing(leaving, staying, (panel.seats or 0) - len(staying))


async def draw_for(desk: Desk, panel: Panel, at: datetime) -> Draw | None:
    """The draw of a renewal that has been made, or is being made."""
    current = await desk.store.sortition.current_draw(panel.id)
    last = await desk.store.sortition.draws(panel.id, 3)
    found = [one for one in (current, *last) if one is not None and one.renews_at == at and one.state != "failed"]
    return found[0] if found else None


def announced(desk: Desk, settings: Sortition) -> datetime | None:
    """The renewal that has been announced and has not come yet."""
    at = settings.next_renewal_at
    return at if at is not None and at - ANNOUNCED <= desk.now < at else None


# ---------------------------------------------------------------- planning


async def found(desk: Desk, panel: Panel, settings: Sortition) -> Sortition:
    """The first draw: from today on renewals are counted."""
    settings = replace(settings, founded_at=desk.now)
    await desk.store.sortition.save(settings)
    return await plan_next(desk, panel, settings)


async def plan_next(desk: Desk, panel: Panel, settings: Sortition) -> Sortition:
    """Have the clock bring the next renewal and what comes before it; nothing before the first draw."""
    if settings.founded_at is None:
        return settings
    (at,) = days_after(settings.founded_at, settings.renewal_months, desk.now, 1, desk.zone)
    settings = replace(settings, next_renewal_at=at)
    await desk.store.sortition.save(settings)
    day = at.date().isoformat()
    about = {"panel": panel.id, "day": day}
    announce = max(desk.now, at - ANNOUNCED)
    await desk.later("panel.renewed", f"panel.renewed:{panel.id}:{day}", at, about)
    await desk.later("panel.renewal", f"panel.renewal:{panel.id}:{day}", announce, about)
    if (foresee := announce - FORESEEN) > desk.now:
        await desk.later("panel.foreseen", f"panel.foreseen:{panel.id}:{day}", foresee, about)
    return settings
