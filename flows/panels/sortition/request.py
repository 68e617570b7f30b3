"""What a draw is worked out from, frozen and under pseudonyms, and what its record says. Pure rules."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flows.panels.selection.frozen import Frozen, Person, Quota, freeze
from flows.panels.selection.order import Wishes, as_data, digest_of, frozen_of
from flows.panels.sortition.strata import NOT_SAID
from storage.profiles import Profile
from storage.sortition import Candidate, Draw, Member, SeatQuota, Successor, Told

EVERYBODY = "everybody"
"""The one category of a draw in which nothing about people is counted."""

SECONDS = 300.0
"""How long the fairest lottery is searched for; then the best so far is used, with its bound."""


@dataclass(frozen=True, slots=True)
class Request:
    """A frozen pool. `pseudonyms` are by person."""

    frozen: Frozen
    pseudonyms: Mapping[str, str]
    wishes: Wishes

    @property
    def digest(self) -> str:
        """SHA-256 of quotas and pool, as it is told to everybody before the draw."""
        return digest_of(self.frozen)

    def as_json(self) -> str:
        return json.dumps(
            {"frozen": as_data(self.frozen), "seconds": SECONDS, "wishes": asdict(self.wishes)}, ensure_ascii=False
        )


@dataclass(frozen=True, slots=True)
class Order:
    """A request as it is read again to be worked out."""

    frozen: Frozen
    seconds: float
    wishes: Wishes


def read_order(request: str) -> Order:
    kept: dict[str, Any] = json.loads(request)
    return Order(frozen_of(kept), kept["seconds"], Wishes(**kept["wishes"]))


def frozen_request(
    seats: int,
    quotas: Sequence[SeatQuota],
    pool: Sequence[Candidate],
    staying: Sequence[Member | Successor],
    names: Sequence[str],
    wishes: Wishes,
) -> Request:
    """Freeze it; `names` are pseudonyms nobody has had before, as many as people. Raises BadInput."""
    categories = list(dict.fromkeys(quota.attribute for quota in quotas)) or [EVERYBODY]
    options = {category: {quota.option for quota in quotas if quota.attribute == category} for category in categories}
    people = [*(one.person_id for one in pool), *(one.person_id for one in staying)]
    called = dict(zip(people, names, strict=True))

    def features(profile: Profile) -> tuple[str, ...]:
        said = ((profile.get(category) or "", options[category]) for category in categories)
        return tuple(one if one in known else NOT_SAID for one, known in said)

    frozen = freeze(
        seats,
        [
            *(Quota(*_plain(quota)) for quota in quotas),
            *(Quota(category, NOT_SAID, 0, seats) for category in categories),
        ],
        [Person(called[one.person_id], features(one.profile), one.home, one.chance) for one in pool],
        [Person(called[one.person_id], features(one.profile)) for one in staying],
        categories,
    )
    return Request(frozen, called, wishes)


def _plain(quota: SeatQuota) -> tuple[str, str, int, int]:
    return quota.attribute, quota.option, quota.least, quota.most


def record_name(draw: Draw) -> str:
    """What the file of a draw's record is called."""
    return f"draw-{draw.id[-8:]}.json"


def promise_of(draw: Draw) -> dict[str, str]:
    """Where the number was to come from, as it was told before: a public one's source, or the SHA-256 of a secret."""
    return {"source": draw.source, "commitment": "" if draw.source else draw.commitment}


def told_of(lottery: str) -> Told:
    """What everybody can see of a lottery before its number."""
    kept: dict[str, Any] = json.loads(lottery)
    return Told(
        kept["lottery_sha256"],
        kept["min_probability"],
        kept["max_probability"],
        kept["min_cumulative"],
        kept["upper_bound"],
        sum(len(group["ids"]) for group in kept["without_chance"]),
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What a record says, under pseudonyms. `cohorts` part those drawn at the founding; `digest` is its SHA-256.

    `out_of_reach` has for each cohort the quotas, as attribute and option, that could not be met again without it.
    """

    drawn: list[str]
    alternates: list[str]
    cohorts: list[list[str]]
    chances: dict[str, float]
    smallest: float
    largest: float
    is_optimal: bool
    without_chance: int
    digest: str
    out_of_reach: list[list[tuple[str, str]]]


def result_of(record: str) -> Result:
    kept: dict[str, Any] = json.loads(record)
    return Result(
        kept["drawn"],
        kept["alternates"],
        kept["cohorts"],
        kept["probabilities"],
        kept["min_probability"],
        kept["max_probability"],
        kept["optimal"],
        sum(len(group["ids"]) for group in kept["without_chance"]),
        kept["record_sha256"],
        [[(one["category"], one["feature"]) for one in widening] for widening in kept.get("cohorts_out_of_reach", [])],
    )


def widened(quotas: Sequence[SeatQuota], widening: Sequence[Mapping[str, Any]]) -> list[SeatQuota]:
    """The quotas with those that could not be met put as they would have to be; none that has been wider since."""
    wider = {(one["category"], one["feature"]): (one["min"], one["max"]) for one in widening}
    found = []
    for quota in quotas:
        least, most = wider.get((quota.attribute, quota.option), (quota.least, quota.most))
        found.append(SeatQuota(quota.attribute, quota.option, min(least, quota.least), max(most, quota.most)))
    return found
