"""/me: what somebody says about themselves, one question at a time, and only what they want to say."""

from __future__ import annotations

from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.profile.bands import area_of, band_of, birth_year, nearest
from flows.saved import saved
from flows.turn import Choice, Located, Row, Said, Turn, Typed, again, ask, choice, column, end, go, link
from flows.typed import compared
from flows.words import Text, Words, _, in_their_language, labelled, lines, paragraphs
from storage.attributes import Attribute, Option
from storage.people import NOTICE_VERSION
from storage.profiles import Profile

flow = Flow()

PURPOSE = "profile"
SENSITIVE = "sensitive profile"
PAGE = 8


@saved("profile.telling", title=_("the questions about you"))
@dataclass(frozen=True, slots=True)
class Telling:
    """Waiting for one answer, by its buttons; `alone` when only this one was to be changed.

    `panel` is the one for which they are asked, if they are; `where` says that they must live in its area,
    and `sure` that they have said they want to be on it.
    """

    key: str
    alone: bool = False
    page: int = 0
    panel: str = ""
    where: bool = False
    sure: bool = False


@saved("profile.writing", title=_("the questions about you"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class Writing:
    """Waiting for a year of birth, an area or a postcode."""

    key: str
    alone: bool = False
    page: int = 0
    panel: str = ""
    where: bool = False
    sure: bool = False


@saved("profile.consenting")
@dataclass(frozen=True, slots=True)
class Consenting:
    """Waiting for consent to sensitive answers."""

    key: str
    alone: bool = False
    panel: str = ""


# ---------------------------------------------------------------- looking


@flow.command("me", _("You, as far as you want to say"), keywords=_("me,profile"))
async def me(desk: Desk, argument: str) -> Turn:
    """`/me`, `/me KEY` to change one answer, `/me clear` to take all back, `/me on` to answer what is open.

    `/me for PANEL` asks only what is counted on a panel, `/me where PANEL` in which area they live, whatever they have
    said before: some panels are for some areas only. `yes` after it says that they want to be on that panel.
    """
    if await desk.store.profiles.is_outdated(desk.person.id):
        return go("keepprofile", f"me {argument}".strip())
    profile = await desk.store.profiles.load(desk.person.id)
    known = await desk.store.attributes.known()
    attributes = [one for one in known if one.panel_id is None or one.key in profile]
    wanted = next((attribute for attribute in attributes if attribute.key == argument), None)
    if wanted is not None:
        return await _ask(desk, wanted, alone=True)
    if argument.startswith("where "):
        return await _ask_where(desk, argument.removeprefix("where "))
    if argument == "on":
        return await _next(desk, None)
    if argument.startswith("for "):
        return await _next(desk, None, argument.removeprefix("for "))
    if argument == "clear" and profile:
        rows = [[link("me clear yes", _("Yes, clear all"))], [link("me", _("No, keep it"))]]
        return end(_("Shall I delete everything you told me about yourself?"), rows)
    if argument == "clear yes":
        await desk.store.profiles.save(desk.person.id, {}, desk.now)
        profile = {}
    return await _overview(desk, attributes, profile)


async def _overview(desk: Desk, attributes: list[Attribute], profile: Profile) -> Turn:
    ways: list[Row] = [
        [link("needs", _("How I want to be spoken with"))],
        [link("privacy", _("Privacy")), link("menu", _("Menu"))],
    ]
    if not attributes:
        return end(_("Nothing is asked about you here. You can say how you want to be spoken with."), ways)
    told = lines(*(_line(attribute, profile) for attribute in attributes))
    text = paragraphs(
        _("<b>You, as far as you want to say</b>"),
        told,
        _("Some panels are for some areas only: for those I look where you live.")
        if await desk.store.panels.is_any_limited()
        else None,
        _("It is only counted together with others', to see who we hear from. Tap a button below to change an answer."),
    )
    rows: list[Row] = [[link(f"me {one.key}", labelled(one.labels))] for one in attributes]
    if any(one.key not in profile for one in attributes):
        rows.insert(0, [link("me on", _("Answer what is open"))])
    if profile:
        rows.append([link("me clear", _("Clear all"))])
    return end(text, [*rows, *ways])


def _line(attribute: Attribute, profile: Profile) -> Text:
    value = _value(attribute, profile)
    return Words("<b>{what}</b> – {value}", {"what": labelled(attribute.labels), "value": value})


def _value(attribute: Attribute, profile: Profile) -> Text:
    if attribute.key not in profile:
        return _("not asked yet")
    option = attribute.option(profile[attribute.key] or "")
    return labelled(option.labels) if option else _("you prefer not to say")


# ---------------------------------------------------------------- asking


async def _next(desk: Desk, after: str | None, panel: str = "") -> Turn:
    """The next question not answered yet, after one of them; then the overview, or the panel it is for."""
    attributes = await desk.store.attributes.of_panel(panel)
    if panel:
        counted = {quota.attribute for quota in await desk.store.sortition.quotas(panel)}
        attributes = [one for one in attributes if one.panel_id or one.key in counted]
        attributes.sort(key=lambda one: one.panel_id is None)  # what only this panel asks comes first
    profile = await desk.store.profiles.load(desk.person.id)
    keys = [attribute.key for attribute in attributes]
    later = attributes[keys.index(after) + 1 :] if after in keys else attributes
    wanted = next((attribute for attribute in later if attribute.key not in profile), None)
    return await _ask(desk, wanted, alone=False, panel=panel) if wanted else _back(panel)


async def _ask_where(desk: Desk, wanted: str) -> Turn:
    """Before somebody comes onto a panel that is for some areas only; what they say leads them on to it."""
    panel_id, _space, sure = wanted.partition(" ")
    panel = await desk.store.panels.load(panel_id)
    attribute = await desk.store.attributes.find(panel.area) if panel is not None else None
    if panel is None or attribute is None:
        return go("panels")
    return await _ask(desk, attribute, alone=False, panel=panel.id, where=True, sure=sure == "yes")


def _back(panel: str) -> Turn:
    return go("join", panel) if panel else go("me")


async def _ask(
    desk: Desk,
    attribute: Attribute,
    *,
    alone: bool,
    page: int = 0,
    panel: str = "",
    where: bool = False,
    sure: bool = False,
) -> Turn:
    standing = await desk.store.people.agreed_to(desk.person.id)
    kept = None if standing.get(PURPOSE) == NOTICE_VERSION else _KEPT
    answered = alone and attribute.key in await desk.store.profiles.load(desk.person.id)
    clear: list[Row] = [[choice("clear", _("Clear this answer"))]] if answered else []
    if attribute.sensitive and standing.get(SENSITIVE) != NOTICE_VERSION:
        text = paragraphs(
            _named(attribute),
            _("The law protects this specially, so you need not answer, and I ask you first."),
            _why(attribute),
            _in_their_language(attribute),
            _("May I ask it and keep your answer, to count it together with others'?"),
            kept,
        )
        rows = [
            [choice("yes", _("Yes, you may"))],
            [choice("kept back", _("Prefer not to say")), choice("no", _("Skip"))],
            *clear,
        ]
        return ask(Consenting(attribute.key, alone, panel), text, rows)
    text = paragraphs(
        _named(attribute),
        _("Why we ask: this panel is for people of some areas only.") if where else _why(attribute),
        _in_their_language(attribute),
        _how(attribute),
        kept,
    )
    skip = [] if where else [choice("skip", _("Skip"))]
    rows = [
        *_options(attribute, page),
        [choice("kept back", _("Prefer not to say")), *skip],
        *clear,
        [choice("back", _("Back"))],
    ]
    waiting = Telling if attribute.kind == "choice" else Writing
    return ask(waiting(attribute.key, alone, page, panel, where, sure), text, rows)


_KEPT = _("If you answer, I keep it until you take it back here. Others only ever see numbers.")


def _options(attribute: Attribute, page: int) -> list[Row]:
    """A page of them, the first again after the last; ages are written, not chosen."""
    if attribute.kind == "birth_year":
        return []
    first = page * PAGE if page * PAGE < len(attribute.options) else 0
    shown = list(enumerate(attribute.options))[first : first + PAGE]
    rows = column(*(choice(f"o{place}", labelled(option.labels)) for place, option in shown))
    return [*rows, [choice("more", _("More"))]] if len(attribute.options) > PAGE else rows


def _named(attribute: Attribute) -> Text:
    return Words("<b>{label}</b>", {"label": labelled(attribute.labels)})


def _why(attribute: Attribute) -> Text:
    usual = _("to see whether we hear from everybody.")
    return _("Why we ask: {reason}", reason=labelled(attribute.reasons) if attribute.reasons else usual)


def _in_their_language(attribute: Attribute) -> Text:
    """A note where staff gave something of it in another language only; years of birth have no options to read."""
    options = [] if attribute.kind == "birth_year" else [labelled(option.labels) for option in attribute.options]
    reasons = [labelled(attribute.reasons)] if attribute.reasons else []
    return in_their_language(labelled(attribute.labels), *reasons, *options)


def _how(attribute: Attribute) -> Text | None:
    match attribute.kind:
        case "birth_year":
            return _("Please write the year you were born, for example 1956. I only keep which age group that is.")
        case "area" if any(option.middle for option in attribute.options):
            return _(
                "You can also write your postcode. Or send where you are: tap the paper clip, then Location. I only "
                "keep the area."
            )
        case "area" if any(option.prefixes for option in attribute.options):
            return _("You can also write your postcode; I only keep the area.")
    return None


# ---------------------------------------------------------------- answering


@flow.step(Telling, Writing)
async def step(desk: Desk, at: Telling | Writing, said: Said) -> Turn:
    attribute = await desk.store.attributes.find(at.key)
    if attribute is None:
        return _back(at.panel)
    match said:
        case Choice("back"):
            return go("panels") if at.where else _back(at.panel)
        case Choice("skip"):
            return go("me") if at.alone else await _next(desk, at.key, at.panel)
        case Choice("kept back"):
            return await _keep(desk, at, attribute, None)
        case Choice("clear"):
            return await _clear(desk, at.key)
        case Choice(id) if (option := _tapped(attribute, id)) is not None:
            return await _keep(desk, at, attribute, option)
        case Choice("more"):
            last = (at.page + 1) * PAGE >= len(attribute.options)
            return await _ask(
                desk,
                attribute,
                alone=at.alone,
                page=0 if last else at.page + 1,
                panel=at.panel,
                where=at.where,
                sure=at.sure,
            )
        case Located(latitude, longitude) if attribute.kind == "area":
            found = nearest(attribute, latitude, longitude)
            return await _keep(desk, at, attribute, found) if found else again(_NO_AREA)
        case Typed(words):
            understood = _understood(desk, attribute, words)
            return again(understood) if isinstance(understood, Words) else await _keep(desk, at, attribute, understood)
    return again(_("Please tap one of the buttons."))


_NO_AREA = _("I do not know that place. You can choose from the list, write another postcode, or skip this.")


def _tapped(attribute: Attribute, id: str) -> Option | None:
    place = int(id[1:]) if id[:1] == "o" and id[1:].isdecimal() else -1
    return attribute.options[place] if 0 <= place < len(attribute.options) else None


def _understood(desk: Desk, attribute: Attribute, words: str) -> Option | Words:
    match attribute.kind:
        case "birth_year":
            year = birth_year(words, desk.today)
            band = band_of(attribute, year, desk.today) if year else None
            if year and band is None:
                return _("There is no age group for that year here. You can skip this question.")
            return band or _("Please write a year with four figures, for example 1956.")
        case "area":
            return _called(attribute, words) or area_of(attribute, words) or _NO_AREA
    return _("Please tap one of the buttons.")


def _called(attribute: Attribute, words: str) -> Option | None:
    """The option with this name, in whatever language."""
    said = compared(words)
    return next((option for option in attribute.options if said in map(compared, option.labels.values())), None)


async def _clear(desk: Desk, key: str) -> Turn:
    """Take one answer back: it is open again."""
    profile = await desk.store.profiles.load(desk.person.id)
    kept = {name: said for name, said in profile.items() if name != key}
    await desk.store.profiles.save(desk.person.id, kept, desk.now)
    return go("me")


async def _keep(desk: Desk, at: Telling | Writing | Consenting, attribute: Attribute, option: Option | None) -> Turn:
    standing = await desk.store.people.agreed_to(desk.person.id)
    if standing.get(PURPOSE) != NOTICE_VERSION:
        await desk.store.people.agree(desk.person.id, NOTICE_VERSION, desk.person.language, desk.now, PURPOSE)
    profile = await desk.store.profiles.load(desk.person.id)
    kept = {**profile, attribute.key: option.key if option else None}
    await desk.store.profiles.save(desk.person.id, kept, desk.now)
    if isinstance(at, Telling | Writing) and at.where:
        return go("join", f"{at.panel} yes" if at.sure else at.panel)
    return go("me") if at.alone else await _next(desk, at.key, at.panel)


@flow.step(Consenting)
async def consent(desk: Desk, at: Consenting, said: Said) -> Turn:
    attribute = await desk.store.attributes.find(at.key)
    if attribute is None:
        return _back(at.panel)
    match said:
        case Choice("yes"):
            await desk.store.people.agree(desk.person.id, NOTICE_VERSION, desk.person.language, desk.now, SENSITIVE)
            return await _ask(desk, attribute, alone=at.alone, panel=at.panel)
        case Choice("kept back"):
            return await _keep(desk, at, attribute, None)
        case Choice("clear"):
            return await _clear(desk, at.key)
        case Choice("no"):
            return go("me") if at.alone else await _next(desk, at.key, at.panel)
    return again(_("Please tap one of the buttons."))
