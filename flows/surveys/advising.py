"""Advice about a survey's questions, as the bot gives it before publishing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flows.desk import Desk
from flows.surveys.form.advice import Asked, advice, minutes
from flows.surveys.form.model import ItemKind, language_name
from flows.surveys.form.questions import from_form, languages_of
from flows.words import DEFAULT_LANGUAGE, Text, Words, _, lines, ngettext
from storage.consultations import Consultation, Kind, Question

LATELY = timedelta(days=30)
MOST_SHOWN = 8

KINDS: dict[Kind, ItemKind] = {"one": "one", "many": "many", "scale": "range", "number": "integer", "text": "text"}


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
        unspoken,
        *advised(questions),
    ]
    found = [thought for thought in thoughts if thought is not None][:MOST_SHOWN]
    if not found:
        return None
    return lines(_("What a careful colleague might say:"), *(_("– {problem}", problem=one) for one in found))


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
        Asked(number, _kind(question), question.wording, question.options, question.optional)
        for number, question in enumerate(asked, 1)
    ]


def _kind(question: Question) -> ItemKind:
    of = from_form(question)
    return of.item.kind if of is not None else KINDS[question.kind]
