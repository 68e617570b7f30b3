"""Who takes part, in numbers and pictures; never who they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from flows.desk import Desk
from flows.flow import Flow
from flows.paging import page_number, turning
from flows.people.figures import Figure, Portrait, Spell, before, figures, portrait, spells, tally
from flows.people.wording import label_of
from flows.results.disclosure import Published, Rule
from flows.turn import Bar, Chart, Message, Row, Turn, column, end, go, link
from flows.words import Day, Month, Paragraphs, Percent, Text, Verbatim, Words, _, lines, ngettext, paragraphs
from storage.attributes import Attribute
from storage.people import Group

flow = Flow()

PAGE = 8
MONTHS = 12
SOURCES_SHOWN = 15


@flow.command("people", _("Who takes part, in numbers"), audience="staff")
async def people(desk: Desk, argument: str) -> Turn:
    what, _space, rest = argument.partition(" ")
    match what:
        case "growth":
            return await _growth(desk)
        case "sources":
            return await _sources(desk)
        case "of":
            return await _portrait(desk, rest)
    return await _overview(desk, page_number(argument))


async def _overview(desk: Desk, page: int) -> Turn:
    rule = await desk.disclosure()
    attributes = await desk.store.attributes.all()
    shown = attributes[(page - 1) * PAGE : page * PAGE]
    if page > 1 and not shown:
        return go("people")
    [latest, *_older] = await _spells(desk, rule, 1)
    everybody = sum(group.number for group in await desk.store.people.channels())
    text = paragraphs(
        _("<b>Who takes part</b>, {day}", day=Day(desk.today)),
        lines(_people(rule.rounded(everybody), rule), _moves(latest, rule)),
        _rounding(rule),
        _("What would you like to see?") if attributes else _("You do not ask anything about people yet."),
    )
    language = desk.person.language
    rows: list[Row] = [
        [link("people growth", _("Month by month")), link("people sources", _("Where from"))],
        *column(*(link(f"people of {one.key}", label_of(one, language)) for one in shown)),
        *turning("people", page, len(attributes) > page * PAGE),
        [link("attributes", _("What you ask about people"))],
        [link("menu", _("Menu"))],
    ]
    return end(text, rows)


def _people(number: Published, rule: Rule) -> Text:
    if number is None:
        return _("Fewer than {smallest} people", smallest=rule.smallest)
    return ngettext("About {n} person", "About {n} people", number)


def _moves(spell: Spell, rule: Rule) -> Text:
    return _("This month: {moves}", moves=_coming_and_going(spell, rule))


def _coming_and_going(spell: Spell, rule: Rule) -> Text:
    """What is large enough to be shown."""
    moves = (
        (_("{number} joined", number=spell.joined), spell.joined),
        (_("{number} asked for silence", number=spell.stopped), spell.stopped),
        (_("{number} blocked the bot", number=spell.left), spell.left),
        (_("{number} withdrew", number=spell.withdrew), spell.withdrew),
        (_("{number} were erased", number=spell.erased), spell.erased),
    )
    shown = [words for words, number in moves if number is not None]
    if not shown:
        return _("fewer than {smallest} joined or left", smallest=rule.smallest)
    return Paragraphs(tuple(shown), ", ")


def _shown(number: Published, rule: Rule) -> Words:
    if number is None:
        return _("fewer than {smallest}", smallest=rule.smallest)
    return _("{number}", number=number)


def _rounding(rule: Rule) -> Words:
    return _("Numbers are rounded to {smallest}, so that nobody can be recognised.", smallest=rule.smallest)


def _back() -> list[Row]:
    return [[link("people", _("Back")), link("menu", _("Menu"))]]


# ---------------------------------------------------------------- one attribute


async def _portrait(desk: Desk, key: str) -> Turn:
    attribute = await desk.store.attributes.find(key)
    if attribute is None:
        return go("people")
    rule = await desk.disclosure()
    everybody = await desk.store.people.who_take_part()
    profiles = [profile async for id, profile in desk.store.profiles.all() if id in everybody]
    found = portrait(attribute, tally(profiles, key), len(everybody), rule)
    language = desk.person.language
    title = _("<b>{label}</b>", label=label_of(attribute, language))
    text = paragraphs(
        title,
        lines(
            *(
                _option(label_of(option, language), figure, option.target, rule)
                for option, figure in zip(attribute.options, found.options, strict=True)
            )
        ),
        lines(
            _("Have said it: {number}", number=_figure(found.said, rule)),
            _("Prefer not to say: {number}", number=_figure(found.kept_back, rule)),
            _("Have not said: {number}", number=_figure(found.unsaid, rule)),
        ),
        _rounding(rule),
    )
    return Turn((Message(text, _back(), picture=_picture(attribute, found, rule, language)),), ends=True)


async def _in_the_chat(desk: Desk) -> int:
    return sum(group.number for group in await desk.store.people.channels() if group.name == "chat")


def _option(label: str, figure: Figure, target: float | None, rule: Rule) -> Text:
    option = Verbatim(label)
    if target is None:
        return _("– {option}: {number}", option=option, number=_figure(figure, rule))
    return _(
        "– {option}: {number} (census {share})", option=option, number=_figure(figure, rule), share=Percent(target)
    )


def _figure(figure: Figure, rule: Rule) -> Words:
    if figure.number is not None and figure.share is not None:
        return _("{share}, about {number}", share=Percent(figure.share), number=figure.number)
    return _shown(None, rule) if figure.few else _("not shown, to protect smaller figures")


def _picture(attribute: Attribute, found: Portrait, rule: Rule, language: str) -> Chart | None:
    """The share of each option beside the census; nothing where nothing may be shown."""
    if all(figure.share is None for figure in found.options):
        return None
    bars = [
        Bar(
            label_of(option, language),
            figure.share or 0.0,
            _("{share}", share=Percent(figure.share)) if figure.share is not None else _("not shown"),
            option.target,
        )
        for option, figure in zip(attribute.options, found.options, strict=True)
    ]
    marked = any(option.target is not None for option in attribute.options)
    note = _("Who takes part. The black line is the census.") if marked else _("Who takes part")
    return Chart(label_of(attribute, language), bars, note)


# ---------------------------------------------------------------- where from


async def _sources(desk: Desk) -> Turn:
    rule = await desk.disclosure()
    sources, channels = await desk.store.people.sources(), await desk.store.people.channels()
    if not sources:
        return end(paragraphs(_("<b>Where people come from</b>"), _("Nobody has come yet.")), _back())
    came = paragraphs(_("<b>Where people come from</b>"), lines(*_groups(sources, rule, by_source)))
    take_part = paragraphs(_("<b>How they take part</b>"), lines(*_groups(channels, rule, by_channel)), _rounding(rule))
    messages = (
        Message(came, picture=_groups_picture(_("Where people come from"), sources, rule, by_source)),
        Message(take_part, _back(), picture=_groups_picture(_("How they take part"), channels, rule, by_channel)),
    )
    return Turn(messages, ends=True)


def _groups_picture(title: Words, groups: Sequence[Group], rule: Rule, named: Callable[[str], Text]) -> Chart | None:
    """Those that may be shown, as in the words beside it."""
    found = figures([group.number for group in groups], rule)
    bars = [
        Bar(named(group.name), figure.share or 0.0, _figure(figure, rule))
        for group, figure in zip(groups, found, strict=True)
        if figure.number is not None
    ]
    return Chart(title, bars[:SOURCES_SHOWN], _("Who takes part")) if bars else None


def by_source(name: str) -> Text:
    return PASSED_ON.get(name) or (Verbatim(name) if name else _("By themselves, or by a link without a name"))


PASSED_ON: dict[str, Words] = {
    "join": _("A link to a panel"),
    "topic": _("A link to a topic"),
    "survey": _("A link to a survey"),
    "outcome": _("A link to a decision"),
    "home": _("A link of somebody they live with"),
}
"""Links that people pass on to others."""


CHANNELS: dict[str, Words] = {
    "chat": _("In Telegram"),
    "phone": _("By telephone"),
    "paper": _("On paper"),
    "stall": _("At a stall"),
}


def by_channel(name: str) -> Text:
    return CHANNELS.get(name, Verbatim(name))


def _groups(groups: Sequence[Group], rule: Rule, named: Callable[[str], Text]) -> list[Text]:
    """The largest by name; those that are small or many, together."""
    found = figures([group.number for group in groups], rule)
    shown = [(group, figure) for group, figure in zip(groups, found, strict=True) if figure.number is not None]
    told: list[Text] = [
        _("– {group}: {number}", group=named(group.name), number=_figure(figure, rule))
        for group, figure in shown[:SOURCES_SHOWN]
    ]
    others = len(groups) - len(told)
    if others:
        told.append(ngettext("– and {n} other, too small to show", "– and {n} others, too small to show", others))
    return told


# ---------------------------------------------------------------- over time


async def _growth(desk: Desk) -> Turn:
    rule = await desk.disclosure()
    found = await _spells(desk, rule, MONTHS)
    text = paragraphs(
        _("<b>Month by month</b>, the latest first"),
        *(_spell(spell, rule) for spell in found),
        _rounding(rule),
    )
    growth, leaving = _growth_picture(found), _leaving_picture(found)
    if leaving is None:
        return Turn((Message(text, _back(), picture=growth),), ends=True)
    told = paragraphs(
        Words("<b>{title}</b>", {"title": leaving.title}),
        lines(*(_("{label}: {figure}", label=bar.label, figure=bar.text) for bar in leaving.bars)),
    )
    return Turn((Message(text, picture=growth), Message(told, _back(), picture=leaving)), ends=True)


async def _spells(desk: Desk, rule: Rule, months: int) -> list[Spell]:
    first: date = desk.today
    for _month in range(months):
        first = before(first.replace(day=1))
    moved = await desk.store.movements.by_month(first)
    return spells(moved, await _in_the_chat(desk), desk.today, months, rule)


def _spell(spell: Spell, rule: Rule) -> Text:
    return lines(
        _("<b>{month}</b>: {people}", month=Month(spell.month), people=_people(spell.people, rule)),
        _coming_and_going(spell, rule),
    )


def _growth_picture(found: Sequence[Spell]) -> Chart | None:
    numbers = {spell.month: spell.people for spell in found}
    return _by_month(_("People who take part"), numbers, _("In Telegram, at the end of each month"))


def _leaving_picture(found: Sequence[Spell]) -> Chart | None:
    """Who wanted silence, blocked the bot, withdrew or was erased, month by month."""
    numbers = {spell.month: spell.leaving for spell in found}
    return _by_month(_("People who left or wanted silence"), numbers, _("In each month"))


def _by_month(title: Words, numbers: dict[date, int | None], note: Words) -> Chart | None:
    """A bar a month, the latest last; nothing where there is nothing to see. None is not shown."""
    most = max((number or 0 for number in numbers.values()), default=0)
    if not most:
        return None
    bars = [
        Bar(
            _("{month}", month=Month(month)),
            (number or 0) / most,
            _("{number}", number=number) if number is not None else _("not shown"),
        )
        for month, number in reversed(numbers.items())
    ]
    return Chart(title, bars, note)
