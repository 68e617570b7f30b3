"""Answers in people's own words, for staff: a list to read, search and tag, and key words to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.spoken import media_of
from flows.surveys.asking import bold
from flows.turn import Choice, File, Message, Row, Said, Themes, Turn, Typed, again, ask, choice, end, go, link
from flows.typed import compared
from flows.words import Text, Verbatim, Words, _, lines, ngettext, paragraphs, shortened
from storage.consultations import Question
from storage.responses import Written

flow = Flow()

PAGE = 5
MOST_TAGS = 12
TAG_LIMIT = 40
SHOWN = 700
FEWEST_FOR_THEMES = 8

Tags = dict[str, set[str]]


@saved("reading.list", awaits_text=True)
@dataclass(frozen=True, slots=True)
class Reading:
    """A page of the answers, as far as they contain `search` or bear `tag`; what is typed is searched for."""

    question_id: str
    page: int = 0
    search: str = ""
    tag: str = ""
    quotable: bool = False


@saved("reading.tagging", awaits_text=True)
@dataclass(frozen=True, slots=True)
class Tagging:
    """One answer, whose tags can be put on and taken off; what is typed is a new one. The rest is where it was read."""

    question_id: str
    source: str
    page: int = 0
    search: str = ""
    tag: str = ""
    quotable: bool = False

    @property
    def place(self) -> Reading:
        return Reading(self.question_id, self.page, self.search, self.tag, self.quotable)


@flow.command("reading", audience="staff")
async def reading(desk: Desk, argument: str) -> Turn:
    """`/reading QUESTION` once the consultation is closed."""
    question = await _question(desk, argument)
    return await _list(desk, question, Reading(argument)) if question else go("consultations")


async def _question(desk: Desk, id: str) -> Question | None:
    question = await desk.store.consultations.question(id)
    consultation = await desk.store.consultations.load(question.consultation_id) if question else None
    closed = consultation is not None and consultation.state == "closed"
    return question if question is not None and question.kind == "text" and closed and desk.is_staff else None


async def _answers(desk: Desk, question: Question) -> list[Written]:
    found = await desk.store.responses.texts(question.id) + await desk.store.ballots.texts(question.id)
    return sorted((one for one in found if media_of(one.words) is None), key=lambda one: (one.words, one.source))


def _chosen(answers: Sequence[Written], tags: Tags, at: Reading) -> list[Written]:
    wanted = compared(at.search)
    return [
        one
        for one in answers
        if wanted in compared(one.words)
        and (not at.tag or one.source in tags.get(at.tag, ()))
        and (one.quotable or not at.quotable)
    ]


async def _list(desk: Desk, question: Question, at: Reading, notice: Words | None = None) -> Turn:
    answers, tags = await _answers(desk, question), await desk.store.responses.tags(question.id)
    chosen = _chosen(answers, tags, at)
    page = min(at.page, max(0, (len(chosen) - 1) // PAGE))
    shown = chosen[page * PAGE : (page + 1) * PAGE]
    text = paragraphs(
        bold(question.wording),
        _what(at, len(chosen), len(answers)),
        *(_entry(number, one, tags) for number, one in enumerate(shown, page * PAGE + 1)),
        _("Tap a number to tag that answer, or write a word to search for."),
    )
    rows: list[Row] = [[choice(f"tag {one.source}", str(number)) for number, one in enumerate(shown, page * PAGE + 1)]]
    turns = [choice("back", _("◀ Back"))] if page else []
    turns += [choice("more", _("More ▶"))] if len(chosen) > (page + 1) * PAGE else []
    rows += [turns, *_filters(answers, tags, at), [link(f"results {question.consultation_id}", _("Results"))]]
    return ask(replace(at, page=page), text, [row for row in rows if row], notice=notice)


def _what(at: Reading, chosen: int, total: int) -> Text:
    parts: list[Text | None] = [
        _("with “{words}”", words=at.search) if at.search else None,
        _("tagged “{tag}”", tag=at.tag) if at.tag else None,
        _("that may be quoted") if at.quotable else None,
    ]
    found = _("{chosen} of {total} answers", chosen=chosen, total=total)
    return lines(found, *parts)


def _entry(number: int, one: Written, tags: Tags) -> Text:
    own = [tag for tag, sources in tags.items() if one.source in sources]
    words = shortened(one.words, SHOWN)
    return lines(
        _("{number}. {words}", number=number, words=words),
        _("May be quoted") if one.quotable else None,
        _("Tags: {tags}", tags=", ".join(own)) if own else None,
    )


def _filters(answers: Sequence[Written], tags: Tags, at: Reading) -> list[Row]:
    if at.search or at.tag or at.quotable:
        return [[choice("all", _("All answers"))]]
    ways = [choice("quotable", _("May be quoted"))] if any(one.quotable for one in answers) else []
    ways += [choice("tags", _("By tag"))] if tags else []
    ways += [choice("themes", _("Key words and groups"))] if len(answers) >= FEWEST_FOR_THEMES else []
    return [ways[:2], ways[2:]]


@flow.step(Reading)
async def read(desk: Desk, at: Reading, said: Said) -> Turn:
    question = await _question(desk, at.question_id)
    if question is None:
        return go("consultations")
    match said:
        case Choice("more"):
            return await _list(desk, question, replace(at, page=at.page + 1))
        case Choice("back"):
            return await _list(desk, question, replace(at, page=max(0, at.page - 1)))
        case Choice("all"):
            return await _list(desk, question, Reading(at.question_id))
        case Choice("quotable"):
            return await _list(desk, question, Reading(at.question_id, quotable=True))
        case Choice("tags"):
            return await _ask_tag(desk, at)
        case Choice("themes"):
            return await _themes(desk, question)
        case Choice(id) if id.startswith("tag "):
            source = id.removeprefix("tag ")
            tagging = Tagging(at.question_id, source, at.page, at.search, at.tag, at.quotable)
            return await _tagging(desk, question, tagging)
        case Choice(id) if id.startswith("by "):
            wanted = await _tag_at(desk, at.question_id, id.removeprefix("by "))
            return await _list(desk, question, Reading(at.question_id, tag=wanted))
        case Typed(words):
            return await _list(desk, question, Reading(at.question_id, search=" ".join(words.split())[:TAG_LIMIT]))
    return again(_("Please tap a button, or write a word to search for."))


async def _tag_at(desk: Desk, question_id: str, place: str) -> str:
    tags = sorted(await desk.store.responses.tags(question_id))
    return tags[int(place)] if place.isdecimal() and int(place) < len(tags) else ""


async def _ask_tag(desk: Desk, at: Reading) -> Turn:
    tags = await desk.store.responses.tags(at.question_id)
    rows: list[Row] = [
        [choice(f"by {place}", _("{tag} ({number})", tag=tag, number=len(tags[tag])))]
        for place, tag in enumerate(sorted(tags)[:MOST_TAGS])
    ]
    return ask(at, _("Which tag?"), [*rows, [choice("all", _("All answers"))]])


async def _themes(desk: Desk, question: Question) -> Turn:
    """Worked out when it is sent, for it takes a moment."""
    texts = [one.words for one in await _answers(desk, question)]
    themes = Themes(
        Verbatim(question.wording),
        texts,
        _("A help for reading, not a verdict: a program grouped answers that share words. Read them yourself."),
        _("Words that stand out"),
        _("Group {number}"),
    )
    text = _("Which words stand out, and which answers go together: as a help for reading.")
    return end(
        _("That is all."),
        [[link(f"reading {question.id}", _("Read, search and tag"))], [link("menu", _("Menu"))]],
    ).before(Message(text, file=File("key-words.txt", themes)))


# ---------------------------------------------------------------- tags


async def _tagging(desk: Desk, question: Question, at: Tagging, notice: Words | None = None) -> Turn:
    one = next((one for one in await _answers(desk, question) if one.source == at.source), None)
    if one is None:
        return await _list(desk, question, at.place, _("This answer is not there any more."))
    tags = await desk.store.responses.tags(question.id)
    text = paragraphs(
        Verbatim(one.words),
        _("May be quoted") if one.quotable else None,
        _("Tap a tag to put it on or take it off, or write a new one."),
    )
    rows: list[Row] = [
        [choice(f"tag {place}", f"{'☑' if one.source in tags[tag] else '☐'} {tag}")]
        for place, tag in enumerate(sorted(tags)[:MOST_TAGS])
    ]
    return ask(at, text, [*rows, [choice("done", _("Done"))]], notice=notice)


@flow.step(Tagging)
async def tag(desk: Desk, at: Tagging, said: Said) -> Turn:
    question = await _question(desk, at.question_id)
    if question is None:
        return go("consultations")
    tags = await desk.store.responses.tags(question.id)
    match said:
        case Choice("done"):
            return await _list(desk, question, at.place)
        case Choice(id) if wanted := await _tag_at(desk, at.question_id, id.removeprefix("tag ")):
            await desk.store.responses.set_tag(question.id, at.source, wanted, on=at.source not in tags[wanted])
            return await _tagging(desk, question, at)
        case Typed(words):
            return await _new_tag(desk, question, at, " ".join(words.split()), tags)
    return again(_("Please tap a tag or write a new one."))


async def _new_tag(desk: Desk, question: Question, at: Tagging, new: str, tags: Tags) -> Turn:
    if len(new) > TAG_LIMIT:
        return again(ngettext("A tag has {n} letter at most.", "A tag has {n} letters at most.", TAG_LIMIT))
    if new not in tags and len(tags) >= MOST_TAGS:
        return again(_("{most} tags are enough for one question. Please use one of them.", most=MOST_TAGS))
    await desk.store.responses.set_tag(question.id, at.source, new, on=True)
    return await _tagging(desk, question, at)
