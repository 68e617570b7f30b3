"""All that is published of a consultation's survey, worked out once and kept as JSON. Pure rules."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import ceil
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from flows.results.counting import Counts, Tally, is_by_day, published, said
from flows.results.crosstables import ByProfile, Column, cross, put_together, weighted, whole
from flows.results.disclosure import Line, Published, Rule
from flows.results.mirror import Mirror, mirror, r_indicator, reflected, who_answered
from flows.results.outcome_rates import Dispositions, Reached, drop_off
from flows.results.outcome_rates import published as published_rates
from flows.results.precision import Interval, Precision, mean_of
from flows.results.weighting import Profile, Weights, rake
from flows.results.worked_out import is_worked_out
from storage.consultations import Question
from storage.responses import Way


@dataclass(frozen=True, slots=True)
class Trait:
    """An attribute of people: its key, each band's share in the community where a census gives them, and the order in
    which staff have put its bands."""

    key: str
    targets: Mapping[str, float]
    order: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """What findings are made of. Profiles have a band for each trait, in their order.

    `answered` are those who were asked, `others` those who answered without; `ways` says how many of these came how.
    """

    questions: Sequence[Question]
    answers: Mapping[str, ByProfile]
    dispositions: Dispositions
    stopped_before: Mapping[str | None, int]
    traits: Sequence[Trait] = ()
    asked: Mapping[Profile, int] = dataclasses.field(default_factory=dict)
    answered: Mapping[Profile, int] = dataclasses.field(default_factory=dict)
    others: Mapping[Profile, int] = dataclasses.field(default_factory=dict)
    ways: Mapping[Way, int] = dataclasses.field(default_factory=dict)
    was_drawn: bool = False

    @property
    def complete(self) -> int:
        """Everybody whose answers are counted."""
        return self.dispositions.complete + sum(self.ways.values())

    @property
    def everybody(self) -> Counter[Profile]:
        """The same people by profile."""
        return Counter(self.answered) + Counter(self.others)


@dataclass(frozen=True, slots=True)
class Found:
    """One question: counts, what weights make of them (None without weights) and of the mean, its reach, and columns
    by trait; the `values` that are counted, where the form worked them out and they are no numbers; and `who` answered
    it, by trait, in the order of the bands of its mirror."""

    counts: Counts
    weighted: tuple[Published, ...] | None
    reached: Reached
    by: dict[str, tuple[Column, ...]]
    weighted_mean: float | None = None
    values: tuple[str, ...] = ()
    who: dict[str, Line] = dataclasses.field(default_factory=dict)

    def weighted_share(self, place: int) -> float | None:
        cell = self.weighted[place] if self.weighted is not None else None
        return cell / self.counts.answered if cell is not None and self.counts.answered else None


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that is published, question by question.

    `answered` is everybody, None where too few people did; `ways` are those who had not been asked, by the way they
    came. Rates are of those who were asked, None where too few of them answered.
    """

    smallest: int
    answered: Published
    ways: dict[str, Published]
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
        return Precision(self.answered or 0, self.design_effect, self.was_drawn)

    def of_share(self, found: Found, place: int) -> Interval | None:
        """Within which a question's share lies, the weighted one where there is one; None where none is shown."""
        share = found.weighted_share(place) if found.weighted is not None else found.counts.cells.share(place)
        return None if share is None else self.behind(found).of_share(share)

    def of_mean(self, found: Found) -> Interval | None:
        """Within which a question's mean lies, likewise."""
        mean = found.counts.mean if found.weighted_mean is None else found.weighted_mean
        if mean is None or found.counts.deviation is None:
            return None
        return self.behind(found).of_mean(mean, found.counts.deviation)

    def behind(self, found: Found) -> Precision:
        """What stands behind a question's figures."""
        return Precision(found.counts.answered or 0, self.design_effect, self.was_drawn)

    def mirrors_of(self, found: Found) -> dict[str, Mirror]:
        """Who answered one question, beside the panel and the community, by trait."""
        return {key: reflected(self.mirrors[key], who) for key, who in found.who.items()}

    @property
    def all_were_asked(self) -> bool:
        """Whether nobody answered without having been asked: only then there is a share of those asked."""
        return not self.ways


def findings(material: Material, rule: Rule) -> Findings:
    """Work out all that may be published."""
    enough = material.complete >= rule.smallest
    everybody = material.everybody
    groups = [_groups(trait, _bands(everybody, place), rule) for place, trait in enumerate(material.traits)]
    weights = _weights(material, groups) if enough and any(groups) else None
    mirrors = {
        trait.key: mirror(trait.targets, _bands(material.asked, place), _bands(everybody, place), rule)
        for place, trait in enumerate(material.traits)
    }
    ids = [question.id for question in material.questions]
    reach = drop_off(ids, material.stopped_before, material.dispositions.complete, rule)
    questions: dict[str, Found] = {}
    for question, reached in zip(material.questions, reach, strict=True):
        answers = material.answers.get(question.id, {})
        counts = published(question, whole(answers), rule)
        answers = {profile: said(tally) for profile, tally in answers.items()}
        questions[question.id] = Found(
            counts,
            weighted(answers, counts.categories, counts.cells, weights, rule) if weights else None,
            reached,
            {
                trait.key: cross(question, answers, place, rule, trait.order)
                for place, trait in enumerate(material.traits)
            },
            _weighted_mean(answers, weights) if weights and counts.mean is not None else None,
            question.options if is_worked_out(question) else (),
            {
                trait.key: who_answered(
                    mirrors[trait.key],
                    _bands(everybody, place),
                    _bands({profile: sum(tally.values()) for profile, tally in answers.items()}, place),
                    rule,
                )
                for place, trait in enumerate(material.traits)
                if is_known_of_whom(question)
            },
        )
    return Findings(
        rule.smallest,
        rule.rounded(material.complete),
        {way: rule.rounded(number) for way, number in material.ways.items()},
        published_rates(material.dispositions, rule),
        _design_effect(weights.design_effect, material.complete) if weights else 1.0,
        material.was_drawn,
        tuple(trait.key for trait, used in zip(material.traits, groups, strict=True) if used) if weights else (),
        questions,
        mirrors,
        round(
            r_indicator(_grouped(material.asked, groups), _grouped(material.answered, groups)),
            _digits(material.complete),
        )
        if weights
        else None,
    )


MANY = 1000
"""So many people make one of them less than rounding, in a figure of two digits."""


def _digits(people: int) -> int:
    """Behind the point of a figure that is made of exact counts: more would say which counts these are."""
    return 2 if people >= MANY else 1


def _design_effect(exact: float, people: int) -> float:
    """Rounded up, so that nothing is said to be surer than it is."""
    scale = 10.0 ** _digits(people)
    return ceil(round(exact * scale, 6)) / scale


def is_known_of_whom(question: Question) -> bool:
    """Whether its answers are counted by profile: own words are not, and nobody is asked what a form works out."""
    return not is_worked_out(question) and (question.kind != "text" or is_by_day(question))


def _weighted_mean(answers: ByProfile, weights: Weights) -> float | None:
    tally: Counter[Any] = Counter()
    for profile, given in answers.items():
        for value, times in given.items():
            tally[value] += times * weights.of(profile)  # type: ignore[assignment]
    mean = mean_of(tally)
    return mean.value if mean else None


# ---------------------------------------------------------------- weights
#
# Made of groups of enough people: the design effect of a group of a few would say how few they are.

Groups = Mapping[str, str]
"""For each band with a target the group it belongs to; empty where an attribute cannot be used."""


def _groups(trait: Trait, answered: Mapping[str, int], rule: Rule) -> Groups:
    found = put_together({band: answered.get(band, 0) for band in trait.targets}, rule)
    return {band: "+".join(bands) for bands in found for band in bands}


def _weights(material: Material, groups: Sequence[Groups]) -> Weights:
    """For the profiles themselves, raked group by group."""
    targets: list[dict[str, float]] = [{} for _trait in groups]
    for target, trait, of in zip(targets, material.traits, groups, strict=True):
        for band, group in of.items():
            target[group] = target.get(group, 0.0) + trait.targets[band]
    everybody = material.everybody
    weights = rake(_grouped(everybody, groups), targets)
    return replace(weights, by_profile={profile: weights.of(_group(profile, groups)) for profile in everybody})


def _grouped(people: Mapping[Profile, int], groups: Sequence[Groups]) -> Counter[Profile]:
    found: Counter[Profile] = Counter()
    for profile, number in people.items():
        found[_group(profile, groups)] += number
    return found


def _group(profile: Profile, groups: Sequence[Groups]) -> Profile:
    return tuple(of.get(band, "") for band, of in zip(profile, groups, strict=True))


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


@cache
def _types(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, value: Any) -> Any:
    """A value of JSON as the type that its field has."""
    if dataclasses.is_dataclass(kind):
        hints = _types(kind)  # type: ignore[arg-type]
        return kind(**{name: _read(hints[name], part) for name, part in value.items()})  # type: ignore[operator]
    if get_origin(kind) is UnionType:
        return None if value is None else _read(get_args(kind)[0], value)
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], part) for part in value)
    if get_origin(kind) is dict:
        return {key: _read(get_args(kind)[1], part) for key, part in value.items()}
    return value
