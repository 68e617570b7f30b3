"""Who may serve again: two terms in succession at most, then one term's rest.

Leaving early does not begin the count anew: whoever comes back takes up the same term, with the same end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flows.panels.terms import term_end
from storage.panels import Term

MOST_TERMS = 2


@dataclass(frozen=True, slots=True)
class CoolingOff:
    """Others' turn: a place may be taken again from `until` on."""

    until: datetime


def next_term(last: Term | None, now: datetime, months: int, zone: ZoneInfo) -> Term | CoolingOff:
    """The term somebody would have who joined `now`, after the `last` one they have had on this panel."""
    if last is not None and now < last.ends_at:
        return last
    if last is None or now >= (rested := term_end(last.ends_at, months, zone)):
        return Term(1, term_end(now, months, zone))
    if last.number >= MOST_TERMS:
        return CoolingOff(rested)
    return Term(last.number + 1, term_end(now, months, zone))


def may_stay(term: int, waiting: int) -> bool:
    """Whether a member may be asked to stay for another term."""
    return term < MOST_TERMS and waiting == 0
