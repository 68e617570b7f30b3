"""All conversations, in the order their commands stand in the menu."""

from __future__ import annotations

from flows.router import Router
from flows.staff import staff as staff_staff
from flows.surveys import citizen as surveys_citizen
from flows.surveys import due as surveys_due
from flows.surveys import questions as surveys_questions
from flows.surveys import staff as surveys_staff
from flows.welcome import citizen as welcome_citizen

ROUTER = Router(
    [
        welcome_citizen.flow,
        surveys_citizen.flow,
        surveys_staff.flow,
        surveys_questions.flow,
        surveys_due.flow,
        staff_staff.flow,
    ]
)
