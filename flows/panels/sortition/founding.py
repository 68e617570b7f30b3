"""Beginning a panel chosen by lot: quotas from the community's shares, and the settings most would choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from flows.desk import Desk
from flows.flow import Flow
from flows.panels.areas import counted_on
from flows.panels.selection.frozen import BadInput
from flows.panels.sortition.renewals import plan_next, possible_months, renewals_a_term
from flows.panels.sortition.strata import quotas_of, usable
from flows.saved import saved
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.typed import latin_digits
from flows.words import Percent, Text, Verbatim, Words, _, lines, ngettext, paragraphs, said_in
from storage.attributes import Attribute
from storage.panels import Panel
from storage.sortition import SeatQuota, Sortition

flow = Flow()

TOLERANCES = (0, 10, 20, 30)
CAPS = (50, 75, 90, 100)
"""No chance is above one of these, in percent; 100 is no limit."""
USUAL_MONTHS = 6
"""A part of a panel is renewed so often where its term allows."""

Setting = Literal["renewal_months", "cool_off_months", "alternates", "days_to_accept", "silent_rounds"]
BOUNDS: dict[Setting, tuple[int, int]] = {
    "renewal_months": (1, 60),
    "cool_off_months": (0, 120),
    "alternates": (0, 1000),
    "days_to_accept": (1, 60),
    "silent_rounds": (1, 20),
}
QUESTIONS: dict[Setting, Words] = {
    "renewal_months": _("After how many months is a part of the panel renewed?"),
    "cool_off_months": _("How many months must somebody rest before serving again?"),
    "alternates": _("How many people shall stand by as alternates?"),
    "days_to_accept": _("How many days do people have to accept a seat?"),
    "silent_rounds": _("After how many unanswered surveys do I ask a member whether to stay?"),
}


@saved("panels.lot_setting", awaits_text=True)
@dataclass(frozen=True, slots=True)
class Changing:
    """Waiting for the new value of one setting."""

    panel_id: str
    setting: Setting


async def begin_lot(desk: Desk, panel: Panel) -> None:
    """The usual settings and quotas of a new panel, and the promise of its first draw."""
    months = max(one for one in possible_months(panel.term_months) if one <= USUAL_MONTHS)
    settings = Sortition(panel.id, renewal_months=months, alternates=max(2, (panel.seats or 0) // 3))
    await desk.store.sortition.save(settings)
    await desk.store.sortition.set_quotas(panel.id, await usual_quotas(desk, panel, settings.tolerance))
    await desk.store.sortition.open_draw(panel.id, desk.new_token(), desk.now)


async def usual_quotas(desk: Desk, panel: Panel, tolerance: int) -> list[SeatQuota]:
    """From everything whose shares are known; none where they contradict themselves."""
    try:
        return quotas_of(usable(await counted_on(desk, panel)), panel.seats or 1, tolerance)
    except BadInput:
        return []


# ---------------------------------------------------------------- looking and changing


@flow.command("lotsettings", audience="staff")
async def lotsettings(desk: Desk, argument: str) -> Turn:
    """`/lotsettings PANEL` shows them; `tolerance 20`, `cap 75`, `use KEY`, `drop KEY`, `itself`, `homes`, a setting.

    Where it would replace quotas that somebody made, it asks first: `surely` before it is the answer.
    """
    id, _space, what = argument.partition(" ")
    sure, what = what.startswith("surely "), what.removeprefix("surely ")
    panel, settings = await _lot_panel(desk, id)
    if panel is None or settings is None:
        return go("staffpanels")
    draw = await desk.store.sortition.current_draw(panel.id)
    if what and draw is not None and draw.state != "open":
        text = _("The pool is frozen for a draw, so nothing can be changed now.")
        return end(text, [[link(f"lotpanel {panel.id}", _("Back"))]])
    if not sure and what.split(" ")[0] in ("tolerance", "use", "drop") and await _are_own(desk, panel, settings):
        text = _(
            "These quotas were not worked out from the shares: they came from a file, or were widened. Replace them?"
        )
        rows: list[Row] = [[link(f"lotsettings {id} surely {what}", _("Yes, work them out anew"))]]
        return end(text, [*rows, [link(f"lotsettings {id}", _("No, keep them"))]])
    if what == "cap":
        return _ask_cap(panel)
    await _change(desk, panel, settings, what)
    wanted = next((name for name in BOUNDS if name == what), None)
    if wanted is not None:
        bounds = paragraphs(_bounds(panel, wanted), _("Now it is {number}.", number=getattr(settings, wanted)))
        rows = [[choice("back", _("Back"))]]
        return ask(Changing(panel.id, wanted), paragraphs(QUESTIONS[wanted], bounds), rows)
    return await _show(desk, panel)


async def _change(desk: Desk, panel: Panel, settings: Sortition, what: str) -> None:
    word, _space, value = what.partition(" ")
    quotas = await desk.store.sortition.quotas(panel.id)
    match word:
        case "tolerance" if value.isdecimal() and int(value) in TOLERANCES:
            await desk.store.sortition.save(replace(settings, tolerance=int(value)))
            used = {quota.attribute for quota in quotas}
            await _set_quotas(desk, panel, used, int(value))
        case "use" | "drop":
            used = {quota.attribute for quota in quotas}
            used = used | {value} if word == "use" else used - {value}
            await _set_quotas(desk, panel, used, settings.tolerance)
        case "cap" if value.isdecimal() and int(value) in CAPS:
            await desk.store.sortition.save(replace(settings, cap=int(value)))
        case "itself":
            await desk.store.sortition.save(replace(settings, by_itself=not settings.by_itself))
        case "homes":
            await desk.store.sortition.save(replace(settings, one_per_home=not settings.one_per_home))
        case _:
            return
    await desk.record("changed lottery", f"panel:{panel.id}", what=what)


def _ask_cap(panel: Panel) -> Turn:
    text = paragraphs(
        _("Nobody's chance shall be above …"),
        _("Then nobody gains much by saying that they are in a group that is missing. Others' chances are less equal."),
    )
    give: list[Row] = [
        [link(f"lotsettings {panel.id} cap {most}", f"{most} %" if most < 100 else _("No limit"))] for most in CAPS
    ]
    return end(text, [*give, [link(f"lotsettings {panel.id}", _("Back"))]])


async def _are_own(desk: Desk, panel: Panel, settings: Sortition) -> bool:
    """Whether the quotas are others than those worked out from the community's shares."""
    quotas = await desk.store.sortition.quotas(panel.id)
    used = {quota.attribute for quota in quotas}
    chosen = [attribute for attribute in usable(await counted_on(desk, panel)) if attribute.key in used]
    try:
        return bool(quotas) and quotas != quotas_of(chosen, panel.seats or 1, settings.tolerance)
    except BadInput:
        return True


async def count_anew(desk: Desk, panel_id: str, where: Attribute) -> None:
    """Its area has changed: quotas of what is counted, and of where people live, as the shares say within it."""
    panel, settings = await _lot_panel(desk, panel_id)
    if panel is not None and settings is not None:
        used = {quota.attribute for quota in await desk.store.sortition.quotas(panel.id)}
        await _set_quotas(desk, panel, used | {where.key}, settings.tolerance)


async def _set_quotas(desk: Desk, panel: Panel, used: set[str], tolerance: int) -> None:
    chosen = [attribute for attribute in usable(await counted_on(desk, panel)) if attribute.key in used]
    try:
        quotas = quotas_of(chosen, panel.seats or 1, tolerance)
    except BadInput:
        return
    await desk.store.sortition.set_quotas(panel.id, quotas)


@flow.step(Changing)
async def changing(desk: Desk, at: Changing, said: Said) -> Turn:
    panel, settings = await _lot_panel(desk, at.panel_id)
    if panel is None or settings is None:
        return go("staffpanels")
    least, most = BOUNDS[at.setting]
    match said:
        case Choice("back"):
            return go("lotsettings", panel.id)
        case Typed(words) if latin_digits(words).strip().isdecimal() and least <= int(latin_digits(words)) <= most:
            value = int(latin_digits(words))
            if at.setting == "renewal_months" and value not in possible_months(panel.term_months):
                return again(_bounds(panel, at.setting))
            changed = replace(settings, **{at.setting: value})  # type: ignore[arg-type]
            await desk.store.sortition.save(changed)
            if at.setting == "renewal_months":
                await plan_next(desk, panel, changed)
            await desk.record("changed lottery", f"panel:{panel.id}", what=at.setting, number=value)
            return go("lotsettings", panel.id)
    return again(_bounds(panel, at.setting))


def _bounds(panel: Panel, setting: Setting) -> Words:
    least, most = BOUNDS[setting]
    if setting != "renewal_months":
        return _("A number from {least} to {most}, please.", least=least, most=most)
    possible = ", ".join(map(str, possible_months(panel.term_months)))
    return _(
        "A term lasts {months} months and ends on a renewal, so please choose one of these: {possible}",
        months=panel.term_months,
        possible=possible,
    )


async def _show(desk: Desk, panel: Panel) -> Turn:
    settings = await desk.store.sortition.load(panel.id)
    assert settings is not None
    attributes = await counted_on(desk, panel)
    quotas = await desk.store.sortition.quotas(panel.id)
    text = paragraphs(
        _("<b>How {panel} is chosen</b>", panel=panel.name),
        quota_table(attributes, quotas, desk.voice.language),
        settings_text(panel, settings),
    )
    id = panel.id
    used = {quota.attribute for quota in quotas}
    language = desk.voice.language
    counted: list[Row] = [
        [link(f"lotsettings {id} drop {one.key}", _("Do not count: {what}", what=said_in(one.labels, language)))]
        if one.key in used
        else [link(f"lotsettings {id} use {one.key}", _("Count: {what}", what=said_in(one.labels, language)))]
        for one in usable(attributes)
    ]
    give: Row = [link(f"lotsettings {id} tolerance {n}", f"± {n} %") for n in TOLERANCES if n != settings.tolerance]
    numbers: list[Row] = [[link(f"lotsettings {id} {name}", NAMES[name])] for name in BOUNDS]
    itself = _("Ask me before each renewal") if settings.by_itself else _("Let renewals run by themselves")
    homes = _("Let several of one home sit") if settings.one_per_home else _("One person of a home at most")
    rows = [
        *counted,
        give,
        [link(f"quotafile {id}", _("Quotas from a file"))],
        *numbers,
        [link(f"lotsettings {id} cap", _("Nobody's chance above …"))],
        [link(f"lotsettings {id} homes", homes)],
        [link(f"lotsettings {id} itself", itself)],
        [link(f"lotpanel {id}", _("Back"))],
    ]
    return end(text, rows)


NAMES: dict[Setting, Words] = {
    "renewal_months": _("Change: months between renewals"),
    "cool_off_months": _("Change: months of rest"),
    "alternates": _("Change: alternates"),
    "days_to_accept": _("Change: days to accept"),
    "silent_rounds": _("Change: unanswered surveys"),
}


def settings_text(panel: Panel, settings: Sortition) -> Text:
    return lines(
        ngettext("A term lasts {n} month.", "A term lasts {n} months.", panel.term_months),
        _how_often(panel, settings),
        _("Whoever has served rests for {months} months.", months=settings.cool_off_months),
        _("Alternates: {number}", number=settings.alternates),
        _("Days to accept a seat: {number}", number=settings.days_to_accept),
        _("I ask a member whether to stay after {number} unanswered surveys.", number=settings.silent_rounds),
        _("Nobody's chance is above {most}, unless the quotas need it.", most=Percent(settings.cap / 100))
        if settings.cap < 100
        else None,
        _("Of people who share a home, one sits on it at most.") if settings.one_per_home else None,
        _("Renewals run by themselves.") if settings.by_itself else _("I ask staff before each renewal."),
    )


def _how_often(panel: Panel, settings: Sortition) -> Text:
    """When it is renewed, and how much of it; all of it where no term is longer than that."""
    months, parts = settings.renewal_months, renewals_a_term(panel.term_months, settings.renewal_months)
    if parts == 1:
        return ngettext(
            "Every {n} month the whole panel is renewed.", "Every {n} months the whole panel is renewed.", months
        )
    if (panel.seats or 0) < parts:
        return ngettext(
            "Every {n} month a part of the panel is renewed.",
            "Every {n} months a part of the panel is renewed.",
            months,
        )
    return ngettext(
        "Every {n} month a part of the panel is renewed: 1/{parts}.",
        "Every {n} months a part of the panel is renewed: 1/{parts}.",
        months,
        parts=parts,
    )


def quota_table(attributes: Sequence[Attribute], quotas: Sequence[SeatQuota], language: str) -> Text:
    """Seats by group, with the group's share of the community."""
    if not quotas:
        return _("Nothing about people is counted: everybody in the pool has the same chance. Shares: /attributes")
    known = {attribute.key: attribute for attribute in attributes}
    found: list[Text] = []
    heading = ""
    for quota in quotas:
        attribute = known.get(quota.attribute)
        option = attribute.option(quota.option) if attribute else None
        if attribute is None or option is None:
            continue
        if quota.attribute != heading:
            heading = quota.attribute
            found.append(Words("<b>{label}</b>", {"label": said_in(attribute.labels, language)}))
        places = {"label": Verbatim(said_in(option.labels, language)), "least": quota.least, "most": quota.most}
        seats = (
            _("{label}: {least} seats", **places)
            if quota.least == quota.most
            else _("{label}: {least} to {most} seats", **places)
        )
        shared = option.target is not None
        found.append(
            _("{seats} ({share} of everybody)", seats=seats, share=Percent(option.target or 0.0)) if shared else seats
        )
    return lines(*found)


async def _lot_panel(desk: Desk, id: str) -> tuple[Panel | None, Sortition | None]:
    panel = await desk.store.panels.load(id) if id else None
    if panel is None or panel.state != "open" or panel.kind != "drawn":
        return None, None
    return panel, await desk.store.sortition.load(panel.id)
