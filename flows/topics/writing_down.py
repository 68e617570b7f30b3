"""Topics that were spoken: staff hear them and write them down, so that others can read and support them."""

from __future__ import annotations

from dataclasses import dataclass

from flows.desk import Desk
from flows.flow import Flow
from flows.saved import saved
from flows.spoken import media_of
from flows.topics.citizen import LONGEST, SHORTEST
from flows.turn import Choice, Message, Row, Said, Turn, Typed, again, ask, choice, column, end, go, link
from flows.words import Text, Words, _, lines, paragraphs
from storage.topics import Topic

flow = Flow()


@saved("topics.writing_down", title=_("a spoken topic"), awaits_text=True)
@dataclass(frozen=True, slots=True)
class WritingDown:
    """Waiting for what was said, in words."""

    topic_id: str


@saved("topics.looking_at_written", title=_("a spoken topic"))
@dataclass(frozen=True, slots=True)
class LookingAtWritten:
    """Waiting for the word to publish it in these words, or to turn it down when there are none."""

    topic_id: str
    words: str = ""


@flow.command("spoken", audience="staff")
async def spoken(desk: Desk, argument: str) -> Turn:
    topic = await _waiting(desk, argument)
    media = media_of(topic.words) if topic else None
    if topic is None:
        return go("stafftopics")
    return _ask_words(topic.id).before(Message(_("A topic somebody has spoken"), media=media))


async def _waiting(desk: Desk, id: str) -> Topic | None:
    topic = await desk.store.topics.load(id, desk.person.id)
    return topic if desk.is_staff and topic is not None and topic.spoken else None


def _ask_words(id: str) -> Turn:
    text = lines(
        _("What do they want to talk about? Please write it in one or two sentences, as they said it."),
        _("Whoever said it is told, and can withdraw it."),
    )
    rows = column(choice("refuse", _("It cannot be used")), choice("cancel", _("Later")))
    return ask(WritingDown(id), text, rows)


@flow.step(WritingDown, LookingAtWritten)
async def step(desk: Desk, at: WritingDown | LookingAtWritten, said: Said) -> Turn:
    topic = await _waiting(desk, at.topic_id)
    if topic is None or said == Choice("cancel"):
        return go("stafftopics")
    match at, said:
        case WritingDown(), Choice("refuse"):
            text = _("Shall I tell them that it cannot be used, and ask them to write it? The message is deleted.")
            rows = column(choice("refuse", _("Yes, tell them")), choice("cancel", _("Later")))
            return ask(LookingAtWritten(topic.id), text, rows)
        case WritingDown(), Typed(words):
            return _look(topic.id, " ".join(words.split()))
        case LookingAtWritten(_id, ""), Choice("refuse"):
            return await _refuse(desk, topic)
        case LookingAtWritten(), Choice("change"):
            return _ask_words(topic.id)
        case LookingAtWritten(_id, words), Choice("publish") if words:
            return await _publish(desk, topic, words)
    return again(_("Please tap a button or write it as a message."))


def _look(id: str, words: str) -> Turn:
    if not SHORTEST <= len(words) <= LONGEST:
        return again(_("A topic has {least} to {most} letters.", least=SHORTEST, most=LONGEST))
    text = paragraphs(_("This is how others will see it:"), Words("<b>{words}</b>", {"words": words}))
    rows = column(choice("publish", _("Publish")), choice("change", _("Change")), choice("cancel", _("Later")))
    return ask(LookingAtWritten(id, words), text, rows)


async def _publish(desk: Desk, topic: Topic, words: str) -> Turn:
    if await desk.store.topics.write_down(topic.id, words, desk.person.language, desk.now):
        await desk.record("wrote down", f"topic:{topic.id}")
        text = paragraphs(
            _("What you said has been written down. It can be seen now, and you are the first to support it:"),
            Words("<b>{words}</b>", {"words": words}),
            _("Is it not what you meant? Then you can withdraw it."),
        )
        rows: list[Row] = [[link(f"topic {topic.id}", _("See the topic"))]]
        await _tell_proposer(desk, topic.id, text, rows)
    return go("stafftopics", topic.id)


async def _refuse(desk: Desk, topic: Topic) -> Turn:
    text = _("I am sorry: your voice message could not be used as a topic. Perhaps you can write it, or say it again?")
    await _tell_proposer(desk, topic.id, text, [[link("propose", _("Propose a topic"))]])
    if await desk.store.topics.turn_down(topic.id):
        await desk.record("turned down", f"topic:{topic.id}")
    return end(_("They are told, and the message is deleted."), [[link("stafftopics", _("Open topics"))]])


async def _tell_proposer(desk: Desk, id: str, text: Text, rows: list[Row]) -> None:
    proposer = await desk.store.topics.proposer(id)
    if proposer is not None:
        desk.tell(proposer, Message(text, rows), once=f"topic.written:{id}")
