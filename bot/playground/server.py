"""The playground as a whole: one server on 127.0.0.1 for the Bot API and the chat page, and people to play with.

python -m bot.playground.server --token 1:x --port 8081 --people 1000 --no-flood-limits
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from bot.clock import Clock
from bot.playground.delivery import Delivery
from bot.playground.faults import Fault, Faults
from bot.playground.files import LARGEST_FILE
from bot.playground.flood import FloodLimits
from bot.playground.gateway import Gateway
from bot.playground.methods import Methods
from bot.playground.page_api import PageApi
from bot.playground.specification import Upload
from bot.playground.traffic import Traffic
from bot.playground.updates import Update
from bot.playground.world import Message, Person, Profile, World

HOST = "127.0.0.1"
CLOSING_SECONDS = 0.3
FIRST_OF_MANY = 1_000_001

Who = Person | int


class Playground:
    """People say and tap through the methods here; the bot is talked to over HTTP only.

    Whatever a person cannot do raises `world.Impossible`, with the reason as they would be told it.
    """

    def __init__(
        self,
        token: str,
        *,
        people: Iterable[Person] = (),
        clock: Clock | None = None,
        zone: str = "Europe/London",
        town: str = "Playground",
        about: str = "",
        name: str = "Folkmoot",
        username: str = "folkmoot_bot",
        flood_limits: bool = True,
    ) -> None:
        number = token.partition(":")[0]
        self.clock = clock or Clock()
        profile = Profile(int(number) if number.isdigit() else 1, username, names={"": name})
        self.world = World(profile, people, self.clock, zone)
        self.faults = Faults()
        self.url = ""
        self._traffic = Traffic(token, self.clock)
        self._delivery = Delivery(self.world.updates, self.clock, self._delivered)
        methods = Methods(self.world, self._delivery, FloodLimits() if flood_limits else None)
        self._gateway = Gateway(token, self.world, methods, self._traffic, self.faults)
        self._page = PageApi(self.world, self._traffic, town, about)
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        """Serve until `stop`; `url` then says where. Raises OSError when the port is taken."""
        app = web.Application(client_max_size=LARGEST_FILE + 1024 * 1024)
        app.add_routes([*self._gateway.routes(), *self._page.routes()])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSING_SECONDS)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, port).start()
        except OSError:
            await self.stop()
            raise
        self.url = f"http://{HOST}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Let waiting polls and pages go, stop delivering, close the port; may be called twice."""
        self._page.close()
        self.world.updates.release()
        await self._delivery.stop()
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()

    # ------------------------------------------------------------ people

    async def say(self, person: Who, text: str, reply_to: int | None = None) -> Message:
        return self.world.say(_id(person), text, reply_to)

    async def edit(self, person: Who, message_id: int, text: str) -> Message:
        return self.world.edit(_id(person), message_id, text)

    async def tap(self, person: Who, message_id: int, row: int, column: int) -> str:
        """The id of the callback query that the bot is to answer."""
        return self.world.tap(_id(person), message_id, row, column)

    async def tap_data(self, person: Who, message_id: int, data: str) -> str:
        """A forged tap: `data` need not be on any button."""
        return self.world.tap_data(_id(person), message_id, data)

    async def send_file(
        self, person: Who, kind: str, data: bytes, name: str = "", mime: str = "", caption: str = ""
    ) -> Message:
        """`kind` is photo, document, voice or sticker."""
        return self.world.send_file(_id(person), kind, Upload(name, mime, data), caption)

    async def send_place(self, person: Who, latitude: float, longitude: float) -> Message:
        return self.world.send_place(_id(person), latitude, longitude)

    async def block(self, person: Who, blocked: bool = True) -> None:
        self.world.block(_id(person), blocked)

    def chat(self, person: Who) -> list[Message]:
        """What stands in a person's chat, oldest first."""
        return list(self.world.chat(_id(person)).messages.values())

    def add(self, person: Person) -> None:
        self.world.add(person)

    # ------------------------------------------------------------ tests

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The latest traffic, oldest first, as the page shows it."""
        return self._traffic.presentable()

    def disturb(self, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next `times` calls of a method ("*": of any) go wrong, after those that already will."""
        self.faults.add(method, fault, times)

    def _delivered(self, update: Update, taken: bool, said: str, seconds: float) -> None:
        self._traffic.note("webhook", update.kind, update.body, taken, {"status": said}, seconds)


def _id(person: Who) -> int:
    return person.id if isinstance(person, Person) else person


# ---------------------------------------------------------------- by itself


async def _serve(arguments: argparse.Namespace) -> None:
    people = [Person(number, f"Person {number}") for number in range(FIRST_OF_MANY, FIRST_OF_MANY + arguments.people)]
    playground = Playground(arguments.token, people=people, flood_limits=arguments.flood_limits)
    for chat in playground.world.chats.values():
        chat.started = True
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    await playground.start(arguments.port)
    sys.stdout.write(f"{playground.url}\n")
    sys.stdout.flush()
    await stop.wait()
    await playground.stop()


def main() -> None:
    """Prints the address, and serves until SIGTERM or Ctrl-C; everybody has already written to the bot."""
    parser = argparse.ArgumentParser(description="A local Bot API server with people to talk to.")
    parser.add_argument("--token", required=True)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--people", type=int, default=3, help=f"their ids begin at {FIRST_OF_MANY}")
    parser.add_argument("--flood-limits", action=argparse.BooleanOptionalAction, default=True)
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
