"""Runs all benchmarks and prints the README's tables."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from bench.server import Server, serving
from storage.database import opened
from storage.outbox import Parcel
from storage.people import Recipient
from storage.records import new_id
from storage.store import Store
from storage.vault import Vault

TOKEN = "1:bench-0123456789-0123456789-0123"  # noqa: S105
KEY = "a key for this benchmark only"
PEOPLE = 1000
SEQUENTIAL = 500
FLOOD = 4000
RECIPIENTS = 10_000
SAMPLE_SECONDS = 60.0


@asynccontextmanager
async def running(*command: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command, env={**os.environ, "PYTHONWARNINGS": "ignore", **environment}
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


def folkmoot(server: Server, folder: str, rate: int) -> dict[str, str]:
    return {
        "FOLKMOOT_TOKEN": TOKEN,
        "FOLKMOOT_KEY": KEY,
        "FOLKMOOT_OWNERS": "1",
        "FOLKMOOT_API_URL": server.url,
        "FOLKMOOT_DATABASE_URL": f"sqlite:///{Path(folder).resolve() / 'bench.db'}",
        "FOLKMOOT_SEND_RATE": str(rate),
        "FOLKMOOT_LOG_LEVEL": "ERROR",
    }


# ---------------------------------------------------------------- turns


async def measure_turns(server: Server) -> tuple[float, float, float]:
    """Median milliseconds one after the other, and replies a second in a flood; everybody has been met before."""
    await server.ask(2)
    for person in range(PEOPLE):
        server.say(1000 + person)
    await server.replies(len(server.sent) + PEOPLE)
    waits = [await server.ask(1000 + number) for number in range(SEQUENTIAL)]
    before = len(server.sent)
    began = time.perf_counter()
    for number in range(FLOOD):
        server.say(1000 + number % PEOPLE)
    await server.replies(before + FLOOD)
    flood = FLOOD / (time.perf_counter() - began)
    return statistics.median(waits) * 1000, 1 / statistics.mean(waits), flood


async def bench_turns() -> None:
    print("| | one after the other | in a flood of 4,000 from 1,000 people |")
    print("|---|---|---|")
    async with serving() as server, running("bench.echo", TOKEN=TOKEN, API_URL=server.url):
        echo = await measure_turns(server)
    with tempfile.TemporaryDirectory(dir=".") as folder:
        async with serving() as server, running("bot.cli", "run", **folkmoot(server, folder, 10_000)):
            ours = await measure_turns(server)
    for name, (median, rate, flood) in (("python-telegram-bot echo, nothing kept", echo), ("Folkmoot, on disk", ours)):
        print(f"| {name} | median {median:.1f} ms, {rate:.0f}/s | {flood:.0f}/s |")
    print(f"| ratio | {ours[1] / echo[1]:.2f}, {ours[0] - echo[0]:+.1f} ms | **{ours[2] / echo[2]:.2f}** |\n")


# ---------------------------------------------------------------- broadcast


async def prepare_broadcast(folder: str) -> None:
    """Ten thousand people, and one message waiting for each."""
    now = datetime.now(UTC)

    async def prepare(store: Store) -> None:
        for number in range(RECIPIENTS):
            person, _conversation = await store.people.add(10_000 + number, "citizen", "en", now)
            await store.outbox.add([_parcel(person.recipient, now)])

    async with opened(f"sqlite:///{folder}/bench.db", Vault([KEY])) as database:
        await database.write(prepare)


def _parcel(to: Recipient, now: datetime) -> Parcel:
    body = {"text": "We asked, you said, we did.", "rows": []}
    until = now + timedelta(days=7)
    return Parcel(new_id(), to.id, "bulk", "message", body, now, now, until)


async def bench_broadcast(rate: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory(dir=".") as folder:
        await prepare_broadcast(folder)
        async with serving() as server:
            server.limit = int(rate * 30 / 28)
            async with running("bot.cli", "run", **folkmoot(server, folder, rate)) as process:
                await server.replies(1)
                began, waits = time.perf_counter(), list[float]()
                while len(server.sent) < RECIPIENTS and time.perf_counter() - began < seconds:
                    waits.append(await server.ask(5000 + len(waits)))
                    await asyncio.sleep(0.2)
                memory = psutil.Process(process.pid).memory_info().rss / 2**20
        bulk = [at for at, chat in server.sent if chat >= 10_000]
        held = (len(server.sent) - 1) / (server.sent[-1][0] - server.sent[0][0])
        waits.sort()
        print(
            f"| {rate}/s | {len(bulk):,} | {held:.1f}/s | {server.refused} | {memory:.0f} MB "
            f"| median {statistics.median(waits) * 1000:.0f} ms, 95 % {waits[int(len(waits) * 0.95)] * 1000:.0f} ms |"
        )


def machine() -> str:
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return (
        f"{model}, {os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version} with synchronous=FULL, {datetime.now(UTC):%B %Y}"
    )


async def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    arguments.add_argument("--whole", action="store_true", help="send all 10,000 at 28/s too (six minutes)")
    whole: bool = arguments.parse_args().whole
    print(f"Machine: {machine()}.\n")
    await bench_turns()
    print("| rate set | bulk messages sent | rate held | 429 | memory | reply meanwhile |")
    print("|---|---|---|---|---|---|")
    await bench_broadcast(1000, 600)
    await bench_broadcast(28, 600 if whole else SAMPLE_SECONDS)


if __name__ == "__main__":
    asyncio.run(main())
