"""Who can link answers to people: what is promised, and how staff choose it.

Without a key nothing that is kept is sealed, so nobody can be promised that their answers are anonymous.
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.desk import Desk
from flows.flow import Flow
from flows.surveys.overview import PRIVACY as LABELS
from flows.surveys.overview import show
from flows.turn import Row, Turn, end, go, link
from flows.words import Words, _, lines, paragraphs
from storage.ballots import BATCH
from storage.consultations import Consultation, Privacy

flow = Flow()

PROMISES: dict[Privacy, Words] = {
    "named": _("Staff read your answers with the name you have put on them."),
    "pseudonymous": _("Staff see all answers together, never who gave which."),
    "anonymous": _("Anonymous: once you send your answers, nobody can find out which are yours."),
}
"""What a citizen is told before the first question."""

MEANINGS: dict[Privacy, Words] = {
    "named": _(
        "people put their name on their answers, and you read who said what. Fewer will answer, and less freely."
    ),
    "pseudonymous": _("nobody sees who gave which answer. People can change theirs until it closes."),
    "anonymous": _(
        "nobody can ever find out. Answers cannot be changed once sent, nor weighted, and fewer than {batch} are "
        "destroyed unread.",
        batch=BATCH,
    ),
}


@flow.command("anonymity", audience="staff")
async def anonymity(desk: Desk, argument: str) -> Turn:
    """`/anonymity ID` shows the ways; `/anonymity ID WAY` takes one for a draft."""
    id, _space, chosen = argument.partition(" ")
    consultation = await desk.store.consultations.load(id)
    if consultation is None or consultation.state != "draft" or consultation.revises is not None:
        return go("consultation", id)
    ways = [way for way in LABELS if way != "anonymous" or desk.store.ballots.can_be_secret]
    privacy = next((way for way in ways if way == chosen), None)
    if privacy is None:
        return _ask(consultation, ways)
    await desk.store.consultations.set_privacy(id, privacy)
    await desk.record("changed draft", f"consultation:{id}", part="privacy", to=privacy)
    changed = await desk.store.consultations.load(id)
    assert changed is not None
    return await show(desk, changed)


def _ask(consultation: Consultation, ways: Sequence[Privacy]) -> Turn:
    text = paragraphs(
        _("<b>Who can see who answered what?</b>"),
        lines(*(_("{label}: {meaning}", label=LABELS[way], meaning=MEANINGS[way]) for way in ways)),
        None
        if "anonymous" in ways
        else _(
            "Anonymous answers are not offered: this bot runs without a key, so whoever copies its database could read "
            "who sent what."
        ),
        _("Now: {label}", label=LABELS[consultation.privacy]),
    )
    rows: list[Row] = [[link(f"anonymity {consultation.id} {way}", LABELS[way])] for way in ways]
    return end(text, [*rows, [link(f"consultation {consultation.id}", _("Back"))]])
