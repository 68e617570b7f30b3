"""The Bot API over HTTP: requests in any of Telegram's forms, answers, files to download."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from bot.playground.faults import Cut, Delay, Error, Faults, SlowDown
from bot.playground.methods import Methods
from bot.playground.refusals import Refusal, bad_request, too_many_requests
from bot.playground.specification import Upload
from bot.playground.traffic import Traffic
from bot.playground.world import World

UNAUTHORIZED = Refusal(401, "Unauthorized")
NOT_FOUND = Refusal(404, "Not Found")


class Gateway:
    def __init__(self, token: str, world: World, methods: Methods, traffic: Traffic, faults: Faults) -> None:
        self._token = token
        self._world = world
        self._methods = methods
        self._traffic = traffic
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("GET", r"/file/bot{token:[^/]+}/{path:.+}", self._download),
            web.route("GET", r"/bot{token:[^/]+}/{method:[^/]+}", self._call),
            web.route("POST", r"/bot{token:[^/]+}/{method:[^/]+}", self._call),
        ]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if not self._known(request):
            return _answer(401, UNAUTHORIZED.answer())
        method = request.match_info["method"]
        began = time.perf_counter()
        given: dict[str, Any] = {}
        status, answer = 200, {"ok": True}
        fault = self._faults.next(method)
        try:
            given = await parameters(request)
            await _before(fault)
            answer = {"ok": True, "result": await self._methods.call(method, given)}
        except Refusal as refusal:
            status, answer = refusal.code, refusal.answer()
        except ConnectionAbortedError:
            return _cut(request)
        self._note(method, given, answer, time.perf_counter() - began)
        if fault == Cut(after_effect=True):
            return _cut(request)
        return _answer(status, answer)

    def _known(self, request: web.Request) -> bool:
        return hmac.compare_digest(request.match_info["token"].encode(), self._token.encode())

    def _note(self, method: str, given: dict[str, Any], answer: dict[str, Any], seconds: float) -> None:
        """Polls that bring nothing are left out; those that do are the updates' own story."""
        if method.lower() != "getupdates" or not answer["ok"]:
            self._traffic.note("call", method, given, answer["ok"], answer, seconds)
            return
        for update in answer["result"]:
            kind = next(key for key in update if key != "update_id")
            self._traffic.note("update", kind, update, True, {}, 0.0)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if not self._known(request):
            return _answer(401, UNAUTHORIZED.answer())
        file = self._world.paths.get(request.match_info["path"])
        if file is None:
            return _answer(404, NOT_FOUND.answer())
        return web.Response(body=file.data, content_type="application/octet-stream")


async def parameters(request: web.Request) -> dict[str, Any]:
    """From the address and the body, which may be a form, JSON or in several parts. Raises Refusal."""
    given: dict[str, Any] = dict(request.query) if request.query_string else {}
    if request.method == "GET":
        return given
    match request.content_type:
        case "multipart/form-data":
            return given | await _parts(request)
        case "application/json":
            return given | _object(await request.read())
    return given | dict(parse_qsl((await request.read()).decode("utf-8", "replace"), keep_blank_values=True))


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise bad_request("can't parse JSON object")
    return found


async def _parts(request: web.Request) -> dict[str, Any]:
    given: dict[str, Any] = {}
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or not part.name:
                raise bad_request("can't parse multipart body")
            data = bytes(await part.read())
            if part.filename is None:
                given[part.name] = data.decode("utf-8", "replace")
            else:
                given[part.name] = Upload(part.filename, part.headers.get("Content-Type", ""), data)
    except ValueError:
        raise bad_request("can't parse multipart body") from None
    return given


async def _before(fault: Any) -> None:
    match fault:
        case Error(status, description):
            raise Refusal(status, description)
        case SlowDown(seconds):
            raise too_many_requests(seconds)
        case Cut(after_effect=False):
            raise ConnectionAbortedError
        case Delay(seconds):
            await asyncio.sleep(seconds)


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()


def _answer(status: int, answer: dict[str, Any]) -> web.Response:
    return web.Response(
        body=json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"),
        status=status,
        content_type="application/json",
    )
