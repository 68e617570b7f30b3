"""What staff do with panels: begin one, see how each stands, rename and close it."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, Literal

from flows.dates import EVENING, instant_of, read_date
from flows.desk import Desk
from flows.flow import Flow
from flows.paging import page_number, turning
from flows.panels.areas import Area, area_for, but_not_all, choices_of, for_whom, next_page, where_asked, with_tick
from flows.panels.limiting import way_to_limit
from flows.panels.places import how_full, last_day
from flows.panels.services import begin_service, stop_asking, use_of, way_to_quotas, who_uses_it
from flows.panels.sortition.founding import begin_lot
from flows.panels.terms import LONGEST_MONTHS, SHORTEST_MONTHS
from flows.saved import saved
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, column, end, go, link
from flows.typed import latin_digits
from flows.words import Day, Text, Verbatim, Words, _, lines, ngettext, paragraphs
from storage.panels import Panel, PanelKind
from storage.translations import read_translations

flow = Flow()

PAGE = 8
NAME_LIMIT = 40
PURPOSE_LIMIT = 300
MOST_SEATS = 100_000
FEWEST_DRAWN = 3
USUAL_MONTHS = (3, 6, 12, 24)

Question = Literal["name", "service", "purpose", "area", "choosing", "ends", "months", "seats"]
ORDERS: dict[PanelKind, tuple[Question, ...]] = {
    "open": ("name", "purpose", "area", "months", "seats"),
    "drawn": ("name", "purpose", "area", "months", "seats"),
    "service": ("name", "service", "purpose", "area", "choosing", "months", "seats"),
    "once": ("name", "purpose", "area", "ends", "seats"),
}
"""What is asked about a new panel of each kind; the area only where people are asked where they live."""
LONGEST_ONCE = timedelta(days=366)


@saved("panels.drafting", title=_("the new panel"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class Drafting:
    """Waiting for the answer to one question about a new panel. `seats` 0 means as many as want to.

    `area` is the attribute that says where people live, if they are asked, and `areas` those the panel is for; none:
    everywhere. A panel about a `service` may be chosen `by_lot`.
    """

    asked: Question = "name"
    name: str = ""
    purpose: str = ""
    months: int = 0
    seats: int = 0
    kind: PanelKind = "open"
    ends: str = ""
    area: str = ""
    areas: tuple[str, ...] = ()
    page: int = 0
    service: str = ""
    by_lot: bool = False

    @property
    def is_drawn(self) -> bool:
        return self.kind == "drawn" or self.by_lot


@saved("panels.looking", title=_("the new panel"))
@dataclass(frozen=True, slots=True)
class Looking:
    """Waiting for the word to begin the panel as it is shown."""

    name: str
    purpose: str
    months: int
    seats: int
    kind: PanelKind = "open"
    ends: str = ""
    area: str = ""
    areas: tuple[str, ...] = ()
    service: str = ""
    by_lot: bool = False

    @property
    def draft(self) -> Drafting:
        """To be changed from the first question on."""
        shown = {field.name: getattr(self, field.name) for field in fields(self)}
        return Drafting("name", **shown)


@saved("panels.renaming", awaits_text=True)
@dataclass(frozen=True, slots=True)
class Renaming:
    """Waiting for the new name of a panel."""

    panel_id: str


@saved("panels.closing")
@dataclass(frozen=True, slots=True)
class Closing:
    """Waiting for the word that the panel really is to be closed."""

    panel_id: str


# ---------------------------------------------------------------- beginning a panel


@flow.command("newpanel", _("Begin a standing panel"), audience="staff")
async def newpanel(desk: Desk, argument: str) -> Turn:
    where = where_asked(await desk.store.attributes.all())
    return await _ask(desk, Drafting(area=where.key if where else ""))


KINDS: dict[PanelKind, Words] = {
    "open": _("Whoever wants to can join"),
    "drawn": _("Chosen by lot"),
    "service": _("About one service"),
    "once": _("For one occasion"),
}
EXPLAINED: dict[PanelKind, Words] = {
    "open": _("Whoever wants to can join; terms and a waiting list give everybody a turn."),
    "drawn": _("People say that they would like to, and a lot is drawn so that the panel looks like the community."),
    "service": _("People who use one service, and deliberately also some who do not. Whoever joins says which."),
    "once": _("It closes by itself on a day you choose."),
}

QUESTIONS: dict[Question, Words] = {
    "name": _("What is the panel called? For example: Getting around town"),
    "ends": _("On which day does it close? For example: 30 June"),
    "service": _("Which service is it about? For example: the library"),
    "area": _("For which area is it? You can choose several."),
    "choosing": _("How do people come onto it?"),
    "purpose": _("What is it for, in one or two plain sentences? Citizens read this before they join."),
    "months": _("How many months does a term last, from 1 to 60? After it members make room for others."),
    "seats": _("How many people can sit on it? Write a number, or let everybody in who wants to."),
}


async def _ask(desk: Desk, draft: Drafting, *, same_number: bool = False) -> Turn:
    """The question the draft has come to."""
    rows: list[Row] = []
    about: Text | None = None
    match draft.asked:
        case "name":
            about = EXPLAINED[draft.kind]
            others = [choice(f"kind {kind}", words) for kind, words in KINDS.items() if kind != draft.kind]
            rows = column(*others)
        case "service":
            about = _("I ask whoever comes: “Have you used it in the last 12 months?” You want to hear from both.")
            if draft.name and not draft.service:
                rows = [[choice("same", Verbatim(_within_a_sentence(draft.name)))]]
        case "area":
            where = await desk.store.attributes.find(draft.area)
            if where is None:
                return await _ask(desk, replace(draft, asked=_beside(draft, 1), areas=()))
            about = _("Whoever lives elsewhere hears kindly whom it is for, and what else there is.")
            rows = choices_of(where, draft.areas, draft.page)
        case "choosing":
            about = _("By lot the seats are half for people who use the service and half for others.")
            rows = column(choice("join", KINDS["open"]), choice("lot", KINDS["drawn"]))
        case "months":
            offered = [choice(f"{n}", ngettext("{n} month", "{n} months", n)) for n in USUAL_MONTHS]
            rows = [offered[:2], offered[2:]]
        case "seats" if not draft.is_drawn:
            rows = [[choice("all", _("As many as want to"))]]
    if kept := _answered(draft):
        rows.append([choice("keep", _("Keep: {answer}", answer=kept))])
    ways_out = [choice("cancel", _("Cancel"))]
    if draft.asked != "name":
        ways_out.insert(0, choice("back", _("Back")))
    return ask(draft, paragraphs(_asked(draft), about), [*rows, ways_out], same_number=same_number)


def _asked(draft: Drafting) -> Text:
    if draft.is_drawn and draft.asked == "seats":
        return _("How many people shall sit on it? Please write a number, for example 24.")
    return QUESTIONS[draft.asked]


def _answered(draft: Drafting) -> Text | None:
    """What they have said to this question before, where they came back to it."""
    match draft.asked:
        case "name" | "purpose":
            words = draft.name if draft.asked == "name" else draft.purpose
            return Verbatim(words) if words else None
        case "service":
            return Verbatim(draft.service) if draft.service else None
        case "months" if draft.months not in (0, *USUAL_MONTHS):
            return ngettext("{n} month", "{n} months", draft.months)
    return None


@flow.step(Drafting)
async def drafting(desk: Desk, at: Drafting, said: Said) -> Turn:
    match at.asked, said:
        case _, Choice("cancel"):
            return go("cancel")
        case "name", Choice(id) if (kind := _kind(id)) is not None:
            return await _ask(desk, replace(at, kind=kind, by_lot=False))
        case question, Choice("back") if question != "name":
            return await _ask(desk, replace(at, asked=_beside(at, -1)))
        case "name" | "purpose" | "months" | "service", Choice("keep"):
            return await _on(desk, at)
        case "name", Typed(words):
            return await _named(desk, at, " ".join(words.split()))
        case "service", Choice("same"):
            return await _on(desk, at, service=_within_a_sentence(at.name))
        case "service", Typed(words):
            return await _with_service(desk, at, " ".join(words.split()))
        case "purpose", Typed(words):
            return await _with_purpose(desk, at, words.strip())
        case "area", Choice(id):
            return await _with_area(desk, at, id)
        case "choosing", Choice("join" | "lot" as how):
            return await _on(desk, at, by_lot=how == "lot")
        case "area" | "choosing", _:
            return again(_("Please tap one of the buttons."))
        case "months", Choice(words) | Typed(words):
            return await _with_months(desk, at, words)
        case "ends", Typed(words):
            return await _with_end(desk, at, words)
        case "seats", Choice("all") if not at.is_drawn:
            return await _look(desk, replace(at, seats=0))
        case "seats", Typed(words):
            return await _with_seats(desk, at, words)
    return again(_("Please write it as a message."))


def _kind(id: str) -> PanelKind | None:
    return next((kind for kind in KINDS if id == f"kind {kind}"), None)


def _beside(at: Drafting, steps: int) -> Question:
    order = [question for question in ORDERS[at.kind] if question != "area" or at.area]
    return order[order.index(at.asked) + steps]


async def _on(desk: Desk, at: Drafting, **said: Any) -> Turn:
    """What they said is taken in, and the next question asked."""
    return await _ask(desk, replace(at, asked=_beside(at, 1), **said))


def _within_a_sentence(name: str) -> str:
    return f"the {name[4:]}" if name.startswith("The ") else name


async def _with_service(desk: Desk, at: Drafting, service: str) -> Turn:
    if len(service) > NAME_LIMIT:
        return again(_("That is too long for a name; {most} letters at most.", most=NAME_LIMIT))
    return await _on(desk, at, service=service)


async def _with_area(desk: Desk, at: Drafting, id: str) -> Turn:
    where = await desk.store.attributes.find(at.area)
    if where is None or id == "everywhere":
        return await _on(desk, at, areas=())
    if id == "done" and at.areas:
        return await _on(desk, at, areas=but_not_all(where, at.areas))
    if id == "more":
        return await _ask(desk, replace(at, page=next_page(where, at.page)), same_number=True)
    if (areas := with_tick(where, at.areas, id)) is not None:
        return await _ask(desk, replace(at, areas=areas), same_number=True)
    return again(_("Please tap one of the buttons."))


async def _with_end(desk: Desk, at: Drafting, words: str) -> Turn:
    """It closes in the evening of that day; a term on it lasts till then."""
    day = read_date(words, desk.today)
    if day is None:
        return again(_("I did not understand that day. For example: 30 June"))
    if not desk.today < day <= desk.today + LONGEST_ONCE:
        return again(_("Please give a day within the next twelve months."))
    return await _on(desk, at, ends=day.isoformat(), months=LONGEST_MONTHS)


async def _named(desk: Desk, at: Drafting, name: str) -> Turn:
    if len(name) > NAME_LIMIT:
        return again(_("That is too long for a name; {most} letters at most.", most=NAME_LIMIT))
    return await _on(desk, at, name=name)


async def _with_purpose(desk: Desk, at: Drafting, purpose: str) -> Turn:
    if len(purpose) > PURPOSE_LIMIT:
        return again(_("That is too long to be read on a phone; {most} letters at most.", most=PURPOSE_LIMIT))
    return await _on(desk, at, purpose=purpose)


async def _with_months(desk: Desk, at: Drafting, words: str) -> Turn:
    months = number_in(words)
    if months is None or not SHORTEST_MONTHS <= months <= LONGEST_MONTHS:
        return again(
            _("Please write a number of months from {least} to {most}.", least=SHORTEST_MONTHS, most=LONGEST_MONTHS)
        )
    return await _on(desk, at, months=months)


async def _with_seats(desk: Desk, at: Drafting, words: str) -> Turn:
    seats = number_in(words)
    if seats is None or not 1 <= seats <= MOST_SEATS:
        return again(_("Please write a number, for example 30, or tap the button."))
    if at.is_drawn and seats < FEWEST_DRAWN:
        return again(_("A panel that is drawn has {fewest} seats at least.", fewest=FEWEST_DRAWN))
    return await _look(desk, replace(at, seats=seats))


def number_in(words: str) -> int | None:
    """A whole number written alone or before a word or two: `6`, `6 months`, `30 people`."""
    found = re.fullmatch(r"(\d{1,6})(?:\s+\D*)?", latin_digits(words).strip(), re.ASCII)
    return int(found[1]) if found else None


async def _look(desk: Desk, draft: Drafting) -> Turn:
    where = await desk.store.attributes.find(draft.area)
    options = tuple(option for option in where.options if option.key in draft.areas) if where else ()
    area = for_whom(Area(where, options)) if where and options else None
    text = paragraphs(
        _("This is how citizens will see it:"),
        lines(_("<b>{name}</b>", name=draft.name), Verbatim(draft.purpose)),
        area,
        EXPLAINED[draft.kind] if draft.kind in ("drawn", "service") else None,
        EXPLAINED["drawn"] if draft.by_lot else None,
        lines(
            _("It closes on {day}.", day=Day(date.fromisoformat(draft.ends)))
            if draft.ends
            else ngettext("A term lasts {n} month.", "A term lasts {n} months.", draft.months),
            ngettext("{n} person can sit on it.", "{n} people can sit on it.", draft.seats)
            if draft.seats
            else _("As many can sit on it as want to."),
        ),
        _("Purpose, term and places cannot be changed later, so that everybody joins the same panel."),
    )
    rows = column(choice("yes", _("Begin this panel")), choice("change", _("Change")), choice("cancel", _("Cancel")))
    shown = {field.name: getattr(draft, field.name) for field in fields(Looking)}
    return ask(Looking(**shown), text, rows)


@flow.step(Looking)
async def looking(desk: Desk, at: Looking, said: Said) -> Turn:
    match said:
        case Choice("cancel"):
            return go("cancel")
        case Choice("change"):
            return await _ask(desk, at.draft)
        case Choice("yes"):
            return await _begin(desk, at)
    return again(_("Please tap one of the buttons."))


async def _begin(desk: Desk, at: Looking) -> Turn:
    if not desk.is_staff:
        return go("menu")
    panels = desk.store.panels
    ends_at = instant_of(date.fromisoformat(at.ends), EVENING, desk.zone) if at.ends else None
    id = await panels.add(
        at.name,
        at.purpose,
        at.months,
        at.seats or None,
        desk.person.id,
        desk.now,
        kind="drawn" if at.by_lot else at.kind,
        ends_at=ends_at,
        language=desk.person.language,
        area=at.area if at.areas else "",
        areas=at.areas,
        service=at.service if at.kind == "service" else "",
    )
    if id is None:
        return replace(
            await _ask(desk, at.draft), notice=_("There is a panel of this name already. Please give it another.")
        )
    await desk.record("began", f"panel:{id}", kind=at.kind, months=at.months, seats=at.seats)
    if ends_at is not None:
        await desk.later("panel.ends", f"panel.ends:{id}", ends_at, {"panel": id})
    panel = await desk.store.panels.load(id)
    assert panel is not None
    if panel.service:
        await desk.store.attributes.define(await use_of(desk, panel))
    if panel.kind == "drawn":
        await begin_lot(desk, panel)
        return go("lotpanel", id)
    if panel.kind == "service":
        await begin_service(desk, panel)
    text = paragraphs(
        _("<b>{name}</b> is open. Citizens find it under Panels, or by this link:", name=at.name),
        Verbatim(desk.deep_link(f"join-{id}")),
        for_whom(await area_for(desk, panel)),
        _("Put the link on your website and posters. When people have joined, ask them something."),
    )
    rows = [
        [link(f"announce {id}", _("Tell those who want to hear of it"))],
        [link(f"staffpanels {id}", _("See the panel"))],
        [link("menu", _("Menu"))],
    ]
    return end(text, rows)


# ---------------------------------------------------------------- how they stand


@flow.command("staffpanels", audience="staff")
async def staffpanels(desk: Desk, argument: str) -> Turn:
    """All panels, a page at a time, or one of them by its id."""
    if argument and not argument.isdecimal():
        return await _one(desk, argument)
    page = page_number(argument)
    found = await desk.store.panels.page((page - 1) * PAGE, PAGE + 1)
    if not found:
        return end(
            _("There are no panels yet. Begin one, and citizens can join it."),
            [[link("newpanel", _("Begin a panel"))], [link("menu", _("Menu"))]],
        )
    text = paragraphs(_("<b>Panels</b>"), *(_numbers(desk, panel) for panel in found[:PAGE]))
    rows = column(*(link(f"staffpanels {panel.id}", panel.name) for panel in found[:PAGE]))
    onward = turning("staffpanels", page, len(found) > PAGE)
    return end(text, [*rows, *onward, [link("newpanel", _("Begin a panel")), link("menu", _("Menu"))]])


def _numbers(desk: Desk, panel: Panel) -> Text:
    waiting = ngettext("{n} person waits for a place.", "{n} people wait for a place.", panel.waiting)
    return lines(
        _("<b>{name}</b>", name=panel.name),
        how_full(panel),
        waiting if panel.waiting else None,
        _("The next term ends on {day}.", day=last_day(desk, panel.next_end_at)) if panel.next_end_at else None,
    )


async def _one(desk: Desk, panel_id: str) -> Turn:
    panel = await desk.store.panels.load(panel_id)
    if panel is None or panel.state != "open":
        return _not_there()
    if panel.kind == "drawn":
        return go("lotpanel", panel.id)
    text = paragraphs(
        _numbers(desk, panel),
        for_whom(await area_for(desk, panel)),
        await who_uses_it(desk, panel),
        Verbatim(panel.purpose),
        _("It closes on {day}.", day=last_day(desk, panel.ends_at))
        if panel.ends_at
        else ngettext("A term lasts {n} month.", "A term lasts {n} months.", panel.term_months),
        lines(_("The link by which people join:"), Verbatim(desk.deep_link(f"join-{panel.id}"))),
    )
    rows = [
        [link(f"consult {panel.id}", _("Ask this panel something"))],
        [link(f"newvenue join {panel.id}", _("Link and poster")), link(f"announce {panel.id}", _("Tell people"))],
        [link(f"renamepanel {panel.id}", _("Rename")), link(f"closepanel {panel.id}", _("Close"))],
        [link(f"mirror {panel.id}", _("Mirror")), link(f"translate panel {panel.id}", _("Other languages"))],
        *way_to_quotas(panel),
        *await way_to_limit(desk, panel),
        [link("staffpanels", _("All panels")), link("menu", _("Menu"))],
    ]
    return end(text, rows)


def _not_there() -> Turn:
    return end(
        _("There is no open panel like that."), [[link("staffpanels", _("All panels")), link("menu", _("Menu"))]]
    )


# ---------------------------------------------------------------- renaming


@flow.command("renamepanel", audience="staff")
async def renamepanel(desk: Desk, argument: str) -> Turn:
    panel = await desk.store.panels.load(argument)
    if panel is None or panel.state != "open":
        return _not_there()
    return ask(
        Renaming(panel.id),
        _("What is <b>{panel}</b> to be called from now on?", panel=panel.name),
        [[choice("cancel", _("Cancel"))]],
    )


@flow.step(Renaming)
async def renaming(desk: Desk, at: Renaming, said: Said) -> Turn:
    match said:
        case Choice("cancel"):
            return go("staffpanels", at.panel_id)
        case Typed(words):
            return await _rename(desk, at.panel_id, " ".join(words.split()))
    return again(_("Please write it as a message."))


async def _rename(desk: Desk, panel_id: str, name: str) -> Turn:
    if not desk.is_staff:
        return go("menu")
    if len(name) > NAME_LIMIT:
        return again(_("That is too long for a name; {most} letters at most.", most=NAME_LIMIT))
    panel = await desk.store.panels.load(panel_id)
    if panel is None or panel.state != "open":
        return _not_there()
    if not await desk.store.panels.rename(panel_id, name):
        return again(_("There is a panel of this name already. Please give it another."))
    for language in read_translations(panel.translations):  # they are names of what it was called before
        await desk.store.translations.keep("panel", panel_id, "name", language, "")
    await desk.record("renamed", f"panel:{panel_id}", before=panel.name, after=name)
    return go("staffpanels", panel_id)


# ---------------------------------------------------------------- closing


@flow.command("closepanel", audience="staff")
async def closepanel(desk: Desk, argument: str) -> Turn:
    panel = await desk.store.panels.load(argument)
    if panel is None or panel.state != "open":
        return _not_there()
    if await desk.store.panels.is_busy(panel.id):
        return _still_needed(panel)
    text = paragraphs(
        _("Do you want to close <b>{panel}</b>? It cannot be opened again.", panel=panel.name),
        lines(
            ngettext(
                "{n} member is thanked and told.",
                "{n} members are thanked and told.",
                panel.serving,
            ),
            ngettext(
                "{n} person on the waiting list is told.", "{n} people on the waiting list are told.", panel.waiting
            )
            if panel.waiting
            else None,
        ),
    )
    return ask(Closing(panel.id), text, column(choice("yes", _("Yes, close it")), choice("no", _("No, keep it open"))))


@flow.step(Closing)
async def closing(desk: Desk, at: Closing, said: Said) -> Turn:
    match said:
        case Choice("no"):
            return go("staffpanels", at.panel_id)
        case Choice("yes"):
            return await _close(desk, at.panel_id)
    return again(_("Please tap one of the buttons."))


async def _close(desk: Desk, panel_id: str) -> Turn:
    if not desk.is_staff:
        return go("menu")
    panel = await desk.store.panels.hold(panel_id)
    if panel is None:
        return _not_there()
    if not await desk.store.panels.close(panel.id, desk.now):
        return _still_needed(panel)
    await stop_asking(desk, panel)
    await desk.record("closed", f"panel:{panel.id}", members=panel.serving, waiting=panel.waiting)
    await desk.later("panel.closed", f"panel.closed:{panel.id}", desk.now, {"panel": panel.id, "after": ""})
    return end(
        _("<b>{panel}</b> is closed. Its members are being thanked.", panel=panel.name),
        [[link("staffpanels", _("All panels")), link("menu", _("Menu"))]],
    )


def _still_needed(panel: Panel) -> Turn:
    return end(
        _("A consultation is planned or open on <b>{panel}</b>. It can be closed after that.", panel=panel.name),
        [[link("consultations", _("Consultations")), link(f"staffpanels {panel.id}", _("Back"))]],
    )
