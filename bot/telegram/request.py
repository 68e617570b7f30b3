"""Requests to the Bot API over aiohttp: a third of the bundled client's processor time per send, less when busy.

What goes wrong, as callers see it:

    telegram.error.NetworkError
    ├── NotSent     no connection came about: Telegram has certainly not seen the request
    ├── TimedOut    no reply in time: Telegram may have acted on the request
    └── (itself)    the connection was cut: Telegram may have acted on the request

Addresses contain the bot's token, and the HTTP library puts addresses into its errors: none of its words, and no
link to its errors, leave this file.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
from dataclasses import dataclass
from urllib.parse import quote

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

CONNECTIONS = 64
KEEP_ALIVE_SECONDS = 15.0
TOKEN = re.compile(r"/bot(\d+(?::|%3A)[A-Za-z0-9_-]+)/", re.IGNORECASE)
REDACTED = b"[token]"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

NOTHING_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
IN_DOUBT = (aiohttp.ClientError, OSError)


class NotSent(NetworkError):
    """No connection came about, so nothing was sent: sending again cannot do anything twice."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for what, in seconds; None waits for ever. `upload` replaces `write` for files."""

    read: float | None = 20.0
    write: float | None = 20.0
    upload: float | None = 60.0
    connect: float | None = 5.0
    pool: float | None = 10.0


class AiohttpRequest(BaseRequest):
    """At most `connections` at once, kept alive between requests; more requests wait for a free one."""

    __slots__ = ("_connections", "_patience", "_session")

    def __init__(self, connections: int = CONNECTIONS, patience: Patience | None = None) -> None:
        self._connections = connections
        self._patience = patience or Patience()
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._patience.read

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEEP_ALIVE_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and the body. Raises NotSent, TimedOut or NetworkError."""
        if self._session is None:
            raise RuntimeError("initialize() comes before requests, and none are made after shutdown()")
        usual = self._patience
        files = request_data is not None and bool(request_data.multipart_data)
        patience = Patience(
            read=_chosen(read_timeout, usual.read),
            write=_chosen(write_timeout, usual.upload if files else usual.write),
            connect=_chosen(connect_timeout, usual.connect),
            pool=_chosen(pool_timeout, usual.pool),
        )
        try:
            async with self._session.request(
                method,
                url,
                data=_body(request_data) if request_data is not None else None,
                headers=FORM if request_data is not None and not files else None,
                timeout=_timeouts(patience, download=method == "GET"),
                allow_redirects=False,
            ) as response:
                body = await response.read()
                if method == "GET" and response.status == 200:
                    return response.status, body
                return response.status, _without_token(body, url)
        except IN_DOUBT as problem:
            failure = _classified(problem)
        raise failure  # outside the block, so that the library's error is not even its context


def _chosen(given: ODVInput[float], usual: float | None) -> float | None:
    return usual if isinstance(given, DefaultValue) else given


def _timeouts(patience: Patience, *, download: bool) -> aiohttp.ClientTimeout:
    """A download may take as long as it keeps coming; anything else has a limit overall, which bounds the writing."""
    connect = _sum(patience.pool, patience.connect)
    return aiohttp.ClientTimeout(
        total=None if download else _sum(connect, patience.write, patience.read),
        connect=connect,
        sock_connect=patience.connect,
        sock_read=patience.read,
    )


def _sum(*seconds: float | None) -> float | None:
    known = [part for part in seconds if part is not None]
    return sum(known) if len(known) == len(seconds) else None


def _body(data: RequestData) -> aiohttp.FormData | bytes:
    """A form; without files it is encoded by yarl, which has a compiled quoter: a tenth of aiohttp's time."""
    if not data.multipart_data:
        return URL.build(query=data.json_parameters).raw_query_string.encode()
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)
    for name, (filename, contents, kind) in data.multipart_data.items():
        stream = io.BytesIO(contents) if isinstance(contents, bytes) else contents
        form.add_field(name, stream, filename=filename, content_type=kind)
    return form


def _without_token(body: bytes, url: str) -> bytes:
    """What a proxy in between echoes of the address must not reach error messages either."""
    found = TOKEN.search(url)
    if found is None:
        return body
    for spelling in {found[1], quote(found[1], safe="")}:
        body = body.replace(spelling.encode(), REDACTED)
    return body


def _classified(problem: Exception) -> NetworkError:
    if isinstance(problem, NOTHING_SENT):
        return NotSent(f"Not sent: {_named(problem)}")
    if isinstance(problem, asyncio.TimeoutError):
        return TimedOut(f"No reply in time: {_named(problem)}")
    return NetworkError(_named(problem))


def _named(problem: Exception) -> str:
    name = type(problem).__name__
    number = problem.errno if isinstance(problem, OSError) else None
    return f"{name}: {os.strerror(number)}" if number and number > 0 else name
