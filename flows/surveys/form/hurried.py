"""Lines as people in a hurry type or paste them, put as the reader of plain text knows them.

Numbers as `(1)`, `1.Do` or `4 - `, the bullets of word processors, answers behind the question or on a line of their
own, separated by strokes or tabs, lines to write on. Where it is a guess, a note says what was taken for what.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from flows.surveys.form.model import Problem
from flows.words import _

NUMBERS = (
    re.compile(r"\s*\(\s*(\d{1,3})\s*\)\s+(?=\S)"),
    re.compile(r"\s*(\d{1,3})[.):](?=[^\W\d_])"),
)
NEXT_NUMBERS = re.compile(r"\s*(\d{1,3})(?:\s+[-–—]\s+|\t\s*)(?=[^\W\d_])")
"""They count only where they go on from the question before: `5 - very good` is none."""
INNER_NUMBER = re.compile(r"\s+(\d{1,2})[.)]\s*(?=\S)")
"""Indented below a question that is not: an answer's."""
MARKED = re.compile(r"\s*Q(?:uestion)?\.?\s*\d{1,3}(?![^\W_])", re.IGNORECASE)
"""A question that says that it is one: numbers without such a mark below it are its answers'."""
QUESTION_BEGINS = re.compile(r"\s*(?:Q(?:uestion)?\.?\s*)?(\d{1,3})[a-z]?\s*[.):۔]\s", re.IGNORECASE)
BULLETS = re.compile(
    r"\s*(?:[\uf06f\uf071\uf0a7\uf0a8\uf0b7\uf0d8\uf0fc➢➤►▸✓✔→»∙⁃☑☒■◆◇♦]\s*|[>+_]\s+|\[[xX]\]\s*|"
    r"(?:option|answer)\s+\w{1,2}\s*[.:)]\s+)(?=\S)",
    re.IGNORECASE,
)
ROUND_BULLET = re.compile(r"(?:\s+o\s+|o(?:\t|\s{2,})\s*)(?=\S)")
"""A word processor's hollow bullet arrives as the letter: with room around it, for `o` is a word in some languages."""
SECTION = re.compile(r"(?:section|part)\s+(?:\d{1,2}|[A-Z]|[IVX]{1,4})\s*(?:[:.–—-]\s*\S.*)?", re.IGNORECASE)
RULED = re.compile(r"[\s_.…=*–—-]{3,}")
LINE_TO_WRITE_ON = re.compile(r"\s*_{3,}[\s_]*$")
DATE_TO_WRITE_IN = re.compile(r"\s*_+\s*/\s*_+\s*/\s*_+\s*$")
IN_SQUARES = re.compile(r"(?:\[[^\[\]]+\]\s*){2,}$")
LISTED = re.compile(r"(?:answers?|options?|choices?)\s*:\s*(.+)", re.IGNORECASE)
STROKES = re.compile(r"(.*[?؟])\s*[(\[]?\s*([^()\[\]?؟]+?)\s*[)\]]?\s*\.?")
OWN_NUMBER = re.compile(r"\(?(\d{1,2})[.):]\)?\s+(?=\S)")
OWN_MARK = re.compile(
    r"(?:[\uf06f\uf071\uf0a7\uf0a8\uf0b7\uf0d8\uf0fc•·‣▪◦○●□☐❏➢➤►▸✓✔→∙⁃■◆]\s*|[-*–—+>_o]\s+|[-*–—](?=[^\W\d])|"
    r"\[[xX ]?\]\s*|\(\s\)\s*|\(?[a-zA-Z][.)]\s+)(?=\S)"
)
BOX = re.compile(r"\s*(?:[☐□❏○◯]|\[\s?\]|\(\s\))\s*")
CELLS = re.compile(r"\t+|\s{2,}")
ONLY_A_NUMBER = re.compile(r"\s*(?:Q(?:uestion)?\.?\s*(\d{1,3})\s*[.):]?|(\d{1,3})[.)])\s*", re.IGNORECASE)
BEHIND = re.compile(r".*[?؟]\s+([^?؟]+)")
YES_OR_NO = re.compile(r"yes\s+or\s+no|y/n", re.IGNORECASE)
ENDS = ("?", "؟")
NO_END_OF_AN_ANSWER = (".", ",", ";", ":", *ENDS)

LONGEST_ANSWER = 60
MOST_WORDS = 6
LONG_LINE = 40
FEWEST_BOXES = 2
FEWEST_IN_A_ROW = 3
SECTION_MARK = "§ "


@dataclass(frozen=True, slots=True)
class Line:
    """What stands on the line of that `number`; what stands alone goes on nothing above it."""

    number: int
    words: str
    stands_alone: bool = False


def tidied(lines: Sequence[str], is_remark: Callable[[str], bool]) -> tuple[list[Line], list[Problem]]:
    """The lines in their order, an answer on each, and notes on what was a guess."""
    if all(line.startswith(">") for line in lines if line.strip()):
        lines = [line.removeprefix(">").removeprefix(" ") for line in lines]
    found: list[Line] = []
    last, indented, waiting = 0, False, ""
    numbered: int | None = None  # answers with a number so far, below a question that says that it is one
    for number, line in enumerate(lines, 1):
        raw = waiting + _without_long_gaps(line.replace("**", ""))
        if not line.strip() or (RULED.fullmatch(line) and found):
            continue
        if (label := ONLY_A_NUMBER.fullmatch(raw)) is not None:
            waiting = f"Q{label[1]}. " if label[1] else f"{label[2]}. "
            continue
        waiting = ""
        below = raw[:1].isspace() and last > 0 and not indented
        own = None if numbered is None or raw.rstrip().endswith(ENDS) else OWN_NUMBER.match(raw.lstrip())
        if numbered is not None and own and int(own[1]) == numbered + 1:
            shaped, numbered = f"- {raw.lstrip()[own.end() :]}", numbered + 1
        elif below and (inner := INNER_NUMBER.match(raw)) and (int(inner[1]) == 1 or _is_answer(found[-1])):
            shaped = f"- {raw[inner.end() :]}"
        else:
            shaped, last = _shaped(raw, last)
            indented = raw[:1].isspace() if QUESTION_BEGINS.match(shaped) else indented
            numbered = 0 if MARKED.match(raw) else None if QUESTION_BEGINS.match(shaped) else numbered
        alone = number > 1 and not lines[number - 2].strip() and not raw[:1].isspace()
        alone = alone or _follows_an_answer(found, raw, shaped)
        found += _unfolded(Line(number, shaped, alone), found, is_remark)
    return _with_loose_answers([replace(line, words=" ".join(line.words.split())) for line in found], is_remark)


def _without_long_gaps(line: str) -> str:
    """A lot of room or of a ruled line says no more than a little, and patterns would take for ever on it."""
    return re.sub(r"_{4,}", "____", re.sub(r"\s{3,}", lambda gap: "\t" if "\t" in gap[0] else "   ", line))


def _shaped(raw: str, last: int) -> tuple[str, int]:
    """The line with a number or a dash as they are known here, and the number of the latest question."""
    following = NEXT_NUMBERS.match(raw)
    for match in (*(pattern.match(raw) for pattern in NUMBERS), following):
        if match and (match is not following or int(match[1]) == last + 1):
            return _ruled_off(f"{int(match[1])}. {raw[match.end() :]}"), int(match[1])
    if bullet := BULLETS.match(raw) or ROUND_BULLET.match(raw):
        return f"- {raw[bullet.end() :]}", last
    if last and SECTION.fullmatch(raw.strip()):
        return SECTION_MARK + raw.strip(), last
    if plain := QUESTION_BEGINS.match(raw):
        return _ruled_off(raw), int(plain[1])
    return (_ruled_off(raw) if raw.rstrip("_ \t").endswith(ENDS) else raw), last


def _ruled_off(question: str) -> str:
    """Without the line on which an answer would be written by hand."""
    if DATE_TO_WRITE_IN.search(question):
        return DATE_TO_WRITE_IN.sub(" (date)", question)
    return LINE_TO_WRITE_ON.sub("", question)


def _follows_an_answer(before: Sequence[Line], raw: str, shaped: str) -> bool:
    """A new sentence under a short answer is not the rest of it: that is indented, small, or below a long line."""
    if not before or not _is_answer(before[-1]) or shaped != raw:
        return False
    return (raw[:1].isupper() or raw[:1].isdigit()) and len(before[-1].words) < LONG_LINE


# ---------------------------------------------------------------- answers beside the question


def _unfolded(line: Line, before: Sequence[Line], is_remark: Callable[[str], bool]) -> Iterator[Line]:
    """The line, and on lines after it the answers that stood in it."""
    boxes = BOX.split(" ".join(line.words.split()))
    if len(boxes) > FEWEST_BOXES and all(boxes[1:]):
        split: tuple[str, list[str]] | None = boxes[0].strip(), boxes[1:]
    else:
        split = None if _is_answer(line) else _split(line.words, is_remark)
    if split is None and before and _asks(before[-1]) and not line.stands_alone and not _is_answer(line):
        options = _own_line(line.words)
        split = ("", options) if options else None
    if split is None:
        yield line
        return
    wording, options = split
    if wording:
        yield replace(line, words=wording)
    yield from (Line(line.number, f"- {option}") for option in options)


def _split(words: str, is_remark: Callable[[str], bool]) -> tuple[str, list[str]] | None:
    head, *cells = (cell.strip() for cell in re.split(r"(?<=[?؟:])\s*\t+|\t+(?=\S)", words) if cell.strip())
    if len(cells) > 1 and head.endswith((*ENDS, ":")):
        return head, cells
    words = " ".join(words.split())  # patterns with room in several places take for ever on a lot of it
    if squares := IN_SQUARES.search(words):
        groups = [group.strip() for group in re.findall(r"\[([^\[\]]+)\]", squares[0])]
        options = [group for group in groups if not is_remark(group) or re.fullmatch(r"[\d\s–—-]+", group)]
        if len(options) > 1:
            remarks = "".join(f" ({group})" for group in groups if group not in options)
            return words[: squares.start()].rstrip() + remarks, options
    if found := STROKES.fullmatch(words):
        return (found[1], options) if (options := _between_strokes(found[2])) else None
    return None


def _own_line(words: str) -> list[str]:
    """The answers of a line that has nothing else."""
    if listed := LISTED.fullmatch(" ".join(words.split())):
        between = ";" if ";" in words else "/" if "/" in words else ","
        options = [option.strip(" .") for option in listed[1].split(between) if option.strip(" .")]
        return options if len(options) > 1 else []
    cells = CELLS.split(words.strip())
    if len(cells) > 1 and all(_is_short(cell) for cell in cells):
        return cells
    return _between_strokes(words.strip(" .()[]"))


def _between_strokes(words: str) -> list[str]:
    if YES_OR_NO.fullmatch(words.replace(" ", "").strip()) or YES_OR_NO.fullmatch(words.strip()):
        return ["Yes", "No"]
    options = [option.strip() for option in words.split("/")]
    most = MOST_WORDS if " / " in words else 2
    fits = all(option and len(option) <= LONGEST_ANSWER and len(option.split()) <= most for option in options)
    return options if fits and len(options) > 1 and not any(option.isdigit() for option in options) else []


def answers_in(words: str) -> list[str]:
    """Of a message that has nothing else: without the marks before them, where all have one."""
    lines = [" ".join(line.split()) for line in words.splitlines() if line.strip()]
    if len(lines) == 1:
        return _own_line(lines[0]) or [answer.strip() for answer in lines[0].split(";") if answer.strip()]
    numbers = [OWN_NUMBER.match(line) for line in lines]
    if all(found and int(found[1]) == place for place, found in enumerate(numbers, 1)):
        return [OWN_NUMBER.sub("", line, count=1) for line in lines]
    marks = [OWN_MARK.match(line) for line in lines]
    return [line[mark.end() :] for line, mark in zip(lines, marks, strict=True) if mark] if all(marks) else lines


# ---------------------------------------------------------------- answers below it


def _with_loose_answers(lines: Sequence[Line], is_remark: Callable[[str], bool]) -> tuple[list[Line], list[Problem]]:
    """Short lines under a question that are marked as nothing are its answers, where there are two or more."""
    found: list[Line] = []
    notes: list[Problem] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        found.append(line)
        if (behind := BEHIND.fullmatch(line.words)) and _are_short(behind[1].split(",")):
            what = _("If answers stand behind this question, please write each on a line of its own, with a dash.")
            notes.append(Problem("", line.number, "", what))
        place += 1
        end = place
        while _asks(line) and end < len(lines) and _is_loose(lines[end], is_remark):
            end += 1
        marked = end < len(lines) and _is_answer(lines[end])
        if end - place > 1 and not marked:
            found += [replace(one, words=f"- {one.words}") for one in lines[place:end]]
            what = _("The lines under this question are read as its answers. To be sure, begin each with a dash.")
            notes.append(Problem("", line.number, "", what))
            place = end
    return found, notes


def _are_short(parts: Sequence[str]) -> bool:
    return len(parts) >= FEWEST_IN_A_ROW and all(0 < len(part.split()) <= FEWEST_IN_A_ROW for part in parts)


def _is_short(words: str) -> bool:
    few = len(words) <= LONGEST_ANSWER and len(words.split()) <= MOST_WORDS
    return few and not words.endswith(NO_END_OF_AN_ANSWER)


def _asks(line: Line) -> bool:
    return not _is_answer(line) and line.words.rstrip().endswith(ENDS)


def _is_answer(line: Line) -> bool:
    return bool(re.match(r"\s*(?:[-*•–—·‣▪◦○●□☐❏]|\[\s?\]|\(\s?\)|[a-zA-Z][.)]\s)", line.words))


def _is_loose(line: Line, is_remark: Callable[[str], bool]) -> bool:
    return (
        not line.stands_alone
        and not _is_answer(line)
        and not QUESTION_BEGINS.match(line.words)
        and not line.words.startswith(SECTION_MARK)
        and not line.words.lower().startswith("hint:")
        and not is_remark(line.words.strip("()[] .:"))
        and _is_short(line.words)
    )
