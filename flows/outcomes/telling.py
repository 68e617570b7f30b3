"""How an outcome reads, and what becomes of it: posted, and told to everybody who was asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.dates import MORNING, instant_of
from flows.desk import Desk
from flows.results.counting import Counts
from flows.results.findings import Findings
from flows.turn import Message, Row, link
from flows.words import Percent, Text, Words, _, in_their_language, lines, paragraphs, written
from storage.consultations import Question
from storage.outcomes import Outcome

REMINDED_EVERY = timedelta(days=3)
MOST_SUGGESTED = 3


async def post(desk: Desk, outcome: Outcome) -> bool:
    """Make it public and have everybody asked told; false when that has been done already."""
    if not await desk.store.outcomes.post(outcome.id, desk.now):
        return False
    await desk.not_later(f"outcome.owed:{outcome.consultation_id}")
    await desk.later("outcome.tell", f"outcome.tell:{outcome.id}", desk.now, {"outcome": outcome.id, "after": ""})
    await desk.record("posted outcome", f"consultation:{outcome.consultation_id}", outcome=outcome.id)
    return True


PARTS: dict[str, Words] = {
    "we_asked": _("<b>We asked</b>"),
    "you_said": _("<b>You said</b>"),
    "we_did": _("<b>We did</b>"),
}


def outcome_text(we_asked: Text | str, you_said: Text | str, we_did: Text | str) -> Text:
    said = zip(PARTS.values(), (we_asked, you_said, we_did), strict=True)
    return paragraphs(*(lines(part, Words("{words}", {"words": words})) for part, words in said))


def told(outcome: Outcome) -> Text:
    """The outcome in the reader's language, as far as staff gave it."""
    texts = [written(outcome, part) for part in PARTS]
    return paragraphs(outcome_text(*texts), in_their_language(*texts))


def announcement(outcome: Outcome) -> Message:
    text = paragraphs(
        _("You were asked. This is what came of it:"),
        told(outcome),
        _("Does this answer you?"),
    )
    return Message(text, verdict_rows(outcome.id))


def verdict_rows(outcome_id: str) -> list[Row]:
    return [
        [link(f"verdict {outcome_id} yes", _("Yes, this answers me"))],
        [link(f"verdict {outcome_id} partly", _("Partly")), link(f"verdict {outcome_id} no", _("No"))],
    ]


def next_reminder(now: datetime, zone: ZoneInfo) -> datetime:
    """In the morning, three days on."""
    return instant_of(now.astimezone(zone).date() + REMINDED_EVERY, MORNING, zone)


def suggestion(questions: Sequence[Question], findings: Findings) -> Text | None:
    """What most people said, for the first few questions with answers to choose from; None without any."""
    found = [_most_said(question, findings.questions[question.id].counts) for question in questions]
    said = [text for text in found if text is not None][:MOST_SUGGESTED]
    return lines(*said) if said else None


def _most_said(question: Question, found: Counts) -> Text | None:
    places = found.most_often()
    if not places or question.kind not in ("one", "many"):
        return None
    return _(
        "{question} Most often: {answers} ({share}).",
        question=question.wording,
        answers="; ".join(question.options[place] for place in places),
        share=Percent(found.cells.share(places[0]) or 0.0),
    )
