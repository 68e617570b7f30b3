"""Random people tap every button and say anything at all: nobody meets silence, a dead end or a failure.

`make monkey` lets them play for longer; a failure names its seed and what was said last.
"""

from __future__ import annotations

import os
import random
from collections import deque
from pathlib import Path

import pytest

from storage.database import Database, opened
from tests.peers import VAULT
from tests.player import Phone, Player

STEPS = int(os.environ.get("MONKEY_STEPS", "250"))
SEEDS = range(int(os.environ.get("MONKEY_SEEDS", "3")))
PEOPLE = ("ana", "ben", "cerys", "olga")

WORDS = (
    "hello",
    "2",
    "5",
    "17",
    "-1",
    "1e9",
    "yes",
    "Na",
    "tomorrow",
    "in 2 weeks",
    "3 May 2027, 18:00",
    "31/2/2027",
    "A crossing by the school",
    "Should the library open on Sundays?",
    "Yes\\nNo\\nDon't know",
    "<b>bold</b> & {braces} %s",
    "😀" * 40,
    "مرحبا",
    "x" * 4000,
    "'; DROP TABLE people; --",
    "/start",
    "/start join-nosuchpanel",
    "/start topic-",
    "/cancel",
    "/stop",
    "/continue",
    "/join",
    "/join 00",
    "/propose A bench in the park",
    "/survey ffffffffffffffffffffffffff",
    "/verdict x yes",
    "/consult",
    "/newpanel",
    "/promises",
    "/status",
    "/outcome 1",
    "/decline",
    "/topics 999999999999",
    "/topics -1",
    "/panels ' OR 1=1",
    "/menu nonsense",
    "/attributes",
    "/attribute age",
    "/readymade age",
    "/people of age",
    "/people growth",
    "/retention texts 6",
    "/support Where is the town hall?",
    "/requests",
    "/reply 0",
)


FILES = ("ages_and_areas.csv", "fewer_areas.csv", "mistakes.csv", "picture.csv", "lost.csv")


def beginning() -> list[str]:
    """A panel with members, a topic and an open survey, so that there is something to tap."""
    cycle = Path(__file__).with_name("transcripts") / "cycle.chat"
    lines = [line for line in cycle.read_text("utf-8").splitlines() if line.startswith(("~", ">"))]
    return lines[: lines.index("> olga: [Publish now]") + 1]


def anything(chance: random.Random, phone: Phone) -> str:
    """One line of what this person does next; mostly taps on what they see."""
    buttons = [button for shown in phone.shown[-6:] for row in shown.rows for button in row]
    old = [button for shown in phone.shown for row in shown.first_rows for button in row]
    kind = chance.random()
    if buttons and kind < 0.7:
        return _tap(phone, chance.choice(buttons))
    if old and kind < 0.76:
        return _tap(phone, chance.choice(old))
    if kind < 0.78:
        return f"> {phone.name}: forged c:{chance.randrange(30)}:{chance.choice(['yes', '+0', 'cancel', 'x' * 40])}"
    if kind < 0.8:
        return f"> {phone.name} sends a {chance.choice(['photo', 'voice', 'sticker', 'location', 'contact'])}"
    if kind < 0.81:
        return f"> {phone.name} sends the file {chance.choice(FILES)}"
    if kind < 0.82:
        return f"> {phone.name} edits: something else"
    if kind < 0.85:
        return f"~ {chance.choice(['5 minutes', '3 hours', '1 day', '1 week'])} pass"
    return f"> {phone.name}: {chance.choice(WORDS)}"


def _tap(phone: Phone, button: dict[str, str]) -> str:
    if "url" in button:
        return f"> {phone.name}: /start {button['url'].partition('?start=')[2]}"
    return f"> {phone.name}: forged {button['callback_data']}"


@pytest.mark.parametrize("seed", SEEDS)
async def test_nobody_meets_silence(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    player = Player(f"sqlite:///{tmp_path}/monkey.db")
    async with opened(f"sqlite:///{tmp_path}/monkey.db", VAULT) as database:
        for line in beginning():
            await player.act(database, line)
        for name in PEOPLE:
            await player.act(database, f"> {name}: /start")
        said: deque[str] = deque(maxlen=12)
        for _step in range(STEPS):
            line = anything(chance, player.phones[chance.choice(PEOPLE)])
            said.append(line)
            heard = await player.act(database, line)
            about = f"seed {seed}, after:\n" + "\n".join(said)
            assert await _failures(database) == [], about
            if line.startswith("> ") and "forged" not in line:
                assert any(answer.startswith("< bot") for answer in heard), f"silence, {about}"
            elif line.startswith("> "):
                assert player.taps_answered, f"the button stays busy, {about}"


async def _failures(database: Database) -> list[str]:
    """Updates and timers that could not be dealt with, or still wait."""
    async with database.reading() as store:
        piles = [*await store.inbox.counts(), *(p for p in await store.timers.counts() if p.state == "failed")]
    return [f"{pile.number} {pile.state} {pile.reason}" for pile in piles]
