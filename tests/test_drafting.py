"""What a consultation needs before it can be published, and when its reminder comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.surveys.advising import minutes_text
from flows.surveys.drafting import (
    FIELDS,
    LONGEST,
    REMINDER_BEFORE,
    Limits,
    first_problem,
    problem,
    problems,
    reminder_at,
)
from flows.surveys.form.model import Form, Item
from flows.surveys.form.questions import (
    came_with_form,
    decided_by,
    languages_of,
    of_everybody,
    only_if,
    questions_of,
    with_options,
)
from flows.surveys.route import Route
from storage.consultations import Consultation, Field, Question
from storage.responses import Value

ZONE = ZoneInfo("Europe/London")
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
LIMITS = Limits(NOW, ZONE)

READY = Consultation(
    id="c",
    panel_id="p",
    panel_name="Getting around town",
    question="How should Market Street change?",
    decision="The plan for Market Street",
    decided_by="The transport committee",
    closes_at=datetime(2027, 3, 15, 18, tzinfo=UTC),
    decides_on=date(2027, 3, 16),
    report_by=date(2027, 3, 16),
    responsible_id=None,
    state="draft",
    publish_at=None,
    published_at=None,
    closed_at=None,
    privacy="pseudonymous",
    questions=1,
)

instants = st.timedeltas(timedelta(days=-60), timedelta(days=460)).map(lambda later: NOW + later)
days = st.dates(date(2027, 1, 1), date(2028, 12, 31))


def test_a_whole_draft_has_no_problem() -> None:
    assert problems(READY, LIMITS) == []
    assert first_problem(READY, LIMITS) is None


@pytest.mark.parametrize("field", FIELDS)
def test_every_part_is_needed(field: Field) -> None:
    empty = replace(READY, **{field: "" if isinstance(getattr(READY, field), str) else None})  # type: ignore[arg-type]
    found = first_problem(empty, LIMITS)
    assert found is not None
    assert found[0] == field
    assert len(problems(empty, LIMITS)) == 1


def test_a_survey_without_questions_is_not_published() -> None:
    assert len(problems(replace(READY, questions=0), LIMITS)) == 1


@given(instants, days, days)
def test_it_closes_then_is_decided_then_is_reported(closes: datetime, decides: date, report: date) -> None:
    draft = replace(READY, closes_at=closes, decides_on=decides, report_by=report)
    fits = NOW < closes <= NOW + LONGEST and closes.astimezone(ZONE).date() < decides <= report
    assert (problems(draft, LIMITS) == []) == fits


def test_the_closing_day_is_the_local_one() -> None:
    late = replace(READY, closes_at=datetime(2027, 5, 1, 23, 30, tzinfo=UTC), decides_on=date(2027, 5, 2))
    assert problem(late, "decides_on", LIMITS) is not None


@given(instants, st.timedeltas(timedelta(minutes=1), timedelta(days=183)))
def test_the_reminder_leaves_time_and_gives_time(published: datetime, lasts: timedelta) -> None:
    closes = published + lasts
    reminded = reminder_at(published, closes)
    assert published + lasts / 2 <= reminded < closes
    assert closes - reminded <= REMINDER_BEFORE


def test_what_is_sent_or_put_in_order_counts_as_such_in_the_minutes() -> None:
    """Without a form, too: six pictures take as long as those that a form asks for."""
    asked = [Question(str(place), "c", place, "text", "What is there?", format="photo") for place in range(1, 7)]
    items = (Item(place, f"q{place}", "photo", {"": "What is there?"}) for place in range(1, 7))
    form = Form("", "", ("",), tuple(items))
    assert minutes_text(asked) == minutes_text(questions_of(form))
    assert minutes_text(asked) != minutes_text([replace(one, format="") for one in asked])


def test_a_question_is_asked_only_after_the_answer_it_depends_on_and_of_everybody_again() -> None:
    first = Question("a", "c", 1, "one", "Do you change buses?", ("Yes, it's needed", "No"))
    second = Question("b", "c", 2, "many", "Where?", ("Here", "There"))
    where, change = only_if(second, first, 0)
    assert (decided_by(where, change), decided_by(change, where), decided_by(second, change)) == (0, None, None)
    assert [asked(change, where, answers) for answers in ({}, {"a": 0}, {"a": 1})] == [["a"], ["a", "b"], ["a"]]
    where = with_options(where, ("There", "Anywhere", "Here"))
    assert asked(change, where, {"a": 0}) == ["a", "b"]
    assert asked(change, of_everybody(where), {"a": 1}) == ["a", "b"]


def test_a_condition_makes_no_form_of_what_was_written_in_the_conversation() -> None:
    first, second = Question("a", "c", 1, "one", "Buses?", ("Yes", "No")), Question("b", "c", 2, "scale", "How safe?")
    both = only_if(second, first, 1)
    assert not any(came_with_form(one) for one in both)
    assert languages_of(both, "cy") == languages_of([first, second], "cy") == ("cy",)
    assert minutes_text(both) == minutes_text([first, second])


def asked(change: Question, where: Question, answers: Mapping[str, Value]) -> list[str]:
    return [one.id for one in Route.through([change, where], answers, NOW, "en").asked]
