"""How long things are kept: what the rules are, what they did, and changing one."""

from __future__ import annotations

from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.retention.keeping import deleted, month_before, months_of
from flows.retention.rules import (
    MESSAGES_DAYS,
    RULES,
    SILENCE,
    Rule,
    Span,
    months_before,
    span_for,
)
from flows.saved import saved
from flows.turn import Choice, Said, Turn, again, ask, choice, column, end, go, link
from flows.words import Day, Text, Words, _, lines, ngettext, paragraphs

flow = Flow()


@saved("retention.changing")
@dataclass(frozen=True, slots=True)
class Changing:
    """Waiting for the word that a rule changes."""

    kept: str
    months: int


@flow.command("retention", _("How long things are kept"), audience="staff")
async def retention(desk: Desk, argument: str) -> Turn:
    kept, _space, months = argument.partition(" ")
    rule = span_for(kept)
    if rule is None:
        return await _overview(desk)
    if months in {str(allowed) for allowed in rule.choices}:
        return await _confirm(desk, rule, int(months))
    return await _offer(desk, rule)


async def _overview(desk: Desk) -> Turn:
    text = paragraphs(
        _("<b>How long things are kept</b>"),
        lines(
            *[_("– {what}: {months}", what=rule.what, months=_months(await months_of(desk, rule))) for rule in RULES],
            _(
                "– People who do not write any more: {months}, then I ask whether they stay",
                months=_months(await desk.inactive_months()),
            ),
            ngettext("– Messages: {n} day", "– Messages: {n} days", MESSAGES_DAYS),
            _("– Numbers of who came and went: for ever. They belong to nobody."),
        ),
        *await _what_ran(desk),
    )
    change = column(*(link(f"retention {rule.key}", _("Change: {what}", what=rule.what)) for rule in (*RULES, SILENCE)))
    return end(text, [*change, [link("people", _("People")), link("menu", _("Menu"))]])


async def _what_ran(desk: Desk) -> list[Text]:
    last_run = await desk.store.retention.last_run()
    if last_run is None:
        return [_("The rules run every night. They have not run yet.")]
    this_month = deleted(await desk.store.retention.deleted(desk.today.replace(day=1), desk.today))
    before = deleted(await desk.store.retention.deleted(*month_before(desk.today)))
    none = _("nothing was old enough")
    return [
        _("The rules run every night, the last time on {day}.", day=Day(last_run)),
        lines(_("Deleted this month:"), *(this_month or [none])),
        lines(_("Deleted last month:"), *(before or [none])),
    ]


def _months(months: int) -> Words:
    if months >= 24 and months % 12 == 0:
        return ngettext("{n} year", "{n} years", months // 12)
    return ngettext("{n} month", "{n} months", months)


# ---------------------------------------------------------------- changing a rule

YES_OR_NO = column(choice("yes", _("Yes, change it")), choice("no", _("No, leave it as it is")))


async def _offer(desk: Desk, rule: Span) -> Turn:
    text = paragraphs(
        _("<b>{what}</b>", what=rule.what),
        _("Kept for {months} now. How long should it be?", months=_months(await months_of(desk, rule))),
    )
    offered = [link(f"retention {rule.key} {months}", _months(months)) for months in rule.choices]
    return end(text, [offered[:2], offered[2:], [link("retention", _("Back"))]])


async def _confirm(desk: Desk, rule: Span, months: int) -> Turn:
    if not isinstance(rule, Rule):
        text: Text = _("Ask people whether they stay after {months} without a word?", months=_months(months))
        return ask(Changing(rule.key, months), text, YES_OR_NO)
    overdue = await desk.store.retention.overdue(rule.kept, months_before(desk.now, months))
    text = paragraphs(
        _("<b>{what}</b>: keep it for {months}?", what=rule.what, months=_months(months)),
        ngettext(
            "Tonight {n} is deleted then. It cannot be brought back.",
            "Tonight {n} are deleted then. They cannot be brought back.",
            overdue,
        )
        if overdue
        else _("Nothing is that old yet."),
    )
    return ask(Changing(rule.key, months), text, YES_OR_NO)


@flow.step(Changing)
async def changing(desk: Desk, at: Changing, said: Said) -> Turn:
    rule = span_for(at.kept)
    match said:
        case Choice("yes") if rule is not None:
            await desk.store.settings.set(rule.setting, str(at.months))
            await desk.record("changed a retention rule", f"retention:{rule.key}", months=at.months)
            return go("retention")
        case Choice("yes" | "no"):
            return go("retention")
    return again(_("Please tap one of the buttons."))
