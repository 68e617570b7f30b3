"""What a closed consultation's survey found: worked out and kept the first time somebody asks, and the same ever after.

A second publication, after somebody has changed their profile or the rule has changed, could be subtracted from the
first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flows.desk import Desk
from flows.results.counting import counted_as, counted_value
from flows.results.crosstables import ByProfile
from flows.results.findings import Findings, Material, Trait, decode, encode, findings
from flows.results.outcome_rates import Dispositions
from flows.results.weighting import Profile
from storage.consultations import Question
from storage.responses import Size, Turnout


async def published(desk: Desk, consultation_id: str) -> Findings:
    """Of a closed consultation."""
    kept = await desk.store.responses.published(consultation_id)
    if kept is not None:
        return decode(kept)
    found = await worked_out(desk, consultation_id)
    await desk.store.responses.publish(consultation_id, encode(found), desk.now)
    return found


async def worked_out(desk: Desk, consultation_id: str, *, by_profile: bool = True) -> Findings:
    """What is found just now; looked at `by_profile` too, and weighted, where people have said who they are."""
    return findings(await _material(desk, consultation_id, by_profile=by_profile), await desk.disclosure())


async def _material(desk: Desk, consultation_id: str, *, by_profile: bool) -> Material:
    store = desk.store
    turnout = await store.responses.turnout(consultation_id)
    traits = await _traits(desk, consultation_id) if by_profile else []
    people = await _by_profile(desk, consultation_id, traits, turnout)
    questions = await asked_in(desk, consultation_id)
    return Material(
        questions,
        {one.id: _first_choices(one, people.answers[one.id]) for one in questions if one.id in people.answers},
        _dispositions(turnout),
        await store.responses.stopped_before(consultation_id),
        traits,
        people.asked,
        people.answered,
        people.others,
        turnout.other,
        was_drawn=not turnout.answered_unasked and await _of_drawn_panel(desk, consultation_id),
    )


async def asked_in(desk: Desk, consultation_id: str) -> list[Question]:
    """The questions that have results, as they are counted."""
    questions = await desk.store.consultations.questions(consultation_id)
    return [counted_as(question) for question in questions if question.is_asked]


def _first_choices(question: Question, answers: ByProfile) -> ByProfile:
    if question.format != "rank":
        return answers
    found: dict[Profile, Counter[Any]] = {}
    for profile, tally in answers.items():
        for value, times in tally.items():
            found.setdefault(profile, Counter())[counted_value(question, value)] += times
    return found


async def _of_drawn_panel(desk: Desk, consultation_id: str) -> bool:
    """Whether chance chose the people who were asked."""
    consultation = await desk.store.consultations.load(consultation_id)
    panel = await desk.store.panels.load(consultation.panel_id) if consultation else None
    return panel is not None and panel.kind == "drawn"


async def _traits(desk: Desk, consultation_id: str) -> list[Trait]:
    """What answers can be looked at by; nothing where they are anonymous, for then nobody knows whose they are."""
    consultation = await desk.store.consultations.load(consultation_id)
    if consultation is None or consultation.is_anonymous:
        return []
    return [
        Trait(attribute.key, {option.key: option.target for option in attribute.options if option.target is not None})
        for attribute in await desk.store.attributes.all()
    ]


def _dispositions(turnout: Turnout) -> Dispositions:
    silent = turnout.asked - turnout.finished - turnout.started - turnout.declined
    return Dispositions(turnout.finished, turnout.started, turnout.declined, silent)


@dataclass(frozen=True, slots=True)
class _People:
    """Who was asked, who of them answered, who else did, and what, by question; counted by profile."""

    asked: Counter[Profile]
    answered: Counter[Profile]
    others: Counter[Profile]
    answers: dict[str, ByProfile]


async def _by_profile(desk: Desk, consultation_id: str, traits: list[Trait], turnout: Turnout) -> _People:
    """Whoever has been erased since, and everybody where nothing is asked about people, has the profile of nothing."""
    number: dict[Profile, int] = {}
    groups: dict[str, int] = {}
    if traits:
        async for person_id, given in desk.store.profiles.all():
            profile = tuple(given.get(trait.key) or "" for trait in traits)
            groups[person_id] = number.setdefault(profile, len(number))
    profiles, unknown = list(number), ("",) * len(traits)
    sizes = await desk.store.responses.sizes(consultation_id, groups) if groups else {}

    def counted(of: Callable[[Size], int], everybody: int) -> Counter[Profile]:
        found = Counter({profiles[group]: of(size) for group, size in sizes.items() if of(size)})
        found[unknown] += everybody - found.total()
        return found

    answers: dict[str, ByProfile] = {}
    for question, tallies in (await desk.store.responses.tallies(consultation_id, groups)).items():
        found: dict[Profile, Counter[Any]] = {unknown: Counter()}
        for group, tally in tallies.items():
            found.setdefault(unknown if group is None else profiles[group], Counter()).update(tally)
        answers[question] = found
    return _People(
        counted(lambda size: size.asked, turnout.asked),
        counted(lambda size: size.answered, turnout.finished),
        counted(lambda size: size.others, turnout.answered_unasked),
        answers,
    )
