"""/mirror: a panel beside the community, group by group, and how that has changed from survey to survey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.panels.areas import counted_on
from flows.panels.places import last_day
from flows.panels.sortition.strata import Stratum, strata, usable
from flows.results.disclosure import Rule
from flows.results.findings import decode
from flows.results.mirror import dissimilarity
from flows.turn import Bar, Chart, Message, Row, Turn, end, go, link
from flows.words import Day, Percent, Text, Verbatim, Words, _, lines, paragraphs, said_in
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
    messages += [_picture(chart) for chart in charts_over_time(panel, surveys)]
    return end(_over_time(desk, attributes, surveys) or _("That is all."), back).before(*messages)


def _mirror_of(desk: Desk, panel: Panel, found: Sequence[Stratum], rule: Rule | None) -> Message:
    """Without a rule every figure is shown: what a panel was drawn by stands in the record that anybody can check."""
    language = desk.voice.language
    label = said_in(found[0].attribute.labels, language)
    serving = sum(one.serving for one in found)
    unlike = dissimilarity({one.option: one.target or 0.0 for one in found}, {one.option: one.serving for one in found})
    bars = [_bar(one, serving, rule, language) for one in found]
    title = _("{panel}: {what}", panel=panel.name, what=label)
    note = (
        _("The mark is how many of each are wanted.")
        if found[0].attribute.panel_id
        else _("The mark is the share in the community. Unlike it: {share} of seats.", share=Percent(unlike))
    )
    figures = lines(*(_("{label}: {figure}", label=bar.label, figure=bar.text) for bar in bars))
    return Message(
        paragraphs(Words("<b>{title}</b>", {"title": title}), figures, note), picture=Chart(title, bars, note)
    )


def _bar(one: Stratum, serving: int, rule: Rule | None, language: str) -> Bar:
    """Small numbers are not shown in what may be passed on."""
    option = one.attribute.option(one.option)
    words = Verbatim(said_in(option.labels, language) if option else one.option)
    share = one.serving / serving if serving else 0.0
    if rule is not None and one.serving < rule.smallest // 2:
        return Bar(words, 0.0, _("fewer than {number}", number=max(1, rule.smallest // 2)), one.target)
    wanted = Percent(one.target or 0.0)
    text = (
        _("{share} (wanted {target})", share=Percent(share), target=wanted)
        if one.attribute.panel_id
        else _("{share} (community {target})", share=Percent(share), target=wanted)
    )
    return Bar(words, share, text, one.target)


@dataclass(frozen=True, slots=True)
class Mirrored:
    """One survey: when it closed, what it asked, how unlike the community those were who answered, and the R-indicator.

    The dissimilarity index is the share of people who would have to be others, by attribute; the R-indicator is 1 where
    every group answered alike (Schouten, Cobben, Bethlehem, "Indicators for the representativeness of survey
    response", Survey Methodology 35, 2009).
    """

    day: Day
    question: str
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
            surveys.append(Mirrored(last_day(desk, one.closed_at), one.question, unlike, found.r_indicator))
    return surveys


def _over_time(desk: Desk, attributes: Sequence[Attribute], surveys: Sequence[Mirrored]) -> Text | None:
    """Survey by survey, how unlike the community those were who answered, and how even their readiness was."""
    if not surveys:
        return None
    labels = {one.key: said_in(one.labels, desk.voice.language) for one in attributes}
    entries: list[Text] = []
    for one in surveys:
        parts = [
            _("{what}: {share} unlike", what=labels[key], share=Percent(share)) for key, share in one.unlike.items()
        ]
        if one.r_indicator is not None:
            parts.append(_("R-indicator {value}", value=round(one.r_indicator, 2)))
        entries.append(lines(_("{day}: {question}", day=one.day, question=one.question), *parts))
    heading = _("<b>From survey to survey</b>: how unlike the community those were who answered")
    return paragraphs(heading, *entries)


def charts_over_time(panel: Panel, surveys: Sequence[Mirrored]) -> list[Chart]:
    """Pictures of it to send on, the oldest survey first, where there are two at least."""
    unlike = [(one, sum(one.unlike.values()) / len(one.unlike)) for one in reversed(surveys) if one.unlike]
    even = [(one, one.r_indicator) for one in reversed(surveys) if one.r_indicator is not None]
    found: list[Chart] = []
    if len(unlike) > 1:
        bars = [Bar(_on(one), share, _("{share} unlike", share=Percent(share))) for one, share in unlike]
        note = _("How many of those who answered would have to be others to be like the community. Less is better.")
        found.append(Chart(_("{panel}: survey by survey", panel=panel.name), bars, note))
    if len(even) > 1:
        bars = [Bar(_on(one), max(0.0, value), Verbatim(f"{value:.2f}")) for one, value in even]
        note = _("R-indicator: 1 where every group answered alike. More is better.")
        found.append(Chart(_("{panel}: survey by survey", panel=panel.name), bars, note))
    return found


def _on(survey: Mirrored) -> Text:
    return Words("{day}", {"day": survey.day})


def _picture(chart: Chart) -> Message:
    title, note = Words("<b>{title}</b>", {"title": chart.title}), Words("{note}", {"note": chart.note})
    figures = lines(*(_("{label}: {figure}", label=bar.label, figure=bar.text) for bar in chart.bars))
    return Message(paragraphs(title, figures, note), picture=chart)
