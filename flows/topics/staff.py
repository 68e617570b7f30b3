"""What staff do with topics: see them ordered by support, answer one, hide what breaks the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta

from flows.dates import instant_of
from flows.desk import Desk
from flows.flow import Flow
from flows.paging import page_number, turning
from flows.saved import saved
from flows.topics.telling import supporters, why_hidden, with_answer
from flows.turn import Choice, Message, Row, Said, Turn, Typed, again, ask, choice, column, end, go, link
from flows.words import Moment, Text, Verbatim, _, lines, ngettext, paragraphs
from storage.topics import Topic, TopicState

flow = Flow()

TOLD_AT = time(10)
"""When people are told the day after, while translations are written."""

PAGE = 5
MOST_SPOKEN = 5
SHORTEST_ANSWER, LONGEST_ANSWER = 10, 1500
SHORTEST_REASON, LONGEST_REASON = 10, 300


@saved("topics.answering", title=_("the answer to a topic"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class Answering:
    """Waiting for the answer to a topic."""

    topic_id: str


@saved("topics.sending_answer", title=_("the answer to a topic"))
@dataclass(frozen=True, slots=True)
class SendingAnswer:
    """Waiting for the word to send the answer as it is shown."""

    topic_id: str
    answer: str


@saved("topics.giving_reason", awaits_text=True)
@dataclass(frozen=True, slots=True)
class GivingReason:
    """Waiting for the reason why a topic is hidden."""

    topic_id: str


@saved("topics.hiding")
@dataclass(frozen=True, slots=True)
class Hiding:
    """Waiting for the word that the topic really is to be hidden."""

    topic_id: str
    reason: str


# ---------------------------------------------------------------- what there is

KINDS: dict[str, TopicState] = {"": "open", "answered": "answered", "hidden": "hidden"}


@flow.command("stafftopics", audience="staff")
async def stafftopics(desk: Desk, argument: str) -> Turn:
    """`<page>`, `answered <page>` or `hidden <page>` of the lists, or one topic by its id."""
    kind, _space, rest = argument.partition(" ")
    if kind.isdecimal():
        kind, rest = "", kind
    if kind not in KINDS:
        return await _one(desk, kind)
    return await _list(desk, kind, page_number(rest))


async def _list(desk: Desk, kind: str, page: int) -> Turn:
    found = await desk.store.topics.page(KINDS[kind], desk.person.id, (page - 1) * PAGE, PAGE + 1)
    if not found and page > 1:
        return go("stafftopics", kind)
    shown, more = found[:PAGE], len(found) > PAGE
    heads: dict[str, Text] = {
        "": _("<b>Open topics</b>, the most supported first"),
        "answered": _("<b>Answered topics</b>, the latest first"),
        "hidden": _("<b>Hidden topics</b>: only you and the proposers see them"),
    }
    text = paragraphs(heads[kind], *(_as_listed(one) for one in shown), None if shown else _("There are none."))
    spoken = await desk.store.topics.spoken(MOST_SPOKEN) if kind == "" and page == 1 else []
    rows = [
        *column(*(link(f"spoken {one.id}", _("Spoken: {at}", at=Moment(one.proposed_at))) for one in spoken)),
        *column(*(link(f"stafftopics {one.id}", one.words) for one in shown)),
    ]
    return end(text, [*rows, *turning(f"stafftopics {kind}".strip(), page, more), *_onward(kind)])


def _as_listed(topic: Topic) -> Text:
    return lines(_("<b>{words}</b>", words=topic.words), supporters(topic))


def _onward(kind: str) -> list[Row]:
    lists = {
        "": link("stafftopics", _("Open")),
        "answered": link("stafftopics answered", _("Answered")),
        "hidden": link("stafftopics hidden", _("Hidden")),
    }
    return [[button for name, button in lists.items() if name != kind], [link("menu", _("Menu"))]]


async def _one(desk: Desk, id: str) -> Turn:
    topic = await desk.store.topics.load(id, desk.person.id)
    if topic is None or topic.state == "withdrawn":
        return _not_there()
    if topic.spoken:
        return go("spoken", topic.id)
    onward = [link("stafftopics", _("All topics")), link("menu", _("Menu"))]
    match topic.state:
        case "answered":
            languages = [link(f"translate topic {topic.id}", _("Other languages"))]
            return end(paragraphs(with_answer(topic), supporters(topic)), [languages, onward])
        case "hidden":
            reason = _("Hidden. The reason given: {reason}", reason=topic.hidden_because)
            rows = [[link(f"showtopic {topic.id}", _("Show again"))], onward]
            return end(paragraphs(_as_listed(topic), reason), rows)
    rows = [[link(f"answertopic {topic.id}", _("Answer")), link(f"hidetopic {topic.id}", _("Hide"))], onward]
    return end(_as_listed(topic), rows)


def _not_there() -> Turn:
    return end(
        _("That topic is not there any more."), [[link("stafftopics", _("All topics")), link("menu", _("Menu"))]]
    )


async def _still_open(desk: Desk, id: str) -> Topic | None:
    topic = await desk.store.topics.load(id, desk.person.id)
    return topic if desk.is_staff and topic is not None and topic.state == "open" else None


# ---------------------------------------------------------------- answering


@flow.command("answertopic", audience="staff")
async def answertopic(desk: Desk, argument: str) -> Turn:
    topic = await _still_open(desk, argument)
    return _ask_answer(topic) if topic else go("stafftopics", argument or "none")


def _ask_answer(topic: Topic) -> Turn:
    text = paragraphs(
        _as_listed(topic),
        _("What do you answer? Say plainly what will be done, or why not, and when."),
    )
    return ask(Answering(topic.id), text, [[choice("cancel", _("Cancel"))]])


@flow.step(Answering, SendingAnswer)
async def answering(desk: Desk, at: Answering | SendingAnswer, said: Said) -> Turn:
    topic = await _still_open(desk, at.topic_id)
    if topic is None:
        return go("topics", at.topic_id)
    match at, said:
        case _, Choice("cancel"):
            return go("topics", at.topic_id)
        case Answering(), Typed(words):
            return await _look_at_answer(desk, topic, words.strip())
        case SendingAnswer(), Choice("change"):
            return _ask_answer(topic)
        case SendingAnswer(_, answer), Choice("send"):
            return await _send_answer(desk, topic, answer)
        case SendingAnswer(_, answer), Choice("languages"):
            return await _send_answer(desk, topic, answer, translating=True)
        case Answering(), _:
            return again(_("Please write it as a message."))
    return again(_("Please tap one of the buttons."))


async def _look_at_answer(desk: Desk, topic: Topic, answer: str) -> Turn:
    if not SHORTEST_ANSWER <= len(answer) <= LONGEST_ANSWER:
        return again(
            _("An answer has {least} to {most} letters.", least=SHORTEST_ANSWER, most=LONGEST_ANSWER),
        )
    text = paragraphs(
        _("This is the answer:"),
        _("<b>{words}</b>", words=topic.words),
        Verbatim(answer),
        ngettext(
            "{n} person will be told. It cannot be taken back.",
            "{n} people will be told. It cannot be taken back.",
            await desk.store.topics.concerned_count(topic.id),
        ),
    )
    rows = column(
        choice("send", _("Send this answer")),
        choice("languages", _("Write it in other languages first")),
        choice("change", _("Change")),
        choice("cancel", _("Cancel")),
    )
    return ask(SendingAnswer(topic.id, answer), text, rows)


async def _send_answer(desk: Desk, topic: Topic, answer: str, *, translating: bool = False) -> Turn:
    """People are told at once, or the next day while it is put into other languages."""
    if not await desk.store.topics.answer(topic.id, answer, desk.person.id, desk.now, desk.person.language):
        return go("stafftopics", topic.id)
    await desk.record("answered", f"topic:{topic.id}", supporters=topic.supporters)
    at = instant_of(desk.today + timedelta(days=1), TOLD_AT, desk.zone) if translating else desk.now
    await desk.later("topic.answered", f"topic.answered:{topic.id}", at, {"topic": topic.id, "after": ""})
    if translating:
        told = _("The proposer and the supporters are told on {moment}.", moment=Moment(at))
        return go("translate", f"topic {topic.id}").before(Message(told))
    text = _("Thank you. The proposer and the supporters are being told.")
    return end(text, [[link("stafftopics", _("Open topics")), link("menu", _("Menu"))]])


# ---------------------------------------------------------------- hiding


@flow.command("hidetopic", audience="staff")
async def hidetopic(desk: Desk, argument: str) -> Turn:
    topic = await _still_open(desk, argument)
    return _ask_reason(topic) if topic else go("stafftopics", argument or "none")


def _ask_reason(topic: Topic) -> Turn:
    text = paragraphs(
        _as_listed(topic),
        _("Why is it to be hidden? The proposer will read your reason. For example: It names a private person."),
    )
    return ask(GivingReason(topic.id), text, [[choice("cancel", _("Cancel"))]])


@flow.step(GivingReason, Hiding)
async def hiding(desk: Desk, at: GivingReason | Hiding, said: Said) -> Turn:
    topic = await _still_open(desk, at.topic_id)
    if topic is None:
        return go("topics", at.topic_id)
    match at, said:
        case _, Choice("cancel"):
            return go("topics", at.topic_id)
        case GivingReason(), Typed(words):
            return _look_at_hiding(topic, " ".join(words.split()))
        case Hiding(), Choice("change"):
            return _ask_reason(topic)
        case Hiding(_, reason), Choice("hide"):
            return await _hide(desk, topic, reason)
        case GivingReason(), _:
            return again(_("Please write it as a message."))
    return again(_("Please tap one of the buttons."))


def _look_at_hiding(topic: Topic, reason: str) -> Turn:
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        return again(_("A reason has {least} to {most} letters.", least=SHORTEST_REASON, most=LONGEST_REASON))
    text = paragraphs(
        _("Nobody but the proposer will see this topic any more:"),
        _("<b>{words}</b>", words=topic.words),
        _("The proposer is told this reason: {reason}", reason=reason),
        _("You can show it again later."),
    )
    rows = column(choice("hide", _("Hide it")), choice("change", _("Change")), choice("cancel", _("Cancel")))
    return ask(Hiding(topic.id, reason), text, rows)


async def _hide(desk: Desk, topic: Topic, reason: str) -> Turn:
    if await desk.store.topics.hide(topic.id, reason, desk.person.language):
        await desk.record("hid", f"topic:{topic.id}", reason=reason)
        text = paragraphs(
            _("Your topic is not shown any more:"),
            _("<b>{words}</b>", words=topic.words),
            why_hidden(reason, desk.person.language),
            _("You are welcome to propose it again in other words."),
        )
        await _tell_proposer(desk, topic, Message(text, [[link("propose", _("Propose a topic"))]]))
    return go("stafftopics", topic.id)


@flow.command("showtopic", audience="staff")
async def showtopic(desk: Desk, argument: str) -> Turn:
    topic = await desk.store.topics.load(argument, desk.person.id)
    if topic is None or not await desk.store.topics.show(topic.id):
        return go("stafftopics", argument or "none")
    await desk.record("showed", f"topic:{topic.id}")
    text = paragraphs(_("Your topic is shown again:"), _("<b>{words}</b>", words=topic.words))
    await _tell_proposer(desk, topic, Message(text, [[link(f"topic {topic.id}", _("See the topic"))]]))
    return go("stafftopics", topic.id)


async def _tell_proposer(desk: Desk, topic: Topic, message: Message) -> None:
    proposer = await desk.store.topics.proposer(topic.id)
    if proposer is not None:
        desk.tell(proposer, message)
