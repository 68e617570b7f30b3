"""All that is published of a consultation's survey, worked out once and kept as JSON. Pure rules."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from flows.results.counting import Counts, Tally, published
from flows.results.crosstables import ByProfile, Column, cross, weighted, whole
from flows.results.disclosure import Published, Rule
from flows.results.mirror import Mirror, mirror, r_indicator
from flows.results.outcome_rates import Dispositions, Reached, drop_off
from flows.results.outcome_rates import published as published_rates
from flows.results.precision import Precision
from flows.results.weighting import Profile, rake
from storage.consultations import Question


@dataclass(frozen=True, slots=True)
class Trait:
    """An attribute of people: its key, and each band's share in the community where a census gives them."""

    key: str
    targets: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Material:
    """What findings are made of. Profiles have a band for each trait, in their order."""

    questions: Sequence[Question]
    answers: Mapping[str, ByProfile]
    dispositions: Dispositions
    stopped_after: Mapping[int, int]
    traits: Sequence[Trait] = ()
    asked: Mapping[Profile, int] = dataclasses.field(default_factory=dict)
    answered: Mapping[Profile, int] = dataclasses.field(default_factory=dict)
    was_drawn: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One question: counts, what weights make of them (None without weights), its reach, and columns by trait."""

    counts: Counts
    weighted: tuple[Published, ...] | None
    reached: Reached
    by: dict[str, tuple[Column, ...]]

    def weighted_share(self, place: int) -> float | None:
        cell = self.weighted[place] if self.weighted is not None else None
        return cell / self.counts.answered if cell is not None and self.counts.answered else None


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that is published, question by question; rates are None where too few people answered."""

    smallest: int
    rates: Dispositions | None
    design_effect: float
    was_drawn: bool
    weighted_by: tuple[str, ...]
    questions: dict[str, Found]
    mirrors: dict[str, Mirror]
    r_indicator: float | None

    @property
    def rule(self) -> Rule:
        return Rule(self.smallest)

    @property
    def precision(self) -> Precision:
        return Precision(self.rates.complete if self.rates else 0, self.design_effect, self.was_drawn)


def findings(material: Material, rule: Rule) -> Findings:
    """Work out all that may be published."""
    enough = material.dispositions.complete >= rule.smallest
    targets = [trait.targets for trait in material.traits]
    weights = rake(material.answered, targets) if enough and any(targets) else None
    reach = drop_off(len(material.questions), material.stopped_after, material.dispositions.complete, rule)
    questions: dict[str, Found] = {}
    for question, reached in zip(material.questions, reach, strict=True):
        answers = material.answers.get(question.id, {})
        counts = published(question, whole(answers), rule)
        questions[question.id] = Found(
            counts,
            weighted(answers, counts.categories, counts.cells, weights, rule) if weights else None,
            reached,
            {trait.key: cross(question, answers, place, rule) for place, trait in enumerate(material.traits)},
        )
    return Findings(
        rule.smallest,
        published_rates(material.dispositions, rule),
        weights.design_effect if weights else 1.0,
        material.was_drawn,
        tuple(trait.key for trait in material.traits if trait.targets) if weights else (),
        questions,
        {
            trait.key: mirror(trait.targets, _bands(material.asked, place), _bands(material.answered, place), rule)
            for place, trait in enumerate(material.traits)
        },
        r_indicator(material.asked, material.answered) if enough and material.traits else None,
    )


def _bands(people: Mapping[Profile, int], place: int) -> Tally:
    found: dict[str, int] = {}
    for profile, number in people.items():
        found[profile[place]] = found.get(profile[place], 0) + number
    return found


# ---------------------------------------------------------------- kept


def encode(found: Findings) -> str:
    return json.dumps(dataclasses.asdict(found), ensure_ascii=False, separators=(",", ":"))


def decode(text: str) -> Findings:
    read: Findings = _read(Findings, json.loads(text))
    return read


def _read(kind: Any, value: Any) -> Any:
    """A value of JSON as the type that its field has."""
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: _read(hints[name], part) for name, part in value.items()})  # type: ignore[operator]
    if get_origin(kind) is UnionType:
        return None if value is None else _read(get_args(kind)[0], value)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], part) for part in value)
    if get_origin(kind) is dict:
        return {key: _read(get_args(kind)[1], part) for key, part in value.items()}
    return value
