"""Longer talks: staff ask those who agreed to be asked; whoever would like to writes first, without a name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flows.desk import Desk
from flows.flow import Again, Flow
from flows.saved import saved
from flows.support.wording import LONGEST
from flows.turn import Choice, Message, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import DEFAULT_LANGUAGE, Text, Words, Written, _, in_their_language, lines, paragraphs, written
from storage.consultations import Consultation

flow = Flow()

PAGE = 300


@saved("interviews.inviting", title=_("the invitation to a longer talk"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class Inviting:
    """Waiting for what a talk would be like; with `words`, for the word to send it."""

    consultation_id: str
    words: str = ""


@flow.command("interviews", audience="staff")
async def interviews(desk: Desk, argument: str) -> Turn:
    """`/interviews CONSULTATION`: who was asked in it and agreed to be asked for a longer talk is invited to one."""
    found = await desk.store.consultations.load(argument)
    if found is None or found.state not in ("open", "closed"):
        return go("consultations")
    number = await desk.store.support.count_willing(found.id)
    rule = await desk.disclosure()
    back = [[link(f"consultation {found.id}", _("Back"))]]
    if number < rule.smallest:
        text = _(
            "Fewer than {smallest} of those who were asked agreed to be asked for a longer talk. Among so few, who "
            "they are could be guessed. People agree to it under /privacy.",
            smallest=rule.smallest,
        )
        return end(text, back)
    return _ask_words(found, rule.rounded(number) or rule.smallest)


def _ask_words(found: Consultation, about: int) -> Turn:
    text = paragraphs(
        _("About {number} of those who were asked agreed to be asked for a longer talk.", number=about),
        lines(
            _("What would it be: where, how long, and is anything paid? Please write it in one message."),
            _("For example: Half an hour by telephone or at the town hall; a £20 voucher as thanks."),
        ),
    )
    return ask(Inviting(found.id), text, [[choice("cancel", _("Cancel"))]])


@flow.step(Inviting)
async def inviting(desk: Desk, at: Inviting, said: Said) -> Turn:
    found = await desk.store.consultations.load(at.consultation_id)
    if found is None or not desk.is_staff:
        return go("menu")
    match said:
        case Choice("cancel"):
            return go("consultation", at.consultation_id)
        case Choice("send") if at.words:
            return await _send(desk, found, at.words)
        case Typed(words) if len(words) <= LONGEST:
            text = paragraphs(_("This is what they read:"), _invitation(found, words, desk.person.language).text)
            rows = [[choice("send", _("Send it"))], [choice("cancel", _("Cancel"))]]
            return ask(replace(at, words=words), text, rows)
        case Typed():
            return again(_("That is too long for one message; {most} letters at most.", most=LONGEST))
    return again(_("Please write it as a message."))


def _invitation(found: Consultation, words: str, language: str) -> Message:
    question, said = written(found, "question"), Written(words, language, {})
    text = paragraphs(
        _("Staff would like to talk with some people at greater length about this:"),
        Words("<b>{words}</b>", {"words": question}),
        said,
        in_their_language(question, said),
        _("If you would, tap the button. Staff then write to you here, and see no name unless you give it."),
    )
    rows = [
        [link(f"talk {found.id}", _("Yes, I would"))],
        [link("consent interviews no", _("Do not ask me for talks"))],
    ]
    return Message(text, rows)


async def _send(desk: Desk, found: Consultation, words: str) -> Turn:
    about = {"consultation": found.id, "words": words, "language": desk.person.language, "after": ""}
    await desk.later("support.talks", f"support.talks:{found.id}", desk.now, about)
    await desk.record("invited to talks", f"consultation:{found.id}")
    text = _("They are invited now. Whoever would like to appears among the questions people ask you.")
    return end(text, [[link("requests", _("What people ask you"))], [link(f"consultation {found.id}", _("Back"))]])


@flow.due("support.talks")
async def invite(desk: Desk, args: dict[str, Any]) -> Again | None:
    """Everybody once for one consultation."""
    found = await desk.store.consultations.load(args["consultation"])
    people = await desk.store.support.willing(args["consultation"], args["after"], PAGE)
    if found is None or not people:
        return None
    message = _invitation(found, args["words"], args.get("language", DEFAULT_LANGUAGE))
    desk.tell_all(await desk.attentive(people), message, once=f"support.talks:{found.id}", asks=True, can_wait=True)
    return Again({**args, "after": people[-1].id}, desk.now)


@flow.command("talk")
async def talk(desk: Desk, argument: str) -> Turn:
    """Somebody would talk with staff: a request of theirs, in which staff can write to them."""
    found = await desk.store.consultations.load(argument)
    if found is None or await desk.store.responses.find(found.id, desk.person.id) is None:
        return go("menu")
    offer: Text = _("I would like to talk with you about “{question}”.", question=written(found, "question"))
    return go("support", desk.voice.plain(offer))
