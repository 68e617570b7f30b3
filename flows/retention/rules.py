"""How long what is kept. Pure rules."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime

from flows.words import Words, _
from storage.retention import Kept

MESSAGES_DAYS = 30
"""Messages that were sent, and the traces of what came in."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`months` unless the organisation has chosen another of `choices`."""

    kept: Kept
    what: Words
    months: int
    choices: tuple[int, ...]

    @property
    def setting(self) -> str:
        return f"retention.{self.kept}_months"


RULES = (
    Rule("texts", _("Own words in surveys that are over"), 24, (6, 12, 24, 36)),
    Rule("support", _("Closed questions to staff"), 12, (3, 6, 12, 24)),
    Rule("audit", _("The record of who did what"), 72, (24, 36, 72, 120)),
)


def rule_for(kept: str) -> Rule | None:
    return next((rule for rule in RULES if rule.kept == kept), None)


def months_before(now: datetime, months: int) -> datetime:
    """The same time of day so many months ago; the last day of that month where it has no such day."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))
