"""What is logged: what happened and to which update, never names, words or the bot's token."""

from __future__ import annotations

import logging


class Discreet(logging.Formatter):
    """Takes the token out of every line, tracebacks included, whoever put it there."""

    def __init__(self, token: str) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._token = token

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        return line.replace(self._token, "(token)") if self._token else line


def begin_logging(level: str, token: str) -> None:
    """To standard error; what libraries have to say only from warnings up."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet(token))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("bot").setLevel(level)
