"""Quotas from a file: `category,feature,min,max`, as the Sortition Foundation's programs write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.panels.areas import counted_on
from flows.panels.quotas import quota_columns
from flows.panels.sortition.founding import quota_table
from flows.saved import saved
from flows.sheets import REASONS, Unreadable, sheets
from flows.turn import (
    Choice,
    File,
    Message,
    NotReceived,
    Received,
    Row,
    Said,
    SentFile,
    Turn,
    again,
    ask,
    choice,
    fetch,
    go,
)
from flows.typed import compared
from flows.words import Text, Verbatim, Words, _, lines, paragraphs
from storage.attributes import Attribute, Option
from storage.panels import Panel
from storage.sortition import SeatQuota

flow = Flow()

COLUMNS = ("category", "feature", "min", "max")
MOST_SHOWN = 8

WHOLE = re.compile(r"(\d{1,7})(?:\.0+)?")
"""Spreadsheets write 3 as 3.0 where a cell of the column is empty."""


@saved("panels.quota_file", awaits_file=True)
@dataclass(frozen=True, slots=True)
class Wanted:
    """Waiting for the file with a panel's quotas."""

    panel_id: str


@saved("panels.quotas_found", awaits_file=True)
@dataclass(frozen=True, slots=True)
class Found:
    """Waiting for the word that these are the quotas: attribute, option, least and most of each, one after another."""

    panel_id: str
    quotas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row of the spreadsheet, from 1."""

    row: int
    what: Words


def read_quotas(data: bytes, attributes: Sequence[Attribute], seats: int) -> list[SeatQuota] | list[Problem]:
    """The quotas of a file, or everything that is wrong with it. Raises Unreadable."""
    sheet = sheets(data)[0]
    heads = [column.lower() for column in quota_columns(sheet.rows[0])] if sheet.rows else []
    missing = [column for column in COLUMNS if column not in heads]
    if missing:
        return [Problem(1, _("The column “{column}” is missing.", column=column)) for column in missing]
    places = [heads.index(column) for column in COLUMNS]
    quotas: list[SeatQuota] = []
    last_rows: dict[str, int] = {}
    problems: list[Problem] = []
    for number, row in enumerate(sheet.rows[1:], 2):
        cells = [row[place] if place < len(row) else "" for place in places]
        if not any(cells):
            continue
        match _quota(cells, attributes, seats):
            case SeatQuota() as quota if any(_same(quota, other) for other in quotas):
                problems.append(Problem(number, _("“{feature}” stands here a second time.", feature=cells[1])))
            case SeatQuota() as quota:
                quotas.append(quota)
                last_rows[quota.attribute] = number
            case Words() as words:
                problems.append(Problem(number, words))
    if not quotas and not problems:
        return [Problem(1, _("There is no quota in it."))]
    return problems or _impossible(quotas, last_rows, attributes, seats) or _in_order(quotas)


def _impossible(
    quotas: Sequence[SeatQuota], last_rows: Mapping[str, int], attributes: Sequence[Attribute], seats: int
) -> list[Problem]:
    """Attributes whose quotas no panel meets, whoever is in the pool.

    Where answers are left out, whoever gave one of them can take the seats that the maximums leave.
    """
    problems = []
    for attribute in attributes:
        of = [quota for quota in quotas if quota.attribute == attribute.key]
        least, most = sum(quota.least for quota in of), sum(quota.most for quota in of)
        name = attribute.key
        if least > seats:
            what = _(
                "All min of “{category}” together are {sum}: more than the {seats} seats.",
                category=name,
                sum=least,
                seats=seats,
            )
            problems.append(Problem(last_rows[name], what))
        elif of and most < seats and len(of) == len(attribute.options):
            what = _(
                "All max of “{category}” together are {sum}: less than the {seats} seats.",
                category=name,
                sum=most,
                seats=seats,
            )
            problems.append(Problem(last_rows[name], what))
    return problems


def _same(one: SeatQuota, other: SeatQuota) -> bool:
    return (one.attribute, one.option) == (other.attribute, other.option)


def _in_order(quotas: list[SeatQuota]) -> list[SeatQuota]:
    """Those of one attribute together."""
    keys = list(dict.fromkeys(quota.attribute for quota in quotas))
    return [quota for key in keys for quota in quotas if quota.attribute == key]


def _quota(cells: Sequence[str], attributes: Sequence[Attribute], seats: int) -> SeatQuota | Words:
    category, feature, *numbers = cells
    least, most = (WHOLE.fullmatch(number) for number in numbers)
    attribute = next((one for one in attributes if _called(category, one.key, one.labels.values())), None)
    if attribute is None:
        return _("People are not asked about “{category}”. See /attributes.", category=category)
    if attribute.sensitive:
        return _("“{category}” is sensitive, so nobody is drawn by it.", category=category)
    option = _option(feature, attribute)
    if option is None:
        return _("“{feature}” is no answer to “{category}”.", feature=feature, category=category)
    if least is None or most is None:
        return _("min and max must be whole numbers.")
    return _between(int(least[1]), int(most[1]), attribute, option, seats)


def _between(least: int, most: int, attribute: Attribute, option: Option, seats: int) -> SeatQuota | Words:
    if least > most or least > seats:
        return _("min is larger than max, or than the {seats} seats.", seats=seats)
    return SeatQuota(attribute.key, option.key, least, min(most, seats))


def _option(feature: str, attribute: Attribute) -> Option | None:
    return next((one for one in attribute.options if _called(feature, one.key, one.labels.values())), None)


def _called(words: str, key: str, labels: Iterable[str]) -> bool:
    return compared(words) in {compared(name) for name in (key, *labels)}


# ---------------------------------------------------------------- in the conversation


@flow.command("quotafile", audience="staff")
async def quota_file(desk: Desk, argument: str) -> Turn:
    """`/quotafile PANEL` asks for the file, and sends the quotas of now as one."""
    panel = await _with_quotas(desk, argument)
    if panel is None:
        return go("staffpanels")
    rows = [",".join(COLUMNS)]
    rows += [
        f"{quota.attribute},{quota.option},{quota.least},{quota.most}"
        for quota in await desk.store.sortition.quotas(panel.id)
    ]
    text = lines(
        _("Send me a file with the columns category, feature, min and max (.csv or .xlsx)."),
        _("This one has the quotas of now: change it and send it back."),
    )
    file = File("categories.csv", "\n".join(rows) + "\n")
    return _ask(panel.id, text).before(Message(_("The quotas of <b>{panel}</b>", panel=panel.name), file=file))


async def _with_quotas(desk: Desk, id: str) -> Panel | None:
    """An open panel whose seats have quotas: chosen by lot, or for one service."""
    panel = await desk.store.panels.load(id) if id else None
    has_quotas = panel is not None and (panel.kind == "drawn" or (panel.kind == "service" and panel.seats))
    return panel if panel is not None and panel.state == "open" and has_quotas else None


def _back(panel: Panel) -> Turn:
    return go("lotsettings" if panel.kind == "drawn" else "staffpanels", panel.id)


def _ask(panel_id: str, text: Text) -> Turn:
    return ask(Wanted(panel_id), text, [[choice("back", _("Back"))]])


@flow.step(Wanted, Found)
async def take_file(desk: Desk, at: Wanted | Found, said: Said) -> Turn:
    panel = await _with_quotas(desk, at.panel_id)
    draw = await desk.store.sortition.current_draw(at.panel_id)
    if panel is None or not desk.is_staff:
        return go("staffpanels", at.panel_id)
    if draw is not None and draw.state != "open":
        return _back(panel)
    match at, said:
        case _, Choice("back"):
            return _back(panel)
        case _, SentFile():
            text = _("I am reading your file {name} …", name=said.name)
            return fetch(Wanted(panel.id), said, text, [[choice("back", _("Cancel"))]])
        case Wanted(), Received(_name, data):
            return await _look(desk, panel, data)
        case Wanted(), NotReceived(name):
            return _ask(panel.id, _("Your file {name} did not arrive. Please send it again.", name=name))
        case Found(quotas=kept), Choice("yes"):
            await desk.store.sortition.set_quotas(panel.id, _unpacked(kept))
            await desk.record("took quotas from a file", f"panel:{panel.id}")
            return _back(panel)
    return again(_("Please send me the file."))


async def _look(desk: Desk, panel: Panel, data: bytes) -> Turn:
    attributes = await counted_on(desk, panel)
    try:
        found = read_quotas(data, attributes, panel.seats or 1)
    except Unreadable as problem:
        return _ask(panel.id, REASONS[problem.reason])
    quotas = [one for one in found if isinstance(one, SeatQuota)]
    problems = [one for one in found if isinstance(one, Problem)]
    if problems:
        shown = [_("Row {row}: {what}", row=one.row, what=one.what) for one in problems[:MOST_SHOWN]]
        text = paragraphs(lines(_("I cannot use this file yet:"), *shown), _("Please put it right and send it again."))
        return _ask(panel.id, text)
    rows: list[Row] = [[choice("yes", _("Yes, these are the quotas"))], [choice("back", _("Back"))]]
    sure = _("Shall I draw by these?") if panel.kind == "drawn" else _("Shall I go by these?")
    text = paragraphs(Verbatim(panel.name), quota_table(attributes, quotas, desk.voice.language), sure)
    return ask(Found(panel.id, _packed(quotas)), text, rows)


def _packed(quotas: Sequence[SeatQuota]) -> tuple[str, ...]:
    return tuple(
        part for quota in quotas for part in (quota.attribute, quota.option, str(quota.least), str(quota.most))
    )


def _unpacked(kept: Sequence[str]) -> list[SeatQuota]:
    parts = [kept[start : start + 4] for start in range(0, len(kept), 4)]
    return [SeatQuota(attribute, option, int(least), int(most)) for attribute, option, least, most in parts]
