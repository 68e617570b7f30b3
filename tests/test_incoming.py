"""Whatever Telegram (or somebody pretending to be Telegram) brings is either understood or set aside, never a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.telegram.incoming import Heard, NotUnderstood, clean, heard, lane_of
from flows.turn import Command, Corrected, Sent, Tapped, Typed

ANA = {"id": 7, "is_bot": False, "first_name": "Ana", "language_code": "cy"}


def message(**content: Any) -> dict[str, Any]:
    return {"message_id": 1, "date": 1, "from": ANA, "chat": {"id": 7, "type": "private"}, **content}


def said(**update: Any) -> Heard:
    return heard(json.dumps({"update_id": 1, **update}))


def tap(data: str) -> Heard:
    query = {"id": "9", "from": ANA, "chat_instance": "1", "data": data, "message": message(text="?")}
    return said(callback_query=query)


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("/start", Command("start")),
        ("/Start join-4f", Command("start", "join-4f")),
        ("/join@folkmoot_bot  4f ", Command("join", "4f")),
        ("/propose A crossing\nby the school", Command("propose", "A crossing\nby the school")),
        ("  hello ", Typed("hello")),
        ("/", Typed("/")),
        ("/1", Typed("/1")),
        ("4/5", Typed("4/5")),
        ("half a pair \ud83d", Typed("half a pair �")),
        ("nul\x00", Typed("nul")),
    ],
)
def test_text(text: str, understood: object) -> None:
    assert said(message=message(text=text)).said == understood


def test_everything_but_text_is_named() -> None:
    assert said(message=message(sticker={"bad": 1}, text="x")).said == Typed("x")
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    assert said(message=message(photo=photo, caption="x")).said == Sent("photo", "f")
    assert said(message=message(text="   ")).said == Sent("other")
    assert said(edited_message=message(text="x", edit_date=2)).said == Corrected("x")


def test_taps() -> None:
    assert tap("c:12:yes").said == Tapped(12, "yes")
    assert tap("/join 4f").said == Command("join", "4f")
    for forged in ("c:x:yes", "c:1:", "yes", "c:99999999999999999999:yes", ""):
        assert tap(forged).said == Tapped(-1, "")
    assert tap("c:1:yes").callback_id == "9"


def test_groups_channels_and_bots_are_set_aside() -> None:
    group = {**message(text="hello"), "chat": {"id": -5, "type": "group", "title": "g"}}
    for update in (
        {"message": group},
        {"message": {**message(text="x"), "from": {**ANA, "is_bot": True}}},
        {"channel_post": message(text="x")},
        {"something_new": {"from": ANA}},
        {},
    ):
        with pytest.raises(NotUnderstood):
            said(**update)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["id", "from", "chat", "text", "date", "data", "message", "type", "is_bot", "photo", "entities", "message_id"]
)
SHAPED = st.dictionaries(FIELDS, ANYTHING | st.just(ANA) | st.just({"id": 7, "type": "private"}), max_size=9)
KINDS = st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "poll", "x"])


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(KINDS, SHAPED | ANYTHING, max_size=3))
def test_hostile_updates(update: dict[str, Any]) -> None:
    assert isinstance(lane_of(update), str)
    try:
        found = heard(json.dumps({"update_id": 1, **update}))
    except NotUnderstood:
        return
    assert found.telegram_id > 0
    json.dumps(str(found.said)).encode()


@given(st.text(alphabet=st.characters(), max_size=50))
def test_cleaned_text_can_be_kept_anywhere(text: str) -> None:
    kept = clean(text)
    assert "\x00" not in kept
    kept.encode("utf-8")
    assert clean(kept) == kept
