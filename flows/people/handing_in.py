"""Attributes by file: a template to fill in, what is wrong with what comes back, and a look before it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from flows.desk import Desk
from flows.flow import Flow
from flows.people.attributes import define
from flows.people.definitions import Problem, Reading, columns, packed, read, rows, table_of, unpacked
from flows.people.rules import MOST_ATTRIBUTES
from flows.people.sets import ready_made
from flows.people.wording import in_short, label_of
from flows.saved import saved
from flows.sheets import REASONS, Unreadable, sheets
from flows.turn import (
    LARGEST_FILE,
    Choice,
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
    again,
    ask,
    choice,
    column,
    fetch,
    go,
)
from flows.words import Text, Words, _, lines, ngettext, paragraphs
from storage.attributes import Attribute, Option

flow = Flow()

PROBLEMS_SHOWN = 12
OPTIONS_NAMED = 5
MEGABYTE = 1024 * 1024

Format = Literal["xlsx", "csv"]


@saved("people.handing_in", awaits_file=True)
@dataclass(frozen=True, slots=True)
class HandingIn:
    """Waiting for a file, or for its contents."""


@saved("people.confirming", title=_("the file about people"), awaits_file=True)
@dataclass(frozen=True, slots=True)
class Confirming:
    """Waiting for the word that a file counts; `plan` is its attributes as JSON."""

    plan: str


@flow.command("attributefile", audience="staff")
async def attributefile(desk: Desk, argument: str) -> Turn:
    return _ask_for_file()


def _ask_for_file() -> Turn:
    text = paragraphs(
        _("Please send me your file: an Excel workbook (.xlsx) or a plain table (.csv)."),
        _("The template shows how it is made. It holds what you ask now, or an example."),
    )
    return ask(HandingIn(), text, _ways())


def _ask_again(wrong: Text) -> Turn:
    return ask(HandingIn(), paragraphs(wrong, _("Please send me the file once more.")), _ways())


def _ways() -> list[Row]:
    return [
        [choice("xlsx", _("Template (.xlsx)")), choice("csv", _("Template (.csv)"))],
        [choice("cancel", _("Cancel"))],
    ]


@flow.step(HandingIn, Confirming)
async def handing_in(desk: Desk, at: HandingIn | Confirming, said: Said) -> Turn:
    match at, said:
        case _, Choice("cancel"):
            return go("attributes")
        case HandingIn(), Choice("xlsx" | "csv" as format):
            return _ask_for_file().before(await _template(desk, format))
        case _, SentFile(name=name):
            return fetch(
                HandingIn(), said, _("I am reading your file {name} …", name=name), [[choice("cancel", _("Cancel"))]]
            )
        case HandingIn(), Received(_name, data):
            return await _look(desk, data)
        case HandingIn(), NotReceived(name, reason):
            return _ask_again(_missing(name, reason))
        case Confirming(plan), Choice("yes"):
            await define(desk, unpacked(plan))
            return go("attributes")
        case Confirming(), _:
            return again(_("Please tap one of the buttons, or send another file."))
    return again(_("Please send me the file: the paper clip beside the place where you write."))


def _missing(name: str, reason: str) -> Words:
    if reason == "too big":
        most = LARGEST_FILE // MEGABYTE
        return _("Your file {name} is too large: {most} megabytes at most.", name=name, most=most)
    return _("Your file {name} did not arrive.", name=name)


# ---------------------------------------------------------------- the template


async def _template(desk: Desk, format: Format) -> Message:
    known = await desk.store.attributes.all()
    example = [found for key in ("age", "gender") if (found := ready_made(key))]
    shown = known or [*example, EXAMPLE_AREA]
    table = Table(_("Attributes"), columns(shown), rows(shown))
    report = Report(_("What you ask about people"), _("How to fill it in"), HOW_TO, [table])
    return Message(_("Here is the template."), file=File(f"attributes.{format}", report))


EXAMPLE_AREA = Attribute(
    "area",
    "area",
    {"en": "Where do you live?"},
    (
        Option("Riverside", {"en": "Riverside"}, 0.4, prefixes=("NB1", "NB2"), middle=(51.55, -3.25)),
        Option("Hilltop", {"en": "Hilltop"}, 0.6, prefixes=("NB3",), middle=(51.58, -3.21)),
    ),
    reasons={"en": "So that every part of town is heard."},
)

HOW_TO = (
    _("One row for each option. What belongs to the whole attribute stands in the first of its rows."),
    _("attribute, option: short names of letters a to z and figures. People never see them; do not change them later."),
    _("kind: choice, birth_year (asked as year of birth, kept as a band of age) or area."),
    _("sensitive: yes for health, belief, ethnic group, politics or whom people love; otherwise no."),
    _("label, why and option with a language code: what people read. English is needed, the others are welcome."),
    _("target: the census share, such as 23%. Give one for each option, or none."),
    _("from_age, to_age: the ages of a band, in whole years. The first may be open below, the last one above."),
    _("postcodes: the beginnings of an area’s postcodes, with spaces between."),
    _("latitude, longitude: the middle of an area in degrees, for people who share their location."),
    _("You can ask {most} things at most. What the file does not name stays as it is.", most=MOST_ATTRIBUTES),
)


# ---------------------------------------------------------------- what came back


async def _look(desk: Desk, data: bytes) -> Turn:
    try:
        table = table_of(sheets(data))
    except Unreadable as problem:
        return _ask_again(REASONS[problem.reason])
    if table is None:
        return _ask_again(_("I do not find the columns of the template in it, such as “attribute” in the first row."))
    reading = read(table)
    if reading.problems:
        return _ask_again(_problems(reading.problems))
    return await _preview(desk, reading)


def _problems(problems: Sequence[Problem]) -> Text:
    more = len(problems) - PROBLEMS_SHOWN
    return paragraphs(
        ngettext(
            "I have found {n} mistake in the file, so nothing was changed:",
            "I have found {n} mistakes in the file, so nothing was changed:",
            len(problems),
        ),
        lines(
            *(problem.said for problem in problems[:PROBLEMS_SHOWN]),
            ngettext("and {n} more", "and {n} more", more) if more > 0 else None,
        ),
    )


async def _preview(desk: Desk, reading: Reading) -> Turn:
    known = {attribute.key: attribute for attribute in await desk.store.attributes.all()}
    if len({*known, *(attribute.key for attribute in reading.attributes)}) > MOST_ATTRIBUTES:
        return _ask_again(_("With these you would ask more than {most} things about people.", most=MOST_ATTRIBUTES))
    found = [_changed(desk, attribute, known.get(attribute.key)) for attribute in reading.attributes]
    text = paragraphs(
        _("<b>This is what the file says</b>"),
        *found,
        _("What the file does not name stays as it is. Shall I take this over?"),
    )
    rows = column(choice("yes", _("Yes, take it over")), choice("cancel", _("Cancel")))
    return ask(Confirming(packed(reading.attributes)), text, rows)


def _changed(desk: Desk, new: Attribute, old: Attribute | None) -> Text:
    language = desk.person.language
    if old is None:
        return lines(in_short(new, language), _("New."))
    if new == old:
        return lines(in_short(new, language), _("As it is now."))
    gone = [label_of(option, language) for option in old.options if new.option(option.key) is None]
    named = ", ".join(gone[:OPTIONS_NAMED]) + (" …" if len(gone) > OPTIONS_NAMED else "")
    return lines(
        in_short(new, language),
        _("Changed."),
        _("No longer there: {options}. Who said so is asked again.", options=named) if gone else None,
    )
