"""A closed survey's findings as a report: tables of cells with a codebook, charts, and what stands behind them.

A row is a cell, not a person: published figures are all that leaves. In SPSS, `WEIGHT BY people` gives the tables back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flows.results.crosstables import Column as CrossColumn
from flows.results.disclosure import Line
from flows.results.findings import Findings, Found
from flows.results.mirror import Mirror
from flows.results.precision import Precision
from flows.surveys.asking import panel_called
from flows.surveys.form.questions import wording_of
from flows.surveys.results import chart, how_sure, label, protection, weighting
from flows.surveys.ways import besides
from flows.turn import Bar, Cell, Chart, Column, Report, Row, Table, link
from flows.words import Paragraphs, Percent, Text, Verbatim, Words, _, lines
from storage.attributes import Attribute
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


@dataclass(frozen=True, slots=True)
class Labels:
    """What attributes and their bands are called, in the reader's language."""

    traits: Mapping[str, Text]
    bands: Mapping[tuple[str, str], Text]

    @staticmethod
    def of(attributes: Sequence[Attribute], language: str) -> Labels:
        return Labels(
            {attribute.key: _named(attribute.labels, attribute.key, language) for attribute in attributes},
            {
                (attribute.key, option.key): _named(option.labels, option.key, language)
                for attribute in attributes
                for option in attribute.options
            },
        )

    def trait(self, key: str) -> Text:
        return self.traits.get(key, Verbatim(key))

    def together(self, trait: str, bands: Sequence[str]) -> Text:
        return Paragraphs(tuple(self.band(trait, band) for band in bands), " + ")

    def band(self, trait: str, band: str) -> Text:
        return self.bands.get((trait, band), Verbatim(band)) if band else _("not known")


def _named(labels: Mapping[str, str], key: str, language: str) -> Text:
    return Verbatim(labels.get(language) or labels.get("en") or next(iter(labels.values()), key))


def report(consultation: Consultation, questions: Sequence[Question], found: Findings, labels: Labels) -> Report:
    """Everything that is published of a survey."""
    cells = _cells(questions, found, labels)
    tables = [cells, _questions(questions, found), *_mirrors(found, labels), _codebook(cells)]
    charts: list[Chart | None] = []
    for question in questions:
        one = found.questions[question.id]
        crossed = [cross_chart(question, one, found, key, labels) for key in one.by if one.by[key]]
        charts += [chart(question, one, found.rule), *crossed]
    return Report(
        Verbatim(consultation.question),
        _("About"),
        _notes(consultation, found),
        tables,
        [*(drawn for drawn in charts if drawn is not None), *mirror_charts(found, labels)],
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
        how_sure(found) if found.answered is not None else None,
        weighting(found),
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
            Column("low", _("Share, at least (95 %)"), is_share=True),
            Column("high", _("Share, at most (95 %)"), is_share=True),
            Column("answered", _("People who answered the question (rounded)")),
        ],
        made.rows,
    )


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
            Column("mean_low", _("On average, at least (95 %)")),
            Column("mean_high", _("On average, at most (95 %)")),
            Column("came", _("Came this far (rounded)")),
            Column("stopped", _("Stopped here (rounded)")),
        ],
        rows,
    )


def _mirrors(found: Findings, labels: Labels) -> list[Table]:
    rows: list[tuple[Cell, ...]] = [
        (labels.trait(key), labels.band(key, band.key), band.target, band.panel, band.answered)
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
        _cross_bar(question, found, column, place, labels.together(key, column.bands))
        for column in found.by[key]
        for place in range(len(found.counts.categories))
    ]
    title = _("{question} – by {attribute}", question=wording_of(question), attribute=labels.trait(key))
    return Chart(title, bars, lines(*_who_answered(found, findings.mirrors.get(key), key, labels)))


def _cross_bar(question: Question, found: Found, column: CrossColumn, place: int, who: Text) -> Bar:
    name = _("{who}: {label}", who=who, label=label(question, found.counts.categories[place]))
    share, number = column.cells.share(place), column.cells.cells[place]
    if share is None or number is None:
        return Bar(name, 0.0, _("not shown"))
    return Bar(name, share, _("{number} ({share})", number=number, share=Percent(share)))


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


# ---------------------------------------------------------------- the mirror as pictures


def mirror_charts(found: Findings, labels: Labels) -> list[Chart]:
    """For each attribute, those who answered beside everybody who lives here; nothing where that is not known."""
    return [
        _mirror_chart(key, one, one.answered_unlike, labels)
        for key, one in found.mirrors.items()
        if one.answered_unlike is not None
    ]


def _mirror_chart(key: str, one: Mirror, unlike: float, labels: Labels) -> Chart:
    answered = sum(band.answered or 0 for band in one.bands)
    bars: list[Bar] = []
    for band in one.bands:
        name = labels.band(key, band.key)
        if band.target is not None:
            here = _("{who}: everybody here", who=name)
            bars.append(Bar(here, band.target, Words("{share}", {"share": Percent(band.target)})))
        share = band.answered / answered if band.answered is not None else None
        figure = _("not shown") if share is None else Words("{share}", {"share": Percent(share)})
        bars.append(Bar(_("{who}: answered", who=name), share or 0.0, figure))
    note = _(
        "How much those who answered look like everybody who lives here: {share} of them would have to be others.",
        share=Percent(unlike),
    )
    return Chart(labels.trait(key), bars, note)
