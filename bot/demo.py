"""The demo: a made-up town in a browser, and the unmodified bot talking to a local Bot API server over HTTP."""

from __future__ import annotations

import asyncio
import secrets
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

from bot.clock import Clock
from bot.neighbours import Neighbours
from bot.playground.server import Playground
from bot.service import Service
from bot.settings import Settings
from bot.town import ABOUT, NEIGHBOURS, OFFICER, PEOPLE, TOWN, ZONE, settle
from storage.database import opened

FAST_ENOUGH = "25"


async def run_demo(port: int, clock: Clock, say: Callable[[str], None]) -> None:
    """Serve the page on 127.0.0.1 until SIGTERM or Ctrl-C. Raises OSError when the port is taken."""
    token = f"{secrets.randbelow(10**9) + 10**9}:{secrets.token_urlsafe(26)}"
    playground = Playground(token, people=(*PEOPLE, *NEIGHBOURS), clock=clock, zone=ZONE, town=TOWN, about=ABOUT)
    neighbours = Neighbours(playground.world)
    await playground.start(port)
    neighbours.come()
    try:
        with tempfile.TemporaryDirectory(prefix="folkmoot-demo-") as folder:
            settings = _settings(token, playground.url, Path(folder))
            async with opened(settings.database_url, settings.vault) as database:
                await settle(database, clock, settings.timezone)
            service = Service(settings, clock)
            for sign in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(sign, service.stop)
            running = asyncio.create_task(service.run())
            await asyncio.wait({running, asyncio.create_task(service.ready.wait())}, return_when="FIRST_COMPLETED")
            say(f"{TOWN} is open: {playground.url}\nCtrl-C ends it; nothing is kept.")
            await running
    finally:
        neighbours.go()
        await playground.stop()


def _settings(token: str, url: str, folder: Path) -> Settings:
    return Settings.from_environment(
        {
            "FOLKMOOT_TOKEN": token,
            "FOLKMOOT_OWNERS": str(OFFICER.id),
            "FOLKMOOT_DATABASE_URL": f"sqlite:///{folder / 'folkmoot.db'}",
            "FOLKMOOT_API_URL": url,
            "FOLKMOOT_KEY": secrets.token_urlsafe(32),
            "FOLKMOOT_TIMEZONE": ZONE,
            "FOLKMOOT_SEND_RATE": FAST_ENOUGH,
        }
    )
