"""Who takes part, in numbers; never who they are."""

from __future__ import annotations

from flows.desk import Desk
from flows.flow import Flow
from flows.turn import Turn, go
from flows.words import _

flow = Flow()


@flow.command("people", _("Who takes part, in numbers"), audience="staff")
async def people(desk: Desk, argument: str) -> Turn:
    return go("attributes")
