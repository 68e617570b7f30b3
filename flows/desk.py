"""One turn's view of the world: who speaks, what time it is, what is remembered, whom else to tell."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from flows.hours import best_at, zone_of
from flows.results.disclosure import SMALLEST, Rule
from flows.turn import Message
from flows.words import DEFAULT_LANGUAGE, Text, Verbatim, Voice, _
from storage.movements import Movement
from storage.people import NOTICE_VERSION, Person, Progress, Recipient
from storage.store import Store

ORGANISATION_NAME = "organisation.name"
ORGANISATION_CONTACT = "organisation.contact"
SMALLEST_CELL = "results.smallest_cell"
INACTIVE_MONTHS = "retention.inactive_months"
USUAL_INACTIVE_MONTHS = 12

ATTENTION = timedelta(days=7)
"""Over so long it is counted how often somebody is asked something."""

OFFERS: tuple[Literal["panels", "interviews"], ...] = ("panels", "interviews")
OFFERED_AFTER = 2
"""After so many surveys the first of these is offered, and the other after one more."""

EASILY_READ = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What does not change while the program runs. `username` is the bot's own, for links to it."""

    zone: ZoneInfo
    username: str
    owners: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who asks: the public body, and where to reach people there."""

    name: str
    contact: str


@dataclass(frozen=True, slots=True)
class Telling:
    """Something for somebody else, or for later: sent once per `once` name, not before `at`, not after `until`.

    What `asks` for somebody's time counts among what they are asked in a week. With a fixed end it is pointless after
    `until` even for those whose quiet hours it has to wait for; otherwise it then is of use for as much longer. A reply
    waits for no quiet hours. `in_place`: it takes the place of what was sent as `once`, if that was.
    """

    to: Recipient
    message: Message
    once: str | None
    at: datetime
    until: datetime
    asks: bool = False
    has_fixed_end: bool = False
    is_reply: bool = False
    in_place: bool = False


@dataclass(slots=True)
class Desk:
    """What a flow works with. It has no other clock, chance, memory or way to reach people.

    `person` is who speaks; a timer's turn has nobody, and asking for `person` there is a programming error. `erased`
    says that the speaker has been erased in this turn, `open_questions` how many questions about themselves they may
    be offered at its end, `offer` which consent.
    """

    store: Store
    now: datetime
    surroundings: Surroundings
    speaker: Person | None = None
    tellings: list[Telling] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    menu_changed: bool = False
    erased: bool = False
    open_questions: int = 0
    offer: Literal["", "panels", "interviews"] = ""

    @property
    def person(self) -> Person:
        if self.speaker is None:
            raise LookupError("nobody speaks in a turn of the clock")
        return self.speaker

    @property
    def zone(self) -> ZoneInfo:
        return self.surroundings.zone

    @property
    def today(self) -> date:
        """The date where the organisation is."""
        return self.now.astimezone(self.zone).date()

    @property
    def voice(self) -> Voice:
        return self.voice_to(self.speaker.recipient) if self.speaker else Voice(DEFAULT_LANGUAGE, self.zone)

    def voice_to(self, recipient: Recipient) -> Voice:
        return Voice(recipient.language, zone_of(recipient, self.zone), not recipient.text_only, recipient.plain_words)

    @property
    def is_staff(self) -> bool:
        return self.speaker is not None and self.speaker.role == "staff"

    @property
    def has_agreed(self) -> bool:
        """Whether the speaker has agreed to the notice as it is now; staff need not."""
        return self.is_staff or self.person.agreed == NOTICE_VERSION

    @staticmethod
    def new_token() -> str:
        """A secret for a link: 22 characters nobody can guess."""
        return secrets.token_urlsafe(16)

    @staticmethod
    def new_code() -> str:
        """A short name for a link that people may have to type from a poster: 8 letters and figures, none alike."""
        return "".join(secrets.choice(EASILY_READ) for _letter in range(8))

    def deep_link(self, parameter: str) -> str:
        """An address that opens the bot with `/start parameter` (64 of A-Z a-z 0-9 _ -)."""
        return f"https://t.me/{self.surroundings.username}?start={parameter}"

    async def organisation(self) -> Organisation:
        kept = await self.store.settings.all()
        return Organisation(kept.get(ORGANISATION_NAME, ""), kept.get(ORGANISATION_CONTACT, ""))

    async def inactive_months(self) -> int:
        """After how many months somebody who does not write is asked whether they stay."""
        return int(await self.store.settings.load(INACTIVE_MONTHS, str(USUAL_INACTIVE_MONTHS)))

    async def disclosure(self) -> Rule:
        """How small a figure may be that is published."""
        return Rule(int(await self.store.settings.load(SMALLEST_CELL, str(SMALLEST))))

    async def named_organisation(self) -> Text:
        """What the organisation is called where a sentence needs a name."""
        name = (await self.organisation()).name
        return Verbatim(name) if name else _("your public service")

    def tell(
        self,
        to: Recipient,
        message: Message,
        *,
        once: str | None = None,
        at: datetime | None = None,
        lives: timedelta = timedelta(days=7),
        until: datetime | None = None,
        asks: bool = False,
        can_wait: bool = False,
        is_reply: bool = False,
    ) -> None:
        """Send `message` after this turn, or from `at`; it is pointless when it could not be sent within `lives`.

        With `until` it is pointless from that moment on, whatever held it up. What can wait comes at the time of day
        they like best, if that is before then. A reply is something the speaker waits for.
        """
        start = at or self.now
        if can_wait:
            start = best_at(start, to, self.zone, until)
        end = until or start + lives
        self.tellings.append(Telling(to, message, once, start, end, asks, until is not None, is_reply))

    def change(self, to: Recipient, message: Message, *, once: str, until: datetime) -> None:
        """Put `message` in the place of what they were told as `once`; nothing where that has not been sent."""
        self.tellings.append(
            Telling(to, message, once, self.now, until, has_fixed_end=True, is_reply=True, in_place=True)
        )

    def tell_all(
        self,
        to: Iterable[Recipient],
        message: Message,
        *,
        once: str,
        at: datetime | None = None,
        lives: timedelta = timedelta(days=7),
        until: datetime | None = None,
        asks: bool = False,
        can_wait: bool = False,
    ) -> None:
        """Tell each of them once: `once` names the occasion, each person is added to it."""
        for recipient in to:
            self.tell(
                recipient,
                message,
                once=f"{once}:{recipient.id}",
                at=at,
                lives=lives,
                until=until,
                asks=asks,
                can_wait=can_wait,
            )

    async def attentive(self, people: Sequence[Recipient]) -> list[Recipient]:
        """Those who have not been asked as often in the last week as they wish to be at most."""
        enough = await self.store.outbox.asked_enough((person.id for person in people), self.now - ATTENTION)
        return [person for person in people if person.id not in enough]

    async def later(
        self,
        kind: str,
        key: str,
        at: datetime,
        args: Mapping[str, Any] | None = None,
        *,
        expires_at: datetime | None = None,
    ) -> None:
        """Have `kind` happen at `at`, once for `key`; moved if it is set again while waiting."""
        await self.store.timers.set(key, kind, args or {}, at, expires_at)

    async def not_later(self, key: str) -> None:
        """Take back what was set for later."""
        await self.store.timers.cancel(key, self.now)

    async def nothing_later(self, prefix: str) -> None:
        """Take back everything set for later under keys that begin so."""
        await self.store.timers.cancel_all(prefix, self.now)

    async def speak(self, language: str) -> None:
        """From now on the speaker is answered in `language`, this turn included."""
        await self.store.people.set_language(self.person.id, language)
        self.speaker = replace(self.person, language=language, language_chosen=True)
        self.menu_changed = True

    def moved(self, movement: Movement) -> None:
        """A citizen came or went: counted by day, without who it was."""
        if not self.is_staff:
            self.movements.append(movement)

    async def agree(self, version: str) -> None:
        """The speaker has agreed to this version of the notice."""
        if not self.person.agreed:
            self.moved("agreed")
        await self.store.people.agree(self.person.id, version, self.person.language, self.now)
        self.speaker = replace(self.person, agreed=version)
        if self.person.stopped:
            await self.listen_again()

    async def keep_needs(self, **changed: Any) -> None:
        """The speaker wants to be spoken with differently, this turn included."""
        self.speaker = replace(self.person, **changed)
        await self.store.people.set_needs(self.person)

    async def erase(self, person_id: str) -> None:
        """Destroy what is held on somebody; seats they leave are handed on, and only the number is kept."""
        takes_part = await self.store.people.takes_part(person_id)
        for panel_id in await self.store.erasure.erase(person_id):
            await self.later("panel.vacant", f"panel.vacant:{self.new_token()}", self.now, {"panel": panel_id})
        self.movements += ["erased", "parted"] if takes_part else ["erased"]
        await self.store.audit.record(None, "erased", "somebody", {}, self.now)
        self.erased = self.speaker is not None and self.speaker.id == person_id

    async def listen_again(self) -> None:
        """The speaker wants to hear from us (again)."""
        await self.store.people.set_stopped(self.person.id, False)
        self.speaker = replace(self.person, stopped=False, paused_until=None)

    async def become_staff(self) -> None:
        await self.store.people.set_role(self.person.id, "staff")
        self.speaker = replace(self.person, role="staff")
        self.menu_changed = True

    async def acted(self, *, answered: bool = False) -> None:
        """The speaker has just done something useful: after the first time they may be asked about themselves.

        Who has `answered` questions may be offered to hear of new panels, or of longer talks: each once.
        """
        if self.is_staff:
            return
        progress = await self.store.people.progress(self.person.id)
        if not progress.invited_to_tell:
            await self._invite_to_tell()
        if answered and not self.open_questions:
            await self._choose_offer(progress)

    async def _choose_offer(self, progress: Progress) -> None:
        decided = (progress.decided_on_panels, progress.decided_on_talks)
        left = [place for place in range(progress.offered, len(OFFERS)) if not decided[place]]
        if left and progress.finished >= OFFERED_AFTER + left[0]:
            self.offer = OFFERS[left[0]]
            await self.store.people.set_offered(self.person.id, left[0] + 1)

    async def _invite_to_tell(self) -> None:
        told = await self.store.profiles.load(self.person.id)
        self.open_questions = sum(attribute.key not in told for attribute in await self.store.attributes.all())
        if self.open_questions:
            await self.store.people.mark_invited_to_tell(self.person.id)

    async def record(self, action: str, subject: str, **details: Any) -> None:
        """Write who did this in the audit trail; no personal data in the details."""
        await self.store.audit.record(self.speaker.id if self.speaker else None, action, subject, details, self.now)
