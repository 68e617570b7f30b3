"""How long what is kept. Pure rules."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime

from flows.desk import USUAL_INACTIVE_MONTHS
from flows.words import Words, _
from storage.retention import Kept

MESSAGES_DAYS = 30
"""Messages that were sent, and the traces of what came in."""


@dataclass(frozen=True)
class Span:
    """`months` unless the organisation has chosen another of `choices`."""

    key: str
    what: Words
    months: int
    choices: tuple[int, ...]

    @property
    def setting(self) -> str:
        return f"retention.{self.key}_months"


@dataclass(frozen=True)
class Rule(Span):
    """What is as old as that is deleted."""

    kept: Kept


RULES = (
    Rule("texts", _("Own words in surveys that are over"), 24, (6, 12, 24, 36), "texts"),
    Rule("names", _("Names on answers, in surveys that are over"), 12, (6, 12, 24, 36), "names"),
    Rule("taken", _("Forms that staff took down, in surveys that are over"), 24, (6, 12, 24, 36), "taken"),
    Rule("support", _("Closed questions to staff"), 12, (3, 6, 12, 24), "support"),
    Rule("openings", _("Who opened which link"), 24, (6, 12, 24, 36), "openings"),
    Rule(
        "profiles", _("What people said about themselves and have not changed since"), 60, (24, 36, 60, 120), "profiles"
    ),
    Rule("memberships", _("Places on panels that have ended"), 120, (60, 120), "memberships"),
    Rule("draws", _("Records of draws"), 120, (60, 120, 180, 240), "draws"),
    Rule("audit", _("The record of who did what"), 72, (24, 36, 72, 120), "audit"),
)

SILENCE = Span("inactive", _("People who do not write any more"), USUAL_INACTIVE_MONTHS, (6, 12, 18, 24))
"""They are asked whether they stay before anything is erased."""

REPORTED: dict[Kept, Words] = {
    **{rule.kept: rule.what for rule in RULES},
    "traces": _("Traces of what was sent and done"),
    "silent": SILENCE.what,
}
"""What is told of in numbers; traces go by themselves after MESSAGES_DAYS."""


def span_for(key: str) -> Span | None:
    return next((span for span in (*RULES, SILENCE) if span.key == key), None)


def months_before(now: datetime, months: int) -> datetime:
    """The same time of day so many months ago; the last day of that month where it has no such day."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))
