"""Everything held on somebody, in words. Pure wording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flows.words import Day, Text, Verbatim, _, lines, paragraphs

MOST_SHOWN = 20


def readable(held: Mapping[str, Any]) -> Text:
    """The whole as text; long lists are cut short here, for the file has them whole."""
    return paragraphs(
        _("<b>Everything I keep about you</b>"),
        _("It is in the file as well, to take elsewhere."),
        lines(
            _("Your Telegram number: {number}", number=str(held.get("telegram_id", "–"))),
            _("Here since: {day}", day=_day(held["settings"]["created_at"])),
        ),
        _listed(_("About yourself"), (_pair(key, value) for key, value in held["profile"].items())),
        _listed(_("Panels"), (Verbatim(panel["panel"]) for panel in held["panels"])),
        *(_survey(survey) for survey in held["surveys"][-MOST_SHOWN:]),
        _listed(_("Your topics"), (Verbatim(topic["words"]) for topic in held["topics"])),
        _listed(_("Topics you support"), (Verbatim(topic["words"]) for topic in held["supported"])),
        _listed(_("What you agreed to"), (_consent(one) for one in held["consents"] if one["withdrawn_at"] is None)),
    )


def _survey(survey: Mapping[str, Any]) -> Text:
    answers = (_pair(answer["question"], _said(answer["answer"])) for answer in survey["answers"])
    return lines(_("Asked: {question}", question=survey["asked"]), *answers)


def _said(answer: Any) -> str:
    if isinstance(answer, list):
        return "; ".join(str(part) for part in answer)
    return "–" if answer is None else str(answer)


def _pair(key: str, value: str | None) -> Text:
    return _("{what}: {value}", what=key, value="–" if value is None else value)


def _consent(one: Mapping[str, Any]) -> Text:
    return _("{what}: {value}", what=str(one["purpose"]), value=_day(one["given_at"]))


def _day(at: str) -> Day:
    return Day(datetime.fromisoformat(at).date())


def _listed(heading: Text, entries: Iterable[Text]) -> Text | None:
    found = list(entries)[:MOST_SHOWN]
    return lines(heading, *found) if found else None
