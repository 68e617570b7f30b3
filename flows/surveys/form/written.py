"""A form as a person would write it in a message: numbered questions, answers as dashes, remarks in brackets.

    A greener High Street
    1. How do you usually get there? (choose several)
    - On foot
    - By bus
    2. How many years have you lived here? (number 0-100, optional)
    3. What would make it better?

Dashes, stars, dots, boxes and `a)` all begin an answer; `1.`, `1)` and `Q1:` all begin a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from flows.surveys.form.hurried import SECTION_MARK, tidied
from flows.surveys.form.limits import too_much
from flows.surveys.form.model import Choice, Form, Item, ItemKind, Problem, Range, Reading
from flows.words import Words, _

QUESTION = re.compile(
    r"(?:Q(?:uestion)?\.?\s*(\d{1,3})([a-z]?)\s*[.):\-–—۔]?|(\d{1,3})([a-z]?)\s*[.):۔])\s+(.*)", re.IGNORECASE
)
ANSWER = re.compile(r"(?:[-*•–—·‣▪◦○●□☐❏]|\[\s?\]|\(\s?\)|[a-zA-Z][.)](?=\s))\s*(.*)")
REMARK = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*[.:?؟]?\s*$")
ONLY_IF = re.compile(
    r"(?:(.*?)\s*[,;]\s*)?(?:only )?if (?:question |q)?(\d{1,3})\s*(?:is|=|:|was)\s*(.+)", re.IGNORECASE
)
BOUNDS = re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:-|–|—|to|\.\.+)\s*(-?\d+(?:\.\d+)?)")
LEGEND = re.compile(
    r"(\d{1,2})\s*(?:=|:|is|means)\s*[^\d,;]+[,;/]\s*(?:and\s+)?(\d{1,2})\s*(?:=|:|is|means)\s*[^\d,;]+", re.IGNORECASE
)
SEVERAL = re.compile(
    r"\b(?:tick|select|choose|check|mark|pick)\s+"
    r"(?:all|any|as many|several|more than one|(?:up to|at most|no more than|max)\b)",
    re.IGNORECASE,
)
AT_MOST = re.compile(
    r"\b(?:up to|at most|no more than|max(?:imum|\.)?(?: of)?)\s+(\d{1,2}|two|three|four|five)\b", re.IGNORECASE
)
IN_ORDER = re.compile(
    r"\brank (?:these|them|the following|in order)\b|\bput (?:these|them|the following) in order\b", re.IGNORECASE
)
ON_A_SCALE = re.compile(r"\bon a scale (?:of|from) (\d{1,2}) ?(?:to|-|–) ?(\d{1,2})\b", re.IGNORECASE)
EACH_OF = re.compile(r"\b(?:each|all) of (?:the following|these)\b|\b(?:rate|rank|score) each\b", re.IGNORECASE)
IN_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5}
OTHER = re.compile(
    r"(other\b.*?)(?:[\s:…_.]*[:…_]+[\s:…_.]*|\s*\.{2,}|,?\s*\(?please (?:specify|say|state|describe).*)", re.IGNORECASE
)

MOST_LINES = 2_000
LONGEST_LINE = 1_000
FEWEST_ANSWERS = 2

OPTIONAL = ("optional", "may be skipped", "not required", "voluntary")
NEEDED = ("required", "needs an answer", "compulsory")
KINDS: dict[str, ItemKind] = {
    "choose one": "one",
    "one answer": "one",
    "one": "one",
    "select one": "one",
    "tick one": "one",
    "single choice": "one",
    "choose several": "many",
    "several": "many",
    "several answers": "many",
    "choose all": "many",
    "choose all that apply": "many",
    "select all that apply": "many",
    "tick all that apply": "many",
    "all that apply": "many",
    "multiple": "many",
    "multiple choice": "many",
    "multi-select": "many",
    "multiple answers": "many",
    "rank": "rank",
    "put in order": "rank",
    "in order": "rank",
    "ranking": "rank",
    "text": "text",
    "free text": "text",
    "in your own words": "text",
    "open": "text",
    "open question": "text",
    "open-ended": "text",
    "number": "integer",
    "whole number": "integer",
    "decimal": "decimal",
    "scale": "range",
    "date": "date",
    "day": "date",
    "dd/mm/yyyy": "date",
    "dd/mm/yy": "date",
    "time": "time",
    "place": "place",
    "location": "place",
    "photo": "photo",
    "picture": "photo",
    "voice": "audio",
    "voice message": "audio",
    "note": "note",
}
WITH_ANSWERS: tuple[ItemKind, ...] = ("one", "many", "rank")


@dataclass(slots=True)
class Written:
    """A question as its lines are read; `number` is the one in front of it, `part` the letter of `3a`; `most` is how
    many answers may be chosen."""

    line: int
    number: int
    wording: str
    part: str = ""
    answers: list[tuple[int, str]] = field(default_factory=list)
    kind: ItemKind | None = None
    optional: bool = False
    bounds: tuple[float, float] | None = None
    condition: tuple[int, str] | None = None
    hint: str = ""
    most: int | None = None


class Reader:
    def __init__(self) -> None:
        self.title = ""
        self.introduction: list[str] = []
        self.questions: list[Written] = []
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []

    def wrong(self, line: int, what: Words) -> None:
        self.problems.append(Problem("", line, "", what))


def read_written(text: str) -> Reading:
    lines = text.replace("\ufeff", "").splitlines()
    if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
        return Reading(None, (Problem("", 0, "", _("This is too long for a form.")),))
    reader = Reader()
    tidy, notes = tidied(lines, _is_remark)
    reader.notes += notes
    numbered = any(QUESTION.match(line.words) for line in tidy)
    for line in tidy:
        _read_line(reader, line.number, line.words, numbered=numbered, stands_alone=line.stands_alone)
    items = [item for place, question in enumerate(reader.questions, 1) for item in _items(reader, question, place)]
    if not reader.questions:
        reader.wrong(0, _("I find no question. Please number them, like this: 1. How are you?"))
    if reader.problems:
        return Reading(None, tuple(sorted(reader.problems, key=lambda problem: problem.row)))
    introduction = (
        [Item(1, "introduction", "note", {"": "\n".join(reader.introduction)})] if reader.introduction else []
    )
    form = Form(reader.title, "", ("",), (*introduction, *items))
    problems = too_much(form, "")
    return Reading(None if problems else form, tuple(problems), tuple(reader.notes))


def _read_line(reader: Reader, line: int, words: str, *, numbered: bool, stands_alone: bool) -> None:
    found = QUESTION.match(words)
    if found or (not numbered and words.endswith("?") and not ANSWER.match(words)):
        number = int(found[1] or found[3]) if found else len(reader.questions) + 1
        part = (found[2] or found[4] or "").lower() if found else ""
        if reader.questions and (number, part) <= (reader.questions[-1].number, reader.questions[-1].part):
            what = _("The numbers begin again here, and this is read as a question. Answers begin with a dash.")
            reader.notes.append(Problem("", line, "", what))
        reader.questions.append(_question(line, number, found[5] if found else words, part))
        return
    if words.startswith(SECTION_MARK) and reader.questions:
        before = reader.questions[-1]
        heading = Written(line, before.number, words.removeprefix(SECTION_MARK), before.part, kind="note")
        reader.questions.append(heading)
        return
    answer = ANSWER.match(words)
    if answer and reader.questions:
        reader.questions[-1].answers.append((line, answer[1].strip()))
    elif not reader.questions:
        _read_head(reader, line, words, is_answer=answer is not None)
    elif not _read_remark(reader.questions[-1], words):
        if stands_alone:
            what = _("I do not know what this line is for. A question begins with its number, an answer with a dash.")
            reader.wrong(line, what)
        else:
            _read_more(reader.questions[-1], words)


def _read_head(reader: Reader, line: int, words: str, *, is_answer: bool) -> None:
    """What stands before the first question: the title, then what people should know first."""
    if is_answer and not reader.title:
        reader.wrong(line, _("This answer belongs to no question: please write the question above it."))
    elif not reader.title:
        reader.title = words.lstrip("#").strip().removeprefix("Title:").strip()
    else:
        reader.introduction.append(words)


def _read_remark(question: Written, words: str) -> bool:
    """A line of its own after a question that is a hint, or a remark in brackets or without them."""
    if words.lower().startswith("hint:"):
        question.hint = words.partition(":")[2].strip()
        return True
    remark = REMARK.fullmatch(words)
    if remark is not None and _take_remarks(question, remark[1]):
        return True
    return ONLY_IF.fullmatch(words.rstrip(".:")) is not None and _take_remarks(question, words.rstrip(".:"))


def _read_more(question: Written, words: str) -> None:
    """The rest of the words of a question or an answer."""
    if question.answers:
        line, answer = question.answers[-1]
        question.answers[-1] = (line, f"{answer} {words}")
    else:
        question.wording = f"{question.wording} {words}".strip()


def _question(line: int, number: int, words: str, part: str) -> Written:
    question = Written(line, number, words, part)
    while (found := REMARK.search(question.wording)) and _take_remarks(question, found[1]):
        mark = found[0].strip()[-1]
        question.wording = question.wording[: found.start()].rstrip() + (mark if mark in "?؟" else "")
    return question


def _is_remark(words: str) -> bool:
    return _take_remarks(Written(0, 0, ""), words)


def _take_remarks(question: Written, words: str) -> bool:
    """Whether all that stands in the brackets is for the reader of the form and not for the citizen."""
    condition = ONLY_IF.fullmatch(words.strip())
    if condition:
        question.condition = (int(condition[2]), condition[3].strip(" \"'.“”"))
        return not condition[1] or _take_remarks(question, condition[1])
    if legend := LEGEND.fullmatch(words.strip()):
        question.kind, question.bounds = "range", (float(legend[1]), float(legend[2]))
        question.hint = question.hint or words.strip()
        return True
    changes = [_remark(part) for part in re.split(r"\s*[,;]\s*", words.strip().lower()) if part]
    if not changes or any(change is None for change in changes):
        return False
    for kind, optional, bounds in (change for change in changes if change is not None):
        question.kind = kind or question.kind
        question.optional = question.optional if optional is None else optional
        question.bounds = bounds or question.bounds
    return True


def _remark(part: str) -> tuple[ItemKind | None, bool | None, tuple[float, float] | None] | None:
    if part in OPTIONAL or part in NEEDED:
        return None, part in OPTIONAL, None
    if part in KINDS:
        return KINDS[part], None, None
    if SEVERAL.match(part) and not AT_MOST.search(part):
        return "many", None, None
    bounds = BOUNDS.search(part)
    rest = BOUNDS.sub("", part).strip(" :,") if bounds else part
    if bounds is None or (rest and KINDS.get(rest) not in ("integer", "decimal", "range")):
        return None
    kind: ItemKind = KINDS.get(rest, "integer")
    return kind, None, (float(bounds[1]), float(bounds[2]))


# ---------------------------------------------------------------- the questions


def _items(reader: Reader, question: Written, place: int) -> Iterator[Item]:
    kind = question.kind or (_chosen(question) if question.answers else _written(question))
    if not question.wording:
        reader.wrong(question.line, _("This question has no words."))
    _check_answers(reader, question, kind)
    if question.bounds and question.bounds[0] >= question.bounds[1]:
        reader.wrong(question.line, _("Please write the smaller number first, for example: 0 100"))
    choices, other = _choices(question, kind)
    item = Item(
        question.line,
        f"q{place}",
        kind,
        {"": question.wording},
        hints={"": question.hint} if question.hint else {},
        relevant=_condition(reader, question),
        required="" if question.optional or kind == "note" else "true()",
        constraint=_constraint(question, kind),
        choices=choices,
        range=Range(*(question.bounds or (1.0, 5.0)), 1.0) if kind == "range" else None,
    )
    yield item
    if other is not None:
        condition = f"selected(${{{item.name}}}, '{other.name}')"
        yield replace(
            Item(question.line, f"{item.name}_other", "text", other.labels),
            relevant=(*item.relevant, condition),
        )


def _written(question: Written) -> ItemKind:
    """A scale the question itself speaks of, or own words."""
    if (scale := ON_A_SCALE.search(question.wording)) is None or question.bounds:
        return "text"
    question.bounds = (float(scale[1]), float(scale[2]))
    return "range"


def _chosen(question: Written) -> ItemKind:
    """What the question itself says of how many answers are chosen."""
    if IN_ORDER.search(question.wording):
        return "rank"
    if limit := AT_MOST.search(question.wording):
        question.most = IN_WORDS.get(limit[1].lower()) or int(limit[1])
    return "many" if question.most or SEVERAL.search(question.wording) else "one"


def _check_answers(reader: Reader, question: Written, kind: ItemKind) -> None:
    if kind not in WITH_ANSWERS:
        if question.answers:
            reader.wrong(
                question.answers[0][0], _("This question is not answered by choosing, but answers are written.")
            )
        return
    if kind == "one" and EACH_OF.search(question.wording):
        what = _("This asks about each line below it. Please write a question for each of them.")
        reader.wrong(question.line, what)
    if len(question.answers) < FEWEST_ANSWERS:
        reader.wrong(
            question.line, _("Please write at least two answers, each on a line of its own that begins with a dash.")
        )
    seen: set[str] = set()
    for line, answer in question.answers:
        if not answer:
            reader.wrong(line, _("This answer has no words."))
        elif answer.lower() in seen:
            reader.wrong(line, _("“{answer}” is written twice.", answer=answer))
        seen.add(answer.lower())


def _choices(question: Written, kind: ItemKind) -> tuple[tuple[Choice, ...], Choice | None]:
    """The answers, and the one that asks to say more."""
    if kind not in WITH_ANSWERS:
        return (), None
    choices, other = [], None
    for place, (_line, answer) in enumerate(question.answers, 1):
        more = OTHER.fullmatch(answer)
        choices.append(Choice(str(place), {"": more[1] if more else answer}))
        other = choices[-1] if more and kind != "rank" else other
    return tuple(choices), other


def _condition(reader: Reader, question: Written) -> tuple[str, ...]:
    """`only if 2 is Yes`: the second question must have had this answer."""
    if question.condition is None:
        return ()
    number, wanted = question.condition
    earlier = [
        (place, other)
        for place, other in enumerate(reader.questions, 1)
        if other.number == number and not other.part and other.kind != "note" and other is not question
    ]
    if len(earlier) != 1 or earlier[0][1].line > question.line:
        reader.wrong(question.line, _("There is no question {number} before this one.", number=number))
        return ()
    place, other = earlier[0]
    answers = [re.sub(OTHER, r"\1", answer).lower() for _line, answer in other.answers]
    if wanted.lower() not in answers:
        reader.wrong(question.line, _("Question {number} has no answer “{answer}”.", number=number, answer=wanted))
        return ()
    return (f"selected(${{q{place}}}, '{answers.index(wanted.lower()) + 1}')",)


def _constraint(question: Written, kind: ItemKind) -> str:
    if question.most and kind == "many":
        return f"count-selected(.) <= {question.most}"
    if question.bounds is None or kind == "range":
        return ""
    least, most = question.bounds
    return f". >= {least:g} and . <= {most:g}"
