"""Advice about a survey's questions, as the bot gives it before publishing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flows.alike import most_alike
from flows.desk import Desk
from flows.surveys.form.advice import Asked, advice, minutes
from flows.surveys.form.model import language_name
from flows.surveys.form.questions import item_kind, languages_of
from flows.words import DEFAULT_LANGUAGE, Day, Text, Words, _, lines, ngettext, said_in
from storage.consultations import Consultation, Question

LATELY = timedelta(days=30)
A_YEAR = timedelta(days=365)
MOST_ALIKE = 2
MOST_SHOWN = 8


def advised(questions: Sequence[Question]) -> list[Words]:
    """What a careful colleague would say, question by question."""
    return [
        one.what if one.number is None else _("Question {number}: {what}", number=one.number, what=one.what)
        for one in advice(_as_asked(questions))
    ]


async def last_advice(desk: Desk, consultation: Consultation) -> Text | None:
    """What is worth a thought before people are asked; nothing of it stands in the way."""
    store = desk.store.consultations
    questions = await store.questions(consultation.id)
    lately = await store.asked_since(consultation, desk.now - LATELY)
    unspoken = await _unspoken(desk, consultation, questions)
    thoughts: list[Text | None] = [
        ngettext(
            "This panel was asked {n} other thing in the last {days} days: {question}",
            "This panel was asked {n} other things in the last {days} days, the last: {question}",
            len(lately),
            days=LATELY.days,
            question=lately[0],
        )
        if lately
        else None,
        *await _asked_before(desk, consultation, questions),
        unspoken,
        *await _unreached(desk, consultation),
        *advised(questions),
    ]
    found = [thought for thought in thoughts if thought is not None][:MOST_SHOWN]
    if not found:
        return None
    return lines(_("What a careful colleague might say:"), *(_("– {problem}", problem=one) for one in found))


async def _asked_before(desk: Desk, consultation: Consultation, questions: Sequence[Question]) -> list[Words]:
    """What the same people were asked in nearly the same words, on this or another panel of theirs."""
    before = await desk.store.consultations.asked_of_members(consultation, desk.now - A_YEAR)
    wordings = [one.wording for one in before]
    found = {
        place for question in questions if question.is_asked for place in most_alike(question.wording, wordings, 1)
    }
    return [
        _(
            "Members were asked something alike on {day}: {question}",
            day=Day(before[place].published_at.astimezone(desk.zone).date()),
            question=before[place].wording,
        )
        for place in sorted(found)[:MOST_ALIKE]
    ]


async def _unreached(desk: Desk, consultation: Consultation) -> list[Words]:
    """Groups of whom so few sit on the panel that nothing can be said of them, and members who hear nothing."""
    told: list[Words] = []
    smallest = (await desk.disclosure()).smallest
    members = await desk.store.sortition.members(consultation.panel_id)
    if len(members) >= smallest:
        language = desk.voice.language
        few = [
            said_in(option.labels, language)
            for attribute in await desk.store.attributes.all()
            for option in attribute.options
            if option.target and sum(one.profile.get(attribute.key) == option.key for one in members) < smallest
        ]
        if few:
            told.append(
                _(
                    "Fewer than {smallest} on this panel are: {groups}. Invite some, or ask them in another way too.",
                    smallest=smallest,
                    groups=", ".join(few),
                )
            )
    panel = await desk.store.consultations.panel_to_ask(consultation.panel_id)
    stopped = panel.serving - panel.reached if panel else 0
    if stopped:
        told.append(
            ngettext(
                "{n} member has stopped hearing from us and gets no invitation.",
                "{n} members have stopped hearing from us and get no invitation.",
                stopped,
            )
        )
    return told


async def _unspoken(desk: Desk, consultation: Consultation, questions: Sequence[Question]) -> Text | None:
    """People who will be asked in a language that is not theirs."""
    spoken = languages_of(questions, consultation.language) or (DEFAULT_LANGUAGE,)
    others = {
        language: number
        for language, number in (await desk.store.consultations.languages(consultation.panel_id)).items()
        if language not in spoken
    }
    if not others:
        return None
    return ngettext(
        "{n} person on this panel reads another language ({languages}). Tap “Other languages” to add words for them.",
        "{n} people on this panel read other languages ({languages}). Tap “Other languages” to add words for them.",
        sum(others.values()),
        languages=", ".join(language_name(language) for language in others),
    )


def minutes_text(questions: Sequence[Question]) -> Text:
    return ngettext("About {n} minute to answer", "About {n} minutes to answer", minutes(_as_asked(questions)))


def _as_asked(questions: Sequence[Question]) -> list[Asked]:
    asked = [question for question in questions if question.is_asked]
    return [
        Asked(number, item_kind(question), question.wording, question.options, question.optional)
        for number, question in enumerate(asked, 1)
    ]
