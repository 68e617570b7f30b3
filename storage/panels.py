"""Standing panels, who sits on them and who waits for a place.

Places are given under the panel's lock (`hold`), by statements that look whether there is one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from storage.database import Session
from storage.people import NOTICE_VERSION, Recipient
from storage.queries import Queries
from storage.records import instant, make, new_id

SQL = Queries("panels")

PanelKind = Literal["open", "drawn", "service", "once"]
"""Whoever joins; chosen by lot; users and others of one service; for one occasion, closed by itself at its end."""
MembershipState = Literal["waiting", "serving", "completed", "left"]


@dataclass(frozen=True, slots=True)
class Panel:
    """`seats` None takes as many as want to; `next_end_at` is when the next term ends.

    It is for those who live in one of the `areas`, options of the attribute `area` as a JSON list; for everybody where
    they are empty. `service` is the one it is about, if it is about one.
    """

    id: str
    name: str
    purpose: str
    term_months: int
    seats: int | None
    state: Literal["open", "closed"]
    serving: int
    waiting: int
    next_end_at: datetime | None
    closed_at: datetime | None
    kind: PanelKind = "open"
    ends_at: datetime | None = None
    language: str = "en"
    translations: str = ""
    area: str = ""
    areas: str = "[]"
    service: str = ""

    @property
    def area_keys(self) -> tuple[str, ...]:
        return tuple(json.loads(self.areas))

    @property
    def lets_stay(self) -> bool:
        """Whether a member may be asked to stay for another term."""
        return self.kind in ("open", "service")

    @property
    def is_full(self) -> bool:
        return self.seats is not None and self.serving >= self.seats


@dataclass(frozen=True, slots=True)
class PanelFor:
    """A panel as one person sees it: whether they sit on it or wait for it, and the end of their term."""

    panel: Panel
    own_state: Literal["waiting", "serving"] | None
    own_end_at: datetime | None


@dataclass(frozen=True, slots=True)
class Membership:
    """One term of one person. `term_ends_at` is None while they wait; `staying` says they will begin another."""

    id: str
    panel_id: str
    person_id: str
    state: MembershipState
    term: int
    staying: bool
    joined_at: datetime
    term_ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Term:
    """The number of a term in succession, from 1, and when it ends."""

    number: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody on the waiting list, and the last term they have had on this panel."""

    membership_id: str
    recipient: Recipient
    last: Term | None


@dataclass(frozen=True, slots=True)
class Parting:
    """Somebody to be told that a panel is closed; `sat` says that they sat on it rather than waited."""

    recipient: Recipient
    sat: bool


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a consultation was about, the decision it fed (empty where staff have not named it), and what was done.

    `we_did` is empty until that has been told; it has a language and translations of its own.
    """

    question: str
    decision: str
    language: str
    translations: str
    we_did: str = ""
    told_in: str = ""
    told_translations: str = ""


class Panels:
    def __init__(self, session: Session) -> None:
        self._session = session

    # ------------------------------------------------------------ panels

    async def add(
        self,
        name: str,
        purpose: str,
        term_months: int,
        seats: int | None,
        created_by: str,
        now: datetime,
        *,
        kind: PanelKind = "open",
        ends_at: datetime | None = None,
        language: str = "en",
        area: str = "",
        areas: Sequence[str] = (),
        service: str = "",
    ) -> str | None:
        """A new open panel's id; None when there is an open one of this name."""
        id: str | None = await self._session.value(
            SQL.add,
            id=new_id(),
            name=name,
            purpose=purpose,
            term_months=term_months,
            seats=seats,
            created_by=created_by,
            now=now,
            kind=kind,
            ends_at=ends_at,
            language=language,
            area=area,
            areas=json.dumps(list(areas), ensure_ascii=False),
            service=service,
        )
        return id

    async def load(self, id: str) -> Panel | None:
        row = await self._session.row(SQL.load, id=id)
        return row and make(Panel, row)

    async def hold(self, id: str) -> Panel | None:
        """An open panel whose places nobody else gives or frees before this transaction ends."""
        return await self.load(id) if await self._session.value(SQL.hold, id=id) is not None else None

    async def page(self, skipped: int, most: int) -> list[Panel]:
        """Open panels, in the order they were begun."""
        return [make(Panel, row) for row in await self._session.rows(SQL.page, skipped=skipped, most=most)]

    async def page_for(self, person_id: str, skipped: int, most: int) -> list[PanelFor]:
        """Open panels, those of the person first."""
        rows = await self._session.rows(SQL.page_for, person_id=person_id, skipped=skipped, most=most)
        return [_panel_for(row) for row in rows]

    async def rename(self, id: str, name: str) -> bool:
        """False when another open panel has this name, or this one is closed."""
        return await self._session.value(SQL.rename, id=id, name=name) is not None

    async def limit(self, id: str, area: str, areas: Sequence[str]) -> bool:
        """From now on for those who live in these options of the attribute `area`; for everybody where there are none.

        False when it is closed, or somebody has been drawn, or is being drawn.
        """
        kept = json.dumps(list(areas), ensure_ascii=False)
        return await self._session.value(SQL.limit, id=id, area=area, areas=kept) is not None

    async def can_be_limited(self, id: str) -> bool:
        """Whether `limit` would be taken."""
        return await self._session.value(SQL.can_be_limited, id=id) is not None

    async def is_any_limited(self) -> bool:
        """Whether an open panel is for some areas only."""
        return await self._session.value(SQL.any_limited) is not None

    async def is_busy(self, id: str) -> bool:
        """Whether a consultation still needs the panel."""
        return bool(await self._session.value(SQL.busy, id=id))

    async def close(self, id: str, now: datetime) -> bool:
        """Close it and end every place on it; false when it is closed already or a consultation needs it."""
        await self._session.value(SQL.hold, id=id)
        if await self._session.value(SQL.close, id=id, now=now) is None:
            return False
        await self._session.run(SQL.end_all, id=id, now=now)
        return True

    async def to_thank(self, id: str, after: str, most: int) -> list[Parting]:
        """Who was there when it was closed and wants to hear from us, by id, `after` one of them."""
        rows = await self._session.rows(SQL.to_thank, id=id, after=after, most=most)
        return [Parting(_recipient(row), row["ended_as"] == "completed") for row in rows]

    async def count_curious(self, id: str) -> int:
        """How many agree to hear of new panels and have nothing to do with this one yet."""
        return int(await self._session.value(SQL.count_curious, panel_id=id, notice=NOTICE_VERSION))

    # ------------------------------------------------------------ places

    async def current(self, panel_id: str, person_id: str) -> Membership | None:
        """The place somebody has on a panel or waits for."""
        row = await self._session.row(SQL.current, panel_id=panel_id, person_id=person_id)
        return row and make(Membership, row)

    async def membership(self, id: str) -> Membership | None:
        row = await self._session.row(SQL.membership, id=id)
        return row and make(Membership, row)

    async def member(self, membership_id: str) -> Recipient | None:
        """Whose place it is, if they want to hear from us."""
        row = await self._session.row(SQL.member, id=membership_id)
        return row and _recipient(row)

    async def of_person(self, person_id: str) -> list[Membership]:
        """Every place somebody has or waits for."""
        return [make(Membership, row) for row in await self._session.rows(SQL.of_person, person_id=person_id)]

    async def last_term(self, panel_id: str, person_id: str) -> Term | None:
        """The latest term somebody has had on a panel, served to its end or not."""
        row = await self._session.row(SQL.last_term, panel_id=panel_id, person_id=person_id)
        return row and make(Term, row)

    async def serve(self, panel_id: str, person_id: str, term: Term, now: datetime, home: str = "") -> str | None:
        """Give a place on a held panel, perhaps with the code of a `home`; the membership's id, or None when full."""
        id: str | None = await self._session.value(
            SQL.serve,
            id=new_id(),
            panel_id=panel_id,
            person_id=person_id,
            term=term.number,
            ends_at=term.ends_at,
            now=now,
            home=home,
        )
        return id

    async def wait(self, panel_id: str, person_id: str, now: datetime) -> bool:
        """Put somebody at the end of the waiting list; false when they wait or sit there already."""
        added = await self._session.value(SQL.wait, id=new_id(), panel_id=panel_id, person_id=person_id, now=now)
        return added is not None

    async def position(self, waiting: Membership) -> int:
        """The place on the waiting list, from 1."""
        return int(await self._session.value(SQL.position, panel_id=waiting.panel_id, id=waiting.id))

    async def next_waiting(self, panel_id: str, most: int) -> list[Waiting]:
        """Who waits and can be told, in the order they came."""
        return [_waiting(row) for row in await self._session.rows(SQL.next_waiting, panel_id=panel_id, most=most)]

    async def promote(self, membership_id: str, term: Term, now: datetime) -> bool:
        """From the waiting list to a place on a held panel; false when no place is free."""
        done = await self._session.value(SQL.promote, id=membership_id, term=term.number, ends_at=term.ends_at, now=now)
        return done is not None

    async def finish(self, membership_id: str, state: Literal["completed", "left"], now: datetime) -> bool:
        """End a place or a wait; false when it had ended already."""
        return await self._session.value(SQL.finish, id=membership_id, state=state, now=now) is not None

    async def will_stay(self, membership_id: str) -> bool:
        """Keep the place for a second term; false when somebody waits for one."""
        return await self._session.value(SQL.will_stay, id=membership_id) is not None

    async def ask_to_stay(self, membership_id: str, now: datetime) -> None:
        """A silent member is asked whether to stay."""
        await self._session.run(SQL.ask_to_stay, id=membership_id, now=now)

    async def stay_on(self, panel_id: str, person_id: str, now: datetime) -> bool:
        """They do; false for somebody who does not serve."""
        return await self._session.value(SQL.stay_on, panel_id=panel_id, person_id=person_id, now=now) is not None

    async def shorten(self, membership_id: str, ends_at: datetime) -> None:
        """A term ends earlier than it would have."""
        await self._session.run(SQL.shorten, id=membership_id, ends_at=ends_at)

    async def lengthen(self, membership_id: str, ends_at: datetime) -> None:
        """A term that had been shortened ends when it was to end at first."""
        await self._session.run(SQL.lengthen, id=membership_id, ends_at=ends_at)

    async def contributions(self, membership_id: str) -> list[Contribution]:
        """The decisions fed by the consultations this member has answered in this term, the latest first."""
        return [make(Contribution, row) for row in await self._session.rows(SQL.contributions, id=membership_id)]


def _panel_for(row: Any) -> PanelFor:
    values = dict(row)
    own_state, own_end = values.pop("own_state"), values.pop("own_end_at")
    return PanelFor(make(Panel, values), own_state, None if own_end is None else instant(own_end))


def _waiting(row: Any) -> Waiting:
    last = None
    if row["last_number"] is not None:
        last = make(Term, {"number": row["last_number"], "ends_at": row["last_end_at"]})
    return Waiting(row["membership_id"], _recipient(row), last)


def _recipient(row: Any) -> Recipient:
    return make(Recipient, {name: row[name] for name in Recipient.__annotations__})
