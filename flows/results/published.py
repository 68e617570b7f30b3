"""What a closed consultation's survey found: worked out and kept the first time somebody asks, and the same ever after.

A second publication, after somebody has changed their profile or the rule has changed, could be subtracted from the
first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flows.desk import Desk
from flows.results.crosstables import ByProfile
from flows.results.findings import Findings, Material, Trait, decode, encode, findings
from flows.results.outcome_rates import Dispositions
from flows.results.weighting import Profile
from storage.responses import Tallies, Turnout


async def published(desk: Desk, consultation_id: str) -> Findings:
    """Of a closed consultation."""
    kept = await desk.store.responses.published(consultation_id)
    if kept is not None:
        return decode(kept)
    found = findings(await _material(desk, consultation_id), await desk.disclosure())
    await desk.store.responses.publish(consultation_id, encode(found), desk.now)
    return found


async def _material(desk: Desk, consultation_id: str) -> Material:
    store = desk.store
    consultation = await store.consultations.load(consultation_id)
    linked = consultation is not None and not consultation.is_anonymous
    turnout = await store.responses.turnout(consultation_id)
    tallies = await store.responses.tallies(consultation_id)
    traits = [
        Trait(attribute.key, {option.key: option.target for option in attribute.options if option.target is not None})
        for attribute in await store.attributes.all()
    ]
    people = await _by_profile(desk, consultation_id, traits) if traits and linked else _People((), {})
    people.settle(tallies, turnout)
    return Material(
        await store.consultations.questions(consultation_id),
        people.answers,
        _dispositions(turnout),
        await store.responses.stopped_after(consultation_id),
        traits if linked else [],
        people.asked,
        people.answered,
    )


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
        self.answers: dict[str, dict[Profile, Counter[Any]]] = {}

    def add(self, person_id: str, finished: bool, answers: Mapping[str, Any]) -> None:
        profile = self._profiles.get(person_id, self._nothing_known)
        self.asked[profile] += 1
        self.answered[profile] += finished
        for question_id, value in answers.items():
            self.answers.setdefault(question_id, {}).setdefault(profile, Counter())[value] += 1

    def settle(self, tallies: Tallies, turnout: Turnout) -> None:
        """Whoever has been erased since, and all where nothing is asked about people, has no profile."""
        unknown = self._nothing_known
        self.asked[unknown] += turnout.asked - self.asked.total()
        self.answered[unknown] += turnout.finished - self.answered.total()
        for question_id, tally in tallies.items():
            known: ByProfile = self.answers.setdefault(question_id, {})
            rest = Counter(tally)
            for one in known.values():
                rest.subtract(one)
            self.answers[question_id].setdefault(unknown, Counter()).update(+rest)


async def _by_profile(desk: Desk, consultation_id: str, traits: list[Trait]) -> _People:
    seen: dict[Profile, Profile] = {}
    profiles: dict[str, Profile] = {}
    async for person_id, given in desk.store.profiles.all():
        profile = tuple(given.get(trait.key) or "" for trait in traits)
        profiles[person_id] = seen.setdefault(profile, profile)
    people = _People(("",) * len(traits), profiles)
    async for page in desk.store.responses.asked(consultation_id):
        for one in page:
            people.add(one.person_id, one.state == "finished", one.answers)
    return people
