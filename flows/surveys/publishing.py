"""A consultation's way through time: opened, closed or cancelled, and what people are told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from flows.charts import chart_message
from flows.dates import MORNING, instant_of
from flows.desk import Desk
from flows.hours import welcome_at
from flows.results.findings import Findings
from flows.results.published import asked_in, published, results_in
from flows.spoken import media_of
from flows.surveys.asking import answer_text, bold, panel_called
from flows.surveys.colleagues import nobody_tries
from flows.surveys.form.questions import wording_of
from flows.surveys.formats import READ
from flows.surveys.labels import Labels
from flows.surveys.listening import sent_for, way_to
from flows.surveys.report import ways_to_cross
from flows.surveys.results import chart, how_sure, in_plain_words, protection, result_message, weighting
from flows.surveys.shaping import settle_the_rest
from flows.surveys.ways import besides, exactly
from flows.surveys.who_answered import charts_of_survey, ways_to_who
from flows.surveys.wishes import reminders_of
from flows.turn import File, Message, link
from flows.words import (
    Day,
    Moment,
    Percent,
    Text,
    Verbatim,
    _,
    in_their_language,
    lines,
    ngettext,
    paragraphs,
    written,
)
from storage.consultations import Consultation, Question
from storage.responses import Turnout

MOST_TEXTS_SHOWN = 10
PAGE = 1000
ONE_DAY = timedelta(days=1)
"""Nobody's quiet hours last longer."""

# ---------------------------------------------------------------- what happens to it


def publication_key(id: str, at: datetime) -> str:
    """The timer's name; one for each time, for a consultation may be planned again."""
    return f"survey.publish:{id}:{int(at.timestamp())}"


async def publish(desk: Desk, consultation: Consultation) -> bool:
    """Open it and have its panel invited; false when somebody else has just done so, or the panel is closed."""
    if await desk.store.panels.hold(consultation.panel_id) is None:
        return False
    if not await desk.store.consultations.open(consultation.id, desk.now):
        return False
    assert consultation.closes_at is not None
    assert consultation.report_by is not None
    id, about = consultation.id, {"consultation": consultation.id, "after": ""}
    if consultation.shaping_ends_at is not None:
        await desk.not_later(f"survey.shaped:{id}")
        await settle_the_rest(desk, consultation)
    if consultation.publish_at is not None:
        await desk.not_later(publication_key(id, consultation.publish_at))
    await nobody_tries(desk, id)
    await desk.later("survey.invite", f"survey.invite:{id}", desk.now, about)
    for round, at in enumerate(reminders_of(consultation, desk.now), 1):
        last = round == len(reminders_of(consultation, desk.now))
        await desk.later(
            "survey.remind",
            f"survey.remind:{id}" if round == 1 else f"survey.remind:{id}:{round}",
            at,
            {**about, "round": round, "last": last},
            expires_at=consultation.closes_at,
        )
    await desk.later("survey.close", f"survey.close:{id}", consultation.closes_at, about)
    morning_after = instant_of(consultation.report_by + timedelta(days=1), MORNING, desk.zone)
    await desk.later("outcome.owed", f"outcome.owed:{id}", morning_after, {"consultation": id})
    await desk.record("published", f"consultation:{id}")
    return True


async def asleep(desk: Desk, consultation: Consultation, at: datetime) -> Text | None:
    """A warning for staff where the silent hours of some members last until it is closed, should it open `at`."""
    closes_at, number, after = consultation.closes_at, 0, ""
    if closes_at is None or closes_at - at >= ONE_DAY:
        return None
    while members := await desk.store.responses.members_to_invite(consultation.id, after, PAGE):
        after = members[-1].id
        number += sum(not one.stopped and welcome_at(at, one, desk.zone) >= closes_at for one in members)
    if not number:
        return None
    return ngettext(
        "{n} member will not hear of it: their silent hours last until it closes. A later end would reach them.",
        "{n} members will not hear of it: their silent hours last until it closes. A later end would reach them.",
        number,
    )


def invitation_name(consultation_id: str, person_id: str) -> str:
    """What one person's invitation is called, so that it is not sent to somebody who has answered before it."""
    return f"survey.invite:{consultation_id}:{person_id}"


def reminder_name(consultation_id: str, person_id: str) -> str:
    """What one person's reminder is called, so that it can be dropped when they answer before it goes out."""
    return f"survey.remind:{consultation_id}:{person_id}"


async def close(desk: Desk, consultation: Consultation) -> bool:
    """Take no more answers, and have the results told; false when it is not open any more."""
    if not await desk.store.consultations.close(consultation.id, desk.now):
        return False
    await _silence(desk, consultation.id)
    await desk.store.ballots.mix(consultation.id)
    about = {"consultation": consultation.id, "after": ""}
    await desk.later("survey.results", f"survey.results:{consultation.id}", desk.now, about)
    await desk.record("closed", f"consultation:{consultation.id}")
    return True


async def cancel(desk: Desk, consultation: Consultation) -> bool:
    """Take it back and have those who were asked told; false when it is not open any more."""
    if not await desk.store.consultations.cancel(consultation.id, desk.now):
        return False
    await _silence(desk, consultation.id)
    await desk.not_later(f"outcome.owed:{consultation.id}")
    about = {"consultation": consultation.id, "after": ""}
    await desk.later("survey.cancelled", f"survey.cancelled:{consultation.id}", desk.now, about)
    await desk.record("cancelled", f"consultation:{consultation.id}")
    return True


async def _silence(desk: Desk, id: str) -> None:
    """Nobody is invited or reminded any more."""
    for kind in ("invite", "remind", "close"):
        await desk.not_later(f"survey.{kind}:{id}")
        await desk.nothing_later(f"survey.{kind}:{id}:")
        await desk.store.outbox.drop_once(f"survey.{kind}:{id}:", now=desk.now, reason="no longer open")


# ---------------------------------------------------------------- what people are told


def invitation(consultation: Consultation) -> Message:
    assert consultation.closes_at is not None
    text = paragraphs(
        _(
            "We would like to hear from you, as a member of the panel “{panel}”:",
            panel=panel_called(consultation),
        ),
        bold(written(consultation, "question")),
        why(consultation),
        in_their_language(
            written(consultation, "question"), written(consultation, "decision"), written(consultation, "decided_by")
        ),
        ngettext("There is {n} question.", "There are {n} questions.", consultation.questions),
        _("You can answer until {closes}.", closes=Moment(consultation.closes_at)),
    )
    return Message(
        text,
        [
            [link(f"survey {consultation.id}", _("Answer now"))],
            [link(f"notnow {consultation.id}", _("Not now")), link(f"decline {consultation.id}", _("Not this one"))],
        ],
    )


def why(consultation: Consultation) -> Text:
    """What the answers are for, who decides, and when."""
    assert consultation.decides_on is not None
    assert consultation.report_by is not None
    return lines(
        _("What it is for: {decision}", decision=written(consultation, "decision")),
        _("Who decides: {who}", who=written(consultation, "decided_by")),
        _("It is decided on {day}.", day=Day(consultation.decides_on)),
        _("You hear from us what was decided by {day}.", day=Day(consultation.report_by)),
    )


def reminder(consultation: Consultation, *, last: bool) -> Message:
    assert consultation.closes_at is not None
    text = paragraphs(
        _("A short reminder: you can still answer until {closes}.", closes=Moment(consultation.closes_at)),
        bold(written(consultation, "question")),
        in_their_language(written(consultation, "question")),
        lines(
            _("If you have begun, you carry on where you stopped."),
            _("I will not remind you again.") if last else None,
        ),
    )
    return Message(
        text,
        [
            [link(f"survey {consultation.id}", _("Answer now"))],
            *([] if last else [[link(f"notnow {consultation.id}", _("Not now"))]]),
            [link(f"decline {consultation.id}", _("Not this one"))],
        ],
    )


def cancellation(consultation: Consultation) -> Message:
    text = paragraphs(
        _("We have taken these questions back:"),
        bold(written(consultation, "question")),
        in_their_language(written(consultation, "question")),
        _("You need not do anything. We are sorry for the trouble."),
    )
    return Message(text, [[link("menu", _("Menu"))]])


# ---------------------------------------------------------------- results


async def results_for(desk: Desk, consultation: Consultation, *, for_staff: bool) -> list[Message]:
    """How many took part, then each question; people's own words are for staff only."""
    turnout = await desk.store.responses.turnout(consultation.id)
    if not turnout.answered:
        return [
            Message(paragraphs(bold(written(consultation, "question")), _("It is closed now. Nobody has answered.")))
        ]
    found = await published(desk, consultation.id)
    questions = await (results_in(desk, consultation.id, found) if for_staff else asked_in(desk, consultation.id))
    labels = Labels.of(await desk.store.attributes.all(), desk.voice.language)
    messages = [_opening(consultation, found, turnout, for_staff=for_staff)]
    for question in questions:
        one = found.questions[question.id]
        result = result_message(question, one, found.rule, found if for_staff else None)
        if for_staff and question.kind == "text" and not one.counts.categories:
            messages.append(await _with_texts(desk, question, result))
        elif for_staff and found.answered is not None:
            messages.append(replace(result, rows=[*ways_to_cross(question, one, labels), *ways_to_who(question, one)]))
        elif found.answered is not None:
            messages.append(result)
    mirrors = [chart_message(chart) for chart in charts_of_survey(consultation, found, labels)]
    return [*messages, *mirrors] if for_staff else messages


def _opening(consultation: Consultation, found: Findings, turnout: Turnout, *, for_staff: bool) -> Message:
    """How many answered and how sure that is; staff may know the exact number."""
    if for_staff:
        many: Text | None = lines(
            _(
                "{answered} of {asked} people answered ({share}).",
                answered=turnout.finished,
                asked=turnout.asked,
                share=Percent(turnout.rate),
            ),
            *exactly(turnout),
        )
    elif found.answered is None:
        many = None
    elif found.rates is None:
        many = _("About {number} people answered.", number=found.answered)
    else:
        many = _(
            "About {answered} of {asked} people answered ({share}).",
            answered=found.rates.complete,
            asked=found.rates.asked,
            share=Percent(found.rates.rr1),
        )
    text = paragraphs(
        lines(_("<b>The results are here.</b>"), bold(written(consultation, "question")), many),
        None if for_staff else besides(found),
        _too_few(consultation, found)
        if found.answered is None
        else lines(protection(found.rule), how_sure(found), weighting(found))
        if for_staff
        else lines(protection(found.rule), in_plain_words(found)),
        None if for_staff else what_next(consultation),
    )
    if for_staff or found.answered is None:
        return Message(text)
    return Message(text, [[link(f"howsure {consultation.id}", _("How sure is this?"))]])


async def how_sure_of(desk: Desk, consultation: Consultation) -> Text:
    """For whoever asks: how far shares may be off, and what they are when those who answered are made to be as mixed as
    everybody who lives here.
    """
    found = await published(desk, consultation.id)
    if found.answered is None:
        return _too_few(consultation, found)
    weighted: list[Text] = []
    for question in await asked_in(desk, consultation.id) if found.weighted_by else []:
        picture = chart(question, found.questions[question.id], found.rule, found)
        if picture is not None:
            figures = (_("{label}: {figure}", label=bar.label, figure=bar.text) for bar in picture.bars)
            weighted.append(lines(bold(wording_of(question)), *figures))
    return paragraphs(_("<b>How sure is this?</b>"), lines(how_sure(found), weighting(found)), *weighted)


async def _with_texts(desk: Desk, question: Question, result: Message) -> Message:
    """What was written, as text where it is little and as a file where it is much."""
    found = await desk.store.responses.texts(question.id) + await desk.store.ballots.texts(question.id)
    rows = way_to(question, await sent_for(desk, question))
    texts = sorted((one.words, one.quotable) for one in found if media_of(one.words) is None)
    if texts and question.format not in READ:
        rows = [*rows, [link(f"reading {question.id}", _("Read, search and tag"))]]
    if question.format in READ:
        texts = [(desk.voice.plain(answer_text(question, words)), quotable) for words, quotable in texts]
    mark = _("may be quoted")
    if len(texts) > MOST_TEXTS_SHOWN:
        noted = [f"{words}\n({desk.voice.plain(mark)})" if quotable else words for words, quotable in texts]
        return Message(result.text, rows, file=File("answers.txt", "\n\n".join(noted) + "\n"))
    if not texts:
        return replace(result, rows=rows)
    listed = [
        _("– {words} ({mark})", words=words, mark=mark) if quotable else Verbatim(f"– {words}")
        for words, quotable in texts
    ]
    return Message(paragraphs(bold(question.wording), *listed), rows)


def _too_few(consultation: Consultation, found: Findings) -> Text:
    return lines(
        _("Fewer than {smallest} people answered, so we publish no figures.", smallest=found.smallest),
        _("Nobody could have stayed anonymous among so few: the answers were destroyed unread.")
        if consultation.is_anonymous
        else None,
    )


def what_next(consultation: Consultation) -> Text:
    assert consultation.decides_on is not None
    assert consultation.report_by is not None
    return _(
        "{who} decides on {day}. By {report} you hear from us what was decided.",
        who=written(consultation, "decided_by"),
        day=Day(consultation.decides_on),
        report=Day(consultation.report_by),
    )
