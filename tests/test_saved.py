"""What was asked before a new version of the program came is still understood, or ends politely."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from flows.saved import Retired, decode, encode, saved


@saved("tests.asking")
@dataclass(frozen=True, slots=True)
class Asking:
    question_id: str
    chosen: tuple[str, ...] = ()


def test_a_state_comes_back_as_it_was() -> None:
    state = Asking("q1", ("a", "b"))
    assert decode(encode(state)) == state


def test_fields_added_later_take_their_defaults_and_dropped_ones_are_ignored() -> None:
    assert decode('{"state": "tests.asking", "question_id": "q1", "old": 3}') == Asking("q1")


@pytest.mark.parametrize(
    "kept", ["", "null", "[]", "{}", '{"state": "gone"}', '{"state": "tests.asking"}', '{"state": []}']
)
def test_what_cannot_be_understood_any_more_is_retired(kept: str) -> None:
    with pytest.raises(Retired):
        decode(kept)


def test_two_states_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match="tests"):
        saved("tests.asking")(Asking)
    assert json.loads(encode(Asking("q")))["state"] == "tests.asking"
