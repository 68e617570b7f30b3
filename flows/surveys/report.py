"""A closed survey's findings as a report: tables of cells with a codebook, charts, and what stands behind them.

A row is a cell, not a person: published figures are all that leaves. In SPSS, `WEIGHT BY people` gives the tables back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flows.charts import figure
from flows.results.crosstables import Column as CrossColumn
from flows.results.disclosure import Line
from flows.results.findings import Findings, Found
from flows.results.mirror import Mirror
from flows.results.precision import Precision
from flows.surveys.asking import panel_called
from flows.surveys.form.questions import wording_of
from flows.surveys.labels import Labels
from flows.surveys.results import chart, how_sure, label, protection, weighting
from flows.surveys.ways import besides
from flows.surveys.who_answered import charts_of_survey
from flows.turn import Bar, Cell, Chart, Column, Report, Row, Table, link
from flows.words import Paragraphs, Percent, Text, Verbatim, _, lines
from storage.consultations import Consultation, Question

EVERYBODY = 0
WITHHELD = 9999
"""The code of "prefer not to say" among the answers: missing, and told from what was skipped."""


@dataclass(slots=True)
class Codes:
    """Numbers for things, from 1, in the order in which they are met."""

    meanings: dict[int, Text] = field(default_factory=dict)
    _known: dict[object, int] = field(default_factory=dict)

    def of(self, thing: object, meaning: Text) -> int:
        code = self._known.setdefault(thing, len(self._known) + 1)
        self.meanings.setdefault(code, meaning)
        return code


def report(consultation: Consultation, questions: Sequence[Question], found: Findings, labels: Labels) -> Report:
    """Everything that is published of a survey."""
    cells = _cells(questions, found, labels)
    mirrors = [*_mirrors(found, labels), *_mirrors_of_questions(questions, found, labels)]
    tables = [cells, _questions(questions, found), *mirrors, _codebook(cells)]
    charts: list[Chart | None] = []
    for question in questions:
        one = found.questions[question.id]
        crossed = [cross_chart(question, one, found, key, labels) for key in one.by if one.by[key]]
        charts += [chart(question, one, found.rule, found), *crossed]
    return Report(
        Verbatim(consultation.question),
        _("About"),
        _notes(consultation, found),
        tables,
        [*(drawn for drawn in charts if drawn is not None), *charts_of_survey(consultation, found, labels)],
    )


def _notes(consultation: Consultation, found: Findings) -> list[Text]:
    rates = found.rates
    notes: list[Text | None] = [
        _("Asked: the panel “{panel}”.", panel=panel_called(consultation)),
        _("Fewer than {smallest} people answered, so we publish no figures.", smallest=found.smallest)
        if found.answered is None
        else _("About {number} people answered.", number=found.answered)
        if rates is None
        else _(
            "About {answered} of {asked} people answered. Response rate (AAPOR RR1): {rr1}; "
            "with those who began (RR2): {rr2}; of those who began, {completion} came to the end.",
            answered=rates.complete,
            asked=rates.asked,
            rr1=Percent(rates.rr1),
            rr2=Percent(rates.rr2),
            completion=Percent(rates.completion),
        ),
        besides(found),
        protection(found.rule),
        *((how_sure(found), weighting(found)) if found.answered is not None else ()),
        _("Representativeness (R-indicator, 1 is best): {r}.", r=round(found.r_indicator, 2))
        if found.r_indicator is not None
        else None,
    ]
    return [note for note in notes if note is not None]


# ---------------------------------------------------------------- tables


@dataclass(slots=True)
class _Cells:
    """The long table: one row for each category of each question, for everybody and for each band."""

    found: Findings
    questions: Codes = field(default_factory=Codes)
    answers: Codes = field(default_factory=Codes)
    traits: Codes = field(default_factory=Codes)
    bands: Codes = field(default_factory=Codes)
    rows: list[tuple[Cell, ...]] = field(default_factory=list)

    def add(self, question: Question, found: Found, trait: int, band: int, cells: Line, *, weighted: bool) -> None:
        asked = self.questions.of(question.id, Verbatim(question.wording))
        for place, category in enumerate(found.counts.categories):
            answer = self.answers.of((question.id, category), label(question, category))
            share = cells.share(place)
            effect = self.found.design_effect if weighted else 1.0
            interval = Precision(cells.total, effect).of_share(share) if share is not None and cells.total else None
            self.rows.append(
                (
                    asked,
                    answer,
                    trait,
                    band,
                    cells.cells[place],
                    share,
                    found.weighted_share(place) if weighted else None,
                    interval.low if interval else None,
                    interval.high if interval else None,
                    cells.total,
                )
            )

    def add_withheld(self, question: Question, found: Found) -> None:
        """Counted beside the answers, and in no share."""
        if found.counts.withheld is not None:
            self.answers.meanings[WITHHELD] = _("Prefer not to say")
            asked = self.questions.of(question.id, Verbatim(question.wording))
            row = (asked, WITHHELD, EVERYBODY, EVERYBODY, found.counts.withheld)
            self.rows.append((*row, None, None, None, None, found.counts.answered))


def _cells(questions: Sequence[Question], found: Findings, labels: Labels) -> Table:
    made = _Cells(found)
    for question in questions:
        one = found.questions[question.id]
        made.add(question, one, EVERYBODY, EVERYBODY, one.counts.cells, weighted=True)
        made.add_withheld(question, one)
        for key, columns in one.by.items():
            for column in columns:
                trait = made.traits.of(key, labels.trait(key))
                band = made.bands.of((key, column.bands), labels.together(key, column.bands))
                made.add(question, one, trait, band, column.cells, weighted=False)
    everybody = {EVERYBODY: _("everybody")}
    return Table(
        _("Results"),
        [
            Column("question", _("Question"), made.questions.meanings),
            Column("answer", _("Answer"), made.answers.meanings, missing=(WITHHELD,)),
            Column("attribute", _("Asked by"), {**everybody, **made.traits.meanings}),
            Column("band", _("Who"), {**everybody, **made.bands.meanings}),
            Column("people", _("People (rounded; empty: not shown)")),
            Column("share", _("Share"), is_share=True),
            Column("weighted", _("Share, weighted"), is_share=True),
            Column("low", _at_95(_("Share, at least (95 %)"), found), is_share=True),
            Column("high", _at_95(_("Share, at most (95 %)"), found), is_share=True),
            Column("answered", _("People who answered the question (rounded)")),
        ],
        made.rows,
    )


def _at_95(label: Text, found: Findings) -> Text:
    """The heading of an end of an interval, which is called a model where chance did not choose whom to ask."""
    return label if found.was_drawn else Paragraphs((label, _("modelled precision")), ", ")


def _questions(questions: Sequence[Question], found: Findings) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for question in questions:
        one = found.questions[question.id]
        mean = None if one.counts.mean is None else round(one.counts.mean, 1)
        weighted = None if one.weighted_mean is None else round(one.weighted_mean, 1)
        between = found.of_mean(one)
        rows.append(
            (
                Verbatim(question.wording),
                one.counts.answered,
                one.counts.withheld,
                mean,
                weighted,
                round(between.low, 1) if between else None,
                round(between.high, 1) if between else None,
                None if one.counts.answered is None else round(found.behind(one).effective),
                None if one.counts.answered is None else round(found.design_effect, 2),
                one.reached.came,
                one.reached.stopped,
            )
        )
    return Table(
        _("Questions"),
        [
            Column("question", _("Question")),
            Column("answered", _("Answered it (rounded)")),
            Column("withheld", _("Preferred not to say (rounded)")),
            Column("mean", _("On average")),
            Column("weighted_mean", _("On average, weighted")),
            Column("mean_low", _at_95(_("On average, at least (95 %)"), found)),
            Column("mean_high", _at_95(_("On average, at most (95 %)"), found)),
            Column("effective", _("Effective number (what weighted answers count like)")),
            Column("design_effect", _("Design effect (1: nothing is lost by weighting)")),
            Column("came", _("Came this far (rounded)")),
            Column("stopped", _("Stopped here (rounded)")),
        ],
        rows,
    )


def _mirrors(found: Findings, labels: Labels) -> list[Table]:
    rows: list[tuple[Cell, ...]] = [
        (labels.trait(key), labels.together(key, band.keys), band.target, band.panel, band.answered)
        for key, one in found.mirrors.items()
        for band in one.bands
    ]
    rows += [
        (labels.trait(key), _("how unlike (0 to 1)"), None, _two(one.panel_unlike), _two(one.answered_unlike))
        for key, one in found.mirrors.items()
    ]
    if not rows:
        return []
    return [
        Table(
            _("Mirror"),
            [
                Column("attribute", _("Asked by")),
                Column("band", _("Who")),
                Column("target", _("Share of everybody here"), is_share=True),
                Column("panel", _("Asked (rounded)")),
                Column("answered", _("Answered (rounded)")),
            ],
            rows,
        )
    ]


def _mirrors_of_questions(questions: Sequence[Question], found: Findings, labels: Labels) -> list[Table]:
    """Who answered each question: the counts, and beside them the two indices of the attribute."""
    rows: list[tuple[Cell, ...]] = []
    for question in questions:
        for key, one in found.mirrors_of(found.questions[question.id]).items():
            told = (Verbatim(question.wording), labels.trait(key))
            rows += [(*told, labels.together(key, band.keys), band.answered, None, None) for band in one.bands]
            even = _two(one.r_indicator) if found.all_were_asked else None
            rows.append((*told, _("all"), one.answered, _two(one.answered_unlike), even))
    if not rows:
        return []
    return [
        Table(
            _("Mirror by question"),
            [
                Column("question", _("Question")),
                Column("attribute", _("Asked by")),
                Column("band", _("Who")),
                Column("answered", _("Answered it (rounded)")),
                Column("unlike", _("how unlike (0 to 1)")),
                Column("r_indicator", _("R-indicator (1 is best)")),
            ],
            rows,
        )
    ]


def _two(index: float | None) -> float | None:
    return None if index is None else round(index, 2)


def _codebook(table: Table) -> Table:
    """What every variable and every code of a table means."""
    rows: list[tuple[Cell, ...]] = []
    for column in table.columns:
        rows.append((column.name, _text(column.label), None, None))
        rows += [(column.name, _text(column.label), code, _text(words)) for code, words in column.codes.items()]
    return Table(
        _("Codebook"),
        [
            Column("variable", _("Variable")),
            Column("label", _("What it is")),
            Column("code", _("Code")),
            Column("meaning", _("Meaning")),
        ],
        rows,
    )


def _text(words: Text | str) -> Text:
    return Verbatim(words) if isinstance(words, str) else words


def codebook(whole: Report) -> Report:
    """The codebook alone, for formats that hold one table."""
    return Report(whole.title, whole.about, whole.notes, [whole.tables[-1]])


# ---------------------------------------------------------------- a question by an attribute


def ways_to_cross(question: Question, found: Found, labels: Labels, without: str = "") -> list[Row]:
    """A button for each attribute that a question can be looked at by."""
    return [
        [link(f"by {question.id} {key}", _("By {attribute}", attribute=labels.trait(key)))]
        for key, columns in found.by.items()
        if columns and key != without
    ]


def cross_chart(question: Question, found: Found, findings: Findings, key: str, labels: Labels) -> Chart:
    """What each group answered, and who answered beside who lives here."""
    bars = [
        _cross_bar(question, found, column, place, "" if place else labels.together(key, column.bands))
        for column in found.by[key]
        for place in range(len(found.counts.categories))
    ]
    title = _("{question} – by {attribute}", question=wording_of(question), attribute=labels.trait(key))
    return Chart(title, bars, lines(*_who_answered(found, findings.mirrors.get(key), key, labels)))


def _cross_bar(question: Question, found: Found, column: CrossColumn, place: int, who: Text | str) -> Bar:
    name = label(question, found.counts.categories[place])
    share, number = column.cells.share(place), column.cells.cells[place]
    return Bar(name, share or 0.0, figure(number, share), heading=who)


def _who_answered(found: Found, mirror: Mirror | None, key: str, labels: Labels) -> list[Text]:
    """For each group its share of those who answered this question, and of everybody here where that is known."""
    targets = {band.key: band.target for band in mirror.bands} if mirror else {}
    total = sum(column.cells.total or 0 for column in found.by[key])
    told: list[Text] = []
    for column in found.by[key]:
        here = [targets.get(band) for band in column.bands]
        if column.cells.total is None or not total:
            continue
        who, share = labels.together(key, column.bands), Percent(column.cells.total / total)
        known = sum(one for one in here if one is not None)
        told.append(
            _("{who}: {share} of those who answered this", who=who, share=share)
            if None in here
            else _(
                "{who}: {share} of those who answered this, {here} of everybody here",
                who=who,
                share=share,
                here=Percent(known),
            )
        )
    return told
