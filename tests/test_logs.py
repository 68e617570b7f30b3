"""Logs say what happened and where, never what somebody said."""

from __future__ import annotations

import logging
import sys

from bot.logs import Discreet

TOKEN = "110201543:secret"
ANAS = "what Ana Brown wrote"


def logged(problem: BaseException | None = None, message: str = "It went wrong") -> str:
    try:
        if problem:
            raise problem
    except BaseException:
        record = logging.LogRecord("bot", logging.ERROR, "", 1, message, (), sys.exc_info())
    else:
        record = logging.LogRecord("bot", logging.ERROR, "", 1, message, (), None)
    logging.Formatter().format(record)  # as another handler would, which keeps its text in the record
    return Discreet(TOKEN).format(record)


def test_an_error_is_told_by_kind_and_place_without_its_words() -> None:
    line = logged(ValueError(ANAS))
    assert "It went wrong" in line
    assert "builtins.ValueError" in line
    assert "test_logs.py" in line
    assert "Ana Brown" not in line


def test_so_is_the_error_that_led_to_it() -> None:
    problem = KeyError(ANAS)
    problem.__cause__ = ValueError(ANAS)
    line = logged(problem)
    assert "ValueError" in line
    assert "KeyError" in line
    assert "Ana Brown" not in line


def test_so_are_errors_that_came_together() -> None:
    line = logged(ExceptionGroup(ANAS, [ValueError(ANAS), KeyError(ANAS)]))
    assert "ValueError" in line
    assert "KeyError" in line
    assert "Ana Brown" not in line


def test_the_token_is_taken_out_wherever_it_stands() -> None:
    assert logged(message=f"GET https://api.telegram.org/bot{TOKEN}/getMe").endswith("/bot(token)/getMe")
