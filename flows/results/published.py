"""What a closed consultation's survey found: worked out and kept the first time somebody asks, and the same ever after.

A second publication, after somebody has changed their profile or the rule has changed, could be subtracted from the
first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flows.desk import Desk
from flows.results.counting import counted_as, counted_value
from flows.results.crosstables import ByProfile
from flows.results.findings import Findings, Material, Trait, decode, encode, findings
from flows.results.outcome_rates import Dispositions
from flows.results.weighting import Profile
from storage.consultations import Question
from storage.responses import Asked, Tallies, Turnout


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
    tallies = await store.responses.tallies(consultation_id)
    traits = await _traits(desk, consultation_id) if by_profile else []
    people = await _by_profile(desk, consultation_id, traits) if traits else _People((), {})
    answers = people.answers(tallies, turnout)
    questions = await asked_in(desk, consultation_id)
    return Material(
        questions,
        {**answers, **{one.id: _first_choices(one, answers[one.id]) for one in questions if one.id in answers}},
        _dispositions(turnout),
        await store.responses.stopped_after(consultation_id),
        traits,
        people.asked,
        people.answered,
        people.others,
        turnout.other,
        was_drawn=await _was_drawn(desk, consultation_id),
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


async def _was_drawn(desk: Desk, consultation_id: str) -> bool:
    """Whether chance chose the people who were asked; whoever else answered was not drawn."""
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


class _People:
    """Who was asked and what was answered, counted by profile; of nobody more than that."""

    def __init__(self, nothing_known: Profile, profiles: Mapping[str, Profile]) -> None:
        self._nothing_known = nothing_known
        self._profiles = profiles
        self.asked: Counter[Profile] = Counter()
        self.answered: Counter[Profile] = Counter()
        self.others: Counter[Profile] = Counter()
        self._chosen: Counter[tuple[str, Profile, Any]] = Counter()

    def add(self, page: Asked) -> None:
        unknown, known = self._nothing_known, self._profiles
        self.asked.update(known.get(person, unknown) for person in page.states)
        self.answered.update(known.get(person, unknown) for person, state in page.states.items() if state == "finished")
        self.others.update(known.get(person, unknown) for person in page.others)
        self._chosen.update((question, known.get(person, unknown), value) for person, question, value in page.chosen)

    def answers(self, tallies: Tallies, turnout: Turnout) -> dict[str, ByProfile]:
        """By question. Whoever has been erased since, and all where nothing is asked about people, has no profile."""
        unknown = self._nothing_known
        self.asked[unknown] += turnout.asked - self.asked.total()
        self.answered[unknown] += turnout.finished - self.answered.total()
        self.others[unknown] += sum(turnout.other.values()) - self.others.total()
        found: dict[str, dict[Profile, Counter[Any]]] = {question: {unknown: Counter()} for question in tallies}
        for (question, profile, value), times in self._chosen.items():
            found[question].setdefault(profile, Counter())[value] = times
        for question, tally in tallies.items():
            rest = Counter(tally)
            for one in found[question].values():
                rest.subtract(one)
            found[question][unknown].update(+rest)
        return {question: dict(answers) for question, answers in found.items()}


async def _by_profile(desk: Desk, consultation_id: str, traits: list[Trait]) -> _People:
    seen: dict[Profile, Profile] = {}
    profiles: dict[str, Profile] = {}
    async for person_id, given in desk.store.profiles.all():
        profile = tuple(given.get(trait.key) or "" for trait in traits)
        profiles[person_id] = seen.setdefault(profile, profile)
    people = _People(("",) * len(traits), profiles)
    async for page in desk.store.responses.asked(consultation_id):
        people.add(page)
    return people
