"""Whoever writes a draft asks colleagues to try it, and sees who has, who has not yet, and what they would change."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.surveys.advising import minutes_text
from flows.surveys.asking import LONGEST_SHOWN, bold
from flows.turn import Button, Choice, Message, Row, Said, Turn, again, ask, choice, end, go, link
from flows.words import Text, Verbatim, Words, _, lines, ngettext, paragraphs, shortened, written
from storage.colleagues import Colleague, Trial
from storage.consultations import Consultation, Question

flow = Flow()

PAGE = 8
MOST_SHOWN = 10
NAMELESS = "nameless"
CAN_BE_TRIED = ("draft", "scheduled")


@saved("survey.choosing_colleagues")
@dataclass(frozen=True, slots=True)
class Choosing:
    """Waiting for which colleagues are to try a draft; those without a name are chosen together."""

    consultation_id: str
    chosen: tuple[str, ...] = ()
    page: int = 0


@dataclass(frozen=True, slots=True)
class Offered:
    """Who can be asked now; `others` says whether there is any colleague at all."""

    named: Sequence[Colleague]
    nameless: Sequence[Colleague]
    others: bool

    def chosen(self, ids: Sequence[str]) -> list[Colleague]:
        nameless = self.nameless if NAMELESS in ids else ()
        return [*(one for one in self.named if one.recipient.id in ids), *nameless]


# ---------------------------------------------------------------- asking them


@flow.command("tryout", audience="staff")
async def try_out(desk: Desk, argument: str) -> Turn:
    draft = await desk.store.consultations.load(argument)
    if draft is None or draft.state not in CAN_BE_TRIED or not draft.questions:
        return go("consultation", argument)
    offered = await _offered(desk, draft)
    if not offered.others:
        text = _("You are the only one here. Invite a colleague, and they can try your questions.")
        return end(text, [[link("colleagues", _("Invite a colleague"))], _back(draft)])
    if await desk.store.colleagues.name_of(desk.person.id) is None:
        return go("myname", f"tryout {draft.id}")
    return await _choose(desk, draft, Choosing(draft.id), offered)


async def _offered(desk: Desk, draft: Consultation) -> Offered:
    """Whoever was asked today and has not said anything yet is not asked again; nor who wants no messages."""
    asked = {
        trial.person_id
        for trial in await desk.store.colleagues.trials(draft.id)
        if trial.said_at is None and trial.asked_at.astimezone(desk.zone).date() == desk.today
    }
    others = [one for one in await desk.store.colleagues.everybody() if one.recipient.id != desk.person.id]
    free = [one for one in others if one.recipient.id not in asked and not one.recipient.stopped]
    return Offered([one for one in free if one.name], [one for one in free if not one.name], bool(others))


async def _choose(
    desk: Desk,
    draft: Consultation,
    at: Choosing,
    offered: Offered,
    *,
    notice: Text | None = None,
    ticking: bool = False,
) -> Turn:
    page = [_tick(at, one.recipient.id, one.name) for one in offered.named[at.page * PAGE : (at.page + 1) * PAGE]]
    rows: list[Row] = [[button] for button in page]
    if offered.nameless:
        rows.append([_tick(at, NAMELESS, _without_name(len(offered.nameless)))])
    if turning := _turning(at, len(offered.named)):
        rows.append(turning)
    if offered.named or offered.nameless:
        rows.append([choice("send", _("Send"))])
    text = paragraphs(
        bold(written(draft, "question")),
        await standing(desk, draft),
        *(
            [
                _("Tap the colleagues who shall try your questions, then tap Send."),
                _("Or send them this link yourself. It works for staff only:"),
            ]
            if offered.named or offered.nameless
            else [_("Send this link to the colleagues you would like to try your questions. It works for staff only:")]
        ),
        Verbatim(desk.deep_link(f"rehearse-{draft.id}")),
    )
    back = [choice("back", _("Back to the consultation"))]
    return ask(at, text, [*rows, back], notice=notice, same_number=ticking)


def _tick(at: Choosing, id: str, label: Text | str) -> Button:
    ticked = id in at.chosen
    return choice(
        f"-{id}" if ticked else f"+{id}", Words("{tick} {what}", {"tick": "☑" if ticked else "☐", "what": label})
    )


def _turning(at: Choosing, number: int) -> Row:
    row = [choice("page back", _("Back"))] if at.page else []
    return [*row, choice("page more", _("More"))] if number > (at.page + 1) * PAGE else row


def _back(draft: Consultation) -> Row:
    return [link(f"consultation {draft.id}", _("Back to the consultation"))]


@flow.step(Choosing)
async def choosing(desk: Desk, at: Choosing, said: Said) -> Turn:
    draft = await desk.store.consultations.load(at.consultation_id)
    if draft is None or draft.state not in CAN_BE_TRIED or not desk.is_staff or said == Choice("back"):
        return go("consultation", at.consultation_id)
    offered = await _offered(desk, draft)
    match said:
        case Choice("send") if not at.chosen:
            return again(_("Please tap at least one colleague first."))
        case Choice("send") if found := offered.chosen(at.chosen):
            return await _send(desk, draft, found)
        case Choice("send"):
            gone = _("Nobody you have chosen can be asked any more.")
            return await _choose(desk, draft, replace(at, chosen=()), offered, notice=gone)
        case Choice("page back" | "page more" as way):
            page = at.page + 1 if way == "page more" else max(0, at.page - 1)
            return await _choose(desk, draft, replace(at, page=page), offered)
        case Choice(id) if id[:1] in "+-":
            others = tuple(one for one in at.chosen if one != id[1:])
            chosen = (*others, id[1:]) if id.startswith("+") else others
            return await _choose(desk, draft, replace(at, chosen=chosen), offered, ticking=True)
    return again(_("Please tap one of the buttons."))


async def _send(desk: Desk, draft: Consultation, colleagues: Sequence[Colleague]) -> Turn:
    questions = await desk.store.consultations.questions(draft.id)
    message = Message(
        paragraphs(
            _(
                "{name} asks you to try these questions before people get them. Your answers are not kept.",
                name=called(await desk.store.colleagues.name_of(desk.person.id)),
            ),
            bold(written(draft, "question")),
            minutes_text(questions),
        ),
        [[link(f"rehearse {draft.id}", _("Try the questions"))]],
    )
    people = [one.recipient for one in colleagues]
    await desk.store.colleagues.ask(draft.id, (one.id for one in people), desk.person.id, digest(questions), desk.now)
    desk.tell_all(people, message, once=f"{_asking_name(draft.id)}{desk.new_code()}", until=draft.publish_at)
    await desk.record("asked colleagues to try", f"consultation:{draft.id}", number=len(people))
    text = ngettext(
        "{n} colleague is asked to try your questions. What they say comes to you.",
        "{n} colleagues are asked to try your questions. What they say comes to you.",
        len(people),
    )
    return end(text, [_back(draft)])


def _asking_name(consultation_id: str) -> str:
    return f"survey.tryout:{consultation_id}:"


async def nobody_tries(desk: Desk, consultation_id: str) -> None:
    """It is a draft no longer: whoever sleeps is not asked, and what colleagues said of it has done its work."""
    await desk.store.outbox.drop_once(_asking_name(consultation_id), now=desk.now, reason="no draft any more")
    await desk.store.colleagues.end_trials(consultation_id)


# ---------------------------------------------------------------- who has tried it


async def standing(desk: Desk, draft: Consultation) -> Text | None:
    """Who has been asked or has tried it, and what they say; nothing where nobody was."""
    trials = [one for one in await desk.store.colleagues.trials(draft.id) if one.person_id != desk.person.id]
    if not trials:
        return None
    now = digest(await desk.store.consultations.questions(draft.id))
    more = len(trials) - MOST_SHOWN
    return lines(
        _("Colleagues who try it:"),
        *(_stands(one, changed=one.seen != now) for one in trials[:MOST_SHOWN]),
        ngettext("and {n} more", "and {n} more", more) if more > 0 else None,
    )


def _stands(trial: Trial, *, changed: bool) -> Text:
    if trial.said_at is not None:
        remark = shortened(" ".join(trial.remark.split()), LONGEST_SHOWN)
        what = Verbatim(remark) if remark else _("nothing to change")
    else:
        what = _("has tried it") if trial.tried_at is not None else _("not yet")
    if changed and trial.tried_at is not None:
        what = _("{what} (before the last change)", what=what)
    return Words("– {who}: {what}", {"who": called(trial.name), "what": what})


def called(name: str | None) -> Text:
    """What colleagues are called among each other."""
    return Verbatim(name) if name else _without_name(1)


def _without_name(number: int) -> Words:
    return ngettext("A colleague without a name", "{n} colleagues without a name", number)


def digest(questions: Sequence[Question]) -> str:
    """Tells questions from the same ones changed; translations are no change."""
    content = [
        (
            one.kind,
            one.format,
            one.wording,
            one.options,
            one.optional,
            one.may_withhold,
            one.least,
            one.most,
            one.details,
        )
        for one in questions
    ]
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]
