"""A draw's record: everything needed to repeat it, on any machine, and to check it without trusting anybody."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping
from importlib.metadata import version

from flows.panels.selection.alternates import DROPOUT, Alternates, alternates
from flows.panels.selection.cohorts import founding_cohorts
from flows.panels.selection.draw import DIGITS, Drawn, Hopeless, draw
from flows.panels.selection.effort import Effort
from flows.panels.selection.frozen import Frozen, Person
from flows.panels.selection.lottery import PANELS, picked
from flows.panels.selection.order import (
    ALGORITHMS,
    NOTHING_MORE,
    Algorithm,
    BadRecord,
    Record,
    Wishes,
    as_data,
    digest_of,
    fingerprint,
    frozen_of,
    seal_of,
    widening_data,
)

FORMAT = "folkmoot-draw-1"

ADDED_LATER = {"by_stratum", "lottery_sha256", "promise"}
"""What the first records of this format do not have."""

LARGE = ("probabilities", "frozen_sha256", "lottery", "seconds")
"""What of a lottery stands at the end of a record: a reader wants it last."""


def recorded_draw(
    frozen: Frozen,
    algorithm: Algorithm,
    seed: str,
    effort: Effort,
    wishes: Wishes,
    promise: Mapping[str, str] | None = None,
) -> Record:
    """Draws, and makes the record. Raises Unmeetable, and BadInput for more cohorts than people."""
    return record_with(frozen, recorded_lottery(frozen, algorithm, effort, wishes), seed, wishes, promise)


def recorded_lottery(frozen: Frozen, algorithm: Algorithm, effort: Effort, wishes: Wishes) -> Record:
    """What of a record there is before the seed: the lottery, its fingerprint, and everybody's chance in it.

    Raises Unmeetable.
    """
    return lottery_of(frozen, draw(frozen, algorithm, effort, wishes.cap), algorithm, wishes)


def record_of(frozen: Frozen, drawn: Drawn, algorithm: str, seed: str, wishes: Wishes = NOTHING_MORE) -> Record:
    """The record of what the seed picks from a lottery nobody was told of before. Raises BadInput."""
    return record_with(frozen, lottery_of(frozen, drawn, algorithm, wishes), seed, wishes)


def lottery_of(frozen: Frozen, drawn: Drawn, algorithm: str, wishes: Wishes) -> Record:
    """A lottery as plain values."""
    chances = dict(zip((person.id for person in frozen.waiting), drawn.chances, strict=True))
    hopeless = {name for group in drawn.hopeless for name in group.ids}
    with_hope = [chance for name, chance in chances.items() if name not in hopeless]
    changes = [abs(ideal - real) for ideal, real in zip(drawn.chances, drawn.lottery_chances, strict=True)]
    return {
        "min_probability": min(with_hope),
        "max_probability": max(with_hope),
        "min_cumulative": drawn.smallest_cumulative,
        "upper_bound": drawn.bound,
        "optimal": drawn.is_optimal,
        "algorithm": algorithm,
        "cap": wishes.cap,
        "size": frozen.size,
        "rounds": drawn.rounds,
        "solver": _solver(),
        "largest_change_in_lottery": round(max(changes), 10),
        "without_chance": [_hopeless_data(group) for group in drawn.hopeless],
        "lottery_sha256": fingerprint(drawn.lottery),
        "probabilities": chances,
        "frozen_sha256": digest_of(frozen),
        "lottery": drawn.lottery,
    }


def record_with(
    frozen: Frozen, lottery: Record, seed: str, wishes: Wishes, promise: Mapping[str, str] | None = None
) -> Record:
    """The record of what the seed picks, as plain values in the order in which a reader wants them. Raises BadInput.

    `promise` is what was named before as where the seed would come from: the `source` of a public number, or else the
    `commitment` to a secret one, its SHA-256.
    """
    pick = picked(seed)
    drawn = lottery["lottery"][pick]
    staying = [person.id for person in frozen.staying]
    panel = sorted([*staying, *drawn])
    standing_by, dropouts = _standing_by(frozen, panel, seed, wishes)
    return {
        "format": FORMAT,
        "panel": panel,
        "drawn": drawn,
        "staying": staying,
        "alternates": standing_by.ids,
        "expected_loss": standing_by.loss,
        "expected_loss_without_alternates": standing_by.loss_without,
        "dropouts": dropouts,
        **_cohorts_data(frozen, drawn, wishes.cohorts),
        "promise": promise,
        "seed": seed,
        "pick": pick,
        **{name: value for name, value in lottery.items() if name not in LARGE},
        "by_stratum": _by_stratum(frozen, drawn, lottery["probabilities"]),
        "probabilities": lottery["probabilities"],
        "frozen_sha256": lottery["frozen_sha256"],
        "frozen": as_data(frozen),
        "lottery": lottery["lottery"],
        **{name: lottery[name] for name in ("seconds",) if name in lottery},
    }


def _standing_by(frozen: Frozen, panel: list[str], seed: str, wishes: Wishes) -> tuple[Alternates, dict[str, float]]:
    """The alternates, and how likely each of the panel drops out.

    Where nobody is left to stand by, it is as if no alternates had been wished for: a record tells these two apart no
    more, so that repeating it gives the same.
    """
    lot = f"{digest_of(frozen)}:{seed}"
    dropouts = {name: wishes.dropouts.get(name, DROPOUT) for name in panel} if wishes.alternates else {}
    found = alternates(frozen, panel, wishes.alternates, dropouts, lot)
    return (found, dropouts) if found.ids else (alternates(frozen, panel, 0, {}, lot), {})


def _solver() -> str:
    return f"HiGHS {version('highspy')}"


def _by_stratum(frozen: Frozen, drawn: list[str], chances: Mapping[str, float]) -> list[Record]:
    """For every quota: how many of these people wait, how many of them were drawn, and their chances.

    The chances of nobody are null.
    """
    taken = set(drawn)
    strata = []
    for quota in frozen.quotas:
        place = frozen.categories.index(quota.category)
        ids = [person.id for person in frozen.waiting if person.features[place] == quota.feature]
        theirs = [chances[name] for name in ids]
        strata.append(
            {
                "category": quota.category,
                "feature": quota.feature,
                "people": len(ids),
                "seats": len(taken.intersection(ids)),
                "min": min(theirs, default=None),
                "mean": round(math.fsum(theirs) / len(theirs), DIGITS) if theirs else None,
                "max": max(theirs, default=None),
            }
        )
    return strata


def _cohorts_data(frozen: Frozen, drawn: list[str], number: int) -> Record:
    if not number:
        return {"cohorts": [], "cohorts_out_of_reach": []}
    found = founding_cohorts(frozen, drawn, number)
    return {
        "cohorts": found.members,
        "cohorts_out_of_reach": [widening_data(widening) for widening in found.unreachable],
    }


def _hopeless_data(group: Hopeless) -> dict[str, object]:
    return {"ids": group.ids, "features": list(group.features), "widening": widening_data(group.widening)}


# ---------------------------------------------------------------- checking


def problems_of(record: Record) -> list[str]:
    """What is wrong with a record: the arithmetic anybody can do by hand first, then the draw is repeated.

    Raises BadRecord where it is none.
    """
    if record.get("format") != FORMAT or record.get("algorithm") not in ALGORITHMS:
        raise BadRecord(f"It is not a record in the format {FORMAT}.")
    frozen = frozen_of(record)
    try:
        _check_wishes(record)
        found = [
            *_wrong_frozen(record, frozen),
            *_wrong_lottery(record, frozen),
            *_wrong_fingerprint(record),
            *_wrong_promise(record),
            *_wrong_pick(record),
        ]
        return found or _different(record, frozen) or _brokenseal_of(record)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError) as problem:
        raise BadRecord(f"It is not complete ({type(problem).__name__}: {problem}).") from None


def _check_wishes(record: Record) -> None:
    """What a draw is repeated with must be what it could have been ordered with. Raises ValueError."""
    cap, rounds = record["cap"], record["rounds"]
    if cap is not None and not (type(cap) in (int, float) and 0 < cap <= 1):
        raise ValueError("the cap must be a chance")
    if rounds is not None and not (type(rounds) is int and rounds >= 0):
        raise ValueError("rounds must be a whole number from 0")
    if not all(type(chance) in (int, float) and 0 <= chance <= 1 for chance in record["dropouts"].values()):
        raise ValueError("dropouts must be chances")
    if (promise := record.get("promise")) is not None:
        words = [promise["source"], promise["commitment"]]
        if (
            len(promise) != 2
            or not all(isinstance(word, str) for word in words)
            or [*map(bool, words)].count(True) != 1
        ):
            raise ValueError("a promise names a source, or the commitment to a secret number")
        if not all(word.isprintable() for word in words):  # it is shown beside fingerprints people compare
            raise ValueError("a promise is one line")


def _brokenseal_of(record: Record) -> list[str]:
    if "record_sha256" in record and record["record_sha256"] != seal_of(record):
        return ["The record does not have the SHA-256 that stands in it."]
    return []


def _wrong_frozen(record: Record, frozen: Frozen) -> list[str]:
    if digest_of(frozen) != record["frozen_sha256"]:
        return ["The frozen input does not have the SHA-256 that was published."]
    return []


def _wrong_lottery(record: Record, frozen: Frozen) -> list[str]:
    lottery = record["lottery"]
    if len(lottery) != PANELS:
        return [f"The lottery has {len(lottery)} panels instead of {PANELS}."]
    waiting = {person.id: person for person in frozen.waiting}
    for number, panel in enumerate(lottery):
        if wrong := _wrong_panel(frozen, waiting, panel):
            return [f"Panel {number} of the lottery {wrong}."]
    often = Counter(name for panel in lottery for name in panel)
    largest = record["largest_change_in_lottery"]
    return [
        f"The chance of {name} in the lottery is not the one stated."
        for name, chance in record["probabilities"].items()
        if abs(often[name] / PANELS - chance) > largest + 1e-9
    ]


def _wrong_fingerprint(record: Record) -> list[str]:
    if "lottery_sha256" in record and record["lottery_sha256"] != fingerprint(record["lottery"]):
        return ["The lottery does not have the SHA-256 that was published."]
    return []


def _wrong_panel(frozen: Frozen, waiting: dict[str, Person], panel: list[str]) -> str | None:
    if len(panel) != frozen.seats or len(set(panel)) != len(panel):
        return f"does not have {frozen.seats} different people"
    if any(name not in waiting for name in panel):
        return "has somebody who was not waiting"
    people = [waiting[name] for name in panel]
    homes = [person.household for person in people if person.household]
    if len(set(homes)) != len(homes):
        return "has two people of one household"
    have = frozen.taken()
    have.update(pair for person in people for pair in zip(frozen.categories, person.features, strict=True))
    for quota in frozen.quotas:
        if not quota.least <= have[quota.category, quota.feature] <= quota.most:
            return f"does not meet the quota of {quota.category} {quota.feature}"
    return None


def _wrong_promise(record: Record) -> list[str]:
    promise = record.get("promise")
    if "lottery_sha256" in record and "promise" not in record:
        return ["It does not say whether it was named before what the seed would be."]
    if not promise or promise["source"] or hashlib.sha256(record["seed"].encode()).hexdigest() == promise["commitment"]:
        return []
    return ["The seed does not have the SHA-256 that was published as the promise."]


def _wrong_pick(record: Record) -> list[str]:
    if picked(record["seed"]) != record["pick"] or record["lottery"][record["pick"]] != record["drawn"]:
        return ["The seed does not pick this panel."]
    return []


def _different(record: Record, frozen: Frozen) -> list[str]:
    wishes = Wishes(record["cap"], len(record["alternates"]), record["dropouts"], len(record["cohorts"]))
    effort = Effort(rounds=record["rounds"])
    again = recorded_draw(frozen, record["algorithm"], record["seed"], effort, wishes, record.get("promise"))
    names = [
        name
        for name, value in again.items()
        if name != "solver" and record.get(name) != value and (name in record or name not in ADDED_LATER)
    ]
    if not names:
        return []
    found = f"Repeating the draw gives another result for: {', '.join(names)}."
    if record["solver"] != again["solver"]:
        found += f" It was drawn with {record['solver']}, here is {again['solver']}."
    return [found]
