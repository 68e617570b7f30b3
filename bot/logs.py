"""What is logged: what happened and where in the program, never names, words, ids in clear or the bot's token."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType


class Discreet(logging.Formatter):
    """Takes the token out of every line, whoever put it there, and says of errors where they happened and their kind.

    What an error says in words is left out: it may quote what somebody wrote, or the row it was to be kept in.
    """

    def __init__(self, token: str) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._token = token

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another handler's, with the words
        line = super().format(record)
        record.exc_text = None
        return line.replace(self._token, "(token)") if self._token else line

    def formatException(  # noqa: N802 (the name is the library's)
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        return "".join(_told(ei[1])).rstrip() if ei[1] else ""


def _told(problem: BaseException) -> list[str]:
    """The way to an error, after that of the one that led to it."""
    before = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
    led = [*_told(before), "which led to\n"] if before else []
    inner = [line for each in problem.exceptions for line in _told(each)] if isinstance(problem, ExceptionGroup) else []
    name = f"{type(problem).__module__}.{type(problem).__qualname__}"
    return [*led, *traceback.format_tb(problem.__traceback__), f"{name}\n", *inner]


def begin_logging(level: str, token: str) -> None:
    """To standard error; what libraries have to say only from warnings up."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet(token))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("bot").setLevel(level)
