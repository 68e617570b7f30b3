"""What the playground's Bot API refuses, in Telegram's words."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """Answered with `code` as HTTP status and as error_code; `parameters` as Telegram's ResponseParameters."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def answer(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(description: str) -> Refusal:
    return Refusal(400, f"Bad Request: {description}")


def conflict(description: str) -> Refusal:
    return Refusal(409, f"Conflict: {description}")


def forbidden(description: str) -> Refusal:
    return Refusal(403, f"Forbidden: {description}")


def too_many_requests(seconds: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
