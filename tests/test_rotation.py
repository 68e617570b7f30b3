"""Terms in local calendar months, and who may serve again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.dates import months_after
from flows.panels.rotation import MOST_TERMS, CoolingOff, may_stay, next_term
from flows.panels.terms import NOTICE, notice_before, term_end
from storage.panels import Term

LONDON = ZoneInfo("Europe/London")

zones = st.sampled_from([LONDON, ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/St_Johns"), ZoneInfo("Pacific/Apia")])
moments = st.integers(0, 40 * 365 * 24 * 60).map(lambda n: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
months = st.integers(1, 60)


@pytest.mark.parametrize(
    ("begins", "length", "ends"),
    [
        ("2027-01-31 09:00", 1, "2027-02-28 10:00"),
        ("2028-01-31 09:00", 1, "2028-02-29 10:00"),
        ("2027-03-01 09:00", 12, "2028-03-01 10:00"),
        ("2027-01-15 23:59", 6, "2027-07-15 10:00"),
        ("2027-12-31 00:00", 2, "2028-02-29 10:00"),
    ],
)
def test_a_term_is_counted_in_local_months(begins: str, length: int, ends: str) -> None:
    begun = datetime.fromisoformat(begins).replace(tzinfo=LONDON)
    assert term_end(begun, length, LONDON) == datetime.fromisoformat(ends).replace(tzinfo=LONDON)


@given(moments, months, zones)
def test_a_term_ends_at_ten_on_the_day_its_months_lead_to(begins: datetime, length: int, zone: ZoneInfo) -> None:
    ends = term_end(begins, length, zone).astimezone(zone)
    assert ends.date() == months_after(begins.astimezone(zone).date(), length)
    assert (ends.hour, ends.minute) == (10, 0)


@given(moments, months, zones)
def test_the_notice_comes_two_weeks_of_days_before(begins: datetime, length: int, zone: ZoneInfo) -> None:
    ends = term_end(begins, length, zone)
    told = notice_before(ends, zone)
    assert ends.astimezone(zone).date() - told.astimezone(zone).date() == NOTICE
    assert told > begins


@given(moments, st.integers(1, MOST_TERMS), st.integers(1, 2000), months)
def test_whoever_leaves_early_comes_back_to_the_same_term(now: datetime, number: int, days: int, length: int) -> None:
    left = Term(number, now + timedelta(days=days))
    assert next_term(left, now, length, LONDON) == left


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 400)), min_size=1, max_size=12), st.integers(1, 12))
def test_nobody_serves_more_than_two_terms_without_a_terms_rest(tries: list[tuple[bool, int]], length: int) -> None:
    """Somebody tries to join again and again, sometimes leaving at once."""
    now = datetime(2027, 1, 31, 9, tzinfo=UTC)
    last: Term | None = None
    for leaves_early, pause in tries:
        term = next_term(last, now, length, LONDON)
        if isinstance(term, CoolingOff):
            assert last is not None
            assert last.number == MOST_TERMS
            assert now < term.until == term_end(last.ends_at, length, LONDON)
            now += timedelta(days=pause)
            continue
        assert term.number <= MOST_TERMS
        if term.number == 1 and last is not None and term != last:
            assert now >= term_end(last.ends_at, length, LONDON)
        last = term
        now = (now if leaves_early else max(now, term.ends_at)) + timedelta(days=pause)


@given(moments, st.integers(0, 24), st.integers(-10, 900 * 24), zones)
def test_who_may_be_drawn_again_has_rested_for_all_their_months(
    ended: datetime, length: int, hours: int, zone: ZoneInfo
) -> None:
    """The pool has who ended serving before the day the months lead back to; they were told the day they lead on to."""
    now = ended + timedelta(hours=hours)
    if ended <= term_end(now, -length, zone):
        told = term_end(ended, length, zone)
        assert now.astimezone(zone).date() >= told.astimezone(zone).date()


def test_after_the_rest_one_begins_anew() -> None:
    last = Term(MOST_TERMS, datetime(2027, 3, 1, 10, tzinfo=UTC))
    rested = term_end(last.ends_at, 6, LONDON)
    assert next_term(last, rested - timedelta(seconds=1), 6, LONDON) == CoolingOff(rested)
    assert next_term(last, rested, 6, LONDON) == Term(1, term_end(rested, 6, LONDON))


@given(st.integers(1, 5), st.integers(0, 5))
def test_one_is_asked_to_stay_once_and_only_while_nobody_waits(term: int, waiting: int) -> None:
    assert may_stay(term, waiting) == (term == 1 and waiting == 0)
