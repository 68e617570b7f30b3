"""People who talked with the bot and erased themselves: no word of theirs is left in any file, log or backup."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.logs import begin_logging
from bot.telegram.sender import _contents as file_bytes
from storage.backup import KEYS_FILE, back_up, restore
from storage.database import Database, opened
from tests.opening import every_word, file_words, folder_words, keys_of, opened_words
from tests.peers import VAULT
from tests.player import Phone, Player

PEOPLE = int(os.environ.get("CANARIES", "40"))
"""`make canaries` has 1,000 of them."""

FIRST_ID = 9_100_000_000

SURVEY = """\
> olga: /newpanel
> olga: Voices
> olga: Living here.
> olga: [6 months]
> olga: [As many as want to]
> olga: [Begin this panel]
> olga: /readymade age
> olga: [Yes, ask people]
> olga: /consult
> olga: [Voices]
> olga: How is it?
> olga: What the plan says
> olga: The council
> olga: 30 March 18:00
> olga: 10 April
> olga: 20 April
> olga: [Questions]
> olga: [Add a question]
> olga: [In their own words]
> olga: Why?
> olga: [It needs an answer]
> olga: [Done]
> olga: [Publish]
> olga: [Publish now]"""

CITIZEN = """\
> {name} follows a link from olga
> {name}: [English]
> {name}: [Yes, I agree]
> {name}: [Yes, I join]
> {name}: /surveys
> {name}: [How is it?]
> {name}: I am {name} and I say so
> {name}: [Send]
> {name}: /propose A tree for {name}
> {name}: [Publish]
> {name}: /support My question is {name}
> {name}: half a sentence of {name}
> {name}: /code
> {name}: {name}1"""

FAREWELL = """\
> {name}: /forget
> {name}: [Yes, erase it all]
> {name}: {name}1"""
"""A day later: a first code does not count before."""


def canary(number: int) -> str:
    return f"canary{number:05d}sings"


async def test_whoever_erases_themselves_in_the_chat_is_found_nowhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder, backups = tmp_path / "data", tmp_path / "backups"
    url = f"sqlite:///{folder}/folkmoot.db"
    begin_logging("DEBUG", "")
    player = Player(url)
    async with opened(url, VAULT) as database:
        for line in ["~ 1 March 2027, 09:00", *SURVEY.splitlines()]:
            await player.act(database, line)
        last_words: list[str] = []
        middle = backups / "none"
        for number in range(PEOPLE):
            player.phones[canary(number)] = Phone(canary(number), FIRST_ID + number)
            for line in CITIZEN.format(name=canary(number)).splitlines():
                if number and line.endswith("[Publish]"):
                    await player.act(database, f"> {canary(number)}: [No, mine is new]")
                await player.act(database, line)
        assert canary(0).encode() not in b"".join(_contents(folder)), "it is sealed while it is kept"
        await player.act(database, "~ 24 hours pass")
        for number in range(PEOPLE):
            if number == PEOPLE // 2:
                middle = await back_up(database, backups, datetime.now(UTC))
            for line in FAREWELL.format(name=canary(number)).splitlines():
                last_words = await player.act(database, line)
        assert any("erased" in line for line in last_words), last_words
        await database.scrub()
        await back_up(database, backups, datetime(2100, 1, 1, tzinfo=UTC))
        async with opened(f"sqlite:///{tmp_path}/restored/folkmoot.db", VAULT) as restored:
            await restore(restored, middle, backups / KEYS_FILE)
            keys = await keys_of(restored, VAULT)
            assert "canary" not in opened_words(await every_word(restored), keys)
        assert "canary" not in opened_words(await every_word(database), keys)
        assert "canary" not in opened_words(await asyncio.to_thread(folder_words, backups), keys)
        assert "canary" not in "\n".join(await _staff_reads_everything(player, database))
    await asyncio.to_thread((tmp_path / "log").write_text, capfd.readouterr().err)
    assert [trace for trace in _traces(player) for found in _contents(tmp_path) if trace in found] == []


async def _staff_reads_everything(player: Player, database: Database) -> list[str]:
    """Every list and file that staff can get, as they get it."""
    player.files.clear()
    async with database.reading() as store:
        (consultation,) = await store.consultations.page(0, 9)
        (words,) = await store.consultations.questions(consultation.id)
    seen = await player.act(database, "~ 31 March 2027, 09:00")
    for command in (
        *(f"download {consultation.id} {kind}" for kind in ("xlsx", "pdf", "csv", "sav")),
        f"results {consultation.id}",
        f"reading {words.id}",
        "people",
        "topics",
        "requests",
        "status",
    ):
        seen += await player.act(database, f"> olga: /{command}")
    assert len(player.files) >= 5, "the files of the results and their codebook"
    return seen + [part for file in player.files for part in file_words(file_bytes(file))]


def _traces(player: Player) -> Iterator[bytes]:
    for name, phone in player.phones.items():
        if name.startswith("canary"):
            yield name.encode()
            yield str(phone.telegram_id).encode()


def _contents(folder: Path) -> list[bytes]:
    found = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    return [gzip.decompress(one) if one.startswith(b"\x1f\x8b") else one for one in found]
