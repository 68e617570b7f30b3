"""Bringing a survey that is written already: an XLSForm, or its questions in one message."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.surveys.advising import advised, minutes_text
from flows.surveys.asking import bold, kind_name
from flows.surveys.form.limits import MOST_ITEMS
from flows.surveys.form.model import Problem, Reading, language_name
from flows.surveys.form.questions import languages_of, packed, questions_of, unpacked
from flows.surveys.form.reading import read_form
from flows.turn import (
    LARGEST_FILE,
    Choice,
    Column,
    File,
    Message,
    NotReceived,
    Received,
    Report,
    Row,
    Said,
    SentFile,
    Table,
    Turn,
    Typed,
    again,
    ask,
    choice,
    end,
    fetch,
    go,
    link,
)
from flows.words import Text, Verbatim, Words, _, lines, ngettext, paragraphs
from storage.consultations import Consultation, Question

flow = Flow()

MEGABYTE = 1024 * 1024
MOST_SHOWN = 10


@saved("form.wanted", title=_("the form you were sending"), awaits_text=True, awaits_file=True)
@dataclass(frozen=True, slots=True)
class Wanted:
    """Waiting for a form; `leave_out` agrees to do without what a chat cannot do, for the file that comes next."""

    consultation_id: str
    leave_out: bool = False
    file_id: str = ""
    file_name: str = ""


@saved("form.found", title=_("the form you were sending"), awaits_text=True, awaits_file=True)
@dataclass(frozen=True, slots=True)
class Found:
    """Waiting for the word that these questions are to be used."""

    consultation_id: str
    questions: tuple[str, ...]


@flow.command("form", _("Bring a survey as a file or text"), audience="staff")
async def form(desk: Desk, argument: str) -> Turn:
    """`/form ID` asks for the form of a draft."""
    consultation = await desk.store.consultations.load(argument) if argument else None
    if consultation is None:
        return end(
            _("A form belongs to a consultation. Please begin one, or open a draft, and choose “From a file or text”."),
            [[link("consult", _("Ask a panel"))], [link("consultations", _("Consultations"))]],
        )
    if consultation.state != "draft":
        return go("consultation", consultation.id)
    return _ask_for_form(consultation.id)


def _ask_for_form(id: str) -> Turn:
    text = paragraphs(
        _("<b>Bring a survey</b>"),
        _("Send me an XLSForm (.xlsx), or write all questions in one message, like this:"),
        Verbatim(EXAMPLE),
        _("The templates show what else there is."),
    )
    return ask(Wanted(id), text, _ways())


def _ways(*first: Row) -> list[Row]:
    templates = [choice("xlsx", _("Template (.xlsx)")), choice("txt", _("Template (text)"))]
    return [*first, templates, [choice("back", _("Back"))]]


@flow.step(Wanted, Found)
async def step(desk: Desk, at: Wanted | Found, said: Said) -> Turn:
    consultation = await desk.store.consultations.load(at.consultation_id)
    if consultation is None or consultation.state != "draft":
        return go("consultation", at.consultation_id)
    id = consultation.id
    match at, said:
        case _, Choice("back"):
            return go("questions", id)
        case Wanted(), Choice("xlsx" | "txt" as kind):
            return _ask_for_form(id).before(_template(kind))
        case Wanted(file_id=file), Choice("without") if file:
            return _fetch(Wanted(id, leave_out=True), SentFile(file, at.file_name))
        case _, SentFile():
            return _fetch(Wanted(id, file_id=said.id, file_name=said.name), said)
        case Wanted(), Received(_name, data):
            return await _look(desk, consultation, at, data)
        case Wanted(), NotReceived(name, reason):
            return ask(Wanted(id), _missing(name, reason), _ways())
        case _, Typed(words):
            return await _look(desk, consultation, Wanted(id), words.encode())
        case Found(questions=kept), Choice("yes"):
            return await _use(desk, consultation, [unpacked(words) for words in kept])
        case Found(), Choice("again"):
            return _ask_for_form(id)
    return again(_("Please send me the form: as a file, or as a message."))


def _fetch(state: Wanted, file: SentFile) -> Turn:
    return fetch(state, file, _("I am reading your file {name} …", name=file.name), [[choice("back", _("Cancel"))]])


def _missing(name: str, reason: str) -> Words:
    if reason == "too big":
        most = LARGEST_FILE // MEGABYTE
        return _("Your file {name} is too large: {most} megabytes at most.", name=name, most=most)
    return _("Your file {name} did not arrive.", name=name)


# ---------------------------------------------------------------- what is in it


async def _look(desk: Desk, consultation: Consultation, at: Wanted, data: bytes) -> Turn:
    reading = await asyncio.to_thread(read_form, data, leave_out=at.leave_out)
    if reading.form is None:
        return _explain(at, reading)
    questions = questions_of(reading.form)
    there = len(await desk.store.consultations.questions(consultation.id))
    if there + len(questions) > MOST_ITEMS:
        text = _(
            "This survey would have {number} questions, notes and calculations; {most} at most fit into a chat.",
            number=there + len(questions),
            most=MOST_ITEMS,
        )
        return ask(Wanted(consultation.id), text, _ways())
    rows: list[Row] = [
        [choice("yes", _("Use these questions"))],
        [choice("again", _("Send another"))],
        [choice("back", _("Back"))],
    ]
    state = Found(consultation.id, tuple(packed(question) for question in questions))
    return ask(state, _overview(reading, questions), rows)


def _explain(at: Wanted, reading: Reading) -> Turn:
    """Everything that is wrong, and the way to do without what a chat cannot do."""
    text = paragraphs(
        ngettext("I found {n} problem in this form:", "I found {n} problems in this form:", len(reading.problems)),
        _listed(reading.problems),
        _("Please put it right and send it again."),
    )
    only_left_out = all(problem.left_out for problem in reading.problems)
    without: list[Row] = [[choice("without", _("Use it without these parts"))]] if only_left_out and at.file_id else []
    return ask(Wanted(at.consultation_id, file_id=at.file_id, file_name=at.file_name), text, _ways(*without))


def _listed(problems: Sequence[Problem]) -> Text:
    shown = [_("– {problem}", problem=problem.said) for problem in problems[:MOST_SHOWN]]
    rest = len(problems) - len(shown)
    return lines(*shown, ngettext("and {n} more", "and {n} more", rest) if rest else None)


def _overview(reading: Reading, questions: Sequence[Question]) -> Text:
    assert reading.form is not None
    asked = [question for question in questions if question.is_asked]
    spoken = languages_of(questions)
    shown = [
        _("{number}. {wording} ({kind})", number=number, wording=question.wording, kind=kind_name(question))
        for number, question in enumerate(asked[:MOST_SHOWN], 1)
    ]
    rest = len(asked) - len(shown)
    notes = [_("– {problem}", problem=note.said) for note in reading.notes[:MOST_SHOWN]]
    advice = [_("– {problem}", problem=one) for one in advised(questions)[:MOST_SHOWN]]
    return paragraphs(
        bold(reading.form.title) if reading.form.title else None,
        lines(
            ngettext("{n} question", "{n} questions", len(asked)),
            minutes_text(questions),
            _("Languages: {languages}", languages=", ".join(map(language_name, spoken))) if len(spoken) > 1 else None,
        ),
        lines(*shown, ngettext("and {n} more", "and {n} more", rest) if rest else None),
        lines(_("What is different in a chat:"), *notes) if notes else None,
        lines(_("What a careful colleague might say:"), *advice) if advice else None,
    )


async def _use(desk: Desk, consultation: Consultation, questions: Sequence[Question]) -> Turn:
    if await desk.store.consultations.add_questions(consultation.id, questions):
        await desk.record("added a form", f"consultation:{consultation.id}", questions=len(questions))
    return go("questions", consultation.id)


# ---------------------------------------------------------------- templates

EXAMPLE = """\
1. How do you usually get here? (choose several)
- On foot
- By bus
2. How many years have you lived here? (number 0-100)
3. What would make it better? (optional)"""

TEXT_TEMPLATE = """\
A greener High Street
Thank you for taking part.

1. How do you usually get there? (choose several)
- On foot
- By bus
- By car
- Other: ____

2. Do you drive?
- Yes
- No
- Prefer not to say

3. Where do you park? (only if 2 is Yes)

4. How many years have you lived here? (number 0-100, optional)

5. How safe do you feel after dark? (scale 1-5)
Hint: 1 is not at all, 5 is very safe

6. Put these in order, the most important first. (rank)
- Trees
- Benches
- Buses

7. When were you last there? (date, optional)

8. What would make it better? (optional)
"""
IN_BRACKETS = (
    "optional; choose several; rank; number 0-100; decimal; scale 1-5; date; time; place; photo; voice message; "
    "only if 2 is Yes"
)
"""As the reader of plain text knows them: in English only."""

SURVEY = (
    ("type", "name", "label::English (en)", "label::Cymraeg (cy)", "hint::English (en)", "required", "relevant"),
    ("note", "", "Thank you for taking part.", "Diolch am gymryd rhan.", "", "", ""),
    ("select_multiple ways", "ways", "How do you usually get there?", "Sut ydych chi'n mynd yno?", "", "yes", ""),
    ("select_one yes_no", "drives", "Do you drive?", "Ydych chi'n gyrru?", "", "yes", ""),
    ("text", "parks", "Where do you park?", "Ble rydych chi'n parcio?", "", "", "${drives} = 'yes'"),
    ("integer", "years", "How long have you lived here?", "Ers pryd rydych chi'n byw yma?", "In years", "", ""),
)
CHOICES = (
    ("list_name", "name", "label::English (en)", "label::Cymraeg (cy)"),
    ("ways", "foot", "On foot", "Ar droed"),
    ("ways", "bus", "By bus", "Ar y bws"),
    ("ways", "car", "By car", "Yn y car"),
    ("yes_no", "yes", "Yes", "Ydw"),
    ("yes_no", "no", "No", "Nac ydw"),
)
SETTINGS = (("form_title", "default_language"), ("A greener High Street", "English (en)"))


def _template(kind: str) -> Message:
    if kind == "txt":
        remarks = _("In brackets you may write: {remarks}.", remarks=Verbatim(IN_BRACKETS))
        return Message(paragraphs(_("Here is the template."), remarks), file=File("survey.txt", TEXT_TEMPLATE))
    sheets = {"survey": SURVEY, "choices": CHOICES, "settings": SETTINGS}
    tables = [
        Table(Verbatim(name), [Column(heading, Verbatim(heading)) for heading in rows[0]], rows[1:])
        for name, rows in sheets.items()
    ]
    report = Report(_("A survey as an XLSForm"), _("How to fill it in"), [HOW_TO], tables)
    return Message(_("Here is the template."), file=File("survey.xlsx", report))


HOW_TO = _(
    "Questions stand on the sheet “survey”, their answers on “choices”. The whole standard is described at xlsform.org."
)
