"""What a closed consultation's survey found: worked out and kept the first time somebody asks, and the same ever after.

A second publication, after somebody has changed their profile or the rule has changed, could be subtracted from the
first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.desk import Desk
from flows.results.counting import counted_as, counted_value, is_by_day
from flows.results.crosstables import ByProfile
from flows.results.disclosure import Rule
from flows.results.findings import Findings, Found, Material, Trait, decode, encode, findings
from flows.results.outcome_rates import Dispositions
from flows.results.weighting import Profile
from flows.results.worked_out import countable, counted_by, is_worked_out
from storage.consultations import Question
from storage.responses import WITHHELD, Size, Turnout


async def published(desk: Desk, consultation_id: str) -> Findings:
    """Of a closed consultation."""
    kept = await desk.store.responses.published(consultation_id)
    if kept is not None:
        return decode(kept)
    found = await worked_out(desk, consultation_id, is_closed=True)
    await desk.store.responses.publish(consultation_id, encode(found), desk.now)
    return found


async def worked_out(desk: Desk, consultation_id: str, *, is_closed: bool) -> Findings:
    """What is found just now. Once it is closed, also by profile, and weighted, where people have said who they are;
    and only then are days unsealed to be counted."""
    rule = await desk.disclosure()
    return findings(await _material(desk, consultation_id, rule, is_closed=is_closed), rule)


async def _material(desk: Desk, consultation_id: str, rule: Rule, *, is_closed: bool) -> Material:
    store = desk.store
    turnout = await store.responses.turnout(consultation_id)
    traits = await _traits(desk, consultation_id) if is_closed else []
    every = await store.consultations.questions(consultation_id)
    sealed = [one for one in every if is_by_day(one) or is_worked_out(one)] if is_closed else []
    people = await _by_profile(desk, consultation_id, traits, turnout, sealed)
    questions = _asked(every)
    answers = {one.id: _first_choices(one, people.answers[one.id]) for one in questions if one.id in people.answers}
    for one in sealed:
        if is_worked_out(one) and one.id in people.answers:
            question, answers[one.id] = countable(one, people.answers[one.id], rule)
            questions.append(question)
    return Material(
        questions,
        answers,
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
    return _asked(await desk.store.consultations.questions(consultation_id))


def _asked(questions: Sequence[Question]) -> list[Question]:
    return [counted_as(question) for question in questions if question.is_asked]


async def results_in(desk: Desk, consultation_id: str, found: Findings) -> list[Question]:
    """The same for staff: also what the form worked out, if there is something to say of it."""
    worked_out = [
        shown_as(question, found.questions[question.id])
        for question in await desk.store.consultations.questions(consultation_id)
        if is_worked_out(question) and question.id in found.questions
    ]
    shown = [one for one in worked_out if found.questions[one.id].counts.says_something]
    return [*await asked_in(desk, consultation_id), *shown]


def shown_as(question: Question, found: Found) -> Question:
    """A question as it was counted."""
    return counted_by(question, found.values) if is_worked_out(question) else counted_as(question)


async def _unsealed(
    desk: Desk, question: Question, counted: Mapping[int | None, Mapping[Any, int]], groups: Mapping[str, int]
) -> dict[int | None, dict[Any, int]]:
    """Answers that are days, or what a form worked out, by group; those who prefer not to say as they were counted.

    They are sealed as all words are: they are read one by one, and only their number goes on from here. Who has been
    erased is not among them any more.
    """
    found: dict[int | None, Counter[Any]] = {
        group: Counter({WITHHELD: tally[WITHHELD]}) for group, tally in counted.items() if WITHHELD in tally
    }
    async for group, words in desk.store.responses.words(question.id, groups):
        found.setdefault(group, Counter())[_day_of(words, desk) if is_by_day(question) else words] += 1
    for ballot in await desk.store.ballots.texts(question.id):
        found.setdefault(None, Counter())[_day_of(ballot.words, desk)] += 1
    return {group: dict(tally) for group, tally in found.items()}


def _day_of(words: str, desk: Desk) -> int | None:
    """As an ordinal, here; None for what is no day."""
    try:
        at = datetime.fromisoformat(words)
    except ValueError:
        return None
    return (at.astimezone(desk.zone) if at.tzinfo else at).toordinal()


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
        Trait(
            attribute.key,
            {option.key: option.target for option in attribute.options if option.target is not None},
            [option.key for option in attribute.options],
        )
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


async def _by_profile(
    desk: Desk, consultation_id: str, traits: list[Trait], turnout: Turnout, sealed: Sequence[Question]
) -> _People:
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
    every = await desk.store.responses.tallies(consultation_id, groups)
    every.update({one.id: await _unsealed(desk, one, every[one.id], groups) for one in sealed if one.id in every})
    for question, tallies in every.items():
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
