"""Plays transcripts: dialogues that are at the same time the specification.

Before every line all parts of the bot are made anew, and on SQLite the database is opened anew, so each transcript is
also a test of restarting; PostgreSQL's connections stay, for a new one costs more than the line. Updates go through
the real intake and turns, and what the bot sends is taken from the real outbox.

    # Prose, for the reader.
    ~ 2 March 2027, 09:00           the clock stands at this local time (the first line of every transcript)
    ~ 3 days pass                   (or hours, minutes) and everything that is due happens when it is due
    ~ the bot is down for 3 days    time passes with nobody there; what is due happens afterwards
    ~ 14 others answer: Yes; 4; –   people off stage send these answers, question by question, to what was opened last
    ~ 8 others are in the pool: age=young   people off stage would like to be drawn for the panel begun last
    ~ 12 others agree to longer talks   people off stage were asked what was asked last, and agree to be asked more
    ~ 9 others sit on it: age=young     people off stage have joined the panel that was begun last
    ~ everybody on the panel answers: Yes   … and send these answers to what was asked last, unless they have before
    ~ the notice changes            whatever was agreed to and said so far was so under an older notice
    ~ everybody off stage takes their seat  … who has been offered one
    ~ 30 others join: age=young     people off stage write for the first time, and say this about themselves (– prefer
                                    not to); `join from library` says through which link
    > ana: /join                    ana writes
    > ana: [Yes]                    ana taps the newest button that says so (or begins so)
    > ana: [Yes] again              the same tap once more, on the same message, whatever it shows by now
    > ana: [Yes] on "Which panel"   a tap in the newest message that contains these words, as it was first sent
    > ana: forged c:3:yes           a tap with made-up data
    > ana twice: hello              the same update delivered twice
    > ana edits: hallo              an earlier message is changed
    > ana sends the file ages.csv   a document out of tests/data/files
    > ana sends a photo             (voice, sticker, document, location, video, contact)
    > ana blocks the bot            (or: unblocks)
    > ana follows a link from olga  opens the newest t.me link the bot gave to olga
    < bot: …                        what the bot answers the last speaker, `< bot to ben: …` others;
                                    `(changed)` messages edited in place, `(notice)` the word over the chat
    = 2 memberships state=serving   how many rows are recorded

Olga and Omar are staff; everybody else is a citizen. `pytest --accept` writes the bot's lines and the counts.
"""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Iterator
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.draw_jobs import DrawJobs
from bot.quiet import claim
from bot.scheduler import Timers
from bot.telegram.fetching import brought, missing
from bot.telegram.intake import Intake
from bot.turns import Turns
from flows.desk import Surroundings
from flows.slices import ROUTER
from storage.consultations import Question
from storage.database import Database, opened
from storage.outbox import Claimed, Finished
from storage.panels import Term
from storage.people import NOTICE_VERSION
from storage.queries import Query
from storage.responses import WITHHELD, Value
from storage.store import Store
from tests.peers import VAULT

ZONE = ZoneInfo("Europe/London")
STAFF = {"olga", "omar"}
INSTANCE = "player"
FILES = Path(__file__).parent / "data" / "files"
WIDTH = 8
NOTICE_CHANGES = [
    Query(statement, statement, statement, ())
    for statement in ("UPDATE consents SET version = 'older'", "UPDATE profiles SET notice = 'older'")
]

RANDOM = re.compile(
    r"\b[0-9a-f]{64}\b|(?<=draw-)[0-9a-f]{8}(?=\.json)|(?<=decided by: )[\w-]{22}\b|(?<=You are called )\w{8}\b"
)
"""What no two runs have alike: SHA-256 sums, names of records, secrets that were promised, and made-up names."""

UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}


class StandingClock(Clock):
    """Moves only when the transcript says so."""

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime(2027, 3, 1, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@dataclass
class Shown:
    """One message on somebody's phone."""

    message_id: int
    text: str
    rows: list[list[dict[str, str]]]
    first_rows: list[list[dict[str, str]]]


@dataclass
class Phone:
    name: str
    telegram_id: int
    language_code: str = "en"
    shown: list[Shown] = field(default_factory=list)
    last_tap: tuple[int, str] = (0, "")
    blocked: bool = False

    def message(self, message_id: int) -> Shown | None:
        return next((shown for shown in self.shown if shown.message_id == message_id), None)

    def message_with(self, data: str) -> int:
        """The newest message that has, or once had, a button with this data; any message if none had."""
        for shown in reversed(self.shown):
            if any(button.get("callback_data") == data for row in shown.first_rows for button in row):
                return shown.message_id
        return self.shown[-1].message_id if self.shown else 1

    def button(self, label: str, within: str = "") -> tuple[int, dict[str, str]]:
        for shown in reversed(self.shown):
            if within and within not in _plain(shown.text):
                continue
            for row in shown.first_rows if within else shown.rows:
                for button in row:
                    if button["text"] == label or button["text"].lstrip("☐☑✓ ").startswith(label):
                        return shown.message_id, button
        raise AssertionError(f"{self.name} sees no button [{label}]")


class Player:
    """One transcript's world: phones, a clock, and a database opened for each line."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._clock = StandingClock()
        self.phones: dict[str, Phone] = {}
        self.files: list[dict[str, Any]] = []
        self._update_id = 0
        self._message_id = 0
        self._off_stage = 2_000_000
        self._sitting: list[str] = []
        self._ids: dict[str, int] = {}
        self._speaker = ""
        self._last_words: list[Claimed] = []
        """What is said to somebody in the turn that erases them: handed to the sender, and kept nowhere."""
        self.taps_answered = False

    async def play(self, text: str) -> str:
        """The transcript with the bot's lines and the counts as they really are."""
        written: list[str] = []
        async with AsyncExitStack() as stack:
            kept = None if self._url.startswith("sqlite") else await stack.enter_async_context(opened(self._url, VAULT))
            for line in _spoken(text):
                written.append(line)
                if line[:1] in "~>=":
                    try:
                        async with nullcontext(kept) if kept else opened(self._url, VAULT) as database:
                            await self._play_line(database, written)
                    except AssertionError as problem:
                        raise AssertionError("\n".join([*written[-30:], f"!! {problem}"])) from None
        return "\n".join(written) + "\n"

    async def _play_line(self, database: Database, written: list[str]) -> None:
        if written[-1][0] == "=":
            written[-1] = await self._count(database, written[-1])
        else:
            written.extend(await self.act(database, written[-1]))

    async def act(self, database: Database, line: str) -> list[str]:
        """One line of somebody's (`>`) or of time passing (`~`); what the bot answers, line by line."""
        said = line[1:].strip()
        if line[0] == "~":
            self._speaker = ""
            return await self._pass_time(database, said)
        self.taps_answered = False
        await self._speak(database, said)
        await self._settle(database)
        return await self._drain(database)

    # ------------------------------------------------------------ what people do

    async def _speak(self, database: Database, said: str) -> None:
        name, rest = re.fullmatch(r"(\w+)(.*)", said, re.DOTALL).groups()  # type: ignore[union-attr]
        phone = self._phone(name)
        self._speaker = name
        updates = [self._update(phone, rest)]
        if rest.startswith(" twice:"):
            updates *= 2
        for update in updates:
            await Intake(database, self._clock, lambda _number: None).take_in([update])

    def _update(self, phone: Phone, rest: str) -> dict[str, Any]:
        self._update_id += 1
        head = {"update_id": self._update_id}
        match rest:
            case " blocks the bot" | " unblocks the bot":
                phone.blocked = rest == " blocks the bot"
                return {**head, "my_chat_member": self._membership(phone)}
            case _ if found := re.fullmatch(r" sends the file ([\w.-]+)", rest):
                document = {"file_id": f"file {found[1]}", "file_name": found[1], "mime_type": "text/csv"}
                return {**head, "message": self._message(phone, {"document": document})}
            case _ if found := re.fullmatch(r" sends an? (\w+)", rest):
                return {**head, "message": self._message(phone, _attachment(found[1]))}
            case _ if found := re.fullmatch(r" follows a link from (\w+)", rest):
                return {**head, "message": self._message(phone, {"text": self._link_of(found[1])})}
            case _ if rest.startswith(" edits: "):
                return {**head, "edited_message": self._message(phone, {"text": rest[8:]})}
            case _ if found := re.fullmatch(r": forged (.*)", rest):
                return {**head, "callback_query": self._tap(phone, phone.message_with(found[1]), found[1])}
            case _ if found := re.fullmatch(r": \[.*\] again", rest):
                return {**head, "callback_query": self._tap(phone, *phone.last_tap)}
            case _ if found := re.fullmatch(r': \[(.*)\](?: on "(.*)")?', rest):
                message_id, button = phone.button(found[1], found[2] or "")
                if "url" in button:
                    return {**head, "message": self._message(phone, {"text": _opening(button["url"])})}
                phone.last_tap = message_id, button["callback_data"]
                return {**head, "callback_query": self._tap(phone, *phone.last_tap)}
            case _ if found := re.fullmatch(r"(?: twice)?: (.*)", rest, re.DOTALL):
                return {**head, "message": self._message(phone, {"text": found[1].replace("\\n", "\n")})}
        raise AssertionError(f"not a line of a transcript: > {phone.name}{rest}")

    def _phone(self, name: str) -> Phone:
        if name not in self.phones:
            language = "cy" if name == "cerys" else "en"
            self.phones[name] = Phone(name, 1000 + zlib.crc32(name.encode()) % 1_000_000, language)
        return self.phones[name]

    def _user(self, phone: Phone) -> dict[str, Any]:
        return {
            "id": phone.telegram_id,
            "is_bot": False,
            "first_name": phone.name.title(),
            "language_code": phone.language_code,
        }

    def _chat(self, phone: Phone) -> dict[str, Any]:
        return {"id": phone.telegram_id, "type": "private", "first_name": phone.name.title()}

    def _message(self, phone: Phone, content: dict[str, Any]) -> dict[str, Any]:
        self._message_id += 1
        return {
            "message_id": self._message_id,
            "date": int(self._clock.now().timestamp()),
            "from": self._user(phone),
            "chat": self._chat(phone),
            **content,
        }

    def _tap(self, phone: Phone, message_id: int, data: str) -> dict[str, Any]:
        return {
            "id": str(self._update_id),
            "from": self._user(phone),
            "chat_instance": "1",
            "data": data,
            "message": {
                "message_id": message_id,
                "date": int(self._clock.now().timestamp()),
                "chat": self._chat(phone),
                "text": "…",
            },
        }

    def _membership(self, phone: Phone) -> dict[str, Any]:
        def status(gone: bool) -> dict[str, Any]:
            user = {"id": 1, "is_bot": True, "first_name": "Folkmoot"}
            return {"status": "kicked", "user": user, "until_date": 0} if gone else {"status": "member", "user": user}

        return {
            "chat": self._chat(phone),
            "from": self._user(phone),
            "date": int(self._clock.now().timestamp()),
            "old_chat_member": status(not phone.blocked),
            "new_chat_member": status(phone.blocked),
        }

    def _link_of(self, name: str) -> str:
        for shown in reversed(self.phones[name].shown):
            if found := re.findall(r"https://t\.me/\S+", _plain(shown.text)):
                return _opening(found[-1])
        raise AssertionError(f"the bot gave {name} no link")

    # ------------------------------------------------------------ what the bot does

    def _parts(self, database: Database) -> tuple[Turns, Timers]:
        owners = frozenset(self._phone(name).telegram_id for name in STAFF)
        surroundings = Surroundings(ZONE, "folkmoot_bot", owners)
        turns = Turns(database, ROUTER, self._clock, surroundings, INSTANCE)
        return turns, Timers(database, ROUTER, self._clock, surroundings, lambda: None)

    async def _settle(self, database: Database) -> None:
        """Until every update is answered and nothing is due."""
        turns, timers = self._parts(database)
        while taken := await turns.take():
            async with database.reading() as store:
                self._last_words += [r for r in taken.replies if await store.people.recipient(r.person_id) is None]
        await timers.run_due()
        jobs = DrawJobs(database, self._clock)
        while await jobs.run_one() or await jobs.pick_one():
            await timers.run_due()

    async def _pass_time(self, database: Database, said: str) -> list[str]:
        if others := re.fullmatch(r"(\d+) others answer: (.*)", said):
            number, words = int(others[1]), others[2].split("; ")
            await database.write(lambda store: self._answer_off_stage(store, number, words))
            return []
        if others := re.fullmatch(r"(\d+) others join(?: from (\w+))?: (.*)", said):
            number, source, words = int(others[1]), others[2] or "", others[3].split("; ")
            await database.write(lambda store: self._join_off_stage(store, number, source, words))
            return []
        if pool := re.fullmatch(r"(\d+) others are in the pool: (.*)", said):
            number, words = int(pool[1]), pool[2].split("; ")
            await database.write(lambda store: self._pool_off_stage(store, number, words))
            return []
        if willing := re.fullmatch(r"(\d+) others agree to longer talks", said):
            number = int(willing[1])
            await database.write(lambda store: self._willing_off_stage(store, number))
            return []
        if sitting := re.fullmatch(r"(\d+) others sit on it: (.*)", said):
            number, words = int(sitting[1]), sitting[2].split("; ")
            await database.write(lambda store: self._sit_off_stage(store, number, words))
            return []
        if answer := re.fullmatch(r"everybody on the panel answers: (.*)", said):
            words = answer[1].split("; ")
            await database.write(lambda store: self._panel_answers_off_stage(store, words))
            return []
        if said == "the notice changes":
            for query in NOTICE_CHANGES:
                await database.write(lambda store, query=query: store.people._session.run(query))  # type: ignore[misc]
            return []
        if said == "everybody off stage takes their seat":
            await self._take_seats_off_stage(database)
            return await self._drain(database)
        if found := re.fullmatch(r"(the bot is down for )?(\d+) (minute|hour|day|week)s?(?: pass(?:es)?)?", said):
            target = self._clock.at + int(found[2]) * UNITS[found[3]]
            if found[1]:
                self._clock.at = target
        else:
            target = datetime.strptime(said, "%d %B %Y, %H:%M").replace(tzinfo=ZONE).astimezone(UTC)
            if not self._update_id:
                self._clock.at = target
        return [line async for line in self._lines_until(database, target)]

    async def _answer_off_stage(self, store: Store, number: int, words: list[str]) -> None:
        """They have stopped the bot afterwards, and so are not heard of again."""
        consultation = (await store.consultations.page(0, 1))[0]
        questions = await store.consultations.questions(consultation.id)
        answers = {question.id: _off_stage(question, said) for question, said in zip(questions, words, strict=True)}
        for _one in range(number):
            self._off_stage += 1
            person, _conversation = await store.people.add(self._off_stage, "citizen", "en", self._clock.now())
            await store.people.set_stopped(person.id, True)
            await store.responses.invite(consultation.id, [person.id], self._clock.now())
            response = await store.responses.find(consultation.id, person.id)
            assert response is not None
            for question_id, value in answers.items():
                await store.responses.save_answer(response.id, question_id, value)
            await store.responses.finish(response.id, self._clock.now())

    async def _join_off_stage(self, store: Store, number: int, source: str, words: list[str]) -> None:
        said = dict(one.split("=") for one in words if "=" in one)
        profile = {key: None if value == "–" else value for key, value in said.items()}
        for _one in range(number):
            self._off_stage += 1
            person, _conversation = await store.people.add(self._off_stage, "citizen", "en", self._clock.now())
            await store.people.set_stopped(person.id, True)
            await store.people.set_source(person.id, source)
            await store.profiles.save(person.id, profile, self._clock.now())
            await store.people.agree(person.id, NOTICE_VERSION, "en", self._clock.now())
        for movement in ("joined", "agreed"):
            await store.movements.count(movement, self._clock.now().astimezone(ZONE).date(), number)

    async def _pool_off_stage(self, store: Store, number: int, words: list[str]) -> None:
        """They would like to sit on the panel that was begun last; what is written to them is not shown."""
        panel = (await store.panels.page(0, 100))[-1]
        profile = dict(one.split("=") for one in words)
        for _one in range(number):
            self._off_stage += 1
            person, _conversation = await store.people.add(self._off_stage, "citizen", "en", self._clock.now())
            await store.profiles.save(person.id, profile, self._clock.now())
            await store.sortition.express(panel.id, person.id, self._clock.now())
            await store.people.agree(person.id, NOTICE_VERSION, "en", self._clock.now())
            self._ids[person.id] = self._off_stage

    async def _sit_off_stage(self, store: Store, number: int, words: list[str]) -> None:
        panel = (await store.panels.page(0, 100))[-1]
        for _one in range(number):
            self._off_stage += 1
            person, _conversation = await store.people.add(self._off_stage, "citizen", "en", self._clock.now())
            await store.profiles.save(person.id, dict(one.split("=") for one in words), self._clock.now())
            ends = self._clock.now() + timedelta(days=100)
            await store.panels.serve(panel.id, person.id, Term(1, ends), self._clock.now())
            self._sitting.append(person.id)

    async def _panel_answers_off_stage(self, store: Store, words: list[str]) -> None:
        consultation = (await store.consultations.page(0, 1))[0]
        questions = await store.consultations.questions(consultation.id)
        await store.responses.invite(consultation.id, self._sitting, self._clock.now())
        for person_id in self._sitting:
            response = await store.responses.find(consultation.id, person_id)
            assert response is not None
            if response.state == "finished":
                continue
            for question, said in zip(questions, words, strict=True):
                await store.responses.save_answer(response.id, question.id, _off_stage(question, said))
            await store.responses.finish(response.id, self._clock.now())

    async def _willing_off_stage(self, store: Store, number: int) -> None:
        consultation = (await store.consultations.page(0, 1))[0]
        for _one in range(number):
            self._off_stage += 1
            person, _conversation = await store.people.add(self._off_stage, "citizen", "en", self._clock.now())
            await store.responses.invite(consultation.id, [person.id], self._clock.now())
            for purpose in ("taking part", "interviews"):
                await store.people.agree(person.id, NOTICE_VERSION, "en", self._clock.now(), purpose)

    async def _take_seats_off_stage(self, database: Database) -> None:
        async with database.reading() as store:
            panel = (await store.panels.page(0, 100))[-1]
            (draw,) = await store.sortition.draws(panel.id, 1)
            offered = [one for one in await store.sortition.offers(draw.id) if one.state == "offered"]
        for offer in offered:
            phone = Phone("somebody", self._ids[offer.person_id])
            self._update_id += 1
            update = {"update_id": self._update_id, "message": self._message(phone, {"text": f"/seat {offer.id}"})}
            await Intake(database, self._clock, lambda _number: None).take_in([update])
            await self._settle(database)

    async def _lines_until(self, database: Database, target: datetime) -> Any:
        while True:
            await self._settle(database)
            for line in await self._drain(database):
                yield line
            async with database.reading() as store:
                coming = await store.timers.coming(1)
            due = min([target, *(timer.due_at for timer in coming)])
            if self._clock.at >= target:
                return
            self._clock.at = max(self._clock.at, due)

    async def _drain(self, database: Database) -> list[str]:
        """Take everything out of the outbox, as Telegram would show it."""
        lines = [line for words in self._last_words for line in await self._deliver(database, words)]
        self._last_words = []
        while True:
            parcels = await database.write(self._claim)
            if not parcels:
                return lines
            for parcel in parcels:
                lines.extend(await self._deliver(database, parcel))

    async def _claim(self, store: Any) -> list[Claimed]:
        await store.outbox.release_all(INSTANCE)
        return await claim(store, INSTANCE, self._clock.now(), 500, ZONE)

    async def _deliver(self, database: Database, parcel: Claimed) -> list[str]:
        phone = next((phone for phone in self.phones.values() if phone.telegram_id == parcel.telegram_id), None)
        if phone is None:  # somebody off stage
            done = Finished(parcel.id, "sent", message_id=1)
            await database.write(lambda store: store.outbox.finish([done], self._clock.now()))
            return []
        if phone.blocked:
            await database.write(lambda store: store.people.mark_unreachable(parcel.person_id, self._clock.now()))
            await database.write(lambda store: store.outbox.release([parcel.id]))
            return []
        message_id, shown = await self._show(database, phone, parcel)
        done = Finished(parcel.id, "sent", message_id=message_id)
        await database.write(lambda store: store.outbox.finish([done], self._clock.now()))
        return shown

    async def _show(self, database: Database, phone: Phone, parcel: Claimed) -> tuple[int | None, list[str]]:
        body = parcel.body
        rows = body.get("rows", [])
        match parcel.kind:
            case "message":
                self._message_id += 1
                phone.shown.append(Shown(self._message_id, body["text"], rows, rows))
                self.files += [body["file"]] if body.get("file") else []
                return self._message_id, self._heard(phone, "", _contents(body))
            case "answer":
                self.taps_answered = True
                return None, self._heard(phone, " (notice)", [body["text"]]) if "text" in body else []
            case "menu":
                return None, []
            case "fetch":
                await self._fetch(database, parcel)
                return None, []
        message_id = body.get("message_id") or await self._sent_as(database, body["of"])
        shown = phone.message(message_id) if message_id else None
        if shown is None:
            return None, []
        shown.rows = rows
        if parcel.kind == "strip":
            return None, []
        shown.text, shown.first_rows = body["text"], rows
        return None, self._heard(phone, " (changed)", _contents(body))

    async def _fetch(self, database: Database, parcel: Claimed) -> None:
        """Bring the file; what is answered to it comes out of the outbox next."""
        file = FILES / parcel.body["file_id"].removeprefix("file ")
        update = brought(parcel, file.read_bytes()) if file.exists() else missing(parcel, "lost")
        await Intake(database, self._clock, lambda _number: None).take_in([update])
        await self._settle(database)

    async def _sent_as(self, database: Database, id: str) -> int | None:
        async with database.reading() as store:
            return (await store.outbox.message_id(id))[0]

    def _heard(self, phone: Phone, how: str, contents: list[str]) -> list[str]:
        to = "" if phone.name == self._speaker else f" to {phone.name}"
        first, *rest = contents
        return [f"< bot{to}{how}: {first}", *(" " * WIDTH + line for line in rest)]

    async def _count(self, database: Database, line: str) -> str:
        _number, table, *conditions = line[1:].split()
        where = " AND ".join(f"{c.split('=')[0]} = '{c.split('=')[1]}'" for c in conditions) or "1 = 1"
        sql = f"SELECT COUNT(*) FROM {table} WHERE {where}"
        query = Query("count", sql, sql, ())
        async with database.reading() as store:
            number = await store.inbox._session.value(query)
        return " ".join(["=", str(number), table, *conditions])


def _spoken(text: str) -> Iterator[str]:
    """Everything but the bot's lines."""
    for line in text.splitlines():
        if not line.startswith(("<", " " * WIDTH)):
            yield line


def _contents(body: dict[str, Any]) -> list[str]:
    lines = [line for line in _plain(body["text"]).split("\n") if line.strip()]
    if (picture := body.get("picture")) and picture["kind"] == "poster":
        parts = ("organisation", "headline", "how", "note", "otherwise", "address", "place")
        lines.insert(0, f"(poster: {' | '.join(picture[part].replace(chr(10), ' ') for part in parts)})")
    elif picture:
        bars = "; ".join(
            f"{bar['heading']}: {bar['label']} {bar['text']}" if bar["heading"] else f"{bar['label']} {bar['text']}"
            for bar in picture["bars"]
        )
        lines.insert(0, f"(picture: {picture['title']} | {bars} | {' '.join(picture['note'].split())})")
    if media := body.get("media"):
        lines.append(f"({media['kind']} {media['id']})")
    if file := body.get("file"):
        lines.insert(0, f"(file: {file['name']})")
    lines.extend(" ".join(f"[{button['text']}]" for button in row) for row in body.get("rows", []))
    return [re.sub(r"start=(\w+)-[\w-]+", r"start=\1-…", RANDOM.sub("…", line)) for line in lines]


def _plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def _off_stage(question: Question, said: str) -> Value:
    match question.kind:
        case _ if said == "–":
            return None
        case _ if said == "prefer not to say":
            return WITHHELD
        case "one":
            return question.options.index(said)
        case "many":
            chosen = tuple(question.options.index(one) for one in said.split(", "))
            return chosen if question.format == "rank" else tuple(sorted(chosen))
        case "scale" | "number":
            return int(said)
    return said


def _opening(url: str) -> str:
    return "/start " + url.partition("?start=")[2].replace("start=", "")


def _attachment(kind: str) -> dict[str, Any]:
    file = {"file_id": "f", "file_unique_id": "u"}
    contents: dict[str, Any] = {
        "photo": [{**file, "width": 10, "height": 10}],
        "voice": {**file, "duration": 3},
        "sticker": {
            **file,
            "type": "regular",
            "width": 9,
            "height": 9,
            "is_animated": False,
            "is_video": False,
        },
        "document": {**file, "file_name": "notes.pdf"},
        "video": {**file, "width": 9, "height": 9, "duration": 3},
        "location": {"latitude": 51.5, "longitude": -3.2},
        "contact": {"phone_number": "1", "first_name": "B"},
    }
    return {kind: contents[kind]}
