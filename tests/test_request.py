"""Requests to the Bot API, against a real server on a real socket."""

from __future__ import annotations

import asyncio
import io
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, InputFile
from telegram.error import Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.telegram.request import AiohttpRequest, NotSent, Patience

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
SENT = {"message_id": 7, "date": 0, "chat": {"id": 1, "type": "private"}, "text": "hello"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def ok(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def refusal(code: int, description: str, **parameters: Any) -> web.Response:
    answer = {"ok": False, "error_code": code, "description": description}
    return web.json_response({**answer, **({"parameters": parameters} if parameters else {})}, status=code)


@asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[str]:
    app = web.Application(client_max_size=20_000_000)
    app.router.add_route("*", "/{anything:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def bot_at(url: str, request: AiohttpRequest | None = None) -> AsyncIterator[Bot]:
    request = request or AiohttpRequest()
    bot = Bot(TOKEN, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot", request=request)
    async with request:
        yield bot


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def everything_said(problem: BaseException) -> str:
    """An error as the log would show it, its causes and contexts included, shown or not."""
    told = "".join(traceback.format_exception(problem)) + repr(problem)
    for earlier in (problem.__cause__, problem.__context__):
        if earlier is not None:
            told += everything_said(earlier)
    return told


# ---------------------------------------------------------------- what arrives


async def test_parameters_arrive_and_the_result_comes_back() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.path == f"/bot{TOKEN}/sendMessage"
        form = await request.post()
        assert form["chat_id"] == "1"
        return ok({**SENT, "text": form["text"]})

    async with served(handler) as url, bot_at(url) as bot:
        message = await bot.send_message(1, "Sut mae’r tŷ & ŵyn? 🐑 a+b=c%")
    assert message.text == "Sut mae’r tŷ & ŵyn? 🐑 a+b=c%"


@pytest.mark.parametrize("size", [0, 10, 3_000_000])
@pytest.mark.parametrize("as_stream", [False, True])
async def test_a_file_arrives_whole_and_with_its_name(size: int, as_stream: bool) -> None:
    contents = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    got: dict[str, Any] = {}

    async def handler(request: web.Request) -> web.Response:
        for name, value in (await request.post()).items():
            got[name] = (value.filename, value.file.read()) if isinstance(value, web.FileField) else value
        return ok(SENT)

    file = InputFile(io.BytesIO(contents) if as_stream else contents, filename='tŷ "a".bin', attach=True)
    async with served(handler) as url, bot_at(url) as bot:
        await bot.send_document(1, file, caption="the minutes")
    assert got["caption"] == "the minutes"
    assert got["document"] == file.attach_uri
    assert got[str(file.attach_name)] == ('tŷ "a".bin', contents)


async def test_a_file_is_downloaded_unchanged_even_if_the_token_stands_in_it() -> None:
    contents = TOKEN.encode() + b"\x00\xff" * 1000

    async def handler(request: web.Request) -> web.Response:
        if "/getFile" in request.path:
            return ok({"file_id": "f", "file_unique_id": "u", "file_path": "documents/a.bin"})
        return web.Response(body=contents)

    async with served(handler) as url, bot_at(url) as bot:
        downloaded = await (await bot.get_file("f")).download_as_bytearray()
    assert bytes(downloaded) == contents


async def test_connections_are_kept_and_never_more_than_allowed() -> None:
    at_once, most, ports = 0, 0, set()

    async def handler(request: web.Request) -> web.Response:
        nonlocal at_once, most
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername")[1])
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.005)
        at_once -= 1
        return ok(SENT)

    async with served(handler) as url, bot_at(url, AiohttpRequest(connections=8)) as bot:
        await asyncio.gather(*(bot.send_message(1, "hello") for _ in range(100)))
    assert most == 8
    assert len(ports) == 8


# ---------------------------------------------------------------- what Telegram refuses


async def test_too_many_requests_say_how_long_to_wait() -> None:
    async def handler(request: web.Request) -> web.Response:
        return refusal(429, "Too Many Requests: retry after 17", retry_after=17)

    async with served(handler) as url, bot_at(url) as bot:
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(1, "hello")
    assert caught.value.retry_after == 17


@pytest.mark.parametrize(
    ("code", "description", "error"),
    [
        (403, "Forbidden: bot was blocked by the user", Forbidden),
        (401, "Unauthorized", InvalidToken),
        (502, "Bad Gateway", NetworkError),
    ],
)
async def test_refusals_are_told_apart(code: int, description: str, error: type[TelegramError]) -> None:
    async def handler(request: web.Request) -> web.Response:
        return refusal(code, description)

    async with served(handler) as url, bot_at(url) as bot:
        with pytest.raises(error) as caught:
            await bot.send_message(1, "hello")
    assert type(caught.value) is error


# ---------------------------------------------------------------- what breaks


async def test_a_refused_connection_has_sent_nothing() -> None:
    async with bot_at(f"http://127.0.0.1:{unused_port()}") as bot:
        with pytest.raises(NotSent, match="Connection refused") as caught:
            await bot.send_message(1, "hello")
    assert TOKEN not in everything_said(caught.value)


async def test_no_free_connection_in_time_has_sent_nothing() -> None:
    seen = 0

    async def handler(request: web.Request) -> web.Response:
        nonlocal seen
        seen += 1
        await asyncio.sleep(0.3)
        return ok(SENT)

    request = AiohttpRequest(connections=1, patience=Patience(connect=0.02, pool=0.02))
    async with served(handler) as url, bot_at(url, request) as bot:
        first = asyncio.create_task(bot.send_message(1, "first"))
        await asyncio.sleep(0.1)
        with pytest.raises(NotSent):
            await bot.send_message(1, "second")
        await first
    assert seen == 1


async def test_a_cut_before_the_reply_is_in_doubt() -> None:
    seen = 0

    async def handler(request: web.Request) -> web.Response:
        nonlocal seen
        seen += 1
        assert request.transport is not None
        request.transport.abort()
        return ok(SENT)

    async with served(handler) as url, bot_at(url) as bot:
        with pytest.raises(NetworkError) as caught:
            await bot.send_message(1, "hello")
    assert type(caught.value) is NetworkError
    assert seen == 1, "what may have arrived is not sent again unasked"
    assert TOKEN not in everything_said(caught.value)


async def test_a_cut_within_the_reply_is_in_doubt() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"ok": true, ')
        assert request.transport is not None
        request.transport.abort()
        return response

    async with served(handler) as url, bot_at(url) as bot:
        with pytest.raises(NetworkError) as caught:
            await bot.send_message(1, "hello")
    assert type(caught.value) is NetworkError


async def test_no_reply_in_time_is_in_doubt_and_other_requests_go_on() -> None:
    async def handler(request: web.Request) -> web.Response:
        if (await request.post())["text"] == "slow":
            await asyncio.sleep(5)
        return ok(SENT)

    async with served(handler) as url, bot_at(url) as bot:
        with pytest.raises(TimedOut) as caught:
            await bot.send_message(1, "slow", read_timeout=0.05)
        assert (await bot.send_message(1, "quick")).message_id == 7
    assert TOKEN not in everything_said(caught.value)


async def test_an_upload_that_is_not_taken_ends_in_time() -> None:
    async def handler(request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return ok(SENT)

    async with served(handler) as url, bot_at(url, AiohttpRequest(patience=Patience(connect=0, pool=0.05))) as bot:
        file = InputFile(b"x" * 15_000_000, filename="large.bin")
        async with asyncio.timeout(3):
            with pytest.raises(TimedOut):
                await bot.send_document(1, file, read_timeout=0.1, write_timeout=0.1, connect_timeout=0.1)


async def test_without_a_time_limit_a_late_reply_is_waited_for() -> None:
    async def handler(request: web.Request) -> web.Response:
        await asyncio.sleep(0.2)
        return ok(SENT)

    impatient = AiohttpRequest(patience=Patience(read=0.05, write=0.01))
    async with served(handler) as url, bot_at(url, impatient) as bot:
        with pytest.raises(TimedOut):
            await bot.send_message(1, "hello")
        assert (await bot.send_message(1, "hello", read_timeout=None)).message_id == 7


async def test_a_redirection_is_not_followed_with_the_token() -> None:
    paths = []

    async def handler(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async with served(handler) as url, bot_at(url) as bot:
        with pytest.raises(NetworkError):
            await bot.send_message(1, "hello")
    assert paths == [f"/bot{TOKEN}/sendMessage"]


@pytest.mark.parametrize("status", [200, 404, 500])
async def test_the_token_is_never_told_even_when_a_proxy_echoes_the_address(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=status, text=f"Cannot POST {request.path} nor {request.path.replace(':', '%3A')}")

    async with served(handler) as url, bot_at(url) as bot:
        caplog.set_level(logging.DEBUG)
        with pytest.raises(TelegramError) as caught:
            await bot.send_message(1, "hello")
    assert "Cannot POST" in everything_said(caught.value) + caplog.text
    secret = TOKEN.partition(":")[2]
    assert secret not in everything_said(caught.value)
    assert secret not in "".join(record.getMessage() for record in caplog.records if record.name != "aiohttp.access")


async def test_requests_belong_between_beginning_and_end() -> None:
    request = AiohttpRequest()
    with pytest.raises(RuntimeError):
        await request.do_request("http://127.0.0.1/", "GET")
    await request.initialize()
    await request.initialize()
    await request.shutdown()
    await request.shutdown()
    with pytest.raises(RuntimeError):
        await request.do_request("http://127.0.0.1/", "GET")


@pytest.mark.parametrize("said", ["a;b&c=d+e %41 ?#/\r\n\t~'()*!", "100 % \x00", "مرحبًا 😀 হ্যাঁ", "<b>&amp;</b>", " "])
async def test_words_arrive_as_they_were_sent(said: str) -> None:
    arrived: list[tuple[str, str]] = []

    async def keep(request: web.Request) -> web.StreamResponse:
        form = await request.post()
        arrived.append((request.content_type, str(form["text"])))
        return ok(SENT)

    async with served(keep) as url, bot_at(url) as bot:
        await bot.send_message(1, said)
    assert arrived == [("application/x-www-form-urlencoded", said)]
