"""One inbox row becomes one turn, in one transaction: what was said, what is remembered, what goes out."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.telegram.incoming import Heard, NotUnderstood, heard
from bot.telegram.rendering import Body, bodies, commands
from flows.desk import Desk, Surroundings, Telling
from flows.hours import welcome_at
from flows.router import Answer, Router
from flows.turn import Fetched, SentFile, Tapped
from flows.words import Voice, _, known_language
from storage.database import Database, DatabaseProblem
from storage.inbox import Arrival
from storage.outbox import Claimed, Parcel
from storage.people import Conversation, Person
from storage.records import new_id
from storage.store import Store

log = logging.getLogger(__name__)

TRIES = 3
FIRST_RETRY = timedelta(milliseconds=200)
REPLY_LIVES = timedelta(hours=24)
TAP_LIVES = timedelta(seconds=30)
NOTICE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """A turn that is committed: the replies, already claimed for sending, and whether others were told something."""

    replies: tuple[Claimed, ...]
    told_others: bool = False


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks, where we were with them, whether they write for the first time, and are staff from now on."""

    person: Person
    conversation: Conversation
    is_new: bool
    became_staff: bool


class Failed(Exception):
    """A flow raised; its turn was rolled back and must be tried again or given up."""

    def __init__(self, arrival: Arrival) -> None:
        super().__init__(f"update {arrival.update_id}")
        self.arrival = arrival


class Turns:
    """Takes turns out of the inbox. `instance` is the process whose sender sends the replies."""

    def __init__(
        self, database: Database, router: Router, clock: Clock, surroundings: Surroundings, instance: str
    ) -> None:
        self._database = database
        self._router = router
        self._clock = clock
        self._surroundings = surroundings
        self._instance = instance

    async def take(self) -> Taken | None:
        """Answer the next update; None when there is none to be taken. Raises Unavailable."""
        try:
            return await self._database.write(self._take)
        except Failed as failed:
            log.error("Update %d could not be answered", failed.arrival.update_id, exc_info=failed.__cause__)
            problem = failed
        return await self._database.write(lambda store: self._give_up_or_retry(store, problem))

    async def _take(self, store: Store) -> Taken | None:
        now = self._clock.now()
        arrival = await store.inbox.next(now)
        if arrival is None:
            return None
        try:
            said = heard(arrival.payload)
        except NotUnderstood as problem:
            await store.inbox.finish(arrival.update_id, "set_aside", str(problem))
            return Taken(())
        if isinstance(said.said, Fetched) and await store.people.load(said.telegram_id) is None:
            await store.inbox.finish(arrival.update_id, "set_aside", "a file of somebody who has been erased")
            return Taken(())
        try:
            taken = await self._answer(store, said, now)
        except DatabaseProblem:
            raise
        except Exception as problem:
            raise Failed(arrival) from problem
        await store.inbox.finish(arrival.update_id)
        return taken

    async def _answer(self, store: Store, said: Heard, now: datetime) -> Taken:
        speaker = await self._speaker(store, said, now)
        person, conversation = speaker.person, speaker.conversation
        desk = Desk(store, now, self._surroundings, person, menu_changed=speaker.became_staff)
        if speaker.is_new:
            desk.moved("joined")
        answer = await self._router.answer(desk, conversation, said.said)
        composing = Composing(self._instance, person, desk, conversation, said)
        composing.compose(answer)
        if desk.menu_changed:
            composing.hand_menu(commands(self._router, desk.voice, desk.person.role))
        if answer.turn.fetch:
            composing.fetch(answer.turn.fetch)
        if not desk.erased:  # what is said last is only handed over: nothing of somebody erased is kept
            await store.outbox.add(composing.parcels)
            if conversation.view_waits and composing.after.view_id != conversation.view_id:
                await store.outbox.drop(conversation.view_id, now, "answered before it was shown again")
            if composing.after != conversation:
                await store.conversations.save(composing.after, now)
        await settle(store, desk)
        return Taken(composing.claimed(), bool(desk.tellings))

    async def _speaker(self, store: Store, said: Heard, now: datetime) -> Speaker:
        owner = said.telegram_id in self._surroundings.owners
        loaded = await store.people.load(said.telegram_id)
        is_new = loaded is None
        became_staff = owner and (loaded is None or loaded[0].role != "staff")
        if loaded is None:
            role = "staff" if owner else "citizen"
            loaded = await store.people.add(said.telegram_id, role, known_language(said.language_code), now)  # type: ignore[arg-type]
        person, conversation = loaded
        if owner and person.role != "staff":
            await store.people.set_role(person.id, "staff")
            person = replace(person, role="staff")
        if person.unreachable_at is not None:
            await store.people.mark_reachable(person.id)
        if person.active_at is None or now - person.active_at > timedelta(days=1):
            await store.people.touch(person.id, now)
        return Speaker(person, conversation, is_new, became_staff)

    async def _give_up_or_retry(self, store: Store, failed: Failed) -> Taken:
        arrival, now = failed.arrival, self._clock.now()
        reason = type(failed.__cause__).__name__
        if arrival.attempts + 1 < TRIES:
            await store.inbox.retry(arrival.update_id, now + FIRST_RETRY * 3**arrival.attempts, reason)
            return Taken(())
        await store.inbox.finish(arrival.update_id, "failed", reason)
        said = heard(arrival.payload)
        speaker = await self._speaker(store, said, now)
        person, conversation = speaker.person, speaker.conversation
        sorry = _("Something went wrong on our side, and what you said last was not taken in. Please try again.")
        composing = Composing(self._instance, person, Desk(store, now, self._surroundings, person), conversation, said)
        composing.apologise(sorry)
        await store.outbox.add(composing.parcels)
        return Taken(composing.claimed())


class Composing:
    """Turns one answer into what is sent, and works out which message carries the question from now on."""

    def __init__(self, instance: str, person: Person, desk: Desk, conversation: Conversation, said: Heard) -> None:
        self._instance = instance
        self._person = person
        self._desk = desk
        self._said = said
        self._before = conversation
        self.after = conversation
        self.parcels: list[Parcel] = []

    def compose(self, answer: Answer) -> None:
        turn = answer.turn
        notice = self._desk.voice.html(turn.notice) if turn.notice else ""
        if self._said.callback_id:
            plain = self._desk.voice.plain(turn.notice) if turn.notice else ""
            self._confirm_tap(plain)
        if answer.stale and self._tapped_elsewhere():
            self._parcel("strip", {"message_id": self._said.message_id})
        self.after = replace(self.after, parked=answer.parked)
        if answer.shows:
            self._show_parked(answer)
        elif turn.messages:
            self._say(answer, "" if self._said.callback_id else notice)
        elif answer.state is not None:
            self._fall_silent(answer.state, "" if self._said.callback_id else notice)
        elif turn.repeats:
            self._repeat(notice)
        elif notice and not self._said.callback_id:
            self._message({"text": notice, "rows": []})

    def hand_menu(self, commands: list[dict[str, str]]) -> None:
        """The command menu of this chat, for somebody whose role or language is not the usual one."""
        self._parcel("menu", {"commands": commands})

    def fetch(self, file: SentFile) -> None:
        """Have the sender bring the contents of a file, for the question that is asked from now on."""
        self._parcel("fetch", {"file_id": file.id, "name": file.name, "number": self.after.number})

    def claimed(self) -> tuple[Claimed, ...]:
        """What is to be sent, as this process's sender takes it."""
        return tuple(_claimed(parcel, self._person.telegram_id) for parcel in self.parcels)

    def apologise(self, sorry: Any) -> None:
        if self._said.callback_id:
            self._confirm_tap(self._desk.voice.plain(sorry))
        self._message({"text": self._desk.voice.html(sorry), "rows": []})

    # ------------------------------------------------------------ the parts of an answer

    def _confirm_tap(self, notice: str) -> None:
        """Telegram shows a tapped button as busy until its tap is answered."""
        body: Body = {"callback_query_id": self._said.callback_id}
        if notice:
            body["text"] = notice if len(notice) <= NOTICE_LIMIT else notice[: NOTICE_LIMIT - 1] + "…"
        self._parcel("answer", body, lives=TAP_LIVES)

    def _say(self, answer: Answer, notice: str) -> None:
        turn = answer.turn
        new_question = answer.state is not None
        number = self._before.number + (1 if new_question and not turn.same_number else 0)
        found = [body for message in turn.messages for body in bodies(message, self._desk.voice, number)]
        if notice:
            found[0] = {**found[0], "text": f"{notice}\n\n{found[0]['text']}"} if _is_text(found[0]) else found[0]
        if not new_question:
            for body in found:
                self._message(body)
            return
        view_id = self._in_place(found) or self._anew(found)
        self.after = replace(
            self.after,
            state=answer.state or "",
            number=number,
            view=json.dumps(found[-1], ensure_ascii=False) if _is_text(found[-1]) else "",
            view_id=view_id,
        )

    def _in_place(self, found: list[Body]) -> str | None:
        """Change the message that was tapped, where it still is the last one and plain text on both sides."""
        if len(found) != 1 or not _is_text(found[0]) or not self._tapped_view() or self._before.followed:
            return None
        self._parcel("edit", {"of": self._before.view_id, **found[0]})
        return self._before.view_id

    def _anew(self, found: list[Body]) -> str:
        self._strip_old_view()
        return [self._message(body) for body in found][-1]

    def _repeat(self, notice: str) -> None:
        """Show the present question again, unless it is what was tapped: then the short notice is enough.

        The buttons of the earlier message stay: they count as long as these do, and it takes no call to remove them.
        """
        if not self._before.view or (self._said.callback_id and self._tapped_view() and not self._before.followed):
            if notice and not self._said.callback_id:
                self._message({"text": notice, "rows": []})
            return
        view = json.loads(self._before.view)
        shown = {**view, "text": f"{notice}\n\n{view['text']}"} if notice and not self._said.callback_id else view
        self.after = replace(self.after, view_id=self._message(shown))

    def _show_parked(self, answer: Answer) -> None:
        """An interrupted question comes back; its buttons get the present number."""
        number = self._before.number + 1
        view: Body = json.loads(answer.shows)
        for row in view["rows"]:
            for button in row:
                kind, _colon, rest = button.get("callback_data", "").partition(":")
                if kind == "c":
                    button["callback_data"] = f"c:{number}:{rest.partition(':')[2]}"
        self._strip_old_view()
        self.after = replace(
            self.after,
            state=answer.state or "",
            number=number,
            view=json.dumps(view, ensure_ascii=False),
            view_id=self._message(view),
        )

    def _fall_silent(self, state: str, notice: str) -> None:
        """The conversation has moved on without a new message: its old buttons go."""
        self._strip_old_view()
        if notice:
            self._message({"text": notice, "rows": []})
        self.after = replace(self.after, state=state, number=self._before.number + 1, view="", view_id="")

    # ------------------------------------------------------------ the view

    def _tapped_view(self) -> bool:
        """Whether the tapped message is the one with the present question (assumed while its number is unknown)."""
        if not self._said.callback_id or not self._before.view_id or self._before.view_waits:
            return False
        return self._before.view_message_id in (None, self._said.message_id)

    def _tapped_elsewhere(self) -> bool:
        return (
            self._said.message_id is not None
            and isinstance(self._said.said, Tapped)
            and not (self._before.view and self._tapped_view())
        )

    def _strip_old_view(self) -> None:
        if self._before.view_waits:
            return
        if self._before.view and any(_answers(row) for row in json.loads(self._before.view)["rows"]):
            self._parcel("strip", {"of": self._before.view_id})

    # ------------------------------------------------------------ parcels

    def _message(self, body: Body) -> str:
        return self._parcel("message", body)

    def _parcel(self, kind: str, body: Body, lives: timedelta = REPLY_LIVES) -> str:
        now = self._desk.now
        parcel = Parcel(
            new_id(),
            self._person.id,
            "reply",
            kind,
            body,
            now,
            now,
            now + lives,
            claimed_by=self._instance,
        )
        self.parcels.append(parcel)
        return parcel.id


def _is_text(body: Body) -> bool:
    return not {"picture", "file", "media"} & body.keys()


def _answers(row: Iterable[dict[str, str]]) -> bool:
    return any(button.get("callback_data", "").startswith("c:") for button in row)


def _claimed(parcel: Parcel, telegram_id: int) -> Claimed:
    return Claimed(
        parcel.id,
        parcel.person_id,
        telegram_id,
        parcel.lane,
        parcel.kind,
        parcel.expires_at,
        parcel.body,
    )


async def settle(store: Store, desk: Desk) -> None:
    """Put what the desk was asked to tell others into the outbox, worded once per voice, and count who moved.

    In one order, so that two turns that count the same do not wait for each other.
    """
    if desk.tellings:
        await store.outbox.add(list(_parcels(desk)))
        await store.outbox.add([parcel async for parcel in _changes(store, desk)])
    for movement, number in sorted(Counter(desk.movements).items()):
        await store.movements.count(movement, desk.today, number)


def _parcels(desk: Desk) -> Iterable[Parcel]:
    worded: dict[tuple[int, Voice], list[Body]] = {}
    for telling in (one for one in desk.tellings if not one.in_place):
        voice = desk.voice_to(telling.to)
        key = (id(telling.message), voice)
        if key not in worded:
            worded[key] = bodies(telling.message, voice, 0)
        for position, body in enumerate(worded[key]):
            yield _bulk(desk, telling, body, position)


async def _changes(store: Store, desk: Desk) -> AsyncIterator[Parcel]:
    """What takes the place of a message that has been sent."""
    for telling in (one for one in desk.tellings if one.in_place):
        if (id := await store.outbox.sent_as(f"{telling.once}:0")) is not None:
            (body,) = bodies(telling.message, desk.voice_to(telling.to), 0)
            yield Parcel(
                new_id(),
                telling.to.id,
                "reply",
                "edit",
                {"of": id, **body},
                desk.now,
                telling.at,
                telling.until,
                has_fixed_end=True,
            )


def _bulk(desk: Desk, telling: Telling, body: Body, position: int) -> Parcel:
    at = telling.at if telling.is_reply else welcome_at(telling.at, telling.to, desk.zone)
    shift = timedelta() if telling.has_fixed_end else at - telling.at
    return Parcel(
        new_id(),
        telling.to.id,
        "reply" if telling.is_reply else "bulk",
        "message",
        body,
        desk.now,
        at,
        telling.until + shift,
        once=f"{telling.once}:{position}" if telling.once else None,
        asks=telling.asks and position == 0,
        has_fixed_end=telling.has_fixed_end,
    )
