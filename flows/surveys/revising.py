"""Changing the questions of an open survey: prepared as a draft of its own, and then its next version."""

from __future__ import annotations

from flows.desk import Desk
from flows.flow import Flow
from flows.surveys.asking import bold, kind_name
from flows.surveys.colleagues import nobody_tries
from flows.surveys.overview import turnout_text
from flows.turn import Row, Turn, end, go, link
from flows.words import Text, Verbatim, _, lines, paragraphs
from storage.consultations import Consultation, Question

flow = Flow()


@flow.command("revise", audience="staff")
async def revise(desk: Desk, argument: str) -> Turn:
    """`/revise ID` of an open consultation says what a change means; `/revise ID yes` begins one."""
    id, _space, sure = argument.partition(" ")
    consultation = await desk.store.consultations.load(id)
    if consultation is None or consultation.state != "open":
        return go("consultation", id)
    draft = await desk.store.consultations.revision_of(id)
    if draft is not None:
        return go("revision", draft)
    back: list[Row] = [[link(f"consultation {id}", _("No, leave it as it is"))]]
    if consultation.is_anonymous:
        text: Text = _(
            "Anonymous questions stay as they are once they are open: who got the changed ones could be told from the "
            "others. You can cancel them and ask again."
        )
        return end(text, [[link(f"consultation {id}", _("Back"))]])
    if sure == "yes":
        draft = await desk.store.consultations.begin_revision(consultation, desk.now)
        await desk.record("began a change", f"consultation:{id}")
        return go("revision", draft) if draft else go("consultation", id)
    text = paragraphs(
        _("<b>Change the questions while people are answering?</b>"),
        lines(
            _("Whoever has begun keeps the questions they began with, and their answers stay."),
            _("Whoever begins later gets the new ones. What you leave as it is goes on being counted together."),
        ),
        await turnout_text(desk, consultation),
    )
    return end(text, [[link(f"revise {id} yes", _("Yes, change them"))], *back])


@flow.command("revision", audience="staff")
async def revision(desk: Desk, argument: str) -> Turn:
    """`/revision DRAFT` shows the change; `now` makes it the next version, `drop` throws it away."""
    id, _space, what = argument.partition(" ")
    draft = await desk.store.consultations.load(id)
    if draft is None or draft.revises is None or draft.state != "draft":
        return go("consultations")
    match what:
        case "now" if draft.questions:
            return await _make(desk, draft)
        case "drop":
            await desk.store.consultations.remove_draft(id)
            await nobody_tries(desk, id)
            return go("consultation", draft.revises)
    return await _show(desk, draft)


async def _show(desk: Desk, draft: Consultation) -> Turn:
    assert draft.revises is not None
    revised = await desk.store.consultations.load(draft.revises)
    if revised is None or revised.state != "open":
        await desk.store.consultations.remove_draft(draft.id)
        return go("consultation", draft.revises)
    now = await desk.store.consultations.questions(revised.id, revised.version)
    wanted = await desk.store.consultations.questions(draft.id)
    kept = {question.wording for question in now} & {question.wording for question in wanted}
    text = paragraphs(
        lines(_("<b>A change of open questions</b>"), bold(draft.question)),
        lines(*(_listed(question, new=question.wording not in kept) for question in wanted))
        if wanted
        else _("There is no question any more. Please add one."),
        lines(
            _("No longer asked:"),
            *(Verbatim(f"– {question.wording}") for question in now if question.wording not in kept),
        )
        if any(question.wording not in kept for question in now)
        else None,
        _("Nobody sees this before you publish it."),
    )
    id = draft.id
    rows: list[Row] = [
        [link(f"questions {id}", _("Questions")), link(f"rehearse {id}", _("Rehearse"))],
        [link(f"translate consultation {id}", _("Other languages"))],
        *([[link(f"revision {id} now", _("Publish the change"))]] if wanted else []),
        [link(f"revision {id} drop", _("Throw the change away"))],
        [link(f"consultation {draft.revises}", _("Back to the consultation"))],
    ]
    return end(text, rows)


def _listed(question: Question, *, new: bool) -> Text:
    entry = _("– {wording} ({kind})", wording=question.wording, kind=kind_name(question))
    return _("{entry} – new", entry=entry) if new else entry


async def _make(desk: Desk, draft: Consultation) -> Turn:
    assert draft.revises is not None
    done = await desk.store.consultations.revise(draft)
    await nobody_tries(desk, draft.id)
    back: list[Row] = [[link(f"consultation {draft.revises}", _("Back to the consultation"))]]
    if not done:
        return end(_("This survey is not open any more, so it stays as it was."), back)
    revised = await desk.store.consultations.load(draft.revises)
    assert revised is not None
    await desk.record("changed questions", f"consultation:{revised.id}", version=revised.version)
    text = paragraphs(
        _("Done. This is version {number} of these questions.", number=revised.version),
        _("Whoever has begun goes on with the earlier one."),
    )
    return end(text, back)
