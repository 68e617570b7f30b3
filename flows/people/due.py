"""What the clock brings profiles: answers that are no options any more are taken out."""

from __future__ import annotations

from typing import Any

from flows.desk import Desk
from flows.flow import Again, Flow

flow = Flow()

PAGE = 300


@flow.due("profiles.tidy")
async def tidy(desk: Desk, args: dict[str, Any]) -> Again | None:
    known = {
        attribute.key: {option.key for option in attribute.options} for attribute in await desk.store.attributes.known()
    }
    last = await desk.store.profiles.keep_only(known, args["after"], PAGE, desk.now)
    return Again({"after": last}, desk.now) if last else None
