"""Reading an XLSForm (xlsform.org): every problem is named with its sheet, row and column, in the file's order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from flows.surveys.form.checks import (
    Spoken,
    Stated,
    check_default,
    check_expressions,
    check_words,
    names_in,
    stated_by,
)
from flows.surveys.form.expressions import is_expression
from flows.surveys.form.limits import too_much
from flows.surveys.form.model import (
    CHOOSING,
    SILENT,
    Choice,
    Form,
    Item,
    ItemKind,
    Labels,
    Problem,
    Range,
    Reading,
    language_name,
)
from flows.surveys.form.types import Asked, Bracket, Meaning, Refused, Silent, Unknown, meaning
from flows.surveys.form.workbook import MEDIA, TRANSLATED, NoForm, Row, Table, Workbook, language_of, workbook
from flows.words import LANGUAGES, Text, Verbatim, Voice, Words, _

NAME = re.compile(r"[^\W\d][\w.\-]*")
PARAMETER = re.compile(r"(\w[\w\-]*)\s*=\s*([^\s,;]+)")
TRUTHS = {"yes": "true()", "true": "true()", "true()": "true()", "no": "", "false": "", "false()": ""}
OTHER = "other"
OTHER_LABEL, OTHER_QUESTION = _("Other"), _("Please say what you mean.")
NO_LIST = _("It does not say to which list this answer belongs.")
NO_LIST_BELOW = _("{what} Please write it in every row: merged cells count for the first one only.", what=NO_LIST)
NOWHERE = ZoneInfo("UTC")
SHOWN: tuple[ItemKind, ...] = ("text", "integer", "decimal", "range", "date", "time", "datetime")
"""What has a value to show where it is worked out or must not be changed."""


@dataclass(slots=True)
class Group:
    """One that is open where a row stands; `relevant` is what it asks for itself, `place` its first item's."""

    written: Row
    row: int
    place: int
    name: str
    labels: Labels
    relevant: str
    repeats: bool
    left_out: bool


@dataclass(slots=True)
class Reader:
    """One reading; `leave_out` says that what a chat cannot do is left out rather than refused."""

    book: Workbook
    leave_out: bool
    items: list[Item] = field(default_factory=list)
    written: dict[int, Row] = field(default_factory=dict)
    stated: list[Stated] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    gone: dict[str, int] = field(default_factory=dict)
    names: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def wrong(self, row: int, column: str, what: Text, table: Table | None = None) -> None:
        sheet = table or self.book.survey
        self.problems.append(Problem(sheet.name, row, column and sheet.column(column), what))

    def note(self, row: int, column: str, what: Text, table: Table | None = None) -> None:
        sheet = table or self.book.survey
        self.notes.append(Problem(sheet.name, row, column and sheet.column(column), what))

    def cannot(self, row: int, column: str, why: Words) -> None:
        """Refused, or left out where the author agrees."""
        if self.leave_out:
            self.note(row, column, _("Left out. {why}", why=why))
        else:
            self.problems.append(Problem("survey", row, self.book.survey.column(column), why, left_out=True))


def read_xlsform(data: bytes, kind: str, *, leave_out: bool = False) -> Reading:
    """`kind` is .xlsx, .xls, .csv or .md."""
    try:
        book = workbook(data, kind)
    except NoForm as none:
        return Reading(None, (none.problem,))
    reader = Reader(book, leave_out, problems=list(book.problems))
    lists = _lists(reader)
    for row in book.survey.rows:
        _read_row(reader, row, lists)
    _close_groups(reader)
    _leave_out_what_looks_there(reader)
    _check(reader)
    form = _form(reader)
    problems = sorted(reader.problems, key=_place) or too_much(form, book.survey.name)
    problems = problems or _second_opinion(book, leave_out=leave_out)
    return Reading(None if problems else form, tuple(problems), tuple(sorted(reader.notes, key=_place)))


def _check(reader: Reader) -> None:
    survey, gone = reader.book.survey, reader.gone
    reader.problems.extend(check_expressions(reader.items, reader.stated, survey, gone, reader.note))
    names = {item.name for item in reader.items}
    of_choices = [one for row in _choices_used(reader) for one in _spoken(row, reader.book.choices, 0, 0)]
    reader.problems.extend(check_words([*reader.spoken, *of_choices], names, gone))
    for item in reader.items:
        if (wrong := check_default(item)) is not None:
            reader.wrong(item.row, "default", wrong)


def _choices_used(reader: Reader) -> list[Row]:
    lists = {name for row in reader.written.values() if (name := getattr(meaning(row["type"]), "list", None))}
    return [row for row in reader.book.choices.rows if row["list_name"] in lists]


def _spoken(row: Row, table: Table, place: int, until: int) -> list[Spoken]:
    return [
        Spoken(table, row.number, table.column(column, language), words, place, until)
        for column, labels in row.said.items()
        for language, words in labels.items()
        if column in TRANSLATED and "${" in words
    ]


def _leave_out_what_looks_there(reader: Reader) -> None:
    """What looks at a question that is left out cannot be asked either."""
    names = {item.name for item in reader.items}
    looking = [(one.row, one.column, one.place, one.until, names_in(one)) for one in reader.stated]
    looking += [(one.row, one.column, one.place, one.until, tuple(one.names)) for one in reader.spoken]
    out: set[int] = set()
    again = bool(reader.gone)
    while again:
        again = False
        for row, column, place, until, wanted in sorted(looking):
            there = next((name for name in wanted if name in reader.gone and name not in names), None)
            items = [at for at in range(place, until) if at not in out]
            if there is None or not items:
                continue
            why = _("It looks at {name}, which is left out (row {row}).", name=there, row=str(reader.gone[there]))
            reader.cannot(row, column, why)
            out.update(items)
            reader.gone.update({reader.items[at].name: reader.items[at].row for at in items})
            names -= {reader.items[at].name for at in items}
            again = True
    if reader.leave_out and out:
        _without(reader, out)


def _without(reader: Reader, out: set[int]) -> None:
    kept = [at for at in range(len(reader.items)) if at not in out]
    moved = {at: new for new, at in enumerate(kept)}

    def within(place: int, until: int) -> tuple[int, int]:
        left = [moved[at] for at in range(place, until) if at in moved]
        return (left[0], left[-1] + 1) if left else (0, 0)

    stated = [(one, within(one.place, one.until)) for one in reader.stated]
    reader.stated = [replace(one, place=place, until=until) for one, (place, until) in stated if until]
    spoken = [(one, within(one.place, one.until)) for one in reader.spoken]
    reader.spoken = [replace(one, place=place, until=until) for one, (place, until) in spoken if until]
    reader.items = [reader.items[at] for at in kept]


def _place(problem: Problem) -> tuple[int, int]:
    return ("survey", "choices").index(problem.sheet) if problem.sheet in ("survey", "choices") else 2, problem.row


# ---------------------------------------------------------------- the sheet of choices


def _lists(reader: Reader) -> dict[str, list[Choice]]:
    table = reader.book.choices
    lists: dict[str, list[Choice]] = {}
    taken: set[tuple[str, str]] = set()
    if table.rows and "list_name" not in table.spelt:
        reader.wrong(1, "list_name", _("There is no column “list_name”."), table)
        return lists
    repeats = reader.book.settings.get("allow_choice_duplicates", "").lower() in ("yes", "true", "true()")
    for row in table.rows:
        if " " in row["list_name"] and row["list_name"] not in lists:
            what = _("“{name}” cannot be the name of a list: please write it without spaces.", name=row["list_name"])
            reader.wrong(row.number, "list_name", what, table)
        if not row["list_name"]:
            if row["name"] or row.labels("label"):
                reader.wrong(row.number, "list_name", NO_LIST_BELOW if lists else NO_LIST, table)
            continue
        choices = lists.setdefault(row["list_name"], [])
        if not row["name"]:
            reader.wrong(row.number, "name", _("This answer has no name."), table)
            continue
        if not repeats and (row["list_name"], row["name"]) in taken:
            what = _("The list {list} has “{name}” already.", list=row["list_name"], name=row["name"])
            reader.wrong(row.number, "name", what, table)
        taken.add((row["list_name"], row["name"]))
        if not row.labels("label"):
            reader.note(row.number, "label", _("This answer has no words; its name is shown."), table)
        used = ("list_name", "label", *MEDIA)
        columns = {name: value for name, value in row.cells.items() if name not in used}
        choices.append(Choice(row["name"], row.labels("label") or {"": row["name"]}, columns))
    return lists


# ---------------------------------------------------------------- the sheet of questions


def _read_row(reader: Reader, row: Row, lists: Mapping[str, list[Choice]]) -> None:
    if row["disabled"].lower() in ("yes", "true", "true()"):
        return
    if not row["type"]:
        if row["name"] or row.labels("label"):
            reader.wrong(row.number, "type", _("It does not say of which type this question is."))
        return
    what = meaning(row["type"])
    if isinstance(what, Bracket):
        _read_bracket(reader, row, what)
    elif any(group.left_out for group in reader.groups):
        reader.gone.setdefault(row["name"], row.number)
    else:
        _read_question(reader, row, what, lists)


def _read_bracket(reader: Reader, row: Row, what: Bracket) -> None:
    if what.side == "begin":
        left_out = any(group.left_out for group in reader.groups)
        if what.repeats and not left_out:
            reader.cannot(row.number, "type", _("A chat cannot repeat questions for each of several things."))
        if not left_out and not what.repeats:
            _check_name(reader, row)
            if row["appearance"].startswith("table-list"):
                reader.note(row.number, "appearance", _("A chat asks these one after another, not as a table."))
        else:
            reader.gone.setdefault(row["name"], row.number)
        skipped = left_out or what.repeats
        labels, place = row.labels("label"), len(reader.items)
        reader.groups.append(Group(row, row.number, place, row["name"], labels, row["relevant"], what.repeats, skipped))
        return
    if not reader.groups:
        reader.wrong(row.number, "type", _("Nothing that could end here has begun."))
        return
    begun = reader.groups.pop()
    if not begun.left_out:
        _finish(reader, begun)
    if begun.repeats != what.repeats:
        reader.wrong(row.number, "type", _("In row {row} something else has begun that must end first.", row=begun.row))


def _finish(reader: Reader, group: Group) -> None:
    """What a group says holds for all that has come since it began."""
    until = len(reader.items)
    if group.relevant:
        reader.stated.append(Stated(group.row, "relevant", group.relevant, group.place, until))
    reader.spoken.extend(_spoken(group.written, reader.book.survey, group.place, until))


def _close_groups(reader: Reader) -> None:
    for group in reader.groups:
        if not group.left_out:
            _finish(reader, group)
        reader.wrong(group.row, "type", _("What begins here does not end."))


def _read_question(reader: Reader, row: Row, what: Meaning, lists: Mapping[str, list[Choice]]) -> None:
    match what:
        case Unknown(""):
            reader.wrong(row.number, "type", _("There is no type “{type}”.", type=row["type"]))
        case Unknown(near):
            words = _("There is no type “{type}”. Did you mean “{near}”?", type=row["type"], near=near)
            reader.wrong(row.number, "type", words)
        case Refused(why):
            reader.cannot(row.number, "type", why)
            reader.gone.setdefault(row["name"], row.number)
        case Silent():
            reader.note(row.number, "type", _("A chat does not know this; it stays empty."))
            _add(reader, row, Asked("hidden"), ())
        case Asked():
            if re.search(r"\bsearch\s*\(", row["appearance"]):
                reader.cannot(row.number, "appearance", _("A chat cannot look answers up in other files or data."))
            _add(reader, row, what, _choices(reader, row, what, lists))


def _choices(reader: Reader, row: Row, what: Asked, lists: Mapping[str, list[Choice]]) -> tuple[Choice, ...]:
    if what.kind not in CHOOSING:
        return ()
    if not what.list:
        reader.wrong(row.number, "type", _("It does not say which list of answers to choose from."))
        return ()
    if what.list.startswith("${"):
        reader.cannot(row.number, "type", _("A chat cannot offer what was answered in a repeat."))
        return ()
    found = lists.get(what.list)
    if found is None:
        near = get_close_matches(what.list, lists, 1, 0.6)
        suggestion = (
            _("Did you mean “{list}”?", list=near[0]) if near else _("Its answers stand on the sheet “choices”.")
        )
        words = _("There is no list “{list}”. {suggestion}", list=what.list, suggestion=suggestion)
        reader.wrong(row.number, "type", words)
        return ()
    if what.kind in ("many", "rank"):
        spaced = next((choice.name for choice in found if len(choice.name.split()) > 1), None)
        if spaced is not None:
            words = _(
                "“{name}” in the list {list} has a space in its name, so it cannot be ticked.",
                name=spaced,
                list=what.list,
            )
            reader.wrong(row.number, "type", words)
    if what.or_other and not any(choice.name == OTHER for choice in found):
        return (*found, Choice(OTHER, _in_all_languages(OTHER_LABEL)))
    return tuple(found)


def _check_name(reader: Reader, row: Row) -> str:
    """The row's name, which must be one of its group."""
    name = row["name"]
    if not name:
        reader.wrong(row.number, "name", _("This has no name. Names are how answers are told apart."))
        return ""
    if NAME.fullmatch(name) is None:
        reader.wrong(row.number, "name", _why_no_name(name))
        return name
    siblings = reader.names.setdefault(tuple(group.name for group in reader.groups), set())
    if name in siblings:
        reader.wrong(row.number, "name", _("The name “{name}” is taken already.", name=name))
    siblings.add(name)
    return name


def _why_no_name(name: str) -> Words:
    usable = re.sub(r"[^\w.\-]+", "_", name.strip()).strip("_") or "question"
    usable = usable if NAME.fullmatch(usable) else f"q_{usable}"
    return _(
        "“{name}” cannot be a name: letters, figures and _ only, a letter first. Try “{usable}”.",
        name=name,
        usable=usable,
    )


def _add(reader: Reader, row: Row, what: Asked, choices: tuple[Choice, ...]) -> None:
    row = _named(row, what)
    name = _check_name(reader, row)
    labels = _labels(reader, row, what)
    place = len(reader.items)
    item = Item(
        row.number,
        name or f"row_{row.number}",
        what.kind,
        labels,
        hints=row.labels("hint") or ({"": what.hint} if what.hint else {}),
        headings=tuple(group.labels for group in reader.groups if group.labels),
        relevant=tuple(source for source in (*(group.relevant for group in reader.groups), row["relevant"]) if source),
        required=TRUTHS.get(row["required"].lower(), row["required"]),
        required_words=row.labels("required_message"),
        constraint=_both(what.constraint, row["constraint"]),
        constraint_words=row.labels("constraint_message")
        or ({"": what.constraint_words} if what.constraint_words else {}),
        calculation=what.calculation or row["calculation"],
        default=row["default"],
        choices=choices,
        choice_filter=row["choice_filter"],
        range=_range(reader, row) if what.kind == "range" else None,
    )
    reader.written[row.number] = row
    if what.kind in SHOWN and (row["calculation"] or row["read_only"].lower() in ("yes", "true", "true()")):
        item = _show(reader, row, item)
    else:
        reader.items.append(item)
    reader.stated.extend(stated_by(item, row["relevant"], place))
    reader.spoken.extend(_spoken(row, reader.book.survey, place, len(reader.items)))
    if row["trigger"]:
        table = reader.book.survey
        reader.spoken.append(Spoken(table, row.number, table.column("trigger"), row["trigger"], place, place + 1))
    if what.kind == "calculate" and not item.calculation and not item.default:
        reader.wrong(row.number, "calculation", _("It does not say what to work out."))
    if what.or_other and name:
        reader.items.append(_specify(item))
        reader.names[tuple(group.name for group in reader.groups)].add(reader.items[-1].name)
    _check_media(reader, row)


def _show(reader: Reader, row: Row, item: Item) -> Item:
    """A value that nobody types is worked out and kept, and shown in a note."""
    column = "calculation" if row["calculation"] else "read_only"
    reader.note(row.number, column, _("Nobody types this, so a chat shows it and does not ask it."))
    is_worked_out = bool(item.calculation) or is_expression(item.default)
    kept = replace(
        item,
        kind="calculate" if is_worked_out else "hidden",
        calculation=item.calculation or (item.default if is_worked_out else ""),
        default="" if is_worked_out else item.default,
        **UNASKED,
    )
    reader.items.append(kept)
    if item.labels:
        labels = {language: f"{words} ${{{item.name}}}" for language, words in item.labels.items()}
        note = replace(item, name=f"{item.name}_shown", kind="note", labels=labels, calculation="", default="")
        reader.items.append(replace(note, **UNASKED))
    return kept


UNASKED: dict[str, Any] = {"required": "", "constraint": "", "range": None}


def _in_all_languages(words: Words) -> dict[str, str]:
    """Words of ours among those of a form; it keeps them in its own languages."""
    return {"": words.english, **{one: Voice(one, NOWHERE).plain(words) for one in LANGUAGES}}


def _named(row: Row, what: Asked) -> Row:
    """A note needs no name, and a record of how the form was filled in has one of its own."""
    if row["name"] or (what.kind != "note" and row["type"] != "audit"):
        return row
    return replace(row, cells={**row.cells, "name": f"note_{row.number}" if what.kind == "note" else "audit"})


def _both(of_type: str, own: str) -> str:
    return f"({of_type}) and ({own})" if of_type and own else of_type or own


def _labels(reader: Reader, row: Row, what: Asked) -> Labels:
    labels = row.labels("label")
    if what.kind in SILENT or labels:
        return labels
    if row.labels("hint"):
        return row.labels("hint")
    if not any(row.labels(column) for column in MEDIA) and not row["calculation"]:
        reader.wrong(row.number, "label", _("There are no words to ask it with."))
    elif any(row.labels(column) for column in MEDIA):
        reader.wrong(
            row.number, "label", _("It has a picture or recording only: please write words to ask it with, too.")
        )
    return labels


def _specify(item: Item) -> Item:
    """The question that `or_other` adds."""
    return Item(
        item.row,
        f"{item.name}_{OTHER}",
        "text",
        _in_all_languages(OTHER_QUESTION),
        headings=item.headings,
        relevant=(*item.relevant, f"selected(${{{item.name}}}, '{OTHER}')"),
    )


def _range(reader: Reader, row: Row) -> Range:
    found = {name.lower(): value for name, value in PARAMETER.findall(row["parameters"])}
    try:
        wanted = Range(*(float(found.get(name, usual)) for name, usual in (("start", 1), ("end", 10), ("step", 1))))
    except ValueError:
        reader.wrong(row.number, "parameters", _("Please write the numbers like this: start=1 end=10 step=1"))
        return Range(1, 10, 1)
    if not (wanted.step > 0 and wanted.least < wanted.most and wanted.step <= wanted.most - wanted.least):
        reader.wrong(row.number, "parameters", _("Please write the numbers like this: start=1 end=10 step=1"))
    return wanted


def _check_media(reader: Reader, row: Row) -> None:
    for column in MEDIA:
        if row.labels(column):
            reader.note(row.number, column, _("Pictures and recordings beside the form are not shown; the words are."))
    if row["trigger"]:
        reader.note(row.number, "trigger", _("It is worked out anew after every answer."))


# ---------------------------------------------------------------- the form


def _form(reader: Reader) -> Form:
    settings = reader.book.settings
    found = dict.fromkeys(language for labels in _said(reader) for language in labels)
    default = settings.get("default_language", "")
    code = "" if default in ("", "default") else language_of(default)
    languages = [code, *found] if code or "" in found else list(found)
    named = [language for language in dict.fromkeys(languages) if language] or [code]
    counts = Counter(item.name for item in reader.items)
    items = [item if counts[item.name] == 1 else replace(item, name=f"{item.name}_{item.row}") for item in reader.items]
    items = [_in_its_languages(item, {*named, *found}) for item in items]
    if code and found and "" not in found and code not in found:
        what = _("There are no words in “{language}” on this form.", language=default)
        reader.problems.append(Problem("settings", 2, "default_language", what))
    title = settings.get("form_title", "") or settings.get("form_id", "")
    form = Form(
        title,
        settings.get("version", ""),
        tuple(named if "" not in found else _with_unnamed(named, code)),
        tuple(items),
    )
    _note_missing_translations(reader, form)
    return form


def _in_its_languages(item: Item, languages: set[str]) -> Item:
    """Words of ours in no more languages than the form has."""

    def only(labels: Labels) -> Labels:
        return {one: words for one, words in labels.items() if one in languages or not one}

    if not item.name.endswith(f"_{OTHER}") and not any(choice.name == OTHER for choice in item.choices):
        return item
    choices = tuple(replace(choice, labels=only(choice.labels)) for choice in item.choices)
    return replace(item, labels=only(item.labels), choices=choices)


def _with_unnamed(named: list[str], default: str) -> tuple[str, ...]:
    """Words without a language are those of the default one: they stand in where that has none of its own."""
    return (
        (default, "", *(language for language in named if language != default))
        if default
        else ("", *filter(None, named))
    )


def _said(reader: Reader) -> list[Labels]:
    of_items = [row.labels(column) for row in reader.written.values() for column in TRANSLATED]
    return [*of_items, *(row.labels("label") for row in reader.book.choices.rows)]


def _note_missing_translations(reader: Reader, form: Form) -> None:
    spoken = [language for language in form.languages if language]
    if len(spoken) < 2:
        return
    for table, rows in ((reader.book.survey, reader.written.values()), (reader.book.choices, _choices_used(reader))):
        for row in rows:
            for column, labels in row.said.items():
                missing = [one for one in spoken if not labels.get(one)]
                if column not in TRANSLATED or "" in labels or not missing:
                    continue
                what = _("It has no words in {languages}.", languages=Verbatim(", ".join(map(language_name, missing))))
                reader.notes.append(Problem(table.name, row.number, table.column(column, missing[0]), what))


# ---------------------------------------------------------------- the library's own check


def _second_opinion(book: Workbook, *, leave_out: bool) -> list[Problem]:
    """What pyxform says of a form in which we found nothing: it knows more of the standard's corners."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    if leave_out:
        return []
    try:
        convert({name: book.raw[name] for name in book.raw if book.raw[name]}, form_name="data", warnings=[])
    except PyXFormError as problem:
        return [_as_problem(" ".join(str(problem).split()))]
    except Exception:  # a fault of the library's is none of the form's
        return []
    return []


def _as_problem(sentence: str) -> Problem:
    row = re.search(r"\[row : (\d+)\]|[Rr]ow:? (\d+)", sentence)
    plain = re.sub(r"^\[row : \w+\]\s*", "", sentence)
    number = int(row[1] or row[2]) if row else 0
    sheet = next(
        (name for name in ("choices", "settings", "entities") if f"'{name}'" in plain or f" {name} sheet" in plain),
        "survey",
    )
    return Problem(sheet, number, "", Verbatim(plain))
