"""What a consultation needs before it can be published, and when things happen after. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flows.surveys.asking import shown
from flows.words import Day, Moment, Text, Verbatim, Words, _
from storage.consultations import Consultation, Field

FIELDS: tuple[Field, ...] = ("question", "decision", "decided_by", "closes_at", "decides_on", "report_by")

SENTENCE_LIMIT = 300
REMINDER_BEFORE = timedelta(hours=24)
SHORT = timedelta(days=2)
LONGEST = timedelta(days=183)
"""Nobody is asked for longer than this: a day of last month, typed without its year, is not meant."""

NAMES: dict[Field, Words] = {
    "question": _("The question"),
    "decision": _("The decision"),
    "decided_by": _("Who decides"),
    "closes_at": _("Answers until"),
    "decides_on": _("Decided on"),
    "report_by": _("We report back by"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """When and where a draft is looked at."""

    now: datetime
    zone: ZoneInfo

    def day_of(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()


def problem(consultation: Consultation, field: Field, limits: Limits) -> Words | None:
    """What is wrong with one part of a draft, or missing; None when it can stay."""
    value = getattr(consultation, field)
    if not value:
        return _("Still missing: {what}", what=NAMES[field])
    closes, decides = consultation.closes_at, consultation.decides_on
    if field == "closes_at" and value <= limits.now:
        return _("{moment} has passed already. Please give a later day.", moment=Moment(value))
    if field == "closes_at" and value > limits.now + LONGEST:
        return _("{moment} is more than half a year away. Please give an earlier day.", moment=Moment(value))
    if field == "decides_on" and closes and value <= limits.day_of(closes):
        return _(
            "The decision must come after the answers: they close on {closes}. Please give a later day.",
            closes=Day(limits.day_of(closes)),
        )
    if field == "report_by" and decides and value < decides:
        return _(
            "You can only report back when it is decided, on {decides}. Please give that day or a later one.",
            decides=Day(decides),
        )
    return None


def first_problem(consultation: Consultation, limits: Limits) -> tuple[Field, Words] | None:
    """The first part of a draft that is missing or does not fit, in the order they are asked."""
    for field in FIELDS:
        found = problem(consultation, field, limits)
        if found is not None:
            return field, found
    return None


def problems(consultation: Consultation, limits: Limits) -> list[Words]:
    """Everything that stands in the way of publishing."""
    found = [problem(consultation, field, limits) for field in FIELDS]
    missing = [] if consultation.questions else [_("There is no question to answer yet.")]
    return [*(words for words in found if words is not None), *missing]


def field_text(consultation: Consultation, field: Field) -> Text | None:
    """A part of a draft as it is shown; None while it is empty."""
    match getattr(consultation, field):
        case datetime() as at:
            return shown(at)
        case date() as day:
            return shown(day)
        case str() as words if words:
            return Verbatim(words)
    return None


def before(field: Field) -> Field | None:
    place = FIELDS.index(field)
    return FIELDS[place - 1] if place else None


def reminder_at(published_at: datetime, closes_at: datetime) -> datetime:
    """A day before the end; after three quarters of the time where there are less than two days."""
    if closes_at - published_at >= SHORT:
        return closes_at - REMINDER_BEFORE
    return published_at + (closes_at - published_at) * 3 / 4
