"""/translate: staff put a panel's words, a survey, an outcome or an answer into other languages, text by text."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.translating.parts import KINDS, Part, Thing, language_called, thing
from flows.turn import Choice, Row, Said, Turn, Typed, again, ask, choice, end, go, link
from flows.words import Text, Verbatim, Words, _, lines, paragraphs

flow = Flow()

LONGEST = 1000


@saved("translate.part", title=_("a translation"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class Writing:
    """Waiting for one text in another language; `place` counts from 0."""

    kind: str
    id: str
    language: str
    place: int = 0


@flow.command("translate", audience="staff")
async def translate(desk: Desk, argument: str) -> Turn:
    """`/translate KIND ID` says how far each language is; with a language after it, it asks for what is missing."""
    kind, id, language = [*argument.split(), "", "", ""][:3]
    found = await thing(desk, kind, id) if kind in KINDS else None
    if found is None:
        text = _("There is nothing here to put into other languages (any more).")
        return end(text, [[link("consultations", _("Consultations"))], [link("menu", _("Menu"))]])
    if language in found.languages():
        missing = (place for place, part in enumerate(found.parts) if not part.into(language))
        return _ask_part(found, Writing(kind, id, language, next(missing, 0)))
    return _overview(kind, id, found)


def _overview(kind: str, id: str, found: Thing) -> Turn:
    text = paragraphs(
        lines(_("<b>Other languages</b>"), _("It was written in this language: {name}", name=_called(found.language))),
        lines(*(_state(found, language) for language in found.languages())),
        _("Whoever has chosen a language reads it in that, as far as you have written it. The rest stays as it is."),
    )
    rows: list[Row] = [
        [link(f"translate {kind} {id} {language}", language_called(language))] for language in found.languages()
    ]
    return end(text, [*rows, [link(found.back, _("Back"))]])


def _called(language: str) -> Text:
    name = language_called(language)
    return Verbatim(name) if isinstance(name, str) else name


def _state(found: Thing, language: str) -> Words:
    done, total = found.done(language), len(found.parts)
    if not done:
        return _("○ {language}", language=_called(language))
    if done == total:
        return _("✓ {language}", language=_called(language))
    return _("◐ {language}: {done} of {total}", language=_called(language), done=done, total=total)


def _ask_part(found: Thing, at: Writing, notice: Words | None = None) -> Turn:
    part = found.parts[at.place]
    kept = part.into(at.language)
    text = paragraphs(
        _(
            "{number} of {total}, {language}: <b>{name}</b>",
            number=at.place + 1,
            total=len(found.parts),
            language=_called(at.language),
            name=part.name,
        ),
        Verbatim(part.words),
        _("So far: {words}", words=kept) if kept else None,
        _("Please write them in the same order, each on a line of its own.")
        if part.is_list
        else _("Please write it in this language."),
    )
    row = [choice("next", _("Keep it") if kept else _("Leave it out"))]
    if at.place:
        row.append(choice("back", _("Back")))
    rows: list[Row] = [row]
    if kept:
        rows.append([choice("clear", _("Take it away"))])
    return ask(at, text, [*rows, [choice("done", _("That is all"))]], notice=notice)


@flow.step(Writing)
async def write(desk: Desk, at: Writing, said: Said) -> Turn:
    found = await thing(desk, at.kind, at.id)
    if found is None or at.place >= len(found.parts) or at.language not in found.languages():
        return go("translate", f"{at.kind} {at.id}")
    part = found.parts[at.place]
    match said:
        case Choice("done"):
            return go("translate", f"{at.kind} {at.id}")
        case Choice("back") if at.place:
            return _ask_part(found, replace(at, place=at.place - 1))
        case Choice("next"):
            return _next_part(found, at)
        case Choice("clear"):
            await _keep(desk, part, at.language, "")
            return await _again(desk, at, _("It is taken away."))
        case Typed(words):
            return await _take(desk, found, at, words)
    return again(_("Please tap a button or write it as a message."))


async def _take(desk: Desk, found: Thing, at: Writing, words: str) -> Turn:
    part = found.parts[at.place]
    clean = "\n".join(" ".join(line.split()).strip("-–• ") for line in words.splitlines() if line.strip())
    if not part.is_list:
        clean = words.strip()
    if not clean or len(clean) > LONGEST:
        return again(_("That is too long: please use at most {most} letters.", most=LONGEST))
    wanted = len(part.words.split("\n"))
    if part.is_list and len(clean.split("\n")) != wanted:
        return again(
            _(
                "There are {wanted} answers, and you wrote {given}. Please write one on each line, in the same order.",
                wanted=wanted,
                given=len(clean.split("\n")),
            )
        )
    await _keep(desk, part, at.language, clean)
    await desk.record("translated", f"{part.owner}:{part.id}", field=part.field, language=at.language)
    return _next_part(found, at)


async def _keep(desk: Desk, part: Part, language: str, words: str) -> None:
    await desk.store.translations.keep(part.owner, part.id, part.field, language, words)


async def _again(desk: Desk, at: Writing, notice: Words) -> Turn:
    found = await thing(desk, at.kind, at.id)
    assert found is not None
    return _ask_part(found, at, notice)


def _next_part(found: Thing, at: Writing) -> Turn:
    if at.place + 1 < len(found.parts):
        return _ask_part(found, replace(at, place=at.place + 1))
    return go("translate", f"{at.kind} {at.id}")
