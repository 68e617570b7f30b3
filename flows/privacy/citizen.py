"""/privacy, /mydata, /forget and the code that guards them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from flows.desk import Desk
from flows.flow import Flow
from flows.privacy.code import LONGEST, SHORTEST, hashed, matches
from flows.privacy.data import readable, recordings
from flows.privacy.purposes import KEYS, MEANINGS, NAMES
from flows.saved import saved
from flows.turn import Choice, File, Message, Row, Said, Turn, Typed, again, aside, ask, choice, end, go, link
from flows.words import Moment, Text, Words, _, lines, paragraphs
from storage.people import NOTICE_VERSION, TAKING_PART, Recipient

flow = Flow()

Wish = Literal["mydata", "forget", "code"]

WAIT = timedelta(hours=24)
"""How long somebody without a code waits, so that the phone's owner can say no."""

TRIES = 5
"""How often in a row a code may be wrong before only a day's wait helps."""


@saved("privacy.forgetting")
@dataclass(frozen=True, slots=True)
class Forgetting:
    """Waiting for whether everything is really to be erased."""


@saved("privacy.proving", awaits_text=True)
@dataclass(frozen=True, slots=True)
class Proving:
    """Waiting for the code, before a wish is granted."""

    wish: Wish


@saved("privacy.choosing_code", awaits_text=True)
@dataclass(frozen=True, slots=True)
class ChoosingCode:
    """Waiting for a new code; `proven` says that the code before it was given."""

    proven: bool = False


@saved("privacy.keeping_profile")
@dataclass(frozen=True, slots=True)
class Keeping:
    """Waiting whether a profile may be used under a changed notice; `asked` says that the sensitive part is left."""

    then: str
    sensitive: bool
    asked: bool = False


@saved("privacy.renewing")
@dataclass(frozen=True, slots=True)
class Renewing:
    """Waiting whether a consent that was given under an older notice still stands; `key` is its purpose's."""

    then: str
    key: str


# ---------------------------------------------------------------- consent


@flow.command("privacy", _("What I keep about you, and your say in it"), agreement=False, keywords=_("privacy,data"))
async def privacy(desk: Desk, argument: str) -> Turn:
    standing = await desk.store.people.agreed_to(desk.person.id)
    rows: list[Row] = []
    parts: list[Text] = [_("<b>Your data, your say</b>"), _("Tap a button below to change something.")]
    for key, purpose in KEYS.items():
        given = standing.get(purpose) == NOTICE_VERSION
        sign = "✅" if given else "⬜"
        parts.append(_("{sign} {name}: {meaning}", sign=sign, name=NAMES[purpose], meaning=MEANINGS[purpose]))
        label = _("Withdraw: {name}", name=NAMES[purpose]) if given else _("Allow: {name}", name=NAMES[purpose])
        rows.append([link(f"consent {key} {'no' if given else 'yes'}", label)])
    rows += [
        [link("mydata", _("See everything")), link("forget", _("Erase everything"))],
        [link("code", _("Change my code") if _code_counts(desk) else _("Set a code"))],
        [link("menu", _("Menu"))],
    ]
    return end(paragraphs(*parts), rows)


@flow.command("consent", agreement=False)
async def consent(desk: Desk, argument: str) -> Turn:
    """`/consent PURPOSE yes` gives it, `no` withdraws it, `no yes` after a second thought."""
    key, _space, wish = argument.partition(" ")
    purpose = KEYS.get(key)
    if purpose is None or wish not in ("yes", "no", "no yes"):
        return go("privacy")
    if purpose == TAKING_PART and wish == "yes":
        return go("agree", "privacy")
    if wish == "yes" and purpose == "profile" and await desk.store.profiles.is_outdated(desk.person.id):
        return go("keepprofile", "privacy")
    if wish == "yes":
        await desk.store.people.agree(desk.person.id, NOTICE_VERSION, desk.person.language, desk.now, purpose)
        return go("privacy")
    if wish == "no" and (warning := WARNINGS.get(key)) is not None:
        rows = [[link(f"consent {key} no yes", _("Yes, withdraw"))], [link("privacy", _("No, leave it"))]]
        return end(warning, rows)
    await desk.store.people.withdraw(desk.person.id, desk.now, purpose)
    await desk.record("withdrew", f"consent:{purpose}")
    match key:
        case "part":
            await _fall_silent(desk)
            return end(
                _("You take part no longer. I ask you nothing more. What I kept is still there until you erase it."),
                [[link("forget", _("Erase everything")), link("menu", _("Menu"))]],
            )
        case "profile":
            await desk.store.profiles.save(desk.person.id, {}, desk.now)
        case "sensitive":
            await _drop_sensitive(desk)
    return go("privacy")


@flow.command("offered")
async def offered(desk: Desk, argument: str) -> Turn:
    """`/offered panels yes`: what is said to an offer, or to a message they want no more of."""
    key, _space, wish = argument.partition(" ")
    if key not in RENEWED or wish not in ("yes", "no"):
        return go("privacy")
    if wish == "yes":
        await desk.store.people.agree(desk.person.id, NOTICE_VERSION, desk.person.language, desk.now, KEYS[key])
        text = _("Good, I will. You can change it at any time with /privacy.")
    else:
        await desk.store.people.withdraw(desk.person.id, desk.now, KEYS[key])
        text = _("Good, I will not. You can change it at any time with /privacy.")
    return aside(text, [[link("menu", _("Menu"))]])


@flow.command("keepprofile")
async def keep_profile(desk: Desk, argument: str) -> Turn:
    """The notice has changed: does what was said and allowed before still count? `argument` is where to go on.

    One question each, as long as there is something left to ask.
    """
    standing = await desk.store.people.agreed_to(desk.person.id)
    if not await desk.store.profiles.is_outdated(desk.person.id):
        older = (key for key in RENEWED if standing.get(KEYS[key], NOTICE_VERSION) != NOTICE_VERSION)
        key = next(older, None)
        return ask(Renewing(argument, key), RENEWED[key], _still_or_not()) if key else _go_on(argument)
    sensitive = standing.get("sensitive profile")
    return ask(Keeping(argument, sensitive=sensitive not in (None, NOTICE_VERSION)), _OLDER_NOTICE, _yes_or_no())


_OLDER_NOTICE = _(
    "You told me about yourself when our notice was an older one. I have not used it since. May I use it again? It "
    "helps us see who we hear from."
)
_OLDER_SENSITIVE = _("And what you told me about health, ethnicity or belief: may I use that again too?")


RENEWED: dict[str, Words] = {
    "panels": _("Under our older notice I was allowed to tell you of new panels. May I still do that?"),
    "interviews": _("Under our older notice I was allowed to ask you for a longer talk. May I still do that?"),
}
"""Consents that lapse with a changed notice unless they are given again."""


def _still_or_not() -> list[Row]:
    return [[choice("yes", _("Yes, you may")), choice("no", _("No"))]]


@flow.step(Renewing)
async def renewing(desk: Desk, at: Renewing, said: Said) -> Turn:
    purpose = KEYS[at.key]
    match said:
        case Choice("yes"):
            await desk.store.people.agree(desk.person.id, NOTICE_VERSION, desk.person.language, desk.now, purpose)
        case Choice("no"):
            await desk.store.people.withdraw(desk.person.id, desk.now, purpose)
        case _:
            return again(_("Please tap one of the buttons."))
    return go("keepprofile", at.then)


def _yes_or_no() -> list[Row]:
    return [[choice("yes", _("Yes, use it again"))], [choice("no", _("No, delete it"))]]


def _go_on(then: str) -> Turn:
    command, _space, argument = then.partition(" ")
    return go(command, argument) if command else go("menu", "agreed")


@flow.step(Keeping)
async def keeping(desk: Desk, at: Keeping, said: Said) -> Turn:
    """Everything but the sensitive answers first; those have a question of their own."""
    match said:
        case Choice("no") if not at.asked:
            await desk.store.profiles.save(desk.person.id, {}, desk.now)
            for purpose in ("profile", "sensitive profile"):
                await desk.store.people.withdraw(desk.person.id, desk.now, purpose)
            return go("keepprofile", at.then)
        case Choice("yes") if not at.asked:
            await desk.store.people.agree(desk.person.id, NOTICE_VERSION, desk.person.language, desk.now, "profile")
            if at.sensitive:
                return ask(replace(at, asked=True), _OLDER_SENSITIVE, _yes_or_no())
        case Choice("yes"):
            agree = desk.store.people.agree
            await agree(desk.person.id, NOTICE_VERSION, desk.person.language, desk.now, "sensitive profile")
        case Choice("no"):
            await desk.store.people.withdraw(desk.person.id, desk.now, "sensitive profile")
            await _drop_sensitive(desk)
        case _:
            return again(_("Please tap one of the buttons."))
    await desk.store.profiles.renew(desk.person.id)
    return go("keepprofile", at.then)


WARNINGS: dict[str, Words] = {
    "part": _("Then you cannot answer or support anything until you agree again. Really withdraw?"),
    "profile": _("Then everything you told me about yourself is deleted. Really withdraw?"),
    "sensitive": _("Then your sensitive answers about yourself are deleted. Really withdraw?"),
}


async def _fall_silent(desk: Desk) -> None:
    if desk.person.agreed:
        desk.moved("withdrew")
    if not desk.person.stopped:
        desk.moved("stopped")
    await desk.store.people.set_stopped(desk.person.id, True)
    await desk.store.outbox.drop_bulk(desk.person.id, desk.now, "withdrew")


async def _drop_sensitive(desk: Desk) -> None:
    sensitive = {attribute.key for attribute in await desk.store.attributes.all() if attribute.sensitive}
    profile = await desk.store.profiles.load(desk.person.id)
    kept = {key: value for key, value in profile.items() if key not in sensitive}
    await desk.store.profiles.save(desk.person.id, kept, desk.now)


# ---------------------------------------------------------------- seeing and erasing


@flow.command("mydata", _("See everything I keep about you"), agreement=False)
async def mydata(desk: Desk, argument: str) -> Turn:
    return await _prove(desk, "mydata")


@flow.command("forget", _("Erase everything about you"), agreement=False, keywords=_("forget,delete,erase"))
async def forget(desk: Desk, argument: str) -> Turn:
    text = paragraphs(
        _("<b>Shall I erase everything about you?</b>"),
        lines(
            _("What goes: your answers about yourself, your panels, supports and messages, and how I reach you."),
            _("Topics of yours that nobody else supports go too; others stay, without your name."),
            _("What stays: in results that are published your answers stay as numbers that belong to nobody."),
            _("Records of draws stay too: people stand in them under made-up names."),
        ),
        _("This cannot be undone."),
    )
    return ask(Forgetting(), text, [[choice("yes", _("Yes, erase it all"))], [choice("cancel", _("No, keep it"))]])


@flow.step(Forgetting)
async def confirm(desk: Desk, at: Forgetting, said: Said) -> Turn:
    match said:
        case Choice("yes"):
            return await _prove(desk, "forget")
        case Choice("cancel"):
            return go("privacy")
    return again(_("Please tap one of the buttons."))


async def _prove(desk: Desk, wish: Wish) -> Turn:
    """This may be somebody else with the same telephone: a code, or a day's notice."""
    if _code_counts(desk) and desk.person.code_misses < TRIES:
        return ask(Proving(wish), _("Please write your code."), _ways_without_code(), private=True)
    return await _in_a_day(desk, wish)


def _code_counts(desk: Desk) -> bool:
    counts_at = desk.person.code_counts_at
    return bool(desk.person.code) and counts_at is not None and counts_at <= desk.now


def _ways_without_code() -> list[Row]:
    return [[choice("forgotten", _("I have forgotten it"))], [choice("cancel", _("Cancel"))]]


@flow.step(Proving)
async def prove(desk: Desk, at: Proving, said: Said) -> Turn:
    match said:
        case Choice("cancel"):
            return go("privacy")
        case Choice("forgotten"):
            return await _in_a_day(desk, at.wish)
        case Typed() if not _code_counts(desk):
            return await _in_a_day(desk, at.wish)
        case Typed(words) if desk.person.code_misses < TRIES and matches(words, desk.person.code):
            await desk.store.people.forgive_misses(desk.person.id)
            return await GRANTED[at.wish](desk)
        case Typed():
            if await desk.store.people.miss_code(desk.person.id) < TRIES:
                return again(_("That is not your code. Please try again."))
            await desk.later("privacy.forgive", _once_a_day(desk, "forgive"), desk.now + WAIT, _whose(desk))
            return (await _in_a_day(desk, at.wish)).before(Message(_("That was not your code either.")))
    return again(_("Please write your code."))


async def _in_a_day(desk: Desk, wish: Wish) -> Turn:
    at = desk.now + WAIT
    await desk.later(f"privacy.{wish}", _once_a_day(desk, wish), at, _whose(desk))
    return end(paragraphs(Words(ANNOUNCED[wish].english, {"moment": Moment(at)}), _WHY_WAIT), _ways_to_stop())


_WHY_WAIT = _("I wait a day in case somebody else has your phone. Was it not you? Then stop it.")


def _ways_to_stop() -> list[Row]:
    return [[link("keepall", _("Stop it"))], [link("menu", _("Menu"))]]


ANNOUNCED: dict[Wish, Words] = {
    "mydata": _("I will send you everything on {moment}."),
    "forget": _("I will erase everything on {moment}."),
    "code": _("I will take your code away on {moment}. Then you can set a new one."),
}


def _once_a_day(desk: Desk, what: Wish | Literal["forgive"]) -> str:
    """A timer that has been done is not set again under the same name."""
    return f"{_prefix(desk, what)}{desk.today}"


def _prefix(desk: Desk, what: Wish | Literal["forgive"]) -> str:
    return f"privacy.{what}:{desk.person.id}:"


def _whose(desk: Desk) -> dict[str, str]:
    return {"person": desk.person.id}


@flow.command("keepall", agreement=False)
async def keepall(desk: Desk, argument: str) -> Turn:
    """Stops what waits for its day of notice; a code that does not count yet goes, for whose it is nobody knows."""
    for wish in GRANTED:
        await desk.nothing_later(_prefix(desk, wish))
    text = _("It is stopped. Nothing was changed.")
    if desk.person.code and not _code_counts(desk):
        await desk.store.people.take_code_away(desk.person.id)
        text = _("It is stopped. The new code is gone.")
    return end(text, [[link("privacy", _("Privacy")), link("menu", _("Menu"))]])


async def shown(desk: Desk) -> Turn:
    return end(_("That is everything."), [[link("privacy", _("Privacy")), link("menu", _("Menu"))]]).before(
        *await everything(desk, desk.person.recipient)
    )


async def everything(desk: Desk, recipient: Recipient) -> list[Message]:
    """What is held on somebody, to read and as JSON to take elsewhere, and what they said aloud or showed."""
    held = await desk.store.erasure.held(recipient.id)
    attributes = await desk.store.attributes.known()
    kept = File("mydata.json", json.dumps(held, ensure_ascii=False, indent=2))
    recorded = [Message(_("You sent this as an answer."), media=one) for one in recordings(held)]
    return [Message(readable(held, attributes, recipient.language), file=kept), *recorded]


async def erased(desk: Desk) -> Turn:
    await desk.erase(desk.person.id)
    return end(
        _("Everything about you is erased. Thank you for the time you gave. If you ever write again, we begin anew.")
    )


# ---------------------------------------------------------------- the code


@flow.command("code", agreement=False)
async def code(desk: Desk, argument: str) -> Turn:
    return await _prove(desk, "code") if _code_counts(desk) else _ask_new_code(proven=False)


async def ask_other_code(desk: Desk) -> Turn:
    return _ask_new_code(proven=True)


def _ask_new_code(*, proven: bool) -> Turn:
    text = paragraphs(
        _("Please write a word or number that only you know, at least {least} letters.", least=SHORTEST),
        _("I will ask for it before I show or erase what I keep about you. You may delete your message afterwards."),
    )
    return ask(ChoosingCode(proven), text, [[choice("cancel", _("Cancel"))]], private=True)


GRANTED: dict[Wish, Callable[[Desk], Awaitable[Turn]]] = {"mydata": shown, "forget": erased, "code": ask_other_code}
"""What somebody gets who has proved that the phone is theirs."""


@flow.step(ChoosingCode)
async def choose_code(desk: Desk, at: ChoosingCode, said: Said) -> Turn:
    match said:
        case Choice("cancel"):
            return go("privacy")
        case Typed() if _code_counts(desk) and not at.proven:
            return await _prove(desk, "code")
        case Typed(words) if SHORTEST <= len("".join(words.split())) <= LONGEST:
            counts_at = desk.now if at.proven else desk.now + WAIT
            await desk.store.people.set_code(desk.person.id, hashed(words, desk.new_token()), counts_at)
            kept = _("Your code is set. I cannot show it to you again, so please remember it.")
            if at.proven:
                return end(kept, [[link("privacy", _("Privacy")), link("menu", _("Menu"))]])
            first = _("It counts from {moment}.", moment=Moment(counts_at))
            return end(paragraphs(lines(kept, first), _WHY_WAIT), _ways_to_stop())
        case Typed():
            return again(_("Please use {least} to {most} letters.", least=SHORTEST, most=LONGEST))
    return again(_("Please write it as a message."))
