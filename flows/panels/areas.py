"""For which area a panel is: how that is said, and who lives there.

It counts for coming in: for the pool, for joining and for being invited. Whoever moves away keeps the seat or the place
on the waiting list they have, until their term ends, unless staff talk with them: nobody is put out by a tap in /me. In
the pool they are not drawn while they live elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from flows.desk import Desk
from flows.turn import Button, Row, Turn, choice, column, end, link
from flows.words import Text, Words, _, in_their_language, labelled, lines, ngettext, paragraphs, written
from storage.attributes import Attribute, Option
from storage.panels import Panel

PAGE = 8
MOST_NAMED = 8

Lives = Literal["here", "elsewhere", "not said", "not asked"]


@dataclass(frozen=True, slots=True)
class Area:
    """The attribute that says where people live, and those of its options a panel is for."""

    attribute: Attribute
    options: tuple[Option, ...]


def area_of(panel: Panel, attributes: Iterable[Attribute]) -> Area | None:
    """None for everywhere; so it is too where staff do not ask for any of its areas any more."""
    attribute = next((one for one in attributes if one.key == panel.area), None)
    wanted = panel.area_keys
    options = tuple(option for option in attribute.options if option.key in wanted) if attribute else ()
    return Area(attribute, options) if attribute and options else None


def lives(profile: Mapping[str, str | None], area: Area | None) -> Lives:
    if area is None:
        return "here"
    key = area.attribute.key
    if key not in profile:
        return "not asked"
    said = profile[key]
    if said is None:
        return "not said"
    return "here" if said in {option.key for option in area.options} else "elsewhere"


def within(attributes: Iterable[Attribute], area: Area | None) -> list[Attribute]:
    """What can be counted about the people of an area: others' areas are left out, and shares are of those that remain.

    Where one area is left there is nothing to count. The shares of everything else stay those of the whole community.
    """
    if area is None:
        return list(attributes)
    shares = [option.target for option in area.options]
    total = sum(share for share in shares if share is not None)
    known = total > 0 and None not in shares
    options = tuple(
        replace(option, target=option.target / total if known and option.target is not None else None)
        for option in area.options
    )
    found = (
        replace(attribute, options=options) if attribute.key == area.attribute.key else attribute
        for attribute in attributes
    )
    return [attribute for attribute in found if attribute.key != area.attribute.key or len(options) > 1]


def where_asked(attributes: Iterable[Attribute]) -> Attribute | None:
    """What says where people live, if they are asked."""
    return next((attribute for attribute in attributes if attribute.kind == "area" and attribute.options), None)


# ---------------------------------------------------------------- of a panel, and of the speaker


async def area_for(desk: Desk, panel: Panel) -> Area | None:
    return area_of(panel, await desk.store.attributes.all()) if panel.area else None


async def counted_on(desk: Desk, panel: Panel) -> list[Attribute]:
    """What can be counted about the people of a panel, and their use of its service."""
    attributes = await desk.store.attributes.of_panel(panel.id)
    return within(attributes, area_of(panel, attributes))


async def speaker_lives(desk: Desk, area: Area | None) -> Lives:
    """What they said under an older notice is not used."""
    if area is None:
        return "here"
    if await desk.store.profiles.is_outdated(desk.person.id):
        return "not asked"
    return lives(await desk.store.profiles.load(desk.person.id), area)


# ---------------------------------------------------------------- in words


def for_whom(area: Area | None) -> Text | None:
    """`For people who live in: …`, in the reader's language; None for everybody."""
    return _("For people who live in: {areas}", areas=names_of(area)) if area is not None else None


def names_of(area: Area) -> Words:
    shown = area.options[:MOST_NAMED]
    places = {f"area{place}": labelled(option.labels) for place, option in enumerate(shown)}
    named = Words(", ".join(f"{{{place}}}" for place in places), places)
    more = len(area.options) - len(shown)
    return ngettext("{areas} and {n} more", "{areas} and {n} more", more, areas=named) if more else named


async def not_for_them(desk: Desk, panel: Panel, area: Area, where: Lives) -> Turn:
    """It is for people of other areas than the speaker's: said kindly, with what else there is."""
    profile = await desk.store.profiles.load(desk.person.id)
    theirs = area.attribute.option(profile.get(area.attribute.key) or "")
    if where == "elsewhere" and theirs is not None:
        why: Text = lines(
            _("You told me that you live in: {area}", area=labelled(theirs.labels)),
            _("So this panel is not yours, but there is more here where your voice counts."),
        )
        other = link(f"me where {panel.id}", _("I live somewhere else now"))
    else:
        why = lines(
            _("You would rather not say where you live. That is quite all right."),
            _("You cannot be on this panel then, but there is more here where your voice counts."),
        )
        other = link(f"me where {panel.id}", _("Say where I live"))
    text = paragraphs(
        lines(_("<b>{name}</b>", name=written(panel, "name")), for_whom(area)),
        in_their_language(*(labelled(option.labels) for option in area.options[:MOST_NAMED])),
        why,
    )
    return end(text, [[link("panels", _("Other panels")), link("topics", _("Topics"))], [other]])


# ---------------------------------------------------------------- choosing them


def choices_of(attribute: Attribute, chosen: Collection[str], page: int) -> list[Row]:
    """A page of areas to be ticked, and the ways on: everywhere, or those that are ticked."""
    first = page * PAGE if page * PAGE < len(attribute.options) else 0
    shown = list(enumerate(attribute.options))[first : first + PAGE]
    rows = column(*(_tick(place, option, option.key in chosen) for place, option in shown))
    if len(attribute.options) > PAGE:
        rows.append([choice("more", _("More areas"))])
    return [[choice("everywhere", _("Everywhere"))], *rows, *([[choice("done", _("Done"))]] if chosen else [])]


def _tick(place: int, option: Option, is_chosen: bool) -> Button:
    """Buttons set what they say, so that a tap that comes twice does no harm."""
    mark, sign = ("☑", "-") if is_chosen else ("☐", "+")
    return choice(f"{sign}{place}", Words("{mark} {label}", {"mark": mark, "label": labelled(option.labels)}))


def with_tick(attribute: Attribute, chosen: Sequence[str], id: str) -> tuple[str, ...] | None:
    """The areas chosen after a tap, in the order of the attribute; None where it is no tap on one."""
    sign, place = id[:1], id[1:]
    if sign not in ("+", "-") or not place.isdecimal() or int(place) >= len(attribute.options):
        return None
    key = attribute.options[int(place)].key
    wanted = {*chosen, key} if sign == "+" else {*chosen} - {key}
    return tuple(option.key for option in attribute.options if option.key in wanted)


def but_not_all(attribute: Attribute, chosen: Sequence[str]) -> tuple[str, ...]:
    """All areas are everywhere, also for whoever moves to an area that is added later."""
    return () if len(chosen) == len(attribute.options) else tuple(chosen)


def next_page(attribute: Attribute, page: int) -> int:
    """The first again after the last."""
    return 0 if (page + 1) * PAGE >= len(attribute.options) else page + 1
