"""The playground's Bot API, with python-telegram-bot's own Bot as its peer, and what its chat page can do."""

from __future__ import annotations

import asyncio
import json
import signal
import struct
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    MenuButtonCommands,
    MenuButtonDefault,
    MessageEntity,
)
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from bot.clock import Clock
from bot.playground.faults import Cut, Delay, Error, SlowDown
from bot.playground.server import Playground
from bot.playground.specification import specification
from bot.playground.world import Impossible, Person

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
ANA = Person(1, "Ana", "citizen", "Lives by the river", "cy", ("/start",))
BEN = Person(2, "Ben", "staff")
EVERYBODY = (ANA, BEN)


@asynccontextmanager
async def running(**options: Any) -> AsyncIterator[Playground]:
    playground = Playground(TOKEN, people=EVERYBODY, town="Aberwick", about="A town by a river.", **options)
    await playground.start()
    try:
        yield playground
    finally:
        await playground.stop()


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    """Where Ana has pressed start, and Ben never has."""
    async with running(flood_limits=False) as playground:
        await playground.say(ANA, "/start")
        playground.world.updates.forget_all()
        yield playground


@pytest.fixture
async def bot(playground: Playground) -> AsyncIterator[Bot]:
    async with talking(playground) as bot:
        yield bot


@asynccontextmanager
async def talking(playground: Playground, token: str = TOKEN) -> AsyncIterator[Bot]:
    bot = Bot(token, base_url=f"{playground.url}/bot", base_file_url=f"{playground.url}/file/bot")
    async with bot:
        yield bot


@pytest.fixture
async def http(playground: Playground) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(playground.url) as http:
        yield http


def picture(width: int = 3, height: int = 2) -> bytes:
    """The head of a PNG, which says how large it is."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 0, 0, 0, 0)


def keyboard(*rows: list[str]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(word, callback_data=word) for word in row] for row in rows])


# ---------------------------------------------------------------- who calls, and how


async def test_the_bot_learns_who_it_is(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.username, me.first_name, me.is_bot) == (110201543, "folkmoot_bot", "Folkmoot", True)


async def test_a_wrong_token_is_refused(playground: Playground) -> None:
    with pytest.raises(InvalidToken):
        async with talking(playground, TOKEN + "x"):
            pass


async def test_a_method_that_does_not_exist_is_not_found(http: aiohttp.ClientSession) -> None:
    async with http.get(f"/bot{TOKEN}/sendMesage") as response:
        assert response.status == 404
        assert await response.json() == {"ok": False, "error_code": 404, "description": "Not Found: method not found"}


@pytest.mark.parametrize("form", ["address", "urlencoded", "json", "multipart"])
async def test_a_request_may_come_in_any_of_telegram_s_forms(http: aiohttp.ClientSession, form: str) -> None:
    said = {"chat_id": "1", "text": "Tŷ & 🏛", "reply_markup": json.dumps(keyboard(["A"]).to_dict())}
    path = f"/bot{TOKEN}/SENDMESSAGE"
    match form:
        case "address":
            request = http.get(path, params=said)
        case "urlencoded":
            request = http.post(path, data=said)
        case "json":
            request = http.post(path, json=said | {"chat_id": 1, "reply_markup": keyboard(["A"]).to_dict()})
        case _:
            parts = aiohttp.FormData(said, default_to_multipart=True)
            request = http.post(path, data=parts)
    async with request as response:
        answer = await response.json()
    assert answer["result"]["text"] == "Tŷ & 🏛"
    assert answer["result"]["reply_markup"]["inline_keyboard"] == [[{"text": "A", "callback_data": "A"}]]


@pytest.mark.parametrize(
    ("method", "parameters", "reason"),
    [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": 1}, "message text is empty"),
        ("sendMessage", {"chat_id": 1, "text": ""}, "message text is empty"),
        ("sendMessage", {"chat_id": 1, "text": "x", "colour": "red"}, 'there is no parameter "colour" in sendMessage'),
        ("sendMessage", {"chat_id": 1, "text": "x", "protect_content": 7}, "can't parse protect_content"),
        ("sendMessage", {"chat_id": 1, "text": "x", "reply_markup": "{"}, "can't parse reply_markup: not valid JSON"),
        (
            "sendMessage",
            {"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [[{"callback_data": "x"}]]}},
            'can\'t parse reply_markup: Field "inline_keyboard": Can\'t find field "text" of InlineKeyboardButton',
        ),
        (
            "sendMessage",
            {"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "size": 1}]]}},
            'there is no field "size" in InlineKeyboardButton',
        ),
        ("sendMessage", {"chat_id": 1, "text": "\ud83c"}, "strings must be encoded in UTF-8"),
        ("sendPhoto", {"chat_id": 1}, "there is no photo in the request"),
        ("getUpdates", {"limit": "many"}, "can't parse limit"),
        ("getUpdates", {"limit": True}, "can't parse limit"),
        ("getUpdates", {"allowed_updates": "message"}, "can't parse allowed_updates"),
        ("setMyCommands", {"commands": [{"command": "a"}]}, 'Can\'t find field "description" of BotCommand'),
        ("setMyCommands", {"commands": [], "scope": {"type": "chat"}}, 'Can\'t find field "chat_id"'),
        ("sendPoll", {"chat_id": 1, "question": "x", "options": [{"text": "a"}]}, "the playground has no sendPoll"),
    ],
)
async def test_a_request_that_is_not_as_described_is_refused(
    http: aiohttp.ClientSession, method: str, parameters: dict[str, Any], reason: str
) -> None:
    async with http.post(f"/bot{TOKEN}/{method}", json=parameters) as response:
        answer = await response.json()
    assert (response.status, answer["ok"], answer["error_code"]) == (400, False, 400)
    assert answer["description"].startswith("Bad Request: ")
    assert reason in answer["description"]


def test_every_method_and_type_of_the_description_can_be_checked() -> None:
    known = specification()
    for name in ("sendMessage", "sendRichMessage", "answerInlineQuery", "sendMediaGroup", "savePreparedInlineMessage"):
        assert known.method(name).name == name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
BUTTON = st.fixed_dictionaries(
    {"text": st.text(max_size=3)}, optional={"callback_data": st.text(max_size=66), "url": st.text(max_size=9)}
)
MEDIA = {"type": st.sampled_from(["photo", "document", "video"]), "media": st.text(max_size=9), "caption": st.text()}
LIKELY: dict[str, st.SearchStrategy[Any]] = {
    "chat_id": st.just(1) | JSON,
    "text": st.text(st.sampled_from("<b>x&/@ \ud83c"), max_size=9) | JSON,
    "caption": st.text(st.sampled_from("<b>x&/@ "), max_size=9) | JSON,
    "parse_mode": st.sampled_from(["HTML", "", "Markdown"]) | JSON,
    "reply_markup": st.fixed_dictionaries({"inline_keyboard": st.lists(st.lists(BUTTON, max_size=2), max_size=2)}),
    "media": st.fixed_dictionaries(MEDIA),
    "entities": st.lists(
        st.fixed_dictionaries({"type": st.just("bold"), "offset": st.integers(), "length": st.integers()}), max_size=2
    ),
    "url": st.text(st.sampled_from("http://[127.0.0.1]:@?"), max_size=20) | JSON,
    "scope": st.fixed_dictionaries({"type": st.sampled_from(["chat", "default", "chat_member"])}, optional={
        "chat_id": JSON, "user_id": st.integers()
    }),
}  # fmt: skip
NAMES = ["sendMessage", "sendPhoto", "editMessageText", "setMyCommands", "setWebhook", "editMessageMedia", "getFile"]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_parameters_make_the_server_stumble(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    fields = specification().method(name).checks
    given = {field: data.draw(LIKELY.get(field, JSON)) for field in data.draw(st.sets(st.sampled_from(sorted(fields))))}

    async def call() -> int:
        async with running(flood_limits=False) as playground, aiohttp.ClientSession(playground.url) as http:
            sent = await playground.say(ANA, "/start")
            if "message_id" in fields:
                given["message_id"] = sent.message_id
            async with http.post(f"/bot{TOKEN}/{name}", json=given) as response:
                return response.status

    assert asyncio.run(call()) in (200, 400, 403)


# ---------------------------------------------------------------- sending


async def test_html_becomes_text_and_entities(bot: Bot, playground: Playground) -> None:
    sent = await bot.send_message(1, "🏛 <b>Yes</b> &amp; no\n", parse_mode="HTML")
    assert sent.text == "🏛 Yes & no"
    assert sent.entities == (MessageEntity("bold", 3, 3),)
    assert sent.text_html == "🏛 <b>Yes</b> &amp; no"
    assert playground.chat(ANA)[-1].text == "🏛 Yes & no"


async def test_entities_may_be_given_instead_of_markup(bot: Bot) -> None:
    sent = await bot.send_message(1, "Yes", entities=[MessageEntity("bold", 0, 3)])
    assert sent.text_html == "<b>Yes</b>"


async def test_markup_that_cannot_be_read_is_refused(bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)can't parse entities: unsupported start tag"):
        await bot.send_message(1, "a < b", parse_mode="HTML")


@pytest.mark.parametrize(
    ("text", "reason"),
    [("x" * 4096, None), ("x" * 4097, "too long"), ("🏛" * 2048, None), ("🏛" * 2049, "too long"), (" \n", "non-empty")],
    ids=["longest", "too long", "longest in pairs", "too long in pairs", "blank"],
)
async def test_a_text_has_1_to_4096_utf16_units(bot: Bot, text: str, reason: str | None) -> None:
    if reason is None:
        assert (await bot.send_message(1, text)).text == text
    else:
        with pytest.raises(BadRequest, match=reason):
            await bot.send_message(1, text)


async def test_markup_is_not_counted_in_the_length(bot: Bot) -> None:
    sent = await bot.send_message(1, f"<b>{'&lt;' * 4096}</b>", parse_mode="HTML")
    assert sent.text == "<" * 4096


@pytest.mark.parametrize(
    ("buttons", "reason"),
    [
        ([[{"text": "a", "callback_data": "é" * 32}]], None),
        ([[{"text": "a", "callback_data": "é" * 33}]], "BUTTON_DATA_INVALID"),
        ([[{"text": "a", "callback_data": ""}]], "BUTTON_DATA_INVALID"),
        ([[{"text": "a"}]], "can't parse inline keyboard button: exactly one action is to be named"),
        (
            [[{"text": "a", "callback_data": "a", "url": "https://example.org"}]],
            "can't parse inline keyboard button: exactly one action is to be named",
        ),
        ([[{"text": " ", "callback_data": "a"}]], "BUTTON_TEXT_INVALID"),
        ([[{"text": "a", "url": "nowhere"}]], "BUTTON_URL_INVALID"),
        ([[{"text": "a", "callback_data": "a"}] * 8], None),
        ([[{"text": "a", "callback_data": "a"}] * 9], "reply markup is too long"),
        ([[{"text": "a", "callback_data": "a"}]] * 100, None),
        ([[{"text": "a", "callback_data": "a"}]] * 101, "reply markup is too long"),
        ([], None),
    ],
)
async def test_buttons_keep_to_telegram_s_limits(
    http: aiohttp.ClientSession, buttons: list[list[dict[str, str]]], reason: str | None
) -> None:
    said = {"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": buttons}}
    async with http.post(f"/bot{TOKEN}/sendMessage", json=said) as response:
        answer = await response.json()
    if reason is None:
        assert answer["result"].get("reply_markup", {"inline_keyboard": []}) == said["reply_markup"]
    else:
        assert answer["description"] == f"Bad Request: {reason}"


async def test_a_chat_that_does_not_exist_is_not_found(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(3, "x")


async def test_a_bot_cannot_begin_a_conversation(bot: Bot, playground: Playground) -> None:
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(BEN.id, "x")
    await playground.say(BEN, "/start")
    await bot.send_message(BEN.id, "x")


async def test_who_blocked_the_bot_is_out_of_reach_until_they_unblock_it(bot: Bot, playground: Playground) -> None:
    await playground.block(ANA)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(1, "x")
    with pytest.raises(Impossible):
        await playground.say(ANA, "hello")
    await playground.block(ANA, False)
    await bot.send_message(1, "x")
    changes = [update.my_chat_member for update in await bot.get_updates()]
    assert [change.new_chat_member.status for change in changes if change] == ["kicked", "member"]


async def test_a_reply_names_a_message_that_is_there(bot: Bot, playground: Playground) -> None:
    question = playground.chat(ANA)[0]
    sent = await bot.send_message(1, "x", reply_to_message_id=question.message_id)
    assert sent.reply_to_message
    assert sent.reply_to_message.text == "/start"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(1, "x", reply_to_message_id=5)
    assert not (
        await bot.send_message(1, "x", reply_to_message_id=5, allow_sending_without_reply=True)
    ).reply_to_message


async def test_typing_is_shown(bot: Bot, playground: Playground) -> None:
    seen: list[dict[str, Any]] = []
    playground.world.watchers.add(seen.append)
    await bot.send_chat_action(1, "typing")
    assert seen == [{"type": "typing", "person": 1}]
    with pytest.raises(BadRequest, match="Wrong parameter action"):
        await bot.send_chat_action(1, "dancing")


# ---------------------------------------------------------------- pictures and files


async def test_a_photo_is_sent_seen_and_sent_again_by_its_id(bot: Bot, playground: Playground) -> None:
    sent = await bot.send_photo(1, picture(30, 20), caption="<i>Results</i>", parse_mode="HTML")
    assert (sent.photo[-1].width, sent.photo[-1].height) == (30, 20)
    assert (sent.caption, sent.caption_html) == ("Results", "<i>Results</i>")
    again = await bot.send_photo(1, sent.photo[-1].file_id)
    assert again.photo == sent.photo
    file = await bot.get_file(sent.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == picture(30, 20)
    assert playground.chat(ANA)[-1].kind == "photo"


async def test_a_document_keeps_its_name(bot: Bot) -> None:
    sent = await bot.send_document(1, b"a,b\n1,2\n", filename="answers.csv", caption="x" * 1024)
    assert sent.document
    assert (sent.document.file_name, sent.document.mime_type) == ("answers.csv", "text/csv")
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"a,b\n1,2\n"


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        (b"no picture", "Image_process_failed"),
        (picture(5_001, 5_000), "Photo_invalid_dimensions"),
        (picture(210, 10), "Photo_invalid_dimensions"),
        (b"", "file must be non-empty"),
        ("nothing-sent-before", "Wrong file identifier"),
        ("https://example.org/x.png", "failed to get HTTP URL content"),
    ],
    ids=["no picture", "too large", "too narrow", "empty", "unknown", "elsewhere"],
)
async def test_what_is_no_photo_is_refused(bot: Bot, photo: bytes | str, reason: str) -> None:
    with pytest.raises(BadRequest, match=rf"(?i){reason}"):
        await bot.send_photo(1, photo)


async def test_a_caption_has_at_most_1024_units_and_kinds_are_not_mixed(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(1, picture(), caption="x" * 1025)
    sent = await bot.send_photo(1, picture())
    with pytest.raises(BadRequest, match="Can't use file of type photo as document"):
        await bot.send_document(1, sent.photo[-1].file_id)


async def test_nothing_is_downloaded_without_the_token(bot: Bot, http: aiohttp.ClientSession) -> None:
    sent = await bot.send_photo(1, picture())
    path = (await bot.get_file(sent.photo[-1].file_id)).file_path
    assert path
    async with http.get(path.replace(TOKEN, "1:x")) as response:
        assert response.status == 401
    with pytest.raises(BadRequest, match=r"(?i)invalid file_id"):
        await bot.get_file("other")


# ---------------------------------------------------------------- changing what was said


async def test_a_message_is_changed_in_place(bot: Bot, playground: Playground) -> None:
    sent = await bot.send_message(1, "One?", reply_markup=keyboard(["Yes", "No"]))
    await bot.edit_message_text("Two?", 1, sent.message_id, reply_markup=keyboard(["Maybe"]))
    (shown,) = [message for message in playground.chat(ANA) if message.by_bot]
    assert (shown.text, [button["text"] for row in shown.buttons for button in row]) == ("Two?", ["Maybe"])
    await bot.edit_message_reply_markup(1, sent.message_id)
    assert shown.buttons == []


async def test_other_buttons_alone_do_not_make_a_message_an_edited_one(bot: Bot, playground: Playground) -> None:
    sent = await bot.send_message(1, "One?", reply_markup=keyboard(["Yes"]))
    changed = await bot.edit_message_reply_markup(1, sent.message_id, reply_markup=keyboard(["No"]))
    assert not isinstance(changed, bool)
    assert changed.edit_date is None
    changed = await bot.edit_message_text("Two?", 1, sent.message_id)
    assert not isinstance(changed, bool)
    assert changed.edit_date


async def test_a_change_that_changes_nothing_is_refused(bot: Bot) -> None:
    sent = await bot.send_message(1, "One?", reply_markup=keyboard(["Yes"]))
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("One?", 1, sent.message_id, reply_markup=keyboard(["Yes"]))
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(1, sent.message_id, reply_markup=keyboard(["Yes"]))


async def test_only_the_bot_s_own_messages_that_are_there_are_changed(bot: Bot, playground: Playground) -> None:
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", 1, 5)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", 1, playground.chat(ANA)[0].message_id)


async def test_words_of_a_picture_are_its_caption(bot: Bot, playground: Playground) -> None:
    sent = await bot.send_photo(1, picture(), caption="Before")
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("After", 1, sent.message_id)
    await bot.edit_message_caption(1, sent.message_id, caption="After")
    assert playground.chat(ANA)[-1].text == "After"
    text = await bot.send_message(1, "x")
    with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
        await bot.edit_message_caption(1, text.message_id, caption="After")


async def test_a_picture_is_exchanged(bot: Bot, playground: Playground) -> None:
    sent = await bot.send_photo(1, picture(3, 2))
    changed = await bot.edit_message_media(InputMediaPhoto(picture(5, 4), caption="New"), 1, sent.message_id)
    assert not isinstance(changed, bool)
    assert (changed.photo[-1].width, changed.caption) == (5, "New")


async def test_messages_are_deleted_within_48_hours(bot: Bot, playground: Playground) -> None:
    young, old = await bot.send_message(1, "x"), await bot.send_message(1, "y")
    await bot.delete_message(1, young.message_id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(1, young.message_id)
    playground.clock.advance(timedelta(hours=49))
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await bot.delete_message(1, old.message_id)
    assert [message.text for message in playground.chat(ANA)] == ["/start", "y"]


# ---------------------------------------------------------------- taps


async def test_a_tap_arrives_and_is_answered_once(bot: Bot, playground: Playground) -> None:
    seen: list[dict[str, Any]] = []
    sent = await bot.send_message(1, "Well?", reply_markup=keyboard(["Yes", "No"]))
    await playground.tap(ANA, sent.message_id, 0, 1)
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert query
    assert (query.data, query.from_user.id, query.message and query.message.message_id) == ("No", 1, sent.message_id)
    playground.world.watchers.add(seen.append)
    await query.answer("Noted", show_alert=True)
    assert seen == [{"type": "answer", "person": 1, "message_id": sent.message_id, "text": "Noted", "alert": True}]
    with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query id is invalid"):
        await query.answer()


async def test_an_answer_to_a_tap_is_short(bot: Bot, playground: Playground) -> None:
    tap = await playground.tap_data(ANA, 5, "x")
    with pytest.raises(BadRequest, match=r"(?i)MESSAGE_TOO_LONG"):
        await bot.answer_callback_query(tap, "x" * 201)
    await bot.answer_callback_query(tap, "x" * 200)


async def test_a_tap_is_answered_in_time(bot: Bot, playground: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    tap = await playground.tap_data(ANA, 5, "x")
    monkeypatch.setattr("bot.playground.methods.ANSWER_SECONDS", 0.0)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(tap)


async def test_a_modified_client_may_send_any_data(bot: Bot, playground: Playground) -> None:
    await playground.tap_data(ANA, 5, "forged")
    (update,) = await bot.get_updates()
    assert update.callback_query
    assert update.callback_query.data == "forged"
    assert update.callback_query.message
    assert not update.callback_query.message.is_accessible


async def test_only_buttons_that_are_there_can_be_tapped(bot: Bot, playground: Playground) -> None:
    sent = await bot.send_message(1, "Well?", reply_markup=keyboard(["Yes"]))
    for row, column in ((0, 1), (1, 0)):
        with pytest.raises(Impossible, match="no such button"):
            await playground.tap(ANA, sent.message_id, row, column)
    await bot.edit_message_reply_markup(1, sent.message_id)
    with pytest.raises(Impossible, match="no such button"):
        await playground.tap(ANA, sent.message_id, 0, 0)


# ---------------------------------------------------------------- updates by polling


async def test_updates_come_in_order_until_they_are_acknowledged(bot: Bot, playground: Playground) -> None:
    for word in ("one", "two", "three"):
        await playground.say(ANA, word)
    updates = await bot.get_updates(limit=2)
    assert [update.message and update.message.text for update in updates] == ["one", "two"]
    assert await bot.get_updates(limit=2) == updates
    (last,) = await bot.get_updates(offset=updates[-1].update_id + 1)
    assert last.message
    assert last.message.text == "three"
    await playground.say(ANA, "four")
    assert await bot.get_updates(offset=-2) == await bot.get_updates()
    (last,) = await bot.get_updates(offset=-1)
    assert last.message
    assert last.message.text == "four"
    assert await bot.get_updates() == (last,)
    assert await bot.get_updates(offset=last.update_id + 1) == ()


async def test_a_person_is_told_with_their_language_and_the_playground_s_time(bot: Bot, playground: Playground) -> None:
    playground.clock.advance(timedelta(days=7))
    written = await playground.say(ANA, "/help me")
    (update,) = await bot.get_updates()
    message = update.message
    assert message
    assert message.from_user
    assert (message.from_user.first_name, message.from_user.language_code) == ("Ana", "cy")
    assert (message.date, message.chat.type) == (written.sent_at, "private")
    assert message.parse_entities(["bot_command"]) == {MessageEntity("bot_command", 0, 5): "/help"}


async def test_an_edit_of_a_person_arrives_as_one(bot: Bot, playground: Playground) -> None:
    written = await playground.say(ANA, "Yse")
    await playground.edit(ANA, written.message_id, "Yes")
    said = (await bot.get_updates())[-1].edited_message
    assert said
    assert (said.message_id, said.text, said.edit_date) == (written.message_id, "Yes", written.edited_at)


async def test_files_and_places_of_people_arrive(bot: Bot, playground: Playground) -> None:
    await playground.send_file(ANA, "photo", picture(4, 4), "x.png", caption="Look")
    await playground.send_file(ANA, "document", b"x", "x.txt")
    await playground.send_file(ANA, "voice", b"OggS", "x.ogg", "audio/ogg")
    await playground.send_file(ANA, "sticker", b"RIFF", "x.webp", "image/webp")
    await playground.send_place(ANA, 52.4, -4.1)
    photo, document, voice, sticker, place = [update.message for update in await bot.get_updates()]
    assert photo
    assert (photo.photo[-1].width, photo.caption) == (4, "Look")
    assert document
    assert document.document
    assert document.document.file_name == "x.txt"
    assert voice
    assert voice.voice
    assert voice.voice.mime_type == "audio/ogg"
    assert sticker
    assert sticker.sticker
    assert place
    assert place.location
    assert (place.location.latitude, place.location.longitude) == (52.4, -4.1)


async def test_a_long_poll_ends_as_soon_as_something_is_said(bot: Bot, playground: Playground) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.05)
    assert not poll.done()
    began = time.monotonic()
    await playground.say(ANA, "hello")
    assert len(await poll) == 1
    assert time.monotonic() - began < 1


async def test_a_long_poll_ends_after_its_time(bot: Bot) -> None:
    began = time.monotonic()
    assert await bot.get_updates(timeout=1) == ()
    assert 0.9 < time.monotonic() - began < 2


async def test_the_second_of_two_polls_ends_the_first(bot: Bot, playground: Playground) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.05)
    async with talking(playground) as other:
        second = asyncio.create_task(other.get_updates(timeout=20))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first
        await playground.say(ANA, "hello")
        assert len(await second) == 1


async def test_only_kinds_asked_for_come_and_the_choice_is_kept(bot: Bot, playground: Playground) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    await playground.say(ANA, "hello")
    await playground.tap_data(ANA, 5, "x")
    assert [update.callback_query is not None for update in await bot.get_updates()] == [True]
    await bot.get_updates(allowed_updates=[])
    await playground.say(ANA, "hello")
    assert len(await bot.get_updates()) == 2


async def test_numbers_of_updates_go_on_in_the_next_playground() -> None:
    clock = Clock()
    before = Playground(TOKEN, people=EVERYBODY, clock=clock)
    await before.say(ANA, "hello")
    clock.advance(timedelta(seconds=1))
    after = Playground(TOKEN, people=EVERYBODY, clock=clock)
    await after.say(ANA, "hello")
    assert before.world.updates.pending[0].id < after.world.updates.pending[0].id


# ---------------------------------------------------------------- updates by webhook


class Listener:
    """A bot's webhook: keeps what it hears, and answers with the statuses it is told to, then 200."""

    def __init__(self, *statuses: int, seconds: float = 0.0) -> None:
        self.statuses = list(statuses)
        self.seconds = seconds
        self.heard: list[dict[str, Any]] = []
        self.secrets: set[str | None] = set()
        self.most_at_once = 0
        self._at_once = 0
        self._more = asyncio.Condition()
        self.url = ""

    async def hear(self, request: web.Request) -> web.Response:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        async with self._more:
            self.heard.append(await request.json())
            self._more.notify_all()
        await asyncio.sleep(self.seconds)
        self._at_once -= 1
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def texts(self, number: int) -> list[str]:
        async with asyncio.timeout(5), self._more:
            await self._more.wait_for(lambda: len(self.heard) >= number)
        return [update["message"]["text"] for update in self.heard]


@asynccontextmanager
async def listening(listener: Listener) -> AsyncIterator[Listener]:
    app = web.Application()
    app.router.add_post("/hook", listener.hear)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield listener
    finally:
        await runner.cleanup()


async def test_a_webhook_hears_what_was_said_before_and_after(bot: Bot, playground: Playground) -> None:
    await playground.say(ANA, "before")
    async with listening(Listener()) as listener:
        await bot.set_webhook(listener.url, secret_token="s3cret-word")
        await playground.say(ANA, "after")
        assert await listener.texts(2) == ["before", "after"]
        assert listener.secrets == {"s3cret-word"}
        info = await bot.get_webhook_info()
        assert (info.url, info.pending_update_count, info.max_connections) == (listener.url, 0, 40)
        await bot.delete_webhook()
        await playground.say(ANA, "alone")
        assert len(await bot.get_updates()) == 1
    assert "s3cret-word" not in json.dumps(playground.calls)


async def test_a_webhook_that_fails_hears_again_and_in_order(bot: Bot, playground: Playground) -> None:
    async with listening(Listener(503, 302)) as listener:
        await bot.set_webhook(listener.url)
        await playground.say(ANA, "one")
        await playground.say(ANA, "two")
        assert await listener.texts(4) == ["one", "one", "one", "two"]
        info = await bot.get_webhook_info()
        assert info.last_error_message
        assert "302" in info.last_error_message


async def test_a_webhook_is_given_one_thing_at_a_time_by_each_person(bot: Bot, playground: Playground) -> None:
    await playground.say(BEN, "/start")
    playground.world.updates.forget_all()
    async with listening(Listener(seconds=0.05)) as listener:
        await bot.set_webhook(listener.url)
        for word in ("one", "two"):
            for person in EVERYBODY:
                await playground.say(person, word)
        assert sorted(await listener.texts(4)) == ["one", "one", "two", "two"]
        assert listener.most_at_once == 2


async def test_a_webhook_s_connections_are_counted(bot: Bot, playground: Playground) -> None:
    async with listening(Listener(seconds=0.05)) as listener:
        await bot.set_webhook(listener.url, max_connections=1)
        for person in EVERYBODY:
            await playground.say(person, "hello")
        await listener.texts(2)
        assert listener.most_at_once == 1


async def test_polling_and_a_webhook_exclude_each_other(bot: Bot, playground: Playground) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.05)
    async with listening(Listener()) as listener:
        await bot.set_webhook(listener.url, drop_pending_updates=True)
        with pytest.raises(Conflict, match="terminated by setWebhook request"):
            await poll
        with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates()


async def test_what_waits_may_be_dropped_when_the_way_is_changed(bot: Bot, playground: Playground) -> None:
    await playground.say(ANA, "before")
    async with listening(Listener()) as listener:
        await bot.set_webhook(listener.url, drop_pending_updates=True)
        await playground.say(ANA, "after")
        assert await listener.texts(1) == ["after"]


@pytest.mark.parametrize("url", ["https://example.org/hook", "ftp://127.0.0.1/", "http://[", "nowhere"])
async def test_the_playground_delivers_to_this_machine_only(bot: Bot, url: str) -> None:
    with pytest.raises(BadRequest, match="Bad webhook"):
        await bot.set_webhook(url)


# ---------------------------------------------------------------- how the bot presents itself


async def test_menus_are_kept_by_scope_and_language(bot: Bot, playground: Playground) -> None:
    await bot.set_my_commands([("start", "Begin")])
    await bot.set_my_commands([("start", "Dechrau")], language_code="cy")
    await bot.set_my_commands([("status", "Status")], scope=BotCommandScopeChat(2))
    assert await bot.get_my_commands() == (BotCommand("start", "Begin"),)
    assert await bot.get_my_commands(scope=BotCommandScopeChat(1)) == ()
    menus = playground.world.profile.commands_for
    assert [menus(1, "en")[0], menus(1, "cy")[0], menus(2, "en")[0]] == [
        {"command": "start", "description": "Begin"},
        {"command": "start", "description": "Dechrau"},
        {"command": "status", "description": "Status"},
    ]
    await bot.delete_my_commands(scope=BotCommandScopeChat(2))
    assert menus(2, "en")[0]["command"] == "start"


@pytest.mark.parametrize(
    ("name", "description", "reason"),
    [
        ("Start", "Begin", "Bot_command_invalid"),
        ("a-b", "Begin", "Bot_command_invalid"),
        ("", "Begin", "Bot_command_invalid"),
        ("a" * 33, "Begin", "Bot_command_invalid"),
        ("a" * 32, "x" * 256, None),
        ("start", "", "Bot_command_description_invalid"),
        ("start", "x" * 257, "Bot_command_description_invalid"),
    ],
)
async def test_commands_keep_to_telegram_s_limits(bot: Bot, name: str, description: str, reason: str | None) -> None:
    if reason is None:
        await bot.set_my_commands([(name, description)])
    else:
        with pytest.raises(BadRequest, match=rf"(?i){reason}"):
            await bot.set_my_commands([(name, description)])


async def test_there_are_at_most_100_commands_and_scopes_name_chats(bot: Bot) -> None:
    await bot.set_my_commands([(f"c{number}", "x") for number in range(100)])
    with pytest.raises(BadRequest, match=r"(?i)BOT_COMMANDS_TOO_MUCH"):
        await bot.set_my_commands([(f"c{number}", "x") for number in range(101)])
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.set_my_commands([("start", "x")], scope=BotCommandScopeChat(3))
    with pytest.raises(BadRequest, match="Invalid language code"):
        await bot.set_my_commands([("start", "x")], language_code="Welsh")


async def test_name_and_descriptions_are_kept_by_language_and_have_their_lengths(bot: Bot) -> None:
    await bot.set_my_name("Aberwick")
    await bot.set_my_description("x" * 512, language_code="cy")
    await bot.set_my_short_description("x" * 120)
    assert (await bot.get_my_name("cy")).name == "Aberwick"
    assert (await bot.get_my_description()).description == ""
    assert (await bot.get_my_description("cy")).description == "x" * 512
    assert (await bot.get_my_short_description()).short_description == "x" * 120
    assert (await bot.get_me()).first_name == "Aberwick"
    with pytest.raises(BadRequest, match="name is too long"):
        await bot.set_my_name("x" * 65)
    with pytest.raises(BadRequest, match="description is too long"):
        await bot.set_my_description("x" * 513)
    with pytest.raises(BadRequest, match="short description is too long"):
        await bot.set_my_short_description("x" * 121)


async def test_the_menu_button_is_kept(bot: Bot) -> None:
    await bot.set_chat_menu_button(1, MenuButtonDefault())
    assert await bot.get_chat_menu_button(1) == MenuButtonDefault()
    assert await bot.get_chat_menu_button() == MenuButtonCommands()
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.set_chat_menu_button(3)


# ---------------------------------------------------------------- floods and faults


async def test_more_than_a_short_burst_to_one_chat_is_refused_for_a_while() -> None:
    async with running() as playground, talking(playground) as bot:
        await playground.say(ANA, "/start")
        await playground.say(BEN, "/start")
        for number in range(20):
            await bot.send_message(1, str(number))
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(1, "one more")
        assert refused.value.retry_after in (1, timedelta(seconds=1))
        await bot.send_message(2, "another chat")
        assert len(playground.chat(ANA)) == 21


async def test_more_than_thirty_a_second_overall_are_refused_for_a_while() -> None:
    people = [Person(number, "Somebody") for number in range(1, 61)]
    playground = Playground(TOKEN, people=people)
    await playground.start()
    for person in people:
        await playground.say(person, "/start")
    async with aiohttp.ClientSession(playground.url) as http:

        async def send(person: Person) -> int:
            async with http.post(f"/bot{TOKEN}/sendMessage", data={"chat_id": person.id, "text": "x"}) as response:
                return response.status

        statuses = await asyncio.gather(*(send(person) for person in people))
    await playground.stop()
    assert 30 <= statuses.count(200) <= 45
    assert statuses.count(429) == 60 - statuses.count(200)


async def test_errors_happen_on_request_and_have_no_effect(bot: Bot, playground: Playground) -> None:
    playground.disturb("sendMessage", Error(502, "Bad Gateway"), times=2)
    playground.disturb("sendMessage", SlowDown(7))
    for _time in range(2):
        with pytest.raises(NetworkError, match="Bad Gateway"):
            await bot.send_message(1, "x")
    with pytest.raises(RetryAfter, match="7"):
        await bot.send_message(1, "x")
    assert len(playground.chat(ANA)) == 1
    await bot.send_message(1, "x")
    assert len(playground.chat(ANA)) == 2


@pytest.mark.parametrize("after", [False, True])
async def test_connections_are_cut_before_or_after_the_effect(bot: Bot, playground: Playground, after: bool) -> None:
    playground.disturb("*", Cut(after_effect=after))
    with pytest.raises(NetworkError):
        await bot.send_message(1, "x")
    assert [message.text for message in playground.chat(ANA) if message.by_bot] == (["x"] if after else [])
    await bot.send_message(1, "y")


async def test_calls_are_delayed_on_request(bot: Bot, playground: Playground) -> None:
    playground.disturb("sendMessage", Delay(0.3))
    with pytest.raises(TimedOut):
        await bot.send_message(1, "x", read_timeout=0.1)
    await bot.send_message(1, "y")


# ---------------------------------------------------------------- the page


async def test_the_page_learns_all_at_once(http: aiohttp.ClientSession, bot: Bot) -> None:
    await bot.send_message(1, "<b>Hi</b>", parse_mode="HTML", reply_markup=keyboard(["Yes"]))
    async with http.get("/play/state") as response:
        state = await response.json()
    assert (state["town"], state["about"], state["zone"]) == ("Aberwick", "A town by a river.", "Europe/London")
    assert state["people"][0] == {
        "id": 1,
        "name": "Ana",
        "role": "citizen",
        "about": "Lives by the river",
        "language_code": "cy",
        "blocked": False,
        "started": True,
        "commands": [],
        "unread_hint": 0,
        "try": ["/start"],
    }
    said = state["chats"]["1"][-1]
    assert (said["from"], said["kind"], said["text"], said["buttons"]) == (
        "bot",
        "text",
        "Hi",
        [[{"text": "Yes", "callback_data": "Yes"}]],
    )
    assert said["entities"] == [{"type": "bold", "offset": 0, "length": 2}]


async def post(http: aiohttp.ClientSession, action: str, **given: Any) -> tuple[int, dict[str, Any]]:
    async with http.post(f"/play/{action}", json=given) as response:
        return response.status, await response.json()


async def test_the_page_does_what_a_person_does(http: aiohttp.ClientSession, bot: Bot, playground: Playground) -> None:
    _status, said = await post(http, "say", person=1, text="hello")
    await post(http, "edit", person=1, message_id=said["message"]["message_id"], text="Hello")
    await post(http, "start", person=2, parameter="panel_7")
    sent = await bot.send_message(1, "Well?", reply_markup=keyboard(["Yes"]))
    await post(http, "tap", person=1, message_id=sent.message_id, row=0, column=0)
    await post(http, "place", person=1, latitude=52.4, longitude=-4.1)
    await post(http, "block", person=1, blocked=True)
    updates = [update.to_dict() for update in await bot.get_updates()]
    kinds = [next(key for key in update if key != "update_id") for update in updates]
    assert kinds == ["message", "edited_message", "message", "callback_query", "message", "my_chat_member"]
    assert updates[2]["message"]["text"] == "/start panel_7"


async def test_the_page_sends_and_shows_files(http: aiohttp.ClientSession, bot: Bot) -> None:
    form = aiohttp.FormData({"person": "1", "kind": "photo", "caption": "Look"})
    form.add_field("file", picture(4, 3), filename="x.png", content_type="image/png")
    async with http.post("/play/file", data=form) as response:
        file = (await response.json())["message"]["file"]
    assert (file["name"], file["width"], file["height"]) == ("x.png", 4, 3)
    async with http.get(f"/play/file/{file['id']}") as response:
        assert (response.content_type, await response.read()) == ("image/png", picture(4, 3))


async def test_a_file_that_could_run_in_the_page_is_only_saved(http: aiohttp.ClientSession, bot: Bot) -> None:
    sent = await bot.send_document(1, b"<script>alert(1)</script>", filename='a"b\n.html')
    assert sent.document
    async with http.get(f"/play/file/{sent.document.file_id}") as response:
        assert response.content_type == "application/octet-stream"
        assert response.headers["Content-Disposition"].startswith("attachment;")
        assert "sandbox" in response.headers["Content-Security-Policy"]


async def test_people_change_their_language_and_new_ones_come(
    http: aiohttp.ClientSession, playground: Playground
) -> None:
    await post(http, "language", person=1, language_code="en")
    assert playground.world.chats[1].language_code == "en"
    _status, answer = await post(http, "person", name=" Cai  Rees", language_code="cy")
    assert answer["person"]["name"] == "Cai Rees"
    await playground.say(answer["person"]["id"], "/start")


async def test_the_clock_is_moved_forward_only(http: aiohttp.ClientSession, playground: Playground) -> None:
    before = playground.clock.now()
    status, answer = await post(http, "clock", days=1)
    assert status == 200
    assert answer["now"][-6] in "+-"
    assert timedelta(days=1) <= playground.clock.now() - before < timedelta(days=1, seconds=5)
    for wrong in ({"days": -1}, {"hours": 0}, {"days": "x"}, {"days": 1e300}):
        status, answer = await post(http, "clock", **wrong)
        assert (status, list(answer)) == (400, ["error"])


@pytest.mark.parametrize(
    ("action", "given"),
    [
        ("say", {"person": 9, "text": "x"}),
        ("say", {"person": 1}),
        ("say", {"person": 1, "text": " "}),
        ("say", {"person": 1, "text": "\ud83c"}),
        ("say", {"person": 1, "text": "x" * 4097}),
        ("start", {"person": 1, "parameter": "x y"}),
        ("edit", {"person": 1, "message_id": 5, "text": "x"}),
        ("tap", {"person": 1, "message_id": 5, "row": 0, "column": 0}),
        ("file", {"person": 1, "kind": "photo", "file": "x"}),
        ("place", {"person": 1, "latitude": 91, "longitude": 0}),
        ("language", {"person": 1, "language_code": "<b>"}),
        ("person", {"name": ""}),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(
    http: aiohttp.ClientSession, action: str, given: dict[str, Any]
) -> None:
    status, answer = await post(http, action, **given)
    assert status == 400
    assert answer["error"].endswith(".")


async def test_the_page_hears_what_happens(http: aiohttp.ClientSession, bot: Bot, playground: Playground) -> None:
    async with http.get("/play/events") as events:
        assert events.content_type == "text/event-stream"
        sent = await bot.send_message(1, "x")
        await bot.edit_message_text("y", 1, sent.message_id)
        await bot.delete_message(1, sent.message_id)
        await bot.set_my_commands([("start", "Begin")])
        playground.clock.advance(timedelta(days=1))
        await playground.block(ANA)
        heard: list[dict[str, Any]] = []
        async with asyncio.timeout(5):
            while not heard or heard[-1]["type"] != "person":
                line = (await events.content.readline()).decode().strip()
                if line.startswith("data: "):
                    heard.append(json.loads(line.removeprefix("data: ")))
    kinds = [event["type"] for event in heard if event["type"] != "traffic"]
    assert kinds == ["message", "edited", "deleted", "profile", "clock", "person"]
    assert heard[0]["message"]["text"] == "x"
    assert heard[-1]["person"]["blocked"] is True
    methods = [event["entry"]["method"] for event in heard if event["type"] == "traffic"]
    assert methods == ["sendMessage", "editMessageText", "deleteMessage", "setMyCommands"]


async def test_the_traffic_can_be_read_and_never_tells_the_token(
    http: aiohttp.ClientSession, bot: Bot, playground: Playground
) -> None:
    await playground.say(ANA, f"the token is {TOKEN}")
    await bot.get_updates()
    await bot.send_message(1, TOKEN, reply_markup=keyboard(["Yes"]))
    with pytest.raises(BadRequest):
        await bot.send_message(9, "x")
    await bot.send_photo(1, picture(), filename="x.png")
    async with http.get("/play/traffic") as response:
        words = await response.text()
    entries = json.loads(words)["entries"]
    assert [(entry["direction"], entry["method"], entry["ok"]) for entry in entries] == [
        ("call", "getMe", True),
        ("update", "message", True),
        ("call", "sendMessage", True),
        ("call", "sendMessage", False),
        ("call", "sendPhoto", True),
    ]
    assert entries[2]["request"]["reply_markup"]["inline_keyboard"][0][0]["text"] == "Yes"
    assert entries[4]["request"]["photo"]["file"] == "x.png"
    assert TOKEN.partition(":")[2] not in words
    async with http.get("/play/traffic", params={"after": entries[3]["n"]}) as response:
        assert [entry["n"] for entry in (await response.json())["entries"]] == [entries[4]["n"]]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
    ids=str,
)
async def test_other_sites_are_not_listened_to(
    http: aiohttp.ClientSession, playground: Playground, headers: dict[str, str]
) -> None:
    async with http.post("/play/say", json={"person": 1, "text": "x"}, headers=headers) as response:
        assert response.status == 403
    assert len(playground.chat(ANA)) == 1
    async with http.get("/play/state", headers=headers) as response:
        assert response.status == 403


async def test_the_page_s_own_origin_is_listened_to(http: aiohttp.ClientSession, playground: Playground) -> None:
    headers = {"Origin": playground.url}
    async with http.post("/play/say", json={"person": 1, "text": "x"}, headers=headers) as response:
        assert response.status == 200
    async with http.post("/play/say", data={"person": "1", "text": "x"}, headers=headers) as response:
        assert response.status == 400, "a plain form can be sent by any site"


async def test_nothing_but_the_page_s_files_is_served(
    http: aiohttp.ClientSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page"
    monkeypatch.setattr("bot.playground.page_api.PAGE", page)
    async with http.get("/") as response:
        assert (response.status, "not part of this installation" in await response.text()) == (404, True)
    page.mkdir()
    (page / "index.html").write_text("<p>Hello")
    (tmp_path / "server.py").write_text("secret")
    for path in ("/", "/page/index.html"):
        async with http.get(path) as response:
            assert (response.content_type, await response.text()) == ("text/html", "<p>Hello")
    for path in ("/page/..%2Fserver.py", "/page/nothing.js", "/page/%00"):
        async with http.get(path) as response:
            assert response.status == 404


# ---------------------------------------------------------------- beginning and ending


async def test_stopping_ends_waiting_polls_pages_and_deliveries_at_once() -> None:
    playground = Playground(TOKEN, people=EVERYBODY)
    await playground.start()
    async with (
        listening(Listener(*[500] * 99)) as listener,
        aiohttp.ClientSession(playground.url) as http,
        talking(playground) as bot,
    ):
        await playground.say(ANA, "hello")
        await bot.set_webhook(listener.url)
        await listener.texts(1)
        await bot.delete_webhook(drop_pending_updates=True)
        poll = asyncio.create_task(bot.get_updates(timeout=20))
        events = await http.get("/play/events")
        await asyncio.sleep(0.05)
        began = time.monotonic()
        await playground.stop()
        assert time.monotonic() - began < 1
        assert await poll == ()
        assert (await events.read()).startswith(b"retry:"), "and it ended in order"
    await playground.stop()


async def test_a_taken_port_is_said_and_nothing_is_left_open(playground: Playground) -> None:
    port = int(playground.url.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        await Playground(TOKEN).start(port)


async def test_the_playground_runs_by_itself() -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.playground.server", "--token", TOKEN, "--people", "50", "--no-flood-limits",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert program.stdout
    async with asyncio.timeout(20):
        url = (await program.stdout.readline()).decode().strip()
    async with aiohttp.ClientSession(url) as http:
        for number in range(1_000_001, 1_000_051):
            async with http.post(f"/bot{TOKEN}/sendMessage", data={"chat_id": number, "text": "x"}) as response:
                assert response.status == 200
    program.send_signal(signal.SIGTERM)
    async with asyncio.timeout(5):
        assert await program.wait() == 0
