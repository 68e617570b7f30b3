"""How a consultation looks to staff, and what they can do with it just now."""

from __future__ import annotations

from flows.desk import Desk
from flows.surveys.asking import bold
from flows.surveys.colleagues import standing
from flows.surveys.drafting import FIELDS, NAMES, Limits, field_text, problems
from flows.surveys.ways import exactly, in_steps
from flows.surveys.wishes import REMINDERS
from flows.turn import Row, Turn, end, link
from flows.words import Moment, Percent, Text, Words, _, lines, ngettext, paragraphs
from storage.consultations import Consultation, Privacy
from storage.outcomes import Outcome

STATES: dict[str, Words] = {
    "draft": _("Draft"),
    "scheduled": _("Will be published"),
    "open": _("Open"),
    "closed": _("Closed"),
    "cancelled": _("Cancelled"),
}


PRIVACY: dict[Privacy, Words] = {
    "pseudonymous": _("Counted together"),
    "anonymous": _("Anonymous"),
    "named": _("With names"),
}


async def show(desk: Desk, consultation: Consultation, notice: Words | None = None) -> Turn:
    text = paragraphs(
        lines(
            _(
                "<b>{state}</b> – for the panel “{panel}”",
                state=STATES[consultation.state],
                panel=consultation.panel_name,
            ),
            *(
                _("{what}: {value}", what=NAMES[field], value=field_text(consultation, field) or _("missing"))
                for field in FIELDS
            ),
            _("Answers: {way}", way=PRIVACY[consultation.privacy]),
            _("Reminders: {plan}", plan=REMINDERS[consultation.reminders])
            if consultation.reminders != "once"
            else None,
            _(
                "Members can shape the questions until {moment}.",
                moment=Moment(consultation.shaping_ends_at or desk.now),
            )
            if consultation.state == "draft" and (consultation.shaping_ends_at or desk.now) > desk.now
            else None,
            _("People see how others answered so far, once they have sent theirs.")
            if consultation.shows_live
            else None,
            _("Questions: {number}", number=consultation.questions)
            if consultation.version == 1
            else _(
                "Questions: {number} (version {version})", number=consultation.questions, version=consultation.version
            ),
        ),
        *await _progress(desk, consultation),
    )
    rows = [*_actions(consultation), *await _planned(desk, consultation)]
    return end(text, [*rows, [link("consultations", _("All consultations"))]], notice=notice)


async def _progress(desk: Desk, consultation: Consultation) -> list[Text]:
    """What there is to say beyond its parts."""
    match consultation.state:
        case "draft":
            wrong = problems(consultation, Limits(desk.now, desk.zone))
            missing = [lines(_("Before it can be published:"), *wrong)] if wrong else []
            return [*missing, *await _tried(desk, consultation)]
        case "scheduled":
            goes_out = _("It goes out on {moment}.", moment=Moment(consultation.publish_at or desk.now))
            return [goes_out, *await _tried(desk, consultation)]
        case "open" | "closed":
            return [await turnout_text(desk, consultation), *await _outcomes(desk, consultation)]
    return []


async def _tried(desk: Desk, consultation: Consultation) -> list[Text]:
    found = await standing(desk, consultation)
    return [found] if found is not None else []


async def turnout_text(desk: Desk, consultation: Consultation) -> Text:
    turnout = await desk.store.responses.turnout(consultation.id)
    if not turnout.asked and not turnout.other:
        return _("The invitations are on their way.") if consultation.state == "open" else _("Nobody was asked.")
    many: Text = _(
        "{answered} of {asked} people have answered ({share}).",
        answered=turnout.finished,
        asked=turnout.asked,
        share=Percent(turnout.rate),
    )
    if consultation.state == "open" and consultation.privacy != "named":
        rule = await desk.disclosure()
        turnout = in_steps(turnout, rule)
        many = (
            _("At least {answered} of {asked} people have answered.", answered=turnout.finished, asked=turnout.asked)
            if turnout.finished
            else _("{asked} asked, and fewer than {few} answers so far.", asked=turnout.asked, few=rule.smallest)
        )
    return lines(
        many,
        ngettext("{n} has begun.", "{n} have begun.", turnout.started) if turnout.started else None,
        ngettext("{n} would rather not.", "{n} would rather not.", turnout.declined) if turnout.declined else None,
        *exactly(turnout),
    )


async def _outcomes(desk: Desk, consultation: Consultation) -> list[Text]:
    return [_outcome(outcome) for outcome in await desk.store.outcomes.of(consultation.id)]


async def _planned(desk: Desk, consultation: Consultation) -> list[Row]:
    planned = [found for found in await desk.store.outcomes.of(consultation.id) if found.state == "scheduled"]
    return [
        [
            link(f"takeback {outcome.id}", _("Take back the planned outcome")),
            link(f"translate outcome {outcome.id}", _("Its other languages")),
        ]
        for outcome in planned
    ]


def _outcome(outcome: Outcome) -> Text:
    if outcome.posted_at is None:
        return _("Outcome planned for {moment}", moment=Moment(outcome.post_at))
    return lines(
        _("Outcome told on {moment}", moment=Moment(outcome.posted_at)),
        _(
            "Did it answer them? Yes: {yes}, partly: {partly}, no: {no}",
            yes=outcome.yes,
            partly=outcome.partly,
            no=outcome.no,
        ),
    )


def _actions(consultation: Consultation) -> list[Row]:
    id = consultation.id
    translating = link(f"translate consultation {id}", _("Other languages"))
    match consultation.state:
        case "draft":
            return [
                [link(f"questions {id}", _("Questions")), link(f"rehearse {id}", _("Rehearse"))],
                [link(f"parts {id}", _("Change something")), translating],
                *([[link(f"proposals {id}", _("Read the proposals"))]] if consultation.shaping_ends_at else []),
                [link(f"publish {id}", _("Publish"))],
                [link(f"discard {id}", _("Delete the draft"))],
            ]
        case "scheduled":
            return [
                [link(f"rehearse {id}", _("Rehearse")), link(f"publish {id}", _("Publish now"))],
                [link(f"newvenue survey {id}", _("Link and poster"))],
                [link(f"unschedule {id}", _("Make it a draft again")), translating],
            ]
        case "open":
            return [
                [link(f"newvenue survey {id}", _("Link and poster")), link(f"enter {id}", _("Enter answers"))],
                *_names(consultation),
                [link(f"closenow {id}", _("Close now")), link(f"discard {id}", _("Cancel consultation"))],
                [link(f"revise {id}", _("Change the questions")), translating],
            ]
        case "closed":
            return [
                [link(f"results {id}", _("Results")), link(f"download {id}", _("Download"))],
                *([] if consultation.is_anonymous else [[link(f"whoanswered {id}", _("Who answered"))]]),
                *_names(consultation),
                [link(f"outcome {id}", _("Say what was decided")), link(f"interviews {id}", _("Longer talks"))],
            ]
    return []


def _names(consultation: Consultation) -> list[Row]:
    return [[link(f"named {consultation.id}", _("Who said what"))]] if consultation.privacy == "named" else []


async def entry(desk: Desk, consultation: Consultation) -> Text:
    match consultation.state:
        case "draft":
            state: Text = STATES["draft"]
        case "scheduled":
            state = _("Goes out on {moment}", moment=Moment(consultation.publish_at or desk.now))
        case "open":
            state = lines(
                _("Open until {moment}", moment=Moment(consultation.closes_at or desk.now)),
                await turnout_text(desk, consultation),
            )
        case _:
            state = lines(
                _("Closed on {moment}", moment=Moment(consultation.closed_at or desk.now)),
                await turnout_text(desk, consultation),
            )
    return lines(bold(consultation.question), state)
