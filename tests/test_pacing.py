"""Whatever is asked for, no second holds more sends than allowed, and bulk does not come in bursts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.pacing import CHAT_BURST, ChatPace, Window, chat_rate


@given(
    rate=st.floats(0.2, 2000),
    asked=st.lists(st.tuples(st.floats(0, 0.5), st.booleans(), st.floats(0, 1)), min_size=1, max_size=200),
)
def test_no_second_holds_more_than_the_rate_wherever_in_its_request_a_message_arrives(
    rate: float, asked: list[tuple[float, bool, float]]
) -> None:
    window, now, arrived = Window(rate), 100.0, []
    for pause, bulk, latency in asked:
        now += pause
        now += window.wait(now, bulk)
        assert window.wait(now, bulk) == pytest.approx(0, abs=1e-6)
        window.begin(now, bulk)
        arrived.append(now + latency / 2)
        now += latency
        window.end(now)
    most, seconds = max(1, int(rate)), max(1, int(rate)) / rate
    for index, start in enumerate(arrived[:-most]):
        assert arrived[index + most] - start >= seconds - 1e-6


def test_replies_may_come_together_and_bulk_is_spread() -> None:
    window = Window(20)
    for _reply in range(20):
        assert window.wait(0, bulk=False) == 0
        window.begin(0, bulk=False)
    assert window.wait(0, bulk=False) == math.inf
    for _reply in range(20):
        window.end(0.25)
    assert window.wait(0.25, bulk=False) == 1
    assert window.wait(5, bulk=True) == 0
    for _ in range(3):
        window.begin(5, bulk=True)
    assert window.wait(5, bulk=True) > 0


def test_a_paused_bulk_lane_leaves_replies_alone() -> None:
    window = Window(20)
    window.pause_bulk(until=30)
    assert window.wait(10, bulk=True) == 20
    assert window.wait(10, bulk=False) == 0


def test_one_chat_has_a_burst_and_then_one_a_second() -> None:
    pace = ChatPace()
    for _reply in range(int(CHAT_BURST)):
        assert pace.wait(100, bulk=False) == 0
        pace.spend(100)
    assert pace.wait(100, bulk=False) == pytest.approx(1)
    assert pace.wait(101, bulk=False) == pytest.approx(0)
    pace.block(until=160)
    assert pace.wait(101, bulk=False) == pytest.approx(59)


def test_a_chat_has_its_share_of_a_faster_servers_rate() -> None:
    assert chat_rate(28) == chat_rate(5) == 1
    assert chat_rate(280) == 10
    pace = ChatPace(chat_rate(280))
    pace.spend(100)
    assert pace.wait(100, bulk=True) == pytest.approx(0.1)


def test_bulk_gives_a_chat_a_second_of_its_own() -> None:
    pace = ChatPace()
    pace.spend(100)
    assert pace.wait(100.4, bulk=True) == pytest.approx(0.6)
    assert pace.wait(100.4, bulk=False) == 0
