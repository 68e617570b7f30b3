"""What staff do with venues: make a link for a place, see what it brings, close it."""

from __future__ import annotations

from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.paging import page_number, turning
from flows.results.disclosure import Rule
from flows.saved import saved
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.venues.opening import EXPLAINED, opening
from flows.words import Text, Verbatim, Words, _, lines, paragraphs
from storage.venues import Brought

flow = Flow()

PAGE = 6
VENUE_LIMIT = 60


@saved("venues.naming", title=_("the new link"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class Naming:
    """Waiting for the place where the link will hang."""

    opens: str


@saved("venues.closing")
@dataclass(frozen=True, slots=True)
class Closing:
    """Waiting for the word that the link really is to be closed."""

    token: str


# ---------------------------------------------------------------- what each brings


@flow.command("venues", _("Links and posters for places"), audience="staff")
async def venues(desk: Desk, argument: str) -> Turn:
    """All links, a page at a time, or one of them by its token."""
    if argument and not (argument.isdecimal() and len(argument) < 5):
        return await _one(desk, argument)
    page = page_number(argument)
    found = await desk.store.venues.page((page - 1) * PAGE, PAGE + 1)
    if page > 1 and not found:
        return go("venues")
    ways: list[Row] = [[link("newvenue", _("New link and poster"))], [link("menu", _("Menu"))]]
    if not found:
        text: Text = paragraphs(
            _("<b>Links and posters</b>"),
            _("People who see a poster can answer at once, without joining anything. There is none yet."),
        )
        return end(text, ways)
    text = paragraphs(_("<b>Links and posters</b>"), *[await _entry(desk, one) for one in found[:PAGE]])
    rows: list[Row] = [[link(f"venues {one.link.token}", one.link.venue)] for one in found[:PAGE]]
    return end(text, [*rows, *turning("venues", page, len(found) > PAGE), *ways])


async def _entry(desk: Desk, one: Brought) -> Text:
    """How often a link was opened is no secret; who answered and joined are people, so few of them are not shown."""
    what, rule = await opening(desk, one.link.opens), await desk.disclosure()
    return lines(
        _("<b>{venue}</b>", venue=one.link.venue),
        _("Leads to: {what}", what=what.explained) if what else _("What it leads to is closed now."),
        None if one.link.is_open else _("This link is closed."),
        _(
            "Opened: {opened}, answered: {answered}, joined: {joined}",
            opened=one.opened,
            answered=_many(one.answered, rule),
            joined=_many(one.joined, rule),
        ),
    )


def _many(number: int, rule: Rule) -> Words:
    rounded = rule.rounded(number)
    if rounded is None:
        return _("fewer than {smallest}", smallest=rule.smallest)
    return _("about {number}", number=rounded)


async def _one(desk: Desk, token: str) -> Turn:
    one = await desk.store.venues.brought(token)
    if one is None:
        return _unknown()
    back: Row = [link("venues", _("All links")), link("menu", _("Menu"))]
    if not one.link.is_open:
        return end(await _entry(desk, one), [back])
    text = paragraphs(
        await _entry(desk, one),
        lines(_("The link:"), Verbatim(desk.deep_link(f"at-{token}"))),
    )
    return end(
        text,
        [
            *([[link(f"poster {token}", _("Make a poster"))]] if await opening(desk, one.link.opens) else []),
            [link(f"closevenue {token}", _("Close the link"))],
            back,
        ],
    )


def _unknown() -> Turn:
    return end(_("I cannot find that link."), [[link("venues", _("All links"))], [link("menu", _("Menu"))]])


# ---------------------------------------------------------------- a new one


@flow.command("newvenue", audience="staff")
async def newvenue(desk: Desk, argument: str) -> Turn:
    """`/newvenue` asks what to open; `survey`, `panel` which one; `survey ID` the questions; the rest the place."""
    match argument.split():
        case ["survey"]:
            return await _which_survey(desk, 1)
        case ["survey", page] if page.isdecimal() and len(page) < 5:
            return await _which_survey(desk, page_number(page))
        case ["survey", id]:
            return await _which_question(desk, id)
        case ["panel"]:
            return await _which_panel(desk, 1)
        case ["panel", page]:
            return await _which_panel(desk, page_number(page))
        case ["all", id]:
            return await _ask_place(desk, f"survey {id}")
        case ["question" | "join", _id]:
            return await _ask_place(desk, " ".join(argument.split()))
        case ["propose" | "hello"]:
            return await _ask_place(desk, " ".join(argument.split()))
    rows: list[Row] = [
        [link("newvenue survey", _("Questions of a consultation"))],
        [link("newvenue panel", _("Joining a panel"))],
        *([link(f"newvenue {opens}", label)] for opens, label in EXPLAINED.items()),
    ]
    return end(_("What does the link lead to?"), [*rows, [link("venues", _("Back"))]])


async def _which_survey(desk: Desk, page: int) -> Turn:
    found = await desk.store.consultations.page((page - 1) * PAGE, PAGE + 1)
    asked = [one for one in found if one.state in ("open", "scheduled")]
    if not asked:
        return end(
            _("No consultation is open or planned just now."),
            [[link("consult", _("New consultation"))], [link("newvenue", _("Back"))]],
        )
    rows: list[Row] = [[link(f"newvenue survey {one.id}", one.question)] for one in asked[:PAGE]]
    onward = turning("newvenue survey", page, len(asked) > PAGE)
    return end(_("Which consultation?"), [*rows, *onward, [link("newvenue", _("Back"))]])


async def _which_question(desk: Desk, id: str) -> Turn:
    if await opening(desk, f"survey {id}") is None:
        return _gone()
    found = await desk.store.consultations.questions(id)
    questions = [question for question in found if question.is_asked and question.last_version is None]
    rows: list[Row] = [
        [link(f"newvenue question {question.id}", f"{number}. {question.wording}")]
        for number, question in enumerate(questions, 1)
    ]
    text = _("Whoever follows the link is asked one question at once. Which one? After it they may answer the others.")
    return end(text, [[link(f"newvenue all {id}", _("The first they have not answered"))], *rows, _back()])


async def _which_panel(desk: Desk, page: int) -> Turn:
    found = await desk.store.panels.page((page - 1) * PAGE, PAGE + 1)
    if not found:
        return end(
            _("There are no panels yet. Begin one, and citizens can join it."),
            [[link("newpanel", _("Begin a panel"))], _back()],
        )
    rows: list[Row] = [[link(f"newvenue join {panel.id}", panel.name)] for panel in found[:PAGE]]
    onward = turning("newvenue panel", page, len(found) > PAGE)
    return end(_("Which panel?"), [*rows, *onward, _back()])


def _back() -> Row:
    return [link("newvenue", _("Back"))]


def _gone() -> Turn:
    return end(_("That is not open (any more). Please choose again."), [_back()])


async def _ask_place(desk: Desk, opens: str) -> Turn:
    what = await opening(desk, opens)
    if what is None:
        return _gone()
    text = paragraphs(
        _("Leads to: {what}", what=what.explained), _("Where will it hang or lie? For example: Library, Mill Lane")
    )
    return ask(Naming(opens), text, [[choice("cancel", _("Cancel"))]])


@flow.step(Naming)
async def naming(desk: Desk, at: Naming, said: Said) -> Turn:
    match said:
        case Choice("cancel"):
            return go("venues")
        case Typed(words):
            return await _make(desk, at.opens, " ".join(words.split()))
    return again(_("Please write it as a message."))


async def _make(desk: Desk, opens: str, venue: str) -> Turn:
    if not desk.is_staff:
        return go("menu")
    if len(venue) > VENUE_LIMIT:
        return again(_("That is too long; {most} letters at most.", most=VENUE_LIMIT))
    if await opening(desk, opens) is None:
        return _gone()
    token = desk.new_code()
    await desk.store.venues.add(token, venue, opens, desk.person.id, desk.now)
    await desk.record("made a link", f"link:{token}", opens=opens, venue=venue)
    return go("venues", token)


# ---------------------------------------------------------------- closing


@flow.command("closevenue", audience="staff")
async def closevenue(desk: Desk, token: str) -> Turn:
    found = await desk.store.venues.load(token)
    if found is None:
        return _unknown()
    if not found.is_open:
        return go("venues", token)
    text = _(
        "Do you want to close the link at <b>{venue}</b>? Its posters stop working for good; "
        "whoever follows it is shown what else there is.",
        venue=found.venue,
    )
    yes, no = choice("yes", _("Yes, close it")), choice("no", _("No, keep it open"))
    return ask(Closing(token), text, [[yes], [no]])


@flow.step(Closing)
async def closing(desk: Desk, at: Closing, said: Said) -> Turn:
    match said:
        case Choice("no"):
            return go("venues", at.token)
        case Choice("yes"):
            if desk.is_staff and await desk.store.venues.close(at.token, desk.now):
                await desk.record("closed a link", f"link:{at.token}")
            return go("venues", at.token)
    return again(_("Please tap one of the buttons."))
