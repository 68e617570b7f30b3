"""Panels chosen by lot: how they are drawn, who would like to be, the draws, and the seats that are offered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from storage.data_keys import DataKeys
from storage.database import Session
from storage.people import NOTICE_VERSION, Recipient
from storage.profiles import Profile
from storage.queries import Queries
from storage.records import instant, make, new_id

SQL = Queries("sortition")

MILLION = 1_000_000
BETWEEN = "\n"
"""Ends each public number whose figures are known; none has it in its name."""

DrawState = Literal["open", "sealed", "drawing", "drawn", "failed"]
OfferState = Literal["next", "offered", "accepted", "declined", "lapsed", "seated", "passed"]


@dataclass(frozen=True, slots=True)
class Sortition:
    """How a panel is drawn and renewed. `tolerance` is in percent of a group's seats, `by_itself` needs no approval.

    Nobody's chance is above `cap` percent, where the quotas permit it; 100: there is no limit.
    `one_per_home`: of people who have said that they share a home at most one is drawn. Renewals are counted from
    `founded_at`, the first draw.
    """

    panel_id: str
    tolerance: int = 10
    renewal_months: int = 6
    cool_off_months: int = 24
    alternates: int = 10
    days_to_accept: int = 7
    silent_rounds: int = 3
    by_itself: bool = False
    next_renewal_at: datetime | None = None
    one_per_home: bool = False
    founded_at: datetime | None = None
    cap: int = 100


@dataclass(frozen=True, slots=True)
class SeatQuota:
    """How many seats people with one option of an attribute have, at least and at most."""

    attribute: str
    option: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody in the pool: what they said about themselves, the chances they had so far, and how they came.

    `venue` is where the link hung that brought them, if one did.
    """

    person_id: str
    profile: Profile
    chance: float
    link: str | None
    home: str = ""
    venue: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who serves, with what they said about themselves.

    `asked_at` is when they were asked whether to stay, if they have not said; `heard_at` when they last said so or sat
    down.
    """

    person_id: str
    membership_id: str
    term_ends_at: datetime
    profile: Profile
    asked_at: datetime | None
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Successor:
    """Somebody who is offered a seat or has accepted one that is not free yet.

    `begins_at` is the day of the renewal it is for; None: it is free now.
    """

    person_id: str
    term_ends_at: datetime
    profile: Profile
    begins_at: datetime | None


@dataclass(frozen=True, slots=True)
class Invitable:
    """Somebody who may be told of a panel that looks for people."""

    recipient: Recipient
    profile: Profile


@dataclass(frozen=True, slots=True)
class Told:
    """What everybody can see of a lottery before its number: its SHA-256, and the chances it gives.

    `least` and `most` are chances in this draw of those who have any. The smallest sum of this and earlier chances is
    `cumulative`, and in no lottery it is above `bound`.
    """

    sha256: str
    least: float
    most: float
    cumulative: float
    bound: float
    without_chance: int


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw of a panel, from its promise to its record. `request` and `record` are JSON.

    `known_sources` had been named, and their numbers typed, before the pool was opened again.

    `renews_at` is the renewal it is for, if any. `source` is the public number that was named before the pool was
    frozen; empty: the promised secret decides, `at_once` when the lottery is there or when staff say so. `told` is what
    is shown of the lottery once it is worked out, before there is a number; `progress` how far that is.
    """

    id: str
    panel_id: str
    renews_at: datetime | None
    state: DrawState
    secret: str
    commitment: str
    source: str
    known_sources: Sequence[str]
    seed: str | None
    seed_by: str | None
    request: str | None
    digest: str | None
    record: str | None
    problem: str
    progress: str
    told: Told | None
    at_once: bool
    opened_at: datetime
    sealed_at: datetime | None
    drawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """A look at a draw before it: the pool with its fingerprint, and what came of it; both are JSON, one is there."""

    panel_id: str
    digest: str
    request: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A seat offered to somebody, or kept for them to be offered; `place` orders those who are next."""

    id: str
    draw_id: str
    panel_id: str
    person_id: str
    place: int
    state: OfferState
    term_ends_at: datetime | None
    lapses_at: datetime | None
    home: str


def commitment_to(secret: str) -> str:
    """The SHA-256 that is told before, so that the secret told afterwards cannot have been made up."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Sortitions:
    """What a draw is worked out from and its record say what people without names are like: both are kept sealed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._house = session.keyring.vault.house

    def _open(self, kept: str | None) -> str | None:
        """JSON begins with a brace, and nothing sealed does: what was kept before it was sealed is read as well."""
        return kept if kept is None or kept.startswith("{") else self._house.open(kept)

    def _draw(self, row: Mapping[str, Any]) -> Draw:
        return make(
            Draw,
            {
                **row,
                "request": self._open(row["request"]),
                "record": self._open(row["record"]),
                "known_sources": row["known_sources"].split(BETWEEN)[:-1],
                "told": Told(**json.loads(row["told"])) if row["told"] else None,
            },
        )

    # ------------------------------------------------------------ how it is drawn

    async def save(self, settings: Sortition) -> None:
        await self._session.run(SQL.save_settings, **asdict(settings))

    async def load(self, panel_id: str) -> Sortition | None:
        row = await self._session.row(SQL.settings, panel_id=panel_id)
        return row and make(Sortition, row)

    async def set_quotas(self, panel_id: str, quotas: Iterable[SeatQuota]) -> None:
        """In place of those there were."""
        await self._session.run(SQL.remove_quotas, panel_id=panel_id)
        rows = [{"panel_id": panel_id, "position": place, **asdict(quota)} for place, quota in enumerate(quotas)]
        await self._session.run_many(SQL.add_quota, rows)

    async def quotas(self, panel_id: str) -> list[SeatQuota]:
        return [make(SeatQuota, row) for row in await self._session.rows(SQL.quotas, panel_id=panel_id)]

    # ------------------------------------------------------------ the pool

    async def express(self, panel_id: str, person_id: str, now: datetime, home: str = "") -> bool:
        """Into the pool, perhaps with the others of a `home`; false for somebody who is in it."""
        added = await self._session.value(SQL.express, panel_id=panel_id, person_id=person_id, now=now, home=home)
        return added is not None

    async def withdraw(self, panel_id: str, person_id: str) -> bool:
        return await self._session.value(SQL.withdraw, panel_id=panel_id, person_id=person_id) is not None

    async def share_home(self, panel_id: str, person_id: str, home: str) -> None:
        """Somebody in the pool, and whoever shares a home with them already, are of this home from now on."""
        await self._session.run(SQL.share_home, panel_id=panel_id, person_id=person_id, home=home)

    async def panel_of_home(self, home: str) -> str | None:
        """The panel in whose pool somebody of this home is, or on which they serve."""
        found: str | None = await self._session.value(SQL.panel_of_home, home=home)
        return found

    async def home_of(self, panel_id: str, person_id: str) -> str:
        """Empty for somebody who is not in the pool, or has named no home."""
        return str(await self._session.value(SQL.home_of, panel_id=panel_id, person_id=person_id) or "")

    async def is_interested(self, panel_id: str, person_id: str) -> bool:
        found = await self._session.value(SQL.is_interested, panel_id=panel_id, person_id=person_id)
        return found is not None

    async def interests_of(self, person_id: str) -> list[str]:
        """The open panels in whose pools somebody is."""
        return [row["panel_id"] for row in await self._session.rows(SQL.interests_of, person_id=person_id)]

    async def pool(self, panel_id: str, rested: datetime, *, one_per_home: bool) -> list[Candidate]:
        """Who can be drawn now: nobody who serves, is offered a seat, or has served after `rested`.

        With one of a home at most nobody whose home serves or is offered a seat, and otherwise no home is named.
        """
        rows = await self._session.rows(
            SQL.pool, panel_id=panel_id, rested=rested, notice=NOTICE_VERSION, one_per_home=one_per_home
        )
        return [
            Candidate(
                row["person_id"],
                self._profile(row),
                row["chance"] / MILLION,
                row["link"],
                row["home"] if one_per_home else "",
                row["venue"],
            )
            for row in rows
        ]

    async def members(self, panel_id: str) -> list[Member]:
        rows = await self._session.rows(SQL.members, panel_id=panel_id, notice=NOTICE_VERSION)
        return [
            Member(
                row["person_id"],
                row["membership_id"],
                instant(row["term_ends_at"]),
                self._profile(row),
                instant(row["asked_at"]) if row["asked_at"] is not None else None,
                instant(max(row["joined_at"], row["stays_since"] or 0)),
            )
            for row in rows
        ]

    async def promised(self, panel_id: str) -> list[Successor]:
        """Who is offered a seat or waits for the one they have accepted."""
        rows = await self._session.rows(SQL.promised, panel_id=panel_id, notice=NOTICE_VERSION)
        return [
            Successor(
                row["person_id"],
                instant(row["term_ends_at"]),
                self._profile(row),
                instant(row["renews_at"]) if row["renews_at"] is not None else None,
            )
            for row in rows
        ]

    async def served_until(self, panel_id: str, person_id: str) -> datetime | None:
        """When somebody last ended serving."""
        found = await self._session.value(SQL.rests, panel_id=panel_id, person_id=person_id)
        return None if found is None else instant(found)

    def _profile(self, row: Mapping[str, Any]) -> Profile:
        if not row["values_given"]:
            return {}
        box = self._session.keyring.box(row["person_id"] if "person_id" in dict(row) else row["id"], row["sealed_key"])
        found: Profile = json.loads(box.open(row["values_given"]))
        return found

    async def interested(self, panel_id: str, after: str, most: int) -> list[Recipient]:
        """Who is in the pool, by person id."""
        rows = await self._session.rows(SQL.interested, panel_id=panel_id, after=after, most=most)
        return [make(Recipient, row) for row in rows]

    async def to_tell(self, draw_id: str, after: str, most: int) -> list[Recipient]:
        """Whom a draw may choose and who has not left the pool, by person id."""
        rows = await self._session.rows(SQL.to_tell, draw_id=draw_id, after=after, most=most)
        return [make(Recipient, row) for row in rows]

    async def to_invite(self, panel_id: str, after: str, most: int) -> list[Invitable]:
        """Who agreed to hear of new panels and has nothing to do with this one yet, by person id."""
        rows = await self._session.rows(SQL.to_invite, panel_id=panel_id, after=after, most=most, notice=NOTICE_VERSION)
        names = Recipient.__annotations__
        return [Invitable(make(Recipient, {name: row[name] for name in names}), self._profile(row)) for row in rows]

    async def remember_chances(self, panel_id: str, chances: Mapping[str, float]) -> None:
        """What chance each person had in a draw: it counts for good, whatever came of it."""
        rows = [
            {"panel_id": panel_id, "person_id": person, "chance": round(chance * MILLION)}
            for person, chance in chances.items()
        ]
        await self._session.run_many(SQL.add_chance, rows)

    # ------------------------------------------------------------ draws

    async def open_draw(self, panel_id: str, secret: str, now: datetime) -> None:
        """The promise of the next draw; nothing where there is one already."""
        await self._session.run(
            SQL.open_draw,
            id=new_id(),
            panel_id=panel_id,
            secret=secret,
            commitment=commitment_to(secret),
            now=now,
            between=BETWEEN,
        )

    async def current_draw(self, panel_id: str) -> Draw | None:
        row = await self._session.row(SQL.current_draw, panel_id=panel_id)
        return row and self._draw(row)

    async def draw(self, id: str) -> Draw | None:
        row = await self._session.row(SQL.draw, id=id)
        return row and self._draw(row)

    async def draws(self, panel_id: str, most: int) -> list[Draw]:
        """Those that are over, the latest first."""
        return [self._draw(row) for row in await self._session.rows(SQL.draws, panel_id=panel_id, most=most)]

    async def seal(
        self,
        id: str,
        request: str,
        digest: str,
        pseudonyms: Mapping[str, str],
        now: datetime,
        *,
        renews_at: datetime | None = None,
        source: str = "",
        at_once: bool = False,
    ) -> bool:
        """Freeze the pool: who is called what is sealed with each person's own key; false when it is frozen already.

        Seats become free on the day of the renewal it is for, `renews_at`. A public number that is to decide is named
        by its `source`; else the promised one does, `at_once` when the lottery is there or when staff say so.
        """
        sealed = await self._session.value(
            SQL.seal,
            id=id,
            request=self._house.seal(request),
            digest=digest,
            now=now,
            renews_at=renews_at,
            source=source,
            at_once=at_once,
        )
        if sealed is None:
            return False
        keys = DataKeys(self._session)
        boxes = await keys.boxes(list(pseudonyms))
        rows = [
            {"draw_id": id, "person_id": person, "pseudonym": boxes[person].seal(name)}
            for person, name in pseudonyms.items()
            if person in boxes
        ]
        await self._session.run_many(SQL.add_draw_person, rows)
        return True

    async def unseal(self, id: str) -> bool:
        """Open the pool again; false when it is not merely frozen."""
        if await self._session.value(SQL.unseal, id=id, between=BETWEEN) is None:
            return False
        await self._session.run(SQL.forget_draw_people, id=id)
        return True

    async def propose_seed(self, id: str, seed: str, person_id: str) -> bool:
        return await self._session.value(SQL.propose_seed, id=id, seed=seed, person_id=person_id) is not None

    async def confirm_seed(self, id: str, seed: str, person_id: str) -> bool:
        """Have it drawn; false unless somebody else proposed this very number."""
        return await self._session.value(SQL.confirm_seed, id=id, seed=seed, person_id=person_id) is not None

    async def reveal(self, id: str) -> bool:
        """Have it drawn with the secret that was promised."""
        return await self._session.value(SQL.reveal, id=id) is not None

    async def is_working_out(self, now: datetime) -> bool:
        """Whether a lottery waits to be worked out."""
        return await self._session.value(SQL.is_working_out, now=now) is not None

    async def claim_lottery(self, now: datetime, until: datetime) -> Draw | None:
        """A frozen pool whose lottery is to be worked out, which is nobody else's until then."""
        id = await self._session.value(SQL.claim_lottery, now=now, until=until)
        return None if id is None else await self.draw(id)

    async def set_progress(self, draw: Draw, progress: str, until: datetime) -> bool:
        """How far its lottery is, which is nobody else's until then.

        False where nobody waits for it any more: the pool was opened again.
        """
        found = await self._session.value(
            SQL.set_progress, id=draw.id, digest=draw.digest, progress=progress, until=until
        )
        return found is not None

    async def keep_lottery(self, draw: Draw, lottery: str, told: Told) -> bool:
        """From now on a number can pick from it; false where the pool was opened again meanwhile."""
        kept = await self._session.value(
            SQL.keep_lottery,
            id=draw.id,
            digest=draw.digest,
            lottery=self._house.seal(lottery),
            told=json.dumps(asdict(told)),
        )
        return kept is not None

    async def is_picking(self, now: datetime) -> bool:
        """Whether a confirmed number waits to pick from its lottery."""
        return await self._session.value(SQL.is_picking, now=now) is not None

    async def claim_pick(self, now: datetime, until: datetime) -> Draw | None:
        """A draw whose number is confirmed, which is nobody else's until then."""
        id = await self._session.value(SQL.claim_pick, now=now, until=until)
        return None if id is None else await self.draw(id)

    async def lottery(self, draw_id: str) -> str | None:
        """What was worked out before the number, as JSON; None where it is not there yet, or in the record already."""
        return self._open(await self._session.value(SQL.lottery, id=draw_id))

    async def finish(self, id: str, record: str, now: datetime) -> bool:
        return await self._session.value(SQL.finish, id=id, record=self._house.seal(record), now=now) is not None

    async def fail(self, draw: Draw, problem: str, now: datetime) -> bool:
        found = await self._session.value(SQL.fail, id=draw.id, digest=draw.digest, problem=problem, now=now)
        return found is not None

    async def people_of(self, draw_id: str) -> dict[str, str]:
        """The people of a draw who are still here, by what they are called in it."""
        rows = await self._session.rows(SQL.draw_people, id=draw_id)
        keyring = self._session.keyring
        return {
            keyring.box(row["person_id"], row["sealed_key"]).open(row["pseudonym"]): row["person_id"] for row in rows
        }

    async def pseudonym(self, draw_id: str, person_id: str) -> str | None:
        """What somebody is called in a draw; None for whoever is not in it."""
        sealed = await self._session.value(SQL.pseudonym, draw_id=draw_id, person_id=person_id)
        return None if sealed is None else (await DataKeys(self._session).box(person_id)).open(sealed)

    # ------------------------------------------------------------ before a draw

    async def look_ahead(self, panel_id: str, digest: str, request: str) -> bool:
        """Have a draw looked at before it; false for a pool that is looked at, or has been."""
        found = await self._session.value(
            SQL.look_ahead, panel_id=panel_id, digest=digest, request=self._house.seal(request)
        )
        return found is not None

    async def outlook(self, panel_id: str) -> Outlook | None:
        row = await self._session.row(SQL.outlook, panel_id=panel_id)
        return row and make(Outlook, row, request=self._open(row["request"]))

    async def is_looking_ahead(self, now: datetime) -> bool:
        return await self._session.value(SQL.is_looking_ahead, now=now) is not None

    async def claim_outlook(self, now: datetime, until: datetime) -> Outlook | None:
        """A draw to be looked at, which is nobody else's until then."""
        row = await self._session.row(SQL.claim_outlook, now=now, until=until)
        return row and make(Outlook, row, request=self._open(row["request"]))

    async def keep_outlook(self, outlook: Outlook, answer: str) -> bool:
        """False where another pool is looked at by now."""
        kept = await self._session.value(
            SQL.keep_outlook, panel_id=outlook.panel_id, digest=outlook.digest, answer=answer
        )
        return kept is not None

    # ------------------------------------------------------------ seats

    async def add_offers(self, draw: Draw, drawn: Sequence[str], alternates: Sequence[str]) -> None:
        """Whom seats will be offered to: all who were drawn, then as many of the others as need be, in this order."""
        places = [*((person, 0) for person in drawn), *((person, place) for place, person in enumerate(alternates, 1))]
        rows = [
            {"id": new_id(), "draw_id": draw.id, "panel_id": draw.panel_id, "person_id": person, "place": place}
            for person, place in places
        ]
        await self._session.run_many(SQL.add_offer, rows)

    async def drop_withdrawn(self, draw_id: str) -> None:
        """Whoever has left the pool since it was frozen is not asked."""
        await self._session.run(SQL.drop_withdrawn, draw_id=draw_id)

    async def offer(self, id: str, term_ends_at: datetime, lapses_at: datetime) -> bool:
        found = await self._session.value(SQL.offer, id=id, term_ends_at=term_ends_at, lapses_at=lapses_at)
        return found is not None

    async def load_offer(self, id: str) -> Offer | None:
        row = await self._session.row(SQL.load_offer, id=id)
        return row and make(Offer, row)

    async def offers(self, draw_id: str) -> list[Offer]:
        """In the order in which they are made."""
        return [make(Offer, row) for row in await self._session.rows(SQL.offers, draw_id=draw_id)]

    async def offer_to(self, panel_id: str, person_id: str) -> Offer | None:
        """The seat somebody is offered now, or has accepted and waits for."""
        row = await self._session.row(SQL.offer_to, panel_id=panel_id, person_id=person_id)
        return row and make(Offer, row)

    async def answer(self, id: str, state: Literal["accepted", "declined", "lapsed"]) -> bool:
        """False when it is not open any more."""
        return await self._session.value(SQL.answer, id=id, state=state) is not None

    async def seat(self, id: str) -> bool:
        return await self._session.value(SQL.seat, id=id) is not None

    async def stand_first(self, id: str, place: int) -> bool:
        """Somebody who gave their seat away stands by again, at this place; false for anybody else."""
        return await self._session.value(SQL.stand_first, id=id, place=place) is not None

    async def first_end(self, panel_id: str, person_id: str) -> datetime | None:
        """When the term was to end of the seat somebody took last, as they were told when it was offered."""
        found = await self._session.value(SQL.first_end, panel_id=panel_id, person_id=person_id)
        return None if found is None else instant(found)

    # ------------------------------------------------------------ serving

    async def rounds_missed(self, panel_id: str, person_id: str, since: datetime, most: int) -> int:
        """How many of the latest closed consultations, without a break, somebody was asked in and said nothing to.

        "Not this one" is an answer.
        """
        rows = await self._session.rows(
            SQL.rounds_missed, panel_id=panel_id, person_id=person_id, since=since, most=most
        )
        missed = 0
        for row in rows:
            if row["state"] in ("finished", "declined"):
                break
            missed += 1
        return missed
