"""Sends what is in the outbox, and nothing else does.

Replies are handed over right after their turn is committed and go ahead of bulk messages, which are claimed from
the outbox a batch at a time. One message at a time per chat, in order; many chats at once.

What Telegram (or the network) answers is classified here and nowhere else:

    sent         done; "message is not modified" counts as sent
    wait         429: this chat waits as long as Telegram says; several chats at once: bulk waits too
    unreachable  403: the person has blocked the bot; what waits for them stays in the outbox until they write
    again        network errors, 5xx: tried again with growing pauses until the message has become pointless
    put off      bulk in somebody's quiet hours goes back to the outbox until their end
    failed       anything Telegram will never accept, with its reason

A cut connection leaves open whether a message arrived. Messages, edits and stripped buttons are then sent again (a
message twice is better than none); the answer to a tap is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import html
import json
import logging
import math
import random
import re
from bisect import insort
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from telegram import InputFile
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.clock import Clock
from bot.exports import made
from bot.pictures import draw
from bot.posters import poster
from bot.quiet import claim, put_off_until
from bot.telegram.api import Api
from bot.telegram.fetching import fetched
from bot.telegram.pacing import ChatPace, Window, chat_rate
from bot.telegram.rendering import keyboard
from storage.database import Database, DatabaseProblem
from storage.outbox import Claimed, Finished

log = logging.getLogger(__name__)

MOST_AT_ONCE = 64
MOST_BULK_AT_ONCE = 48
BATCH = 256
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
STORM_CHATS = 3
STORM_SECONDS = 1.0
REMEMBERED = 10_000
POLL_SECONDS = 1.0
STOP_PATIENCE = 2.0

Outcome = Finished | float | datetime
"""What became of it, in how many seconds it is to be tried again, or when it is welcome."""
TakeIn = Callable[[Sequence[Any]], Awaitable[None]]


PASSED_ON = {"photo": "sendPhoto", "voice": "sendVoice", "audio": "sendAudio"}


class Unreachable(Exception):
    """The person has blocked the bot, or never started it."""


class Queue:
    """What waits for one chat."""

    __slots__ = ("bulk", "busy", "failures", "listed", "pace", "replies", "telegram_id")

    def __init__(self, telegram_id: int, rate: float) -> None:
        self.telegram_id = telegram_id
        self.replies: deque[Claimed] = deque()
        self.bulk: deque[Claimed] = deque()
        self.pace = ChatPace(rate)
        self.busy = False
        self.listed = False
        self.failures = 0

    @property
    def empty(self) -> bool:
        return not (self.replies or self.bulk)

    @property
    def next_is_bulk(self) -> bool:
        return not self.replies


class Sender:
    """`take_in` puts updates into the inbox: files that were fetched come in like what people say."""

    def __init__(
        self,
        api: Api,
        database: Database,
        clock: Clock,
        instance: str,
        rate: float,
        take_in: TakeIn,
        zone: ZoneInfo,
    ) -> None:
        self._api = api
        self._take_in = take_in
        self._zone = zone
        self._database = database
        self._clock = clock
        self._instance = instance
        self._window = Window(rate)
        self._chat_rate = chat_rate(rate)
        self._bulk_target = max(BATCH, int(rate * 2))
        self._queues: dict[int, Queue] = {}
        self._ready_replies: deque[Queue] = deque()
        self._ready_bulk: deque[Queue] = deque()
        self._bulk_held = 0
        self._in_flight: set[asyncio.Task[None]] = set()
        self._bulk_in_flight = 0
        self._wake = asyncio.Event()
        self._more_bulk = asyncio.Event()
        self._finished: list[Finished] = []
        self._finished_any = asyncio.Event()
        self._message_ids: OrderedDict[str, int] = OrderedDict()
        self._storm: deque[tuple[float, int]] = deque()
        self._stopping = False

    # ------------------------------------------------------------ from outside

    def send(self, parcels: Iterable[Claimed]) -> None:
        """Take over parcels that this process has claimed; they leave as soon as pacing allows."""
        for parcel in parcels:
            if parcel.kind == "answer":
                self._start(self._answer_tap(parcel))
                continue
            queue = self._queues.get(parcel.telegram_id)
            if queue is None:
                queue = self._queues[parcel.telegram_id] = Queue(parcel.telegram_id, self._chat_rate)
            if parcel.lane == "reply":
                self._supersede(queue, parcel)
                insort(queue.replies, parcel, key=_age)  # what a dead process had in hand comes before what followed
            else:
                queue.bulk.append(parcel)
                self._bulk_held += 1
            self._list(queue)
        self._dispatch_ready(asyncio.get_running_loop().time())

    def _supersede(self, queue: Queue, parcel: Claimed) -> None:
        """Of several changes to one message that wait for the chat's pace, only the last is worth sending."""
        if parcel.kind == "edit" and queue.replies:
            last = queue.replies[-1]
            if last.kind == "edit" and last.body["of"] == parcel.body["of"]:
                queue.replies.pop()
                self._done(last, Finished(last.id, "dropped", "superseded"))

    def wake(self) -> None:
        """Something may be due in the outbox."""
        self._more_bulk.set()

    async def run(self) -> None:
        """Until cancelled; then what is being sent is finished and the rest is given back to the outbox."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._dispatch())
                tasks.create_task(self._claim_bulk())
                tasks.create_task(self._write_down())
        finally:
            await self._hand_back()

    # ------------------------------------------------------------ who is next

    def _list(self, queue: Queue) -> None:
        """Put a chat in the line of its next parcel, once its own pace allows.

        A chat may stand in a line twice (for bulk, and for a reply that came since); `_launch` sees what is left.
        """
        if queue.busy or queue.empty:
            return
        if queue.listed:
            if queue.replies and queue not in self._ready_replies:
                self._ready_replies.append(queue)
                self._wake.set()
            return
        loop = asyncio.get_running_loop()
        wait = queue.pace.wait(loop.time(), queue.next_is_bulk)
        if wait > 0:
            queue.listed = True
            loop.call_later(wait, self._relist, queue)
            return
        queue.listed = True
        (self._ready_bulk if queue.next_is_bulk else self._ready_replies).append(queue)
        self._wake.set()

    def _relist(self, queue: Queue) -> None:
        queue.listed = False
        self._list(queue)

    async def _dispatch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            wait = self._dispatch_ready(loop.time())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()

    def _dispatch_ready(self, now: float) -> float | None:
        """Start every send that may leave now; returns seconds until the next may, None when only an end can help."""
        while self._ready_replies and len(self._in_flight) < MOST_AT_ONCE:
            wait = self._window.wait(now, bulk=False)
            if wait > 0:
                return wait if wait < math.inf else None
            self._launch(self._ready_replies.popleft(), now)
        while self._ready_bulk and self._bulk_in_flight < MOST_BULK_AT_ONCE:
            wait = self._window.wait(now, bulk=True)
            if wait > 0:
                return wait if wait < math.inf else None
            self._launch(self._ready_bulk.popleft(), now)
        return None

    def _launch(self, queue: Queue, now: float) -> None:
        queue.listed = False
        if queue.busy or queue.empty:
            return
        wait = queue.pace.wait(now, queue.next_is_bulk)
        if wait > 0:
            self._list(queue)
            return
        bulk = queue.next_is_bulk
        parcel = (queue.bulk if bulk else queue.replies).popleft()
        queue.busy = True
        queue.pace.spend(now)
        self._window.begin(now, bulk)
        self._bulk_in_flight += bulk
        self._start(self._serve(queue, parcel))

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._in_flight.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        self._wake.set()
        if not task.cancelled() and (problem := task.exception()):
            log.error("A message could not be dealt with", exc_info=problem)

    # ------------------------------------------------------------ one parcel

    async def _serve(self, queue: Queue, parcel: Claimed) -> None:
        bulk = parcel.lane == "bulk"
        try:
            outcome = await self._try(queue, parcel)
        except Unreachable:
            await self._give_up_person(queue, parcel)
            outcome = None
        finally:
            self._window.end(asyncio.get_running_loop().time())
            queue.busy = False
            self._bulk_in_flight -= bulk
        match outcome:
            case Finished():
                self._done(parcel, outcome)
                queue.failures = 0
            case datetime():
                await self._put_off(parcel, outcome)
            case float(pause):
                self._put_back(queue.bulk if bulk else queue.replies, parcel)
                queue.pace.block(asyncio.get_running_loop().time() + pause)
        if queue.empty:
            self._forget_idle(queue)
        else:
            self._list(queue)

    @staticmethod
    def _put_back(line: deque[Claimed], parcel: Claimed) -> None:
        """In front; but behind the message it changes, should that have come to us from another process since."""
        target = parcel.body.get("of")
        line.insert(next((place for place, other in enumerate(line, 1) if other.id == target), 0), parcel)

    def _forget_idle(self, queue: Queue) -> None:
        """A chat's pace is kept until its burst would have been refilled anyway."""
        asyncio.get_running_loop().call_later(30, self._forget, queue)

    def _forget(self, queue: Queue) -> None:
        if queue.empty and not queue.busy and self._queues.get(queue.telegram_id) is queue:
            del self._queues[queue.telegram_id]

    async def _try(self, queue: Queue, parcel: Claimed) -> Outcome:
        now = self._clock.now()
        if now >= parcel.expires_at:
            return Finished(parcel.id, "expired", "too late to be of use")
        if (later := put_off_until(parcel, now, self._zone)) is not None:
            return later
        try:
            return await self._send(parcel)
        except RetryAfter as problem:
            return self._slowed_down(queue, _seconds(problem))
        except Forbidden as problem:
            if "blocked" in problem.message or "initiate" in problem.message or "deactivated" in problem.message:
                raise Unreachable from problem
            return Finished(parcel.id, "failed", _reason(problem))
        except BadRequest as problem:
            return await self._refused(parcel, problem)
        except InvalidToken:
            log.error("Telegram refuses the bot's token")
            return LONGEST_PAUSE
        except (TelegramError, DatabaseProblem) as problem:
            queue.failures += 1
            log.warning("A send is tried again: %s", type(problem).__name__)
            return _pause(queue.failures)
        except Exception as problem:
            log.exception("A message cannot be sent")
            return Finished(parcel.id, "failed", type(problem).__name__)

    async def _refused(self, parcel: Claimed, problem: BadRequest) -> Outcome:
        reason = problem.message.lower()
        if "not modified" in reason:
            return Finished(parcel.id, "sent")
        if "chat not found" in reason or "user is deactivated" in reason:
            raise Unreachable from problem
        if parcel.kind in ("edit", "strip"):
            if parcel.kind == "edit" and ("not found" in reason or "can't be edited" in reason):
                return await self._send_instead(parcel)
            return Finished(parcel.id, "dropped", _reason(problem))
        if "can't parse entities" in reason:
            log.error("Markup that Telegram cannot read was sent as plain text")
            return await self._once_more(parcel, {**parcel.body, "plain": True})
        return Finished(parcel.id, "failed", _reason(problem))

    async def _send_instead(self, parcel: Claimed) -> Outcome:
        """The message to be changed is gone: what it should say is said anew."""
        body = {name: value for name, value in parcel.body.items() if name != "of"}
        outcome = await self._once_more(parcel, body)
        if isinstance(outcome, Finished) and outcome.message_id is not None:
            self._remember(parcel.body["of"], outcome.message_id)
        return outcome

    async def _once_more(self, parcel: Claimed, body: dict[str, Any]) -> Outcome:
        try:
            return Finished(parcel.id, "sent", message_id=await self._message(parcel, body))
        except RetryAfter as problem:
            return _seconds(problem)
        except Forbidden as problem:
            raise Unreachable from problem
        except BadRequest as problem:
            return Finished(parcel.id, "failed", _reason(problem))
        except TelegramError:
            return FIRST_PAUSE

    def _slowed_down(self, queue: Queue, seconds: float) -> float:
        """429 from several chats at once means that the whole is too fast, not one chat."""
        now = asyncio.get_running_loop().time()
        self._storm.append((now, queue.telegram_id))
        while self._storm[0][0] < now - STORM_SECONDS:
            self._storm.popleft()
        if len({chat for _at, chat in self._storm}) >= STORM_CHATS:
            self._window.pause_bulk(now + seconds)
        log.warning("Telegram asks for a pause of %.0f s", seconds)
        return seconds

    # ------------------------------------------------------------ calls

    async def _send(self, parcel: Claimed) -> Outcome:
        match parcel.kind:
            case "message":
                return Finished(parcel.id, "sent", message_id=await self._message(parcel, parcel.body))
            case "edit" | "strip":
                return await self._edit(parcel)
            case "menu":
                scope = {"type": "chat", "chat_id": parcel.telegram_id}
                await self._api.call("setMyCommands", {**parcel.body, "scope": scope})
                return Finished(parcel.id, "sent")
            case "fetch":
                await self._take_in([await fetched(self._api, parcel)])
                return Finished(parcel.id, "sent")
        return Finished(parcel.id, "failed", f"unknown kind {parcel.kind}")

    async def _message(self, parcel: Claimed, body: dict[str, Any]) -> int:
        parameters: dict[str, Any] = {"chat_id": parcel.telegram_id}
        if body.get("rows"):
            parameters["reply_markup"] = keyboard(body["rows"])
        if body.get("picture"):
            sent = await self._upload("sendPhoto", "photo", parameters, body)
        elif body.get("file"):
            sent = await self._upload("sendDocument", "document", parameters, body)
        elif body.get("media"):
            sent = await self._pass_on(parameters, body)
        else:
            sent = await self._api.call(
                "sendMessage",
                {**parameters, **_text(body, "text"), "link_preview_options": {"is_disabled": True}},
            )
        message_id: int = sent["message_id"]
        self._remember(parcel.id, message_id)
        return message_id

    async def _upload(
        self, method: str, field: str, parameters: dict[str, Any], body: dict[str, Any]
    ) -> dict[str, Any]:
        """Draw or write the file and send it; charts and posters uploaded before are sent by Telegram's own id.

        Of any other file nothing is kept: it may be about one person.
        """
        parameters = {**parameters, **_text(body, "caption")}
        plan = body[{"photo": "picture", "document": "file"}[field]]
        digest = ""
        if field == "photo" or "poster" in plan:
            digest = hashlib.sha256(f"{method}:{json.dumps(plan, sort_keys=True)}".encode()).hexdigest()
        if digest and (known := await self._known(digest)):
            try:
                found: dict[str, Any] = await self._api.call(method, {**parameters, field: known})
                return found
            except BadRequest as problem:
                if "file" not in problem.message.lower():
                    raise
        file = await asyncio.to_thread(_drawn, field, body)
        sent: dict[str, Any] = await self._api.call(method, {**parameters, field: file}, patience=60)
        if digest:
            await self._keep_file_id(digest, sent, field)
        return sent

    async def _known(self, digest: str) -> str | None:
        async with self._database.reading() as store:
            return await store.media.file_id(digest)

    async def _pass_on(self, parameters: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        """Send what somebody sent, by Telegram's own id; only the words where Telegram has it no longer."""
        kind, id = body["media"]["kind"], body["media"]["id"]
        try:
            sent: dict[str, Any] = await self._api.call(
                PASSED_ON[kind], {**parameters, kind: id, **_text(body, "caption")}
            )
        except BadRequest as problem:
            if "file" not in problem.message.lower():
                raise
            sent = await self._api.call("sendMessage", {**parameters, **_text(body, "text")})
        return sent

    async def _keep_file_id(self, digest: str, sent: dict[str, Any], field: str) -> None:
        part = sent.get(field)
        file_id = (part[-1] if isinstance(part, list) else part or {}).get("file_id")
        if file_id:
            with contextlib.suppress(DatabaseProblem):
                await self._database.write(lambda store: store.media.keep(digest, file_id, self._clock.now()))

    async def _edit(self, parcel: Claimed) -> Outcome:
        message_id, waiting = await self._target(parcel.body)
        if waiting:
            return 0.1
        if message_id is None:
            if parcel.kind == "strip":
                return Finished(parcel.id, "dropped", "nothing to change")
            return await self._send_instead(parcel)
        target = {"chat_id": parcel.telegram_id, "message_id": message_id}
        if parcel.kind == "strip":
            await self._api.call("editMessageReplyMarkup", {**target, "reply_markup": keyboard([])})
        else:
            await self._api.call(
                "editMessageText",
                {
                    **target,
                    **_text(parcel.body, "text"),
                    "reply_markup": keyboard(parcel.body.get("rows", [])),
                    "link_preview_options": {"is_disabled": True},
                },
            )
        return Finished(parcel.id, "sent")

    async def _target(self, body: dict[str, Any]) -> tuple[int | None, bool]:
        """Telegram's number of the message to change, or that it is still on its way through another process."""
        if "message_id" in body:
            return body["message_id"], False
        if body["of"] in self._message_ids:
            return self._message_ids[body["of"]], False
        async with self._database.reading() as store:
            message_id, state = await store.outbox.message_id(body["of"])
        return message_id, message_id is None and state in ("waiting", "sending")

    async def _answer_tap(self, parcel: Claimed) -> None:
        """Not counted in any pace, and worth nothing when late: one try."""
        try:
            await self._api.call("answerCallbackQuery", parcel.body, patience=10)
            self._done(parcel, Finished(parcel.id, "sent"))
        except TimedOut:
            self._done(parcel, Finished(parcel.id, "dropped", "no reply in time"))
        except TelegramError as problem:
            self._done(parcel, Finished(parcel.id, "dropped", _reason(problem)))

    # ------------------------------------------------------------ the outbox

    async def _claim_bulk(self) -> None:
        """Keep about two seconds' worth at hand; the rest waits in the outbox, where other processes may take it."""
        while True:
            claimed: list[Claimed] = []
            if self._bulk_held < self._bulk_target:
                try:
                    claimed = await self._database.write(
                        lambda store: claim(
                            store,
                            self._instance,
                            self._clock.now(),
                            self._bulk_target - self._bulk_held,
                            self._zone,
                        )
                    )
                except DatabaseProblem as problem:
                    log.warning("The outbox cannot be read: %s", problem)
            self.send(claimed)
            if not claimed:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._more_bulk.wait()
                self._more_bulk.clear()

    def _done(self, parcel: Claimed, finished: Finished) -> None:
        if parcel.lane == "bulk":
            self._bulk_held -= 1
            if self._bulk_held < self._bulk_target // 2:
                self._more_bulk.set()
        self._finished.append(finished)
        self._finished_any.set()

    async def _write_down(self) -> None:
        while True:
            await self._finished_any.wait()
            self._finished_any.clear()
            await self._write_finished()

    async def _write_finished(self) -> None:
        finished, self._finished = self._finished, []
        try:
            if finished:
                # After a power cut it would be sent once more, as it would had the power gone a moment earlier.
                await self._database.write(
                    lambda store: store.outbox.finish(finished, self._clock.now()), outlives_power=False
                )
        except (DatabaseProblem, asyncio.CancelledError) as problem:
            self._finished = [*finished, *self._finished]
            if isinstance(problem, asyncio.CancelledError):
                raise
            log.warning("What was sent cannot be written down yet: %s", problem)
            await asyncio.sleep(1)
            self._finished_any.set()

    async def _put_off(self, parcel: Claimed, at: datetime) -> None:
        """It was held back (by a chat's pace, or an outage) until somebody's quiet hours had begun."""
        self._bulk_held -= 1
        while True:
            try:
                return await self._database.write(
                    lambda store: store.outbox.put_off([(parcel.id, at)], self._clock.now())
                )
            except DatabaseProblem as problem:
                log.warning("What is put off cannot be written down yet: %s", problem)
                await asyncio.sleep(1)

    async def _give_up_person(self, queue: Queue, parcel: Claimed) -> None:
        """What waits for somebody who cannot be reached goes back to the outbox until they write again."""
        returned = [parcel, *queue.replies, *queue.bulk]
        self._bulk_held -= sum(waiting.lane == "bulk" for waiting in returned)
        queue.replies.clear()
        queue.bulk.clear()

        async def give_up(store: Any) -> None:
            await store.people.mark_unreachable(parcel.person_id, self._clock.now())
            await store.outbox.release([waiting.id for waiting in returned])

        while True:
            try:
                return await self._database.write(give_up)
            except DatabaseProblem as problem:
                log.warning("Somebody unreachable cannot be written down yet: %s", problem)
                await asyncio.sleep(1)

    async def _hand_back(self) -> None:
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=STOP_PATIENCE)
        for task in self._in_flight:
            task.cancel()
        try:
            async with asyncio.timeout(STOP_PATIENCE):
                await self._write_finished()
                await self._database.write(lambda store: store.outbox.release_all(self._instance))
        except (DatabaseProblem, TimeoutError) as problem:
            log.warning("What was not sent stays claimed until the next start: %s", problem)

    def _remember(self, id: str, message_id: int) -> None:
        self._message_ids[id] = message_id
        if len(self._message_ids) > REMEMBERED:
            self._message_ids.popitem(last=False)


def _age(parcel: Claimed) -> str:
    return parcel.id  # ids sort by the time they were made


def _drawn(field: str, body: dict[str, Any]) -> InputFile:
    if field == "photo":
        plan = body["picture"]
        if plan["kind"] == "poster":
            return InputFile(poster(plan, "png"), filename="poster.png", attach=True)
        return InputFile(draw(plan), filename="chart.png", attach=True)
    file = body["file"]
    return InputFile(_contents(file), filename=file["name"], attach=True)


def _contents(file: dict[str, Any]) -> bytes:
    if "poster" in file:
        return poster(file["poster"], "pdf")
    if "themes" in file:
        from bot.exports.themes import themes  # loads scikit-learn, which few bots ever need

        return themes(file["themes"])
    contents: str = file.get("contents", "")
    return made(file["name"], file["report"]) if "report" in file else contents.encode()


def _text(body: dict[str, Any], name: str) -> dict[str, Any]:
    text = body.get("text", "")
    if not text:
        return {}
    if body.get("plain"):
        return {name: html.unescape(re.sub(r"<[^>]*>", "", text))}
    return {name: text, "parse_mode": "HTML"}


def _seconds(problem: RetryAfter) -> float:
    after = problem.retry_after
    return (after.total_seconds() if isinstance(after, timedelta) else after) + 0.05


def _pause(failures: int) -> float:
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - 1, 10))) * random.uniform(0.8, 1.2)


def _reason(problem: TelegramError) -> str:
    """Telegram's words, without anything that may stand in them of what was sent."""
    return f"{type(problem).__name__}: {problem.message}"[:120]
