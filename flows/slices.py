"""All conversations, in the order their commands stand in the menu."""

from __future__ import annotations

from flows.router import Router
from flows.staff import staff as staff_staff
from flows.welcome import citizen as welcome_citizen

ROUTER = Router([welcome_citizen.flow, staff_staff.flow])
