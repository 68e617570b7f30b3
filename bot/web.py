"""What the program serves over HTTP: Telegram's webhook and a health page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

LARGEST_REQUEST = 4 * 1024 * 1024
CLOSING_SECONDS = 2.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(host: str, port: int, webhook_path: str, webhook: Handler, healthy: Handler) -> AsyncIterator[int]:
    """Serve within the block; gives the port, which matters when 0 was asked for. Raises OSError when it is taken."""
    app = web.Application(client_max_size=LARGEST_REQUEST)
    app.router.add_post(webhook_path or "/", webhook)
    app.router.add_get("/healthz", healthy)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSING_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
