"""One more attribute: written in the conversation, or ready-made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from flows.desk import Desk
from flows.flow import Flow
from flows.people.attributes import define
from flows.people.definitions import packed, unpacked
from flows.people.rules import KINDS, LONGEST_KEY, LONGEST_LABEL, LONGEST_REASON, MOST_ATTRIBUTES
from flows.people.sets import NAMES, ready_made
from flows.people.typed_options import NotUnderstood, key_of, options
from flows.people.wording import in_full
from flows.saved import saved
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, column, end, go, link
from flows.words import DEFAULT_LANGUAGE, Words, _, lines, paragraphs
from storage.attributes import Attribute, Kind

flow = Flow()

Question = Literal["label", "kind", "options", "reason", "sensitive"]
ORDER: tuple[Question, ...] = ("label", "kind", "options", "reason", "sensitive")


@saved("people.adding", title=_("the question about people"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class Adding:
    """Waiting for one part of a new attribute; `options` are the lines as they were typed."""

    asked: Question = "label"
    label: str = ""
    kind: Kind = "choice"
    options: str = ""
    reason: str = ""


@saved("people.looking", title=_("the question about people"))
@dataclass(frozen=True, slots=True)
class Looking:
    """Waiting for the word to ask people this; `plan` is the attribute as JSON."""

    plan: str


# ---------------------------------------------------------------- writing one


@flow.command("addattribute", audience="staff")
async def addattribute(desk: Desk, argument: str) -> Turn:
    if full := await _too_many(desk):
        return full
    return _ask(Adding())


async def _too_many(desk: Desk) -> Turn | None:
    if len(await desk.store.attributes.all()) < MOST_ATTRIBUTES:
        return None
    text = _("You ask people {most} things, and that is a lot. Please stop asking one first.", most=MOST_ATTRIBUTES)
    return end(text, [[link("attributes", _("What you ask about people"))]])


def _question(at: Adding) -> Words:
    match at.asked:
        case "label":
            return _("What do you want to ask people? For example: How do you usually travel?")
        case "kind":
            return _("What kind of answer is it?")
        case "reason":
            return _("Why do you ask? People read this beside the question.")
        case "sensitive":
            return _(
                "Is it about health, belief, ethnic group, politics or whom people love? "
                "Then the law wants people to agree to it separately."
            )
    return OPTIONS[at.kind]


OPTIONS: dict[Kind, Words] = {
    "choice": _("Which answers are there? One a line, with the census share if you know it:\nBus = 40%\nCar = 60%"),
    "birth_year": _(
        "Which bands of age, from the youngest? One a line, with the census share if you know it:\n"
        "16–34 = 30%\n35–64 = 45%\n65+ = 25%"
    ),
    "area": _(
        "Which areas? One a line, with the beginnings of their postcodes and the census share if you know it:\n"
        "Riverside: NB1, NB2 = 40%\nHilltop: NB3 = 60%"
    ),
}


def _ask(at: Adding) -> Turn:
    rows: list[Row] = []
    if at.asked == "kind":
        rows = column(*(choice(kind, KINDS[kind]) for kind in KINDS))
    if at.asked == "sensitive":
        rows = [[choice("yes", _("Yes")), choice("no", _("No"))]]
    ways_out = [choice("cancel", _("Cancel"))]
    if at.asked != ORDER[0]:
        ways_out.insert(0, choice("back", _("Back")))
    return ask(at, _question(at), [*rows, ways_out])


def _then(at: Adding) -> Turn:
    return _ask(replace(at, asked=ORDER[ORDER.index(at.asked) + 1]))


@flow.step(Adding)
async def adding(desk: Desk, at: Adding, said: Said) -> Turn:
    match at.asked, said:
        case _, Choice("cancel"):
            return go("cancel")
        case _, Choice("back") if at.asked != ORDER[0]:
            return _ask(replace(at, asked=ORDER[ORDER.index(at.asked) - 1]))
        case "label", Typed(words):
            return _with_label(at, " ".join(words.split()))
        case "kind", Choice("choice" | "birth_year" | "area" as kind):
            return _then(replace(at, kind=kind))
        case "options", Typed(words):
            return _with_options(desk, at, words)
        case "reason", Typed(words):
            if len(words) > LONGEST_REASON:
                return again(_("That is too long; {most} letters at most.", most=LONGEST_REASON))
            return _then(replace(at, reason=words))
        case "sensitive", Choice("yes" | "no" as sensitive):
            return await _look(desk, await _attribute(desk, at, sensitive=sensitive == "yes"))
        case "kind" | "sensitive", _:
            return again(_("Please tap one of the buttons."))
    return again(_("Please write it as a message."))


def _with_label(at: Adding, label: str) -> Turn:
    if len(label) > LONGEST_LABEL:
        return again(_("That is too long; {most} letters at most.", most=LONGEST_LABEL))
    return _then(replace(at, label=label))


def _with_options(desk: Desk, at: Adding, words: str) -> Turn:
    try:
        options(words, at.kind, desk.person.language)
    except NotUnderstood as problem:
        return again(_("Line {line}: {what}", line=problem.line, what=problem.what))
    return _then(replace(at, options=words))


async def _attribute(desk: Desk, at: Adding, *, sensitive: bool) -> Attribute:
    language = desk.person.language
    taken = {attribute.key.casefold() for attribute in await desk.store.attributes.all()}
    key = key_of(at.label, taken, LONGEST_KEY)
    number = 2
    while key in taken:
        key = f"{key[: LONGEST_KEY - 4].rstrip(' 0123456789')} {number}"
        number += 1
    return Attribute(
        key,
        at.kind,
        {DEFAULT_LANGUAGE: at.label, language: at.label},
        options(at.options, at.kind, language),
        sensitive,
        {DEFAULT_LANGUAGE: at.reason, language: at.reason},
    )


# ---------------------------------------------------------------- ready-made


@flow.command("readymade", audience="staff")
async def readymade(desk: Desk, argument: str) -> Turn:
    attribute = ready_made(argument)
    if attribute is None:
        text = _("Which one? You see it whole before anybody is asked.")
        offered = column(*(link(f"readymade {key}", name) for key, name in NAMES.items()))
        return end(text, [*offered, [link("attributes", _("Back"))]])
    if await desk.store.attributes.find(attribute.key) is not None:
        return go("attribute", attribute.key)
    if full := await _too_many(desk):
        return full
    return await _look(desk, attribute)


async def _look(desk: Desk, attribute: Attribute) -> Turn:
    text = paragraphs(
        in_full(attribute, desk.person.language),
        lines(_("People can always say that they prefer not to say."), _("Shall I ask people this from now on?")),
    )
    rows = column(choice("yes", _("Yes, ask people")), choice("cancel", _("Cancel")))
    return ask(Looking(packed([attribute])), text, rows)


@flow.step(Looking)
async def looking(desk: Desk, at: Looking, said: Said) -> Turn:
    match said:
        case Choice("cancel"):
            return go("attributes")
        case Choice("yes"):
            await define(desk, unpacked(at.plan))
            return go("attributes")
    return again(_("Please tap one of the buttons."))
