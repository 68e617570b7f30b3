"""Asking a question only after a certain answer to an earlier one: kept as the condition that a form would have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.surveys.asking import bold
from flows.surveys.form.questions import came_with_form, of_everybody, only_if
from flows.turn import Choice, Said, Turn, again, ask, choice, go
from flows.words import _, paragraphs
from storage.consultations import Consultation, Question

flow = Flow()


@saved("questions.conditioning", title=_("a survey question"))
@dataclass(frozen=True, slots=True)
class Conditioning:
    """Waiting for the earlier question that decides; once `earlier_id` is known, for its answer."""

    question_id: str
    earlier_id: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question of a draft, and those before it that can decide."""

    question: Question
    earlier: list[Question]


def deciding(earlier: Sequence[Question], of: Consultation) -> list[Question]:
    """Those of which one answer is chosen; what came with a form has conditions of its own.

    Where people are answering already, only those that have a name: with a new one it would be another question.
    """
    return [
        one for one in earlier if one.kind == "one" and not came_with_form(one) and (of.revises is None or one.details)
    ]


@flow.command("onlyif", audience="staff")
async def condition(desk: Desk, argument: str) -> Turn:
    """`/onlyif ID` asks which answer the question depends on; `/onlyif ID always` asks it of everybody."""
    id, _space, what = argument.partition(" ")
    draft = await _draft(desk, id)
    if draft is None:
        return go("question", id)
    if what == "always":
        return await _change(desk, of_everybody(draft.question))
    return _ask_which(draft) if draft.earlier else go("question", id)


async def _draft(desk: Desk, id: str) -> Draft | None:
    store = desk.store.consultations
    found = await store.question(id)
    consultation = await store.load(found.consultation_id) if found else None
    if found is None or came_with_form(found) or consultation is None or consultation.state != "draft":
        return None
    before = [other for other in await store.questions(consultation.id) if other.position < found.position]
    return Draft(found, deciding(before, consultation))


def _ask_which(draft: Draft) -> Turn:
    rows = [[choice(one.id, one.wording)] for one in draft.earlier]
    text = paragraphs(bold(draft.question.wording), _("Which earlier question decides whether it is asked?"))
    return ask(Conditioning(draft.question.id), text, [*rows, [choice("back", _("Back"))]])


def _ask_answer(draft: Draft, earlier: Question) -> Turn:
    rows = [[choice(str(place), option)] for place, option in enumerate(earlier.options)]
    text = paragraphs(bold(earlier.wording), _("After which answer is it asked?"))
    return ask(Conditioning(draft.question.id, earlier.id), text, [*rows, [choice("back", _("Back"))]])


@flow.step(Conditioning)
async def decide(desk: Desk, at: Conditioning, said: Said) -> Turn:
    draft = await _draft(desk, at.question_id)
    if draft is None:
        return go("question", at.question_id)
    chosen = said.id if isinstance(said, Choice) else ""
    if chosen == "back":
        return _ask_which(draft) if at.earlier_id else go("question", at.question_id)
    earlier = next((one for one in draft.earlier if one.id == (at.earlier_id or chosen)), None)
    if earlier is not None and not at.earlier_id:
        return _ask_answer(draft, earlier)
    places = [str(place) for place in range(len(earlier.options))] if earlier else []
    if earlier is None or chosen not in places:
        return again(_("Please tap one of the buttons."))
    changed, named = only_if(draft.question, earlier, int(chosen))
    await desk.store.consultations.change_question(named)
    return await _change(desk, changed)


async def _change(desk: Desk, question: Question) -> Turn:
    await desk.store.consultations.change_question(question)
    await desk.record("changed question", f"consultation:{question.consultation_id}", kind=question.kind)
    return go("question", question.id)
