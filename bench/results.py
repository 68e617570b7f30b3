"""Results of a million answers measured: worked out once, as at closing, then the page that anybody opens; and memory.

`python -m bench.results`: 100,000 people answer 10 questions, without anything known about them, and with two sealed
attributes that are weighted to census shares. Each is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.desk import Desk, Surroundings
from flows.surveys.publishing import results_for
from storage.attributes import Attribute, Option
from storage.consultations import Question
from storage.database import opened
from storage.records import new_id
from storage.store import Store
from storage.vault import Vault

PEOPLE = 100_000
QUESTIONS = 10
NOW = datetime(2027, 3, 15, 18, tzinfo=UTC)
VAULT = Vault(["a key for benchmarks only"])
SURROUNDINGS = Surroundings(ZoneInfo("Europe/London"), "folkmoot_bot")
AGES = {"16-34": 0.3, "35-54": 0.33, "55-74": 0.26, "75+": 0.11}
AREAS = {f"ward {number}": 1 / 12 for number in range(12)}


async def prepared(url: str, with_profiles: bool) -> str:
    """A closed consultation without answers."""

    async def prepare(store: Store) -> str:
        officer, _conversation = await store.people.add(1, "staff", "en", NOW)
        panel_id = await store.panels.add("Transport", "Buses", 6, None, officer.id, NOW)
        assert panel_id is not None
        id = await store.consultations.add(panel_id, "How?", officer.id, NOW)
        await store.consultations.change(id, "closes_at", NOW)
        await store.consultations.change(id, "decides_on", date(2027, 3, 22))
        await store.consultations.change(id, "report_by", date(2027, 3, 30))
        options = tuple(f"Option {number}" for number in range(1, 6))
        asked = [Question("", id, 0, "one", f"Question {number}?", options) for number in range(1, QUESTIONS + 1)]
        assert await store.consultations.add_questions(id, asked)
        await store.consultations.open(id, NOW - timedelta(days=14))
        await store.consultations.close(id, NOW)
        for key, shares in (("age", AGES), ("area", AREAS)) if with_profiles else ():
            bands = tuple(Option(band, {"en": band}, share) for band, share in shares.items())
            await store.attributes.define(Attribute(key, "choice", {"en": key}, bands))
        return id

    async with opened(url, VAULT) as database:
        id = await database.write(prepare)
    async with opened(url, VAULT):
        return id  # once opened with a panel in it, there is the panel's key


def answer(path: Path, id: str, with_profiles: bool) -> None:
    """Everybody answers everything; written straight into the tables, for that is not what is measured."""
    chance = random.Random(1)
    with sqlite3.connect(path) as file:
        questions = [row[0] for row in file.execute("SELECT id FROM questions WHERE consultation_id = ?", (id,))]
        panel_key = VAULT.panel_key(*file.execute("SELECT sealed FROM panel_keys").fetchone())
        assert panel_key is not None
        for first in range(0, PEOPLE, 10_000):
            people = [new_id() for _number in range(first, first + 10_000)]
            responses = [new_id() for _person in people]
            micros = int(NOW.timestamp() * 1_000_000)
            _add(file, "people (id, language, created_at)", ((person, "en", micros) for person in people))
            keys = [VAULT.new_data_key() for _person in people]
            _add(file, "data_keys (person_id, sealed)", zip(people, keys, strict=True))
            if with_profiles:
                profiles = (
                    (person, VAULT.box(key).seal(json.dumps(_profile(chance))), micros)
                    for person, key in zip(people, keys, strict=True)
                )
                _add(file, "profiles (person_id, values_given, updated_at)", profiles)
            states = ((one, id, who, "finished", micros, micros) for one, who in zip(responses, people, strict=True))
            _add(file, "responses (id, consultation_id, person_id, state, invited_at, finished_at)", states)
            sheets = [panel_key.name(response) for response in responses]
            _add(file, "sheets (id, consultation_id)", ((sheet, id) for sheet in sheets))
            answers = (
                (sheet, question, str(min(4, int(chance.expovariate(0.7)))))
                for sheet in sheets
                for question in questions
            )
            _add(file, "answers (sheet_id, question_id, value)", answers)


def _profile(chance: random.Random) -> dict[str, str]:
    """Old people and the first wards answer more often than they should."""
    age = chance.choices(list(AGES), weights=[1, 2, 4, 2])[0]
    return {"age": age, "area": chance.choices(list(AREAS), weights=range(16, 4, -1))[0]}


def _add(file: sqlite3.Connection, into: str, rows: Iterator[tuple[object, ...]] | zip[tuple[object, ...]]) -> None:
    places = ", ".join("?" for _column in into.split(","))
    file.executemany(f"INSERT INTO {into} VALUES ({places})", rows)


async def measure(url: str, id: str) -> None:
    """Prints seconds for working them out and for a page, and the largest memory in MB."""
    async with opened(url, VAULT) as database:
        seconds = []
        for _time in range(2):
            began = time.perf_counter()
            await database.write(lambda store: _page(store, id))
            seconds.append(time.perf_counter() - began)
    print(*(f"{second:.3f}" for second in seconds), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


async def _page(store: Store, id: str) -> None:
    consultation = await store.consultations.load(id)
    assert consultation is not None
    messages = await results_for(Desk(store, NOW, SURROUNDINGS), consultation, for_staff=True)
    assert len(messages) > QUESTIONS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.results", description=__doc__)
    parser.add_argument("measured", nargs="*", help="a database and a consultation (used by itself)")
    if measured := parser.parse_args().measured:
        asyncio.run(measure(*measured))
        return
    print("| answers | about people | worked out, once, at closing | page | memory |\n|---|---|---|---|---|")
    for with_profiles in (False, True):
        with tempfile.TemporaryDirectory(dir=".") as folder:
            path = Path(folder).resolve() / "bench.db"
            url = f"sqlite:///{path}"
            id = asyncio.run(prepared(url, with_profiles))
            answer(path, id, with_profiles)
            command = [sys.executable, "-m", "bench.results", url, id]
            first, again, memory = subprocess.check_output(command, text=True).split()
        known = "2 sealed attributes, weighted, by attribute" if with_profiles else "nothing known"
        print(f"| {PEOPLE * QUESTIONS:,} | {known} | {first} s | {again} s | {memory} MB |", flush=True)


if __name__ == "__main__":
    main()
