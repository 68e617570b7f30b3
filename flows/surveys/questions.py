"""Writing a survey's questions: adding, changing, ordering, and published sets by one tap."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Literal

from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.surveys.answering import LARGEST_NUMBER
from flows.surveys.asking import FORMATS, KINDS, bold, how_to_answer, kind_name
from flows.surveys.form.hurried import answers_in
from flows.surveys.form.model import language_name
from flows.surveys.form.questions import COUNTED_AS, came_with_form, decided_by, reworded, unsaid, with_options
from flows.surveys.instruments import INSTRUMENTS, Instrument
from flows.surveys.only_if import deciding
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import Text, Verbatim, Words, _, lines, paragraphs
from storage.consultations import Consultation, Format, Kind, Question

flow = Flow()

WORDING_LIMIT = 300
OPTION_LIMIT = 60
FEWEST_OPTIONS, MOST_OPTIONS = 2, 12
MOST_QUESTIONS = 30

Part = Literal["kind", "more", "wording", "options", "optional"]

MORE_KINDS: tuple[Format, ...] = ("rank", "date", "time", "place", "photo", "audio")
"""Asked for less often, so they stand behind a button of their own."""
KIND_OF: dict[Format, Kind] = {format: kind for kind, format in COUNTED_AS.values() if format in MORE_KINDS}


@saved("questions.writing", title=_("a survey question"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class Writing:
    """Waiting for one part of a question; `question_id` is empty while it is a new one."""

    consultation_id: str
    part: Part
    question_id: str = ""
    kind: Kind = "one"
    wording: str = ""
    options: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    format: Format = ""


# ---------------------------------------------------------------- the list


@flow.command("questions", audience="staff")
async def questions(desk: Desk, argument: str) -> Turn:
    consultation = await desk.store.consultations.load(argument)
    if consultation is None or consultation.state != "draft":
        return go("consultation", argument)
    found = await desk.store.consultations.questions(argument)
    text = paragraphs(
        _("<b>The questions</b>"),
        lines(*(_listed(mark, question) for mark, question in _marked(found)))
        if found
        else _("There is none yet. Four or five short ones are enough."),
        _("Tap a question to change or move it.") if found else None,
    )
    rows: list[Row] = [
        [link(f"question {question.id}", f"{mark} {question.wording}")] for mark, question in _marked(found)
    ]
    return end(text, [*rows, *_ways_to_add(argument, found), [link(f"consultation {argument}", _("Done"))]])


def _marked(found: Sequence[Question]) -> list[tuple[str, Question]]:
    """With the number that citizens see, or a dash for what is not asked."""
    numbers = count(1)
    return [(f"{next(numbers)}." if question.is_asked else "–", question) for question in found]


def _listed(mark: str, question: Question) -> Text:
    return _("{mark} {wording} ({kind})", mark=mark, wording=question.wording, kind=kind_name(question))


def _ways_to_add(consultation_id: str, found: list[Question]) -> list[Row]:
    if len(found) >= MOST_QUESTIONS:
        return []
    return [
        [link(f"addquestion {consultation_id}", _("Add a question"))],
        [link(f"form {consultation_id}", _("From a file or text"))],
        [link(f"bank {consultation_id}", _("Take from the question bank"))],
    ]


@flow.command("bank", audience="staff")
async def bank(desk: Desk, argument: str) -> Turn:
    """`/bank ID` shows the question bank, `/bank ID SET` a set of questions; `/bank ID SET add` adds it, once."""
    id, _space, rest = argument.partition(" ")
    key, _space, wish = rest.partition(" ")
    consultation = await desk.store.consultations.load(id)
    if consultation is None or consultation.state != "draft":
        return go("consultation", id)
    found = await desk.store.consultations.questions(id)
    sources = {question.source for question in found}
    instrument = next((one for one in INSTRUMENTS if one.key == key), None)
    if instrument is None:
        return _show_bank(id, [one for one in INSTRUMENTS if one.source not in sources])
    wanted = instrument.for_council(desk.voice.plain(await desk.named_organisation()))
    fits = len(wanted) <= MOST_QUESTIONS - len(found)
    if instrument.source in sources:
        return go("questions", id)
    if wish != "add" or not fits:
        return _show_set(id, instrument, wanted, fits=fits)
    await desk.store.consultations.add_questions(id, wanted)
    await desk.record("added from the bank", f"consultation:{id}", instrument=key)
    return go("questions", id)


def _show_set(id: str, instrument: Instrument, wanted: Sequence[Question], *, fits: bool) -> Turn:
    text = paragraphs(
        bold(instrument.name),
        Verbatim(instrument.source),
        *(lines(Verbatim(one.wording), *(Verbatim(f"– {option}") for option in one.options)) for one in wanted),
        None
        if fits
        else _(
            "There is no room for these: a survey has at most {most} questions. Delete some first.", most=MOST_QUESTIONS
        ),
    )
    rows: list[Row] = [[link(f"bank {id} {instrument.key} add", _("Take these questions"))]] if fits else []
    return end(text, [*rows, [link(f"bank {id}", _("Back"))]])


def _show_bank(id: str, offered: list[Instrument]) -> Turn:
    back: list[Row] = [[link(f"questions {id}", _("Back"))]]
    if not offered:
        return end(_("All sets of the question bank are in this survey already."), back)
    text = paragraphs(
        _("<b>The question bank</b>"),
        _("Recognised questions, word for word, so that you can compare yourselves with others."),
        *(lines(one.name, Verbatim(one.source)) for one in offered),
    )
    return end(text, [*([link(f"bank {id} {one.key}", one.name)] for one in offered), *back])


# ---------------------------------------------------------------- one question

NEEDS: dict[str, Words] = {
    "needed": _("Needs an answer."),
    "optional": _("May be skipped."),
    "withhold": _("Needs an answer, or “prefer not to say”."),
}
OTHERWISE: dict[str, Words] = {
    "needed": _("Ask for an answer"),
    "optional": _("Let people skip it"),
    "withhold": _("Offer “prefer not to say”"),
}
MAY_SKIP: dict[str, Words] = {
    "needed": _("It needs an answer"),
    "optional": _("It may be skipped"),
    "withhold": _("They may say: prefer not to say"),
}


NOT_FOR_ALL: tuple[Format, ...] = ("place", "photo", "audio")
"""Not every telephone can send these, nor does everybody want to: nobody is held up by them."""


def ways_to_need(format: Format) -> list[str]:
    """Whether an answer can be insisted on, left out, or declined."""
    return [way for way in NEEDS if way != "needed" or format not in NOT_FOR_ALL]


def needs(question: Question) -> str:
    return "withhold" if question.may_withhold else "optional" if question.optional else "needed"


@flow.command("question", audience="staff")
async def question(desk: Desk, argument: str) -> Turn:
    """`/question ID` shows it; `up`, `delete`, `delete yes`, `wording`, `options`, `needed`, `optional`, `withhold`
    change it."""
    id, _space, what = argument.partition(" ")
    found = await desk.store.consultations.question(id)
    consultation = await desk.store.consultations.load(found.consultation_id) if found else None
    if found is None or consultation is None:
        return go("consultations")
    if consultation.state != "draft":
        return go("consultation", consultation.id)
    return await _act(desk, consultation, found, what)


async def _act(desk: Desk, consultation: Consultation, found: Question, what: str) -> Turn:
    store = desk.store.consultations
    others = await store.questions(found.consultation_id)
    earlier = [other for other in others if other.position < found.position]
    match what:
        case "delete" | "delete yes" | "options" if _decides(found, others):
            return _stays(found, DECIDES)
        case "up" if earlier and decided_by(found, earlier[-1]) is not None:
            return _stays(found, _("It is asked only after an answer to the question before it, so it stays after it."))
        case "up":
            await store.move_up(found)
            await _record(desk, "moved question", found)
            return go("questions", found.consultation_id)
        case "needed" | "optional" | "withhold" if not came_with_form(found) and what in ways_to_need(found.format):
            changed = replace(found, optional=what == "optional", may_withhold=what == "withhold")
            await store.change_question(changed)
            await _record(desk, "changed question", found)
            return go("question", found.id)
        case "delete":
            rows = [
                [link(f"question {found.id} delete yes", _("Yes, delete it"))],
                [link(f"question {found.id}", _("No, keep it"))],
            ]
            return end(paragraphs(_("Delete this question?"), bold(found.wording)), rows)
        case "delete yes":
            await store.remove_question(found)
            await _record(desk, "deleted question", found)
            return go("questions", found.consultation_id)
        case "wording" if _has_words(found):
            return _ask_part(replace(_state_of(found), part="wording"))
        case "options" if found.kind != "text" and not came_with_form(found):
            return _ask_part(replace(_state_of(found), part="options"))
    return _show(found, earlier, can_depend=bool(deciding(earlier, consultation)))


DECIDES = _("Another question is asked only after one of its answers. Ask that one of everybody first.")


def _decides(question: Question, others: Sequence[Question]) -> bool:
    return any(decided_by(other, question) is not None for other in others)


def _stays(question: Question, why: Words) -> Turn:
    return end(paragraphs(bold(question.wording), why), [[link(f"question {question.id}", _("Back"))]])


def _has_words(question: Question) -> bool:
    """What is only worked out is never read out."""
    return question.is_asked or question.format == "note"


async def _record(desk: Desk, action: str, question: Question) -> None:
    await desk.record(action, f"consultation:{question.consultation_id}", kind=question.kind)


def _state_of(question: Question) -> Writing:
    return Writing(
        question.consultation_id,
        "wording",
        question.id,
        question.kind,
        question.wording,
        question.options,
        question.least,
        question.most,
        question.format,
    )


def _show(question: Question, earlier: Sequence[Question], *, can_depend: bool) -> Turn:
    id, current, condition = question.id, needs(question), _condition(question, earlier)
    options = [Verbatim(f"– {option}") for option in question.options] if question.kind in ("one", "many") else []
    text = paragraphs(
        bold(question.wording),
        lines(kind_name(question), *options),
        how_to_answer(question),
        NEEDS[current],
        condition,
        _("From: {source}", source=question.source) if question.source else None,
        _("It came with a form. To change more than its words, please change the form and send it again.")
        if came_with_form(question)
        else None,
        _("It has no words in {languages}.", languages=Verbatim(", ".join(map(language_name, missing))))
        if (missing := unsaid(question)) and _has_words(question)
        else None,
    )
    moves: Row = [link(f"question {id} up", _("Move up")), link(f"question {id} delete", _("Delete"))]
    back: Row = [link(f"questions {question.consultation_id}", _("Back"))]
    change = [link(f"question {id} wording", _("Change the wording"))] if _has_words(question) else []
    if came_with_form(question):
        return end(text, [change, moves, back] if change else [moves, back])
    if question.kind != "text":
        change.append(link(f"question {id} options", _("Change the answers")))
    return end(
        text,
        [
            change,
            [link(f"question {id} {way}", OTHERWISE[way]) for way in ways_to_need(question.format) if way != current],
            *_ways_to_condition(question, conditional=condition is not None, can_depend=can_depend),
            moves,
            back,
        ],
    )


def _condition(question: Question, earlier: Sequence[Question]) -> Text | None:
    found = ((other, place) for other in earlier if (place := decided_by(question, other)) is not None)
    words = (
        _("Asked only if the answer to “{question}” is: {answer}", question=other.wording, answer=other.options[place])
        for other, place in found
    )
    return next(words, None)


def _ways_to_condition(question: Question, *, conditional: bool, can_depend: bool) -> list[Row]:
    if conditional:
        return [[link(f"onlyif {question.id} always", _("Ask it of everybody"))]]
    return [[link(f"onlyif {question.id}", _("Ask this only if…"))]] if can_depend else []


# ---------------------------------------------------------------- writing one


@flow.command("addquestion", audience="staff")
async def add_question(desk: Desk, argument: str) -> Turn:
    consultation = await desk.store.consultations.load(argument)
    if consultation is None or consultation.state != "draft":
        return go("consultation", argument)
    if consultation.questions >= MOST_QUESTIONS:
        return go("questions", argument)
    return _ask_part(Writing(argument, "kind"))


def _ask_part(at: Writing) -> Turn:
    match at.part:
        case "kind":
            rows: list[Row] = [[choice(kind, words)] for kind, words in KINDS.items()]
            more: Row = [choice("more", _("More kinds"))]
            return ask(at, _("How shall people answer?"), [*rows, more, [choice("back", _("Back"))]])
        case "more":
            rows = [[choice(format, FORMATS[format])] for format in MORE_KINDS]
            return ask(at, _("How shall people answer?"), [*rows, [choice("back", _("Back"))]])
        case "wording":
            text: Text = _("What is the question? Please write it as people will read it.")
        case "options":
            return ask(at, OPTIONS_WANTED[at.kind], [*_ready_options(at), [choice("back", _("Back"))]])
        case "optional":
            rows = [[choice(way, MAY_SKIP[way])] for way in ways_to_need(at.format)]
            return ask(at, _("May people skip it?"), [*rows, [choice("back", _("Back"))]])
    so_far = _("So far: {words}", words=at.wording) if at.wording else None
    keep = [choice("keep", _("Keep it"))] if at.wording else []
    return ask(at, paragraphs(text, so_far), [[*keep, choice("back", _("Back"))]])


def begin_writing(consultation_id: str, wording: str) -> Turn:
    """A question whose words are there; how it is answered is still to be said."""
    return _ask_part(Writing(consultation_id, "kind", wording=wording))


POINT_BEFORE = re.compile(r"[15]\s*[=:–—-]\s*(?=\S)")
CHOICES_WANTED = _("Which answers are there? Please write them in one message, each on a line of its own.")
OPTIONS_WANTED: dict[Kind, Words] = {
    "one": CHOICES_WANTED,
    "many": CHOICES_WANTED,
    "scale": _("What do 1 and 5 mean? Please write two lines: first what 1 means, then what 5 means."),
    "number": _("Which numbers are possible? Please write the smallest and the largest, for example: 0 100"),
}


def _ready_options(at: Writing) -> list[Row]:
    match at.kind:
        case "scale":
            return [[choice("usual", _("1 not at all, 5 very much"))]]
        case "number":
            return [[choice("usual", _("Any number"))]]
    return []


@flow.step(Writing)
async def write(desk: Desk, at: Writing, said: Said) -> Turn:
    consultation = await desk.store.consultations.load(at.consultation_id)
    if consultation is None or consultation.state != "draft":
        return go("consultation", at.consultation_id)
    match at.part, said:
        case _, Choice("back"):
            return _back(at)
        case "kind", Choice("more"):
            return _ask_part(replace(at, part="more"))
        case "kind", Choice(id):
            kind = next((kind for kind in KINDS if kind == id), None)
            return _ask_part(_of_kind(at, kind)) if kind else again(_tap_one())
        case "more", Choice(id):
            format = next((format for format in MORE_KINDS if format == id), None)
            return _ask_part(_of_kind(at, KIND_OF[format], format)) if format else again(_tap_one())
        case "wording", Choice("keep") if at.wording:
            return await _worded(desk, at)
        case "wording", Typed(words):
            wording = " ".join(words.split())
            if len(wording) > WORDING_LIMIT:
                return again(_("That is too long: please use at most {most} letters.", most=WORDING_LIMIT))
            return await _worded(desk, replace(at, wording=wording))
        case "options", Choice("usual") if at.kind in ("scale", "number"):
            return await _complete(desk, replace(at, options=(), least=None, most=None))
        case "options", Typed(words):
            found = _read_options(at, words)
            return again(found) if isinstance(found, Words) else await _complete(desk, found)
        case "optional", Choice(id) if id in ways_to_need(at.format):
            return await _add(desk, at, id)
        case (("kind" | "more" | "optional"), _):
            return again(_tap_one())
    return again(_("Please write it as a message."))


def _of_kind(at: Writing, kind: Kind, format: Format = "") -> Writing:
    """Answers written for another kind do not count for this one."""
    return Writing(at.consultation_id, "wording", kind=kind, wording=at.wording, format=format)


def _tap_one() -> Words:
    return _("Please tap one of the buttons.")


def _back(at: Writing) -> Turn:
    if at.question_id:
        return go("question", at.question_id)
    match at.part:
        case "more":
            return _ask_part(replace(at, part="kind"))
        case "wording":
            return _ask_part(replace(at, part="more" if at.format else "kind"))
        case "options":
            return _ask_part(replace(at, part="wording"))
        case "optional":
            return _ask_part(replace(at, part="wording" if at.kind == "text" else "options"))
    return go("questions", at.consultation_id)


async def _worded(desk: Desk, at: Writing) -> Turn:
    if at.question_id or at.kind == "text":
        return await _complete(desk, at)
    return _ask_part(replace(at, part="options"))


async def _complete(desk: Desk, at: Writing) -> Turn:
    """A changed question is saved; for a new one there is one thing left to ask."""
    if not at.question_id:
        return _ask_part(replace(at, part="optional"))
    kept = await desk.store.consultations.question(at.question_id)
    if kept is not None:
        others = await desk.store.consultations.questions(at.consultation_id)
        if at.options != kept.options and _decides(kept, others):
            return _stays(kept, DECIDES)
        changed = reworded(kept, at.wording)
        if not came_with_form(kept):
            changed = with_options(replace(changed, least=at.least, most=at.most), at.options)
        await desk.store.consultations.change_question(changed)
        await _record(desk, "changed question", changed)
    return go("question", at.question_id)


async def _add(desk: Desk, at: Writing, needs: str) -> Turn:
    new = Question(
        "",
        at.consultation_id,
        0,
        at.kind,
        at.wording,
        at.options,
        needs == "optional",
        at.least,
        at.most,
        format=at.format,
        may_withhold=needs == "withhold",
    )
    await desk.store.consultations.add_questions(at.consultation_id, [new])
    await _record(desk, "added question", new)
    return go("questions", at.consultation_id)


def _read_options(at: Writing, words: str) -> Writing | Words:
    if at.kind == "number":
        return _read_range(at, words)
    options = tuple(dict.fromkeys(answers_in(words)))
    if at.kind == "scale":
        options = tuple(POINT_BEFORE.sub("", option) for option in options)
    if any(len(option) > OPTION_LIMIT for option in options):
        return _(
            "One of the answers is too long for a button: please use at most {most} letters.",
            most=OPTION_LIMIT,
        )
    if at.kind == "scale" and len(options) != 2:
        return _("Please write two lines: first what 1 means, then what 5 means.")
    if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        return _(
            "Please write {fewest} to {most} different answers, each on a line of its own.",
            fewest=FEWEST_OPTIONS,
            most=MOST_OPTIONS,
        )
    return replace(at, options=options)


def _read_range(at: Writing, words: str) -> Writing | Words:
    found = re.fullmatch(r"\D*?(-?\d{1,13})\s*(?:\D*?\s)?(-?\d{1,13})\D*", words.strip())
    if found is None:
        return _("Please write two numbers: the smallest and the largest, for example: 0 100")
    least, most = int(found[1]), int(found[2])
    if least >= most or max(abs(least), abs(most)) > LARGEST_NUMBER:
        return _("Please write the smaller number first, for example: 0 100")
    return replace(at, least=least, most=most)
