"""Renewals stay on their day of the month, and every term ends on one of them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from flows.panels.sortition.renewals import days_after, possible_months, renewals_a_term, term_ends

LONDON = ZoneInfo("Europe/London")


def local(at: datetime) -> tuple[date, int]:
    there = at.astimezone(LONDON)
    return there.date(), there.hour


def test_a_panel_founded_on_the_31st_is_renewed_on_the_last_day_of_shorter_months_only() -> None:
    founded = datetime(2027, 8, 31, 9, tzinfo=UTC)
    days = days_after(founded, 2, founded, 6, LONDON)
    assert [local(day) for day in days] == [
        (date(2027, 10, 31), 10),
        (date(2027, 12, 31), 10),
        (date(2028, 2, 29), 10),
        (date(2028, 4, 30), 10),
        (date(2028, 6, 30), 10),
        (date(2028, 8, 31), 10),
    ]


@given(
    st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    st.integers(1, 24),
    st.integers(0, 40),
)
def test_a_renewal_that_comes_late_moves_none_of_the_next(day: date, months: int, place: int) -> None:
    founded = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    days = days_after(founded, months, founded, place + 2, LONDON)
    assert days_after(founded, months, days[place], 1, LONDON) == [days[place + 1]]
    assert all(local(day)[1] == 10 for day in days), "in the morning, in summer and in winter"


def test_renewals_are_offered_that_terms_can_end_on() -> None:
    assert possible_months(12) == [1, 2, 3, 4, 6, 12]
    assert renewals_a_term(12, 4) == 3


@given(st.integers(1, 6), st.integers(1, 40), st.data())
def test_seats_are_given_so_that_as_many_leave_at_each_renewal(parts: int, size: int, data: st.DataObject) -> None:
    founded = datetime(2027, 3, 1, 10, tzinfo=UTC)
    days = days_after(founded, 3, founded, parts, LONDON)
    share = -(-size // parts)
    staying = [day for day in days for _seat in range(data.draw(st.integers(0, share)))][:size]
    ends = Counter([*staying, *term_ends(size - len(staying), staying, days)])
    assert sum(ends.values()) == size
    assert max(ends.values()) <= share, "nowhere more than an equal part, rounded up"
