"""/mirror: a panel beside the community, group by group, and how that has changed from survey to survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flows.charts import chart_message, figure
from flows.desk import Desk
from flows.flow import Flow
from flows.panels.areas import counted_on
from flows.panels.places import last_day
from flows.panels.sortition.strata import Stratum, strata, usable
from flows.results.disclosure import Published, Rule
from flows.results.findings import decode
from flows.results.mirror import dissimilarity
from flows.results.mirror import mirror as mirror_of
from flows.turn import Bar, Chart, Message, Row, Turn, end, go, link
from flows.words import Date, Paragraphs, Percent, Text, Words, _, lines, paragraphs, said_in
from storage.attributes import Attribute
from storage.panels import Panel
from storage.sortition import SeatQuota

flow = Flow()

SURVEYS_SHOWN = 8


@flow.command("mirror", audience="staff")
async def mirror(desk: Desk, argument: str) -> Turn:
    """`/mirror PANEL`, as text and as pictures staff can pass on."""
    panel = await desk.store.panels.load(argument)
    if panel is None or panel.state != "open":
        return go("staffpanels")
    attributes = usable(await counted_on(desk, panel))
    members = await desk.store.sortition.members(panel.id)
    back: list[Row] = [[link(f"staffpanels {panel.id}", _("Back"))]]
    if not members or not attributes:
        text = lines(
            _("There is nothing to compare yet: nobody sits on it, or no shares are known."),
            _("Under /attributes you say what people are asked, and the shares in the community."),
        )
        return end(text, back)
    rule = await desk.disclosure()
    quotas = await desk.store.sortition.quotas(panel.id)
    drawn_by = {quota.attribute for quota in quotas} if panel.kind == "drawn" else set()
    seats = {(quota.attribute, quota.option): quota for quota in quotas}
    wanted = [
        seats.get((one.key, option.key), SeatQuota(one.key, option.key, 0, 0))
        for one in attributes
        for option in one.options
    ]
    found = strata(attributes, wanted, [], [member.profile for member in members])
    messages = [
        _mirror_of(desk, panel, [one for one in found if one.attribute == each], None if each.key in drawn_by else rule)
        for each in attributes
    ]
    surveys = await _surveys(desk, panel, attributes)
    messages += [chart_message(chart) for chart in charts_over_time(panel, surveys, attributes, desk.voice.language)]
    rows = [[link(f"whoanswered {one.id}", _dated(one))] for one in surveys]
    return end(_over_time(surveys) or _("That is all."), [*rows, *back]).before(*messages)


def _mirror_of(desk: Desk, panel: Panel, found: Sequence[Stratum], rule: Rule | None) -> Message:
    """Without a rule every figure is exact: what a panel was drawn by stands in the record that anybody can check."""
    language = desk.voice.language
    what = said_in(found[0].attribute.labels, language)
    title = Words("{panel} – {what}", {"panel": panel.name, "what": what})
    target = {one.option: one.target or 0.0 for one in found}
    serving = {one.option: one.serving for one in found}
    if rule is None:
        total, unlike = sum(serving.values()), None if _is_wanted(found) else dissimilarity(target, serving)
        bars = [bar for one in found for bar in _bars_of([one], [one.option], one.serving, total, language)]
        return chart_message(Chart(title, bars, _note(_("On the panel: {number}.", number=total), unlike)))
    mirrored = mirror_of(target, serving, {}, rule)
    if mirrored.on_panel is None or not mirrored.shows_panel:
        few = _("Too few to show: each figure stands for at least {smallest} people.", smallest=rule.smallest)
        return Message(paragraphs(Words("<b>{title}</b>", {"title": title}), few))
    bars = [
        bar for band in mirrored.bands for bar in _bars_of(found, band.keys, band.panel, mirrored.on_panel, language)
    ]
    number = lines(
        _("On the panel: about {number}, without those who have not told us this.", number=mirrored.on_panel),
        _("These are rough figures: few people stand behind them.") if mirrored.is_rough else None,
    )
    return chart_message(Chart(title, bars, _note(number, None if _is_wanted(found) else mirrored.panel_unlike)))


def _is_wanted(found: Sequence[Stratum]) -> bool:
    """Whether the shares are what staff wish for, as of who uses a service, not those of the community."""
    return bool(found[0].attribute.panel_id)


def _note(number: Text, unlike: float | None) -> Text:
    if unlike is None:
        return number
    words = _(
        "About {share} of the panel would have to be others to be as mixed as everybody here.", share=Percent(unlike)
    )
    return lines(number, words)


def _bars_of(
    found: Sequence[Stratum], options: Sequence[str], number: Published, total: int, language: str
) -> list[Bar]:
    """Everybody here, and the panel: of one option, or of several of few people each."""
    group = [one for one in found if one.option in options]
    target = sum(one.target or 0.0 for one in group)
    name = Paragraphs(tuple(_called(one, language) for one in group), " + ")
    whose = _("Wanted") if _is_wanted(group) else _("Everybody here")
    here = Bar(whose, target, Words("{share}", {"share": Percent(target)}), heading=name, tone="here")
    share = number / total if number is not None and total else None
    return [here, Bar(_("Panel"), share or 0.0, figure(number, share), tone="panel")]


def _called(one: Stratum, language: str) -> Text:
    option = one.attribute.option(one.option)
    return Words("{option}", {"option": said_in(option.labels, language) if option else one.option})


# ---------------------------------------------------------------- from survey to survey


@dataclass(frozen=True, slots=True)
class Mirrored:
    """One survey: when it closed, what it asked, about how many answered, how unlike the community those were by
    attribute (the index of dissimilarity, 0 to 1), and the R-indicator (1 where every group answered alike)."""

    id: str
    day: date
    question: str
    answered: Published
    unlike: Mapping[str, float]
    r_indicator: float | None


async def _surveys(desk: Desk, panel: Panel, attributes: Sequence[Attribute]) -> list[Mirrored]:
    """The last surveys of which figures are published, the latest first."""
    surveys: list[Mirrored] = []
    for one in await desk.store.consultations.closed_of(panel.id, SURVEYS_SHOWN):
        kept = await desk.store.responses.published(one.id)
        if kept is None or one.closed_at is None:
            continue
        found = decode(kept)
        unlike = {
            attribute.key: known
            for attribute in attributes
            if attribute.key in found.mirrors and (known := found.mirrors[attribute.key].answered_unlike) is not None
        }
        if unlike or found.r_indicator is not None:
            day = last_day(desk, one.closed_at).day
            surveys.append(Mirrored(one.id, day, one.question, found.answered, unlike, found.r_indicator))
    return surveys


def _over_time(surveys: Sequence[Mirrored]) -> Text | None:
    """The last surveys by their days, as the pictures call them, with what was asked and how many answered."""
    if not surveys:
        return None
    entries = (
        _dated(one)
        if one.answered is None
        else _("{survey} (about {number} answered)", survey=_dated(one), number=one.answered)
        for one in surveys
    )
    return paragraphs(_("<b>From survey to survey</b>"), lines(*entries), _("Who answered one of them?"))


def _dated(survey: Mirrored) -> Text:
    return _("{day}: {question}", day=Date(survey.day), question=survey.question)


def charts_over_time(
    panel: Panel, surveys: Sequence[Mirrored], attributes: Sequence[Attribute], language: str
) -> list[Chart]:
    """How unlike the community those who answered were, attribute by attribute, and how evenly the groups answered:
    the oldest survey first. Nothing of what only one survey shows."""
    by_day = list(reversed(surveys))
    unlike = [bar for one in attributes for bar in _unlike_over_time(by_day, one, language)]
    even = [(one, one.r_indicator) for one in by_day if one.r_indicator is not None]
    brackets = _("In brackets: about how many answered.")
    found: list[Chart] = []
    if unlike:
        title = _("{panel}: who answered, survey by survey", panel=panel.name)
        note = _(
            "So many of those who answered would have to be others to be as mixed as everybody here. Less is better."
        )
        found.append(Chart(title, unlike, lines(note, brackets)))
    if len(even) > 1:
        title = _("{panel}: how evenly the groups answered", panel=panel.name)
        note = _("R-indicator: 1 where every group answered equally often. More is better.")
        found.append(
            Chart(
                title, [Bar(_on(one), value, _of(round(value, 2), one)) for one, value in even], lines(note, brackets)
            )
        )
    return found


def _unlike_over_time(surveys: Sequence[Mirrored], attribute: Attribute, language: str) -> list[Bar]:
    told = [(one, one.unlike[attribute.key]) for one in surveys if attribute.key in one.unlike]
    if len(told) < 2:
        return []
    name = said_in(attribute.labels, language)
    return [
        Bar(_on(one), share, _of(Percent(share), one), heading="" if place else name)
        for place, (one, share) in enumerate(told)
    ]


def _on(survey: Mirrored) -> Text:
    return Words("{day}", {"day": Date(survey.day)})


def _of(figure: Percent | float, survey: Mirrored) -> Text:
    if survey.answered is None:
        return Words("{figure}", {"figure": figure})
    return Words("{figure} ({number})", {"figure": figure, "number": survey.answered})
