"""Who is missing: each group of people beside its seats, in the pool and on the panel. Pure rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flows.panels.quotas import quotas_from_shares
from flows.panels.selection.frozen import BadInput
from storage.attributes import Attribute
from storage.profiles import Profile
from storage.sortition import Candidate, SeatQuota

COMFORTABLE = 3
"""So many people for each seat leave chance something to choose from."""

MOST_BROUGHT = 3
"""So many groups are named that a venue has brought."""

NOT_SAID = "not said"
"""What somebody is in a draw who prefers not to say, or has not been asked: no quota is about them."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """One group: its quota, its share of the community, and how many of it are in the pool and on the panel."""

    attribute: Attribute
    option: str
    quota: SeatQuota
    target: float | None
    in_pool: int
    serving: int

    @property
    def wanted(self) -> int:
        """Seats that the pool must be able to fill at the least."""
        return max(0, self.quota.least - self.serving)

    @property
    def is_short(self) -> bool:
        """Too few for the quota: the panel cannot be drawn."""
        return self.in_pool < self.wanted

    @property
    def is_thin(self) -> bool:
        """Enough, but hardly any choice."""
        return self.in_pool < COMFORTABLE * self.wanted

    @property
    def still_needed(self) -> int:
        """How many more would make it comfortable."""
        return max(0, COMFORTABLE * self.wanted - self.in_pool)


def usable(attributes: Iterable[Attribute]) -> list[Attribute]:
    """What quotas can be made of: each option's share is known. Sensitive things are never used."""
    return [one for one in attributes if not one.sensitive and shares_of(one)]


def shares_of(attribute: Attribute) -> dict[str, float]:
    """Each option's share of the community; none where one is not known.

    Of a service's users no census knows the share: as many users as others are wanted.
    """
    if attribute.panel_id is not None:
        return {option.key: 1 / len(attribute.options) for option in attribute.options}
    known = {option.key: option.target for option in attribute.options if option.target is not None}
    return known if len(known) == len(attribute.options) else {}


def quotas_of(attributes: Sequence[Attribute], seats: int, tolerance: int) -> list[SeatQuota]:
    """Seats for each option from its share, give or take `tolerance` percent. Raises BadInput."""
    found = []
    for attribute in attributes:
        shares = shares_of(attribute)
        if not sum(shares.values()):
            raise BadInput(f"{attribute.key} has no shares.")
        worked_out = quotas_from_shares(attribute.key, shares, seats, tolerance / 100)
        found += [SeatQuota(quota.category, quota.feature, quota.least, quota.most) for quota in worked_out]
    return found


def strata(
    attributes: Sequence[Attribute],
    quotas: Sequence[SeatQuota],
    pool: Sequence[Profile],
    serving: Sequence[Profile],
) -> list[Stratum]:
    """Every group that has a quota, in the order of the quotas."""
    known = {attribute.key: attribute for attribute in attributes}
    in_pool, on_panel = _counted(pool), _counted(serving)
    found = []
    for quota in quotas:
        attribute = known.get(quota.attribute)
        option = attribute.option(quota.option) if attribute else None
        if attribute is None or option is None:
            continue
        key = (quota.attribute, quota.option)
        target = shares_of(attribute).get(option.key)
        if attribute.panel_id is not None:
            target = _wanted(quota, quotas) or target
        found.append(Stratum(attribute, quota.option, quota, target, in_pool[key], on_panel[key]))
    return found


def seats_text(quota: SeatQuota) -> str | int:
    """`3–5`, or `4` where it is exactly that."""
    return quota.least if quota.least == quota.most else f"{quota.least}–{quota.most}"


def _wanted(quota: SeatQuota, quotas: Iterable[SeatQuota]) -> float:
    """The share that staff want of a service's users, or others: no census knows it."""
    every = sum(one.least + one.most for one in quotas if one.attribute == quota.attribute)
    return (quota.least + quota.most) / every if every else 0.0


def _counted(profiles: Iterable[Profile]) -> Counter[tuple[str, str]]:
    return Counter((key, said) for profile in profiles for key, said in profile.items() if said is not None)


def belongs(profile: Mapping[str, str | None], stratum: Stratum) -> bool:
    return profile.get(stratum.quota.attribute) == stratum.option


def most_wanted(found: Iterable[Stratum]) -> list[Stratum]:
    """The groups to look for, the one that lacks most first."""
    return sorted((one for one in found if one.is_thin), key=lambda one: (-one.still_needed, one.quota.attribute))


def most_came_from(candidates: Iterable[Candidate], stratum: Stratum, smallest: int) -> str | None:
    """The venue that brought most of a group; None where none brought `smallest` of it: nobody is pointed at."""
    brought = Counter(one.venue for one in candidates if one.venue and belongs(one.profile, stratum))
    venue, number = min(brought.items(), key=lambda found: (-found[1], found[0]), default=("", 0))
    return venue if number >= smallest else None


def brought_by(
    candidates: Sequence[Candidate], venue: str | None, found: Iterable[Stratum], smallest: int
) -> list[Stratum]:
    """The groups of which a venue brought `smallest` at least, the largest first: named, and never counted.

    The counts of the groups are exact, so how many of each a venue brought could be taken from them.
    """
    theirs = [one.profile for one in candidates if one.venue == venue]
    numbers = [(sum(belongs(profile, stratum) for profile in theirs), stratum) for stratum in found]
    enough = [one for one in numbers if one[0] >= smallest]
    return [stratum for _number, stratum in sorted(enough, key=lambda one: -one[0])][:MOST_BROUGHT]
