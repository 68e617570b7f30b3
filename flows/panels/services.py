"""Panels about one service: whoever comes is asked whether they have used it, and both kinds of people have seats.

What they say is an attribute like any other, asked for this panel only, so it stands in quotas, draws and records.
"""

from __future__ import annotations

import re

from flows.desk import Desk
from flows.panels.sortition.strata import Stratum, quotas_of, seats_text, strata
from flows.turn import Row, link
from flows.words import LANGUAGES, Text, Voice, Words, _, lines
from storage.attributes import Attribute, Option
from storage.panels import Panel

TOLERANCE = 10
"""In percent of half the seats: how far users and others may stand apart, unless staff say otherwise."""
LOOSELY = 50
"""Where as many can join as want to, less than a quarter of either is too few."""
LONGEST = 13
"""Letters of a service's name in the key of its attribute, so that a button's data has room for it beside a panel."""

USES, DOES_NOT = "yes", "no"

BOTH = _("This panel wants to hear from people who use the service, and from people who do not.")


async def use_of(desk: Desk, panel: Panel) -> Attribute:
    """“Have you used … in the last 12 months?”, in all languages. Staff's own keys have no colon."""
    question = _("Have you used {service} in the last 12 months?", service=panel.service)
    taken = {attribute.key for attribute in await desk.store.attributes.known()}
    options = (Option(USES, _in_all(desk, _("Yes"))), Option(DOES_NOT, _in_all(desk, _("No"))))
    return Attribute(
        _key(panel.service, taken),
        "choice",
        _in_all(desk, question),
        options,
        reasons=_in_all(desk, BOTH),
        panel_id=panel.id,
    )


def _in_all(desk: Desk, words: Words) -> dict[str, str]:
    return {language: Voice(language, desk.zone).plain(words) for language in LANGUAGES}


def _key(service: str, taken: set[str]) -> str:
    """It stands in the record of a draw, which people read."""
    name = re.sub(r"[^a-z0-9]+", " ", service.casefold()).strip().removeprefix("the ")[:LONGEST].rstrip() or "service"
    key, number = f"use:{name}", 2
    while key in taken:
        key = f"use:{name[: LONGEST - 4].rstrip()} {number}"
        number += 1
    return key


async def asked_of(desk: Desk, panel: Panel) -> Attribute | None:
    """What is asked for this panel only."""
    if not panel.service:
        return None
    return next((one for one in await desk.store.attributes.of_panel(panel.id) if one.panel_id), None)


async def begin_service(desk: Desk, panel: Panel) -> None:
    """The usual quotas of a new panel that people join: half and half, give or take."""
    use = await asked_of(desk, panel)
    if use is not None and panel.seats:
        await desk.store.sortition.set_quotas(panel.id, quotas_of([use], panel.seats, TOLERANCE))


async def is_to_ask(desk: Desk, panel: Panel) -> bool:
    """Whether the speaker has not been asked yet."""
    use = await asked_of(desk, panel)
    return use is not None and use.key not in await desk.store.profiles.load(desk.person.id)


async def stop_asking(desk: Desk, panel: Panel) -> None:
    """With a panel what was asked for it goes, and what people have said to it."""
    use = await asked_of(desk, panel)
    if use is not None:
        await desk.store.attributes.remove(use.key)
        await desk.later("profiles.tidy", f"profiles.tidy:{desk.new_token()}", desk.now, {"after": ""})


def for_both(panel: Panel) -> Text | None:
    """Said before anybody comes: whoever does not use the service would think that it is not for them."""
    return BOTH if panel.service else None


# ---------------------------------------------------------------- how it stands, where people join


async def who_uses_it(desk: Desk, panel: Panel) -> Text | None:
    """On a service panel both are wanted: those who use it, and those who do not. Small numbers are not shown."""
    if panel.kind != "service" or not (found := await _groups(desk, panel)):
        return None
    rule = await desk.disclosure()
    counts: dict[str, Text] = {}
    for one in found:
        rounded = rule.rounded(one.serving)
        counts[one.option] = (
            _("about {number}", number=rounded)
            if rounded is not None
            else _("fewer than {smallest}", smallest=rule.smallest)
        )
    seats = {one.option: seats_text(one.quota) for one in found}
    missing = {one.option for one in found if one.wanted}
    return lines(
        _("They use the service: {users}. They do not: {others}.", users=counts[USES], others=counts[DOES_NOT]),
        _("Seats for users: {users}. For others: {others}.", users=seats[USES], others=seats[DOES_NOT])
        if panel.seats
        else None,
        _("Look for people who do not use the service: they can say why.") if DOES_NOT in missing else None,
        _("Look for people who use the service.") if USES in missing else None,
    )


async def _groups(desk: Desk, panel: Panel) -> list[Stratum]:
    """Both beside their seats; where there is room for everybody, beside those who have said."""
    use = await asked_of(desk, panel)
    if use is None:
        return []
    profiles = [member.profile for member in await desk.store.sortition.members(panel.id)]
    quotas = [quota for quota in await desk.store.sortition.quotas(panel.id) if quota.attribute == use.key]
    if len(quotas) < len(use.options):
        said = sum(profile.get(use.key) is not None for profile in profiles)
        quotas = quotas_of([use], max(said, 4), LOOSELY)
    return strata([use], quotas, [], profiles)


def way_to_quotas(panel: Panel) -> list[Row]:
    if panel.kind != "service" or not panel.seats:
        return []
    return [[link(f"quotafile {panel.id}", _("Quotas from a file"))]]
