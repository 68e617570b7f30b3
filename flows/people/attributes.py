"""What the organisation asks about people: the list, one of them, a new name, and an end to asking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flows.desk import Desk
from flows.flow import Flow
from flows.paging import page_number, turning
from flows.people.rules import LONGEST_LABEL
from flows.people.wording import in_full, in_short, label_of
from flows.saved import saved
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, column, end, go, link
from flows.words import LANGUAGES, _, lines, paragraphs
from storage.attributes import Attribute

flow = Flow()

PAGE = 8


@saved("people.renaming", awaits_text=True)
@dataclass(frozen=True, slots=True)
class Renaming:
    """Waiting for what an attribute is called from now on, in the language of whoever says it."""

    key: str


@saved("people.retiring")
@dataclass(frozen=True, slots=True)
class Retiring:
    """Waiting for the word that people are not asked any more."""

    key: str


async def define(desk: Desk, attributes: Iterable[Attribute]) -> None:
    """Ask these from now on; what people said that is no option any more is taken out of their profiles."""
    for attribute in attributes:
        await desk.store.attributes.define(attribute)
        await desk.record("defined an attribute", f"attribute:{attribute.key}", options=len(attribute.options))
    await tidy(desk)


async def tidy(desk: Desk) -> None:
    await desk.later("profiles.tidy", f"profiles.tidy:{desk.new_token()}", desk.now, {"after": ""})


# ---------------------------------------------------------------- looking


@flow.command("attributes", _("What you ask about people"), audience="staff")
async def attributes(desk: Desk, argument: str) -> Turn:
    page = page_number(argument)
    found = await desk.store.attributes.all()
    shown = found[(page - 1) * PAGE : page * PAGE]
    if found and not shown:
        return go("attributes")
    language = desk.person.language
    text = paragraphs(
        _("<b>What you ask about people</b>"),
        _("One at a time, after they have taken part for the first time. Nobody has to answer.")
        if found
        else _(
            "Nothing yet. Ask only what you need to see whether everybody is heard: two or three questions are enough."
        ),
        *(in_short(attribute, language) for attribute in shown),
    )
    rows = column(*(link(f"attribute {one.key}", label_of(one, language)) for one in shown))
    return end(text, [*rows, *turning("attributes", page, len(found) > page * PAGE), *_more()])


def _more() -> list[Row]:
    return [
        [link("readymade", _("Ready-made")), link("addattribute", _("Write one"))],
        [link("attributefile", _("From a file"))],
        [link("people", _("People")), link("menu", _("Menu"))],
    ]


@flow.command("attribute", audience="staff")
async def attribute(desk: Desk, argument: str) -> Turn:
    found = await desk.store.attributes.find(argument)
    if found is None:
        return _not_there()
    rows: list[Row] = [
        [link(f"renameattribute {found.key}", _("Rename")), link(f"retire {found.key}", _("Stop asking"))],
        [link("attributefile", _("Change by file"))],
        [link("attributes", _("Back")), link("menu", _("Menu"))],
    ]
    return end(in_full(found, desk.person.language), rows)


def _not_there() -> Turn:
    return end(_("You do not ask that any more."), [[link("attributes", _("What you ask about people"))]])


# ---------------------------------------------------------------- changing


@flow.command("renameattribute", audience="staff")
async def renameattribute(desk: Desk, argument: str) -> Turn:
    found = await desk.store.attributes.find(argument)
    if found is None:
        return _not_there()
    text = paragraphs(
        _("Now it says: {label}", label=label_of(found, desk.person.language)),
        _("What should it say in {language}?", language=LANGUAGES[desk.person.language]),
    )
    return ask(Renaming(found.key), text, [[choice("cancel", _("Cancel"))]])


@flow.command("retire", audience="staff")
async def retire(desk: Desk, argument: str) -> Turn:
    found = await desk.store.attributes.find(argument)
    if found is None:
        return _not_there()
    text = paragraphs(
        _("Do you want to stop asking “{label}”?", label=label_of(found, desk.person.language)),
        lines(_("What people have said about it is then deleted."), _("This cannot be undone.")),
    )
    return ask(Retiring(found.key), text, column(choice("yes", _("Yes, delete it")), choice("no", _("No, keep it"))))


@flow.step(Renaming, Retiring)
async def changing(desk: Desk, at: Renaming | Retiring, said: Said) -> Turn:
    found = await desk.store.attributes.find(at.key)
    if found is None:
        return _not_there()
    match at, said:
        case _, Choice("cancel" | "no"):
            return go("attribute", found.key)
        case Renaming(), Typed(words):
            return await _rename(desk, found, " ".join(words.split()))
        case Retiring(), Choice("yes"):
            await desk.store.attributes.remove(found.key)
            await desk.record("retired an attribute", f"attribute:{found.key}")
            await tidy(desk)
            return go("attributes")
        case Renaming(), _:
            return again(_("Please write it as a message."))
    return again(_("Please tap one of the buttons."))


async def _rename(desk: Desk, found: Attribute, label: str) -> Turn:
    if len(label) > LONGEST_LABEL:
        return again(_("That is too long; {most} letters at most.", most=LONGEST_LABEL))
    labels = {**found.labels, desk.person.language: label}
    await desk.store.attributes.define(replace(found, labels=labels))
    await desk.record("renamed an attribute", f"attribute:{found.key}")
    return go("attribute", found.key)
