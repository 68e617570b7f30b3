"""Who answered a survey, or one question of it, beside the panel and everybody here: pictures for staff to send on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flows.charts import chart_message, figure
from flows.desk import Desk
from flows.flow import Flow
from flows.paging import page_number, turning
from flows.results.findings import Findings, Found
from flows.results.mirror import Band, Mirror
from flows.results.published import asked_in, published, shown_as
from flows.surveys.asking import bold
from flows.surveys.form.questions import wording_of
from flows.surveys.labels import Labels
from flows.turn import Bar, Chart, Row, Turn, end, go, link
from flows.words import Percent, Text, Verbatim, Words, _, lines, paragraphs
from storage.consultations import Consultation, Question

flow = Flow()

PAGE = 8


@flow.command("whoanswered", audience="staff")
async def whoanswered(desk: Desk, argument: str) -> Turn:
    """`/whoanswered ID`: a closed survey's mirror, attribute by attribute, and the way to each question's."""
    id, _space, page_wanted = argument.partition(" ")
    consultation = await desk.store.consultations.load(id)
    if consultation is None or consultation.state != "closed":
        return go("consultations")
    found = await published(desk, id)
    labels = Labels.of(await desk.store.attributes.all(), desk.voice.language)
    charts = charts_of_survey(consultation, found, labels)
    questions = [(place, one) for place, one in enumerate(await asked_in(desk, id), 1) if found.questions[one.id].who]
    page = page_number(page_wanted)
    shown = questions[(page - 1) * PAGE : page * PAGE]
    rows: list[Row] = [
        *([link(f"whoansweredit {one.id}", _of(place, one))] for place, one in shown if charts),
        *turning(f"whoanswered {id}", page, len(questions) > page * PAGE and bool(charts)),
        [link(f"results {id}", _("Results")), link(f"mirror {consultation.panel_id}", _("The panel's mirror"))],
        [link(f"consultation {id}", _("Back to the consultation"))],
    ]
    text = paragraphs(
        bold(consultation.question),
        _summary(found, found.mirrors, found.r_indicator) if charts else _nothing(found),
        _("Who answered a single question?") if shown and charts else None,
    )
    return end(text, rows).before(*(chart_message(chart) for chart in charts if page == 1))


@flow.command("whoansweredit", audience="staff")
async def whoansweredit(desk: Desk, argument: str) -> Turn:
    """`/whoansweredit QUESTION`: the same of those who answered one question."""
    question = await desk.store.consultations.question(argument)
    consultation = await desk.store.consultations.load(question.consultation_id) if question else None
    if question is None or consultation is None or consultation.state != "closed":
        return go("consultations")
    found = await published(desk, consultation.id)
    one = found.questions.get(question.id)
    if one is None or not one.who:
        return go("whoanswered", consultation.id)
    labels = Labels.of(await desk.store.attributes.all(), desk.voice.language)
    title = wording_of(shown_as(question, one))
    mirrors = found.mirrors_of(one)
    charts = _charts(title, mirrors, labels, even=found.all_were_asked)
    rows: list[Row] = [
        [link(f"whoanswered {consultation.id}", _("The whole survey"))],
        [link(f"results {consultation.id}", _("All results"))],
    ]
    text = paragraphs(bold(title), _summary(found, mirrors, None) if charts else _nothing(found))
    return end(text, rows).before(*(chart_message(chart) for chart in charts))


def _of(place: int, question: Question) -> Text:
    return Words("{number}. {question}", {"number": place, "question": wording_of(question)})


def _nothing(found: Findings) -> Text:
    if not found.mirrors:
        return _("Nothing is known of those who answered: nobody is asked about themselves, or answers are anonymous.")
    return _("Too few people have said who they are to show how mixed they are.")


def _summary(found: Findings, mirrors: Mapping[str, Mirror], all_in_all: float | None) -> Text:
    """The one figure of the whole survey, and what the terms mean: each in plain words, once."""
    values = [one.r_indicator for one in mirrors.values()] if found.all_were_asked else []
    return lines(
        _("How evenly the groups answered, all in all: R-indicator {value}.", value=round(all_in_all, 2))
        if all_in_all is not None
        else None,
        _(
            "“Would have to be others” is the index of dissimilarity: at 0% they are exactly as mixed as everybody "
            "who lives here."
        )
        if any(one.answered_unlike is not None for one in mirrors.values())
        else None,
        _(
            "The R-indicator is 1 where every group answered equally often. The lower it is, the more some groups "
            "stayed away."
        )
        if any(value is not None for value in (all_in_all, *values))
        else None,
    )


def ways_to_who(question: Question, found: Found) -> list[Row]:
    """A button to who answered it, where that is known of enough people."""
    if all(cell is None for who in found.who.values() for cell in who.cells):
        return []
    return [[link(f"whoansweredit {question.id}", _("Who answered this"))]]


# ---------------------------------------------------------------- pictures


def charts_of_survey(consultation: Consultation, found: Findings, labels: Labels) -> list[Chart]:
    """For each attribute of which something may be shown."""
    return _charts(Verbatim(consultation.question), found.mirrors, labels, even=found.all_were_asked)


def _charts(title: Text, mirrors: Mapping[str, Mirror], labels: Labels, *, even: bool) -> list[Chart]:
    return [_chart(title, key, one, labels, even=even) for key, one in mirrors.items() if one.shows_who_answered]


def _chart(title: Text, key: str, one: Mirror, labels: Labels, *, even: bool) -> Chart:
    """Three bars for each band: everybody here, the panel, those who answered."""
    bars = [bar for band in one.bands for bar in _bars(band, one, labels.together(key, band.keys))]
    r_indicator = one.r_indicator if even else None
    note = lines(
        _(
            "Of those who have told us this: about {asked} asked, about {answered} answered.",
            asked=one.on_panel,
            answered=one.answered,
        )
        if one.on_panel is not None
        else _("Of those who have told us this: about {answered} answered.", answered=one.answered),
        _(
            "Of those who answered, about {share} would have to be others to be as mixed as everybody here.",
            share=Percent(one.answered_unlike),
        )
        if one.answered_unlike is not None
        else None,
        _("Of the panel, about {share} would have to be others.", share=Percent(one.panel_unlike))
        if one.panel_unlike is not None
        else None,
        _("These are rough figures: few people stand behind them.") if one.is_rough else None,
        _("How evenly these groups answered: R-indicator {value} (1 is best).", value=round(r_indicator, 2))
        if r_indicator is not None
        else None,
    )
    return Chart(Words("{question} – {attribute}", {"question": title, "attribute": labels.trait(key)}), bars, note)


def _bars(band: Band, one: Mirror, name: Text) -> Sequence[Bar]:
    here = []
    if band.target is not None:
        share = Words("{share}", {"share": Percent(band.target)})
        here = [Bar(_("Everybody here"), band.target, share, heading=name, tone="here")]
    panel, answered = one.panel_share(band), one.answered_share(band)
    return [
        *here,
        Bar(_("Panel"), panel or 0.0, figure(band.panel, panel), heading="" if here else name, tone="panel"),
        Bar(_("Answered"), answered or 0.0, figure(band.answered, answered)),
    ]
