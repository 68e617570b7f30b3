"""Before a draw staff see whether the quotas can be met, who could be on no panel, and what would change that."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.desk import Desk
from flows.panels.selection.frozen import BadInput
from flows.panels.selection.order import NOTHING_MORE
from flows.panels.sortition.officer import groups, listed, the_pool
from flows.panels.sortition.renewals import standing
from flows.panels.sortition.request import frozen_request, widened
from flows.words import Text, _, lines, ngettext
from storage.panels import Panel
from storage.sortition import SeatQuota, Sortition

Widening = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a draw would come to. `widening` is the smallest that lets the quotas be met, or gives everybody a chance.

    `excluded` people could be on no panel; the largest groups of them are `named` by attribute and option.
    """

    can_be_met: bool
    excluded: int
    named: list[tuple[int, list[tuple[str, str]]]]
    widening: Widening

    @property
    def is_fair(self) -> bool:
        return self.can_be_met and not self.excluded


async def look_ahead(desk: Desk, panel: Panel, settings: Sortition, renews_at: datetime | None = None) -> bool:
    """Have the draw of today's pool looked at, unless it has been; whether it is being looked at now.

    At a renewal those leave whose term has ended by its day. What is looked at names nobody.
    """
    pool = await the_pool(desk, panel, settings)
    staying = (await standing(desk, panel, renews_at)).staying
    quotas = await desk.store.sortition.quotas(panel.id)
    places = [f"{place:06}" for place in range(len(pool) + len(staying))]
    try:
        request = frozen_request(panel.seats or 0, quotas, pool, staying, places, NOTHING_MORE)
    except BadInput:
        return False
    await desk.store.sortition.look_ahead(panel.id, request.digest, request.as_json())
    kept = await desk.store.sortition.outlook(panel.id)
    return kept is not None and kept.answer is None


async def outlook_of(desk: Desk, panel: Panel) -> Outlook | None:
    """What was seen when a draw was last looked at; None while it is, or where nothing could be seen."""
    kept = await desk.store.sortition.outlook(panel.id)
    if kept is None or kept.answer is None:
        return None
    answer = json.loads(kept.answer)
    if "widening" in answer:
        return Outlook(can_be_met=False, excluded=0, named=[], widening=answer["widening"])
    if "without_chance" not in answer:
        return None
    categories = list(dict.fromkeys(quota.attribute for quota in await desk.store.sortition.quotas(panel.id)))
    found = answer["without_chance"]
    return Outlook(
        can_be_met=True,
        excluded=sum(group["people"] for group in found),
        named=[
            (group["people"], list(zip(categories, group["features"], strict=False)))
            for group in found
            if group["widening"]
        ],
        widening=_together([group["widening"] for group in found]),
    )


def _together(widenings: Sequence[Widening]) -> Widening:
    """One widening that holds all these."""
    widest: dict[tuple[str, str], dict[str, Any]] = {}
    for one in (one for widening in widenings for one in widening):
        known = widest.setdefault((one["category"], one["feature"]), dict(one))
        known["min"], known["max"] = min(known["min"], one["min"]), max(known["max"], one["max"])
    return list(widest.values())


async def outlook_text(desk: Desk, panel: Panel, outlook: Outlook) -> Text:
    """What was seen, and the smallest change that helps."""
    quotas = await desk.store.sortition.quotas(panel.id)
    change = await widening_lines(desk, quotas, outlook.widening)
    if not outlook.can_be_met and not change:
        return _("Some groups have too few people in the pool for their seats.")
    if not outlook.can_be_met:
        return lines(_("These quotas cannot be met together. The smallest change that helps:"), *change)
    if not outlook.excluded:
        return _("All quotas can be met, and everybody in the pool has a chance.")
    attributes = await desk.store.attributes.known()
    named: list[Text] = []
    for people, features in outlook.named:
        said = [SeatQuota(attribute, option, 0, 0) for attribute, option in features if option]
        called = groups(desk, attributes, said)
        named.append(_("– {group}: {n}", group=listed(called), n=people))
    return lines(
        ngettext(
            "{n} person could not be on any panel that meets the quotas.",
            "{n} people could not be on any panel that meets the quotas.",
            outlook.excluded,
        ),
        *named,
        _("The smallest change that gives them a chance:") if change else None,
        *change,
    )


async def widening_lines(desk: Desk, quotas: Sequence[SeatQuota], widening: Widening) -> list[Text]:
    """The quotas that would change, as they would have to be; none where they are so already."""
    wider = [quota for quota in widened(quotas, widening) if quota not in quotas]
    return [
        _("– {group}: {least} to {most} seats", group=group, least=quota.least, most=quota.most)
        for quota, group in zip(wider, groups(desk, await desk.store.attributes.known(), wider), strict=True)
    ]
