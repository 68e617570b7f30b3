"""What the chat page asks for and does, and the events it hears; only pages of this very server are listened to."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.playground.gateway import parameters
from bot.playground.refusals import Refusal
from bot.playground.specification import Upload
from bot.playground.traffic import Entry, Traffic
from bot.playground.world import Impossible, Message, World

PAGE = Path(__file__).with_name("page")
INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/ogg", "audio/mpeg", "audio/webm")
HOSTS = ("127.0.0.1", "localhost", "[::1]")
SHOWN_ENTRIES = 200
WAITING_EVENTS = 2000
HEARTBEAT_SECONDS = 15.0
FARTHEST = timedelta(days=366)
START_PARAMETER = re.compile(r"[A-Za-z0-9_-]{0,64}")
FORMS = ("application/json", "multipart/form-data")

Given = dict[str, Any]
Action = Callable[[Given], dict[str, Any]]


class PageApi:
    def __init__(self, world: World, traffic: Traffic, town: str, about: str) -> None:
        self._world = world
        self._traffic = traffic
        self._town = town
        self._about = about
        self._listeners: set[asyncio.Queue[bytes | None]] = set()
        self._actions: dict[str, Action] = {
            "say": self._say,
            "edit": self._edit,
            "tap": self._tap,
            "start": self._start,
            "file": self._file,
            "place": self._place,
            "block": self._block,
            "language": self._language,
            "person": self._person,
            "clock": self._clock,
        }

    def routes(self) -> list[web.RouteDef]:
        reading: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
            "/": self._index,
            "/page/{file}": self._page_file,
            "/play/state": self._state,
            "/play/events": self._events,
            "/play/traffic": self._traffic_since,
            "/play/file/{id}": self._download,
        }
        return [
            *(web.get(path, _guarded(answer), allow_head=False) for path, answer in reading.items()),
            web.post("/play/{action}", _guarded(self._act)),
        ]

    def close(self) -> None:
        """End all event streams."""
        for listener in self._listeners:
            with contextlib.suppress(asyncio.QueueFull):
                listener.put_nowait(None)

    # ------------------------------------------------------------ reading

    async def _index(self, request: web.Request) -> web.StreamResponse:
        return _page_file("index.html")

    async def _page_file(self, request: web.Request) -> web.StreamResponse:
        return _page_file(request.match_info["file"])

    async def _state(self, request: web.Request) -> web.Response:
        world, profile = self._world, self._world.profile
        bot = world.me()
        return web.json_response(
            {
                "town": self._town,
                "about": self._about,
                "bot": {
                    "id": bot["id"],
                    "username": bot["username"],
                    "name": bot["first_name"],
                    "description": profile.descriptions.get("", ""),
                    "short_description": profile.short_descriptions.get("", ""),
                },
                "now": world.now_local(),
                "zone": world.zone.key,
                "people": [world.person_for_page(chat) for chat in world.on_page()],
                "chats": {
                    str(chat.person.id): [message.for_page(world.zone) for message in chat.messages.values()]
                    for chat in world.on_page()
                },
            }
        )

    async def _traffic_since(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not after.isdigit():
            raise Impossible("after is the number of an entry.")
        return web.json_response({"entries": self._traffic.presentable(int(after), SHOWN_ENTRIES)})

    async def _download(self, request: web.Request) -> web.Response:
        """A file somebody sent may be anything: only pictures and sound are shown, and nothing in it is run."""
        file = self._world.files.get(request.match_info["id"])
        if file is None:
            raise web.HTTPNotFound(
                text=json.dumps({"error": "There is no such file."}), content_type="application/json"
            )
        shown = file.mime in INLINE
        response = web.Response(body=file.data, content_type=file.mime if shown else "application/octet-stream")
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if not shown:
            name = re.sub(r"[^\w. -]", "_", file.name, flags=re.ASCII)
            response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        listener = self._listen()
        try:
            await response.write(b"retry: 1000\n\n")
            while (event := await _next(listener)) is not None:
                await response.write(event)
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            self._stop_listening(listener)
        return response

    def _listen(self) -> asyncio.Queue[bytes | None]:
        listener: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING_EVENTS)
        self._listeners.add(listener)
        self._world.watchers.add(self._publish_chat)
        self._traffic.watch = self._publish_entry
        return listener

    def _stop_listening(self, listener: asyncio.Queue[bytes | None]) -> None:
        self._listeners.discard(listener)
        if not self._listeners:
            self._world.watchers.discard(self._publish_chat)
            self._traffic.watch = None

    def _publish(self, event: dict[str, Any]) -> None:
        words = f"data: {json.dumps(event)}\n\n".encode()
        for listener in self._listeners:
            if listener.full():  # a page that does not keep up is made to begin anew
                listener.get_nowait()
                listener.put_nowait(None)
            else:
                listener.put_nowait(words)

    def _publish_chat(self, event: dict[str, Any]) -> None:
        """What happens in the chats of people elsewhere is not for the page."""
        chat = self._world.chats.get(event["person"]) if isinstance(event.get("person"), int) else None
        if chat is None or chat.person.on_page:
            self._publish(event)

    def _publish_entry(self, entry: Entry) -> None:
        self._publish({"type": "traffic", "entry": self._traffic.present(entry)})

    # ------------------------------------------------------------ doing

    async def _act(self, request: web.Request) -> web.Response:
        action = self._actions.get(request.match_info["action"])
        if action is None:
            raise web.HTTPNotFound(text='{"error": "There is no such action."}', content_type="application/json")
        if request.content_type not in FORMS:
            raise Impossible("Send JSON, or a file with its form.")
        given = await parameters(request)
        try:
            return web.json_response(action(given))
        except (KeyError, TypeError, ValueError, OverflowError) as problem:
            if isinstance(problem, Impossible):
                raise
            raise Impossible("Something in this request is missing or not understood.") from problem

    def _say(self, given: Given) -> dict[str, Any]:
        reply_to = given.get("reply_to")
        return self._written(self._world.say(int(given["person"]), str(given["text"]), reply_to and int(reply_to)))

    def _edit(self, given: Given) -> dict[str, Any]:
        return self._written(self._world.edit(int(given["person"]), int(given["message_id"]), str(given["text"])))

    def _tap(self, given: Given) -> dict[str, Any]:
        where = (int(given[name]) for name in ("person", "message_id", "row", "column"))
        return {"id": self._world.tap(*where)}

    def _start(self, given: Given) -> dict[str, Any]:
        parameter = str(given.get("parameter") or "")
        if not START_PARAMETER.fullmatch(parameter):
            raise Impossible("A link's parameter has at most 64 of A–Z, a–z, 0–9, _ and -.")
        return self._written(self._world.say(int(given["person"]), f"/start {parameter}".strip()))

    def _file(self, given: Given) -> dict[str, Any]:
        file = given["file"]
        if not isinstance(file, Upload):
            raise Impossible("There is no file in the form.")
        person, kind, caption = int(given["person"]), str(given["kind"]), str(given.get("caption", ""))
        return self._written(self._world.send_file(person, kind, file, caption))

    def _place(self, given: Given) -> dict[str, Any]:
        where = float(given["latitude"]), float(given["longitude"])
        return self._written(self._world.send_place(int(given["person"]), *where))

    def _block(self, given: Given) -> dict[str, Any]:
        self._world.block(int(given["person"]), given["blocked"] is True)
        return {}

    def _language(self, given: Given) -> dict[str, Any]:
        self._world.speak(int(given["person"]), str(given["language_code"]))
        return {}

    def _person(self, given: Given) -> dict[str, Any]:
        person = self._world.newcomer(str(given["name"]), str(given.get("language_code") or "en"))
        return {"person": self._world.person_for_page(self._world.chats[person.id])}

    def _clock(self, given: Given) -> dict[str, Any]:
        by = timedelta(days=float(given.get("days", 0)), hours=float(given.get("hours", 0)))
        if not timedelta() < by <= FARTHEST:
            raise Impossible("The clock moves forward, by a year at most.")
        self._world.clock.advance(by)
        return {"now": self._world.now_local()}

    def _written(self, message: Message) -> dict[str, Any]:
        return {"message": message.for_page(self._world.zone)}


async def _next(listener: asyncio.Queue[bytes | None]) -> bytes | None:
    """The next event, or now and then a sign of life, so that a closed page is noticed."""
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS):
            return await listener.get()
    except TimeoutError:
        return b": \n\n"


def _page_file(name: str) -> web.StreamResponse:
    path = PAGE / name
    if Path(name).name != name or not path.is_file():
        return web.Response(status=404, text="The chat page is not part of this installation.")
    return web.FileResponse(path, headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})


def _guarded(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Other sites, which a browser may have open beside this one, can neither read nor do anything here."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if not _is_own(request):
            return web.json_response({"error": "This page may only be used from this machine."}, status=403)
        try:
            return await answer(request)
        except Impossible as problem:
            return web.json_response({"error": str(problem)}, status=400)
        except Refusal as refusal:
            return web.json_response({"error": refusal.description}, status=400)

    return guarded


def _is_own(request: web.Request) -> bool:
    """The host must be this machine by a name nobody else can claim; an origin must be this very server."""
    host = request.headers.get("Host", "")
    if re.sub(r":\d+$", "", host) not in HOSTS:
        return False
    origin = request.headers.get("Origin")
    return origin is None or (urlsplit(origin).scheme == "http" and urlsplit(origin).netloc == host)
