"""What citizens do with topics: see what others propose, support it, propose something themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flows.alike import most_alike
from flows.desk import Desk
from flows.flow import Flow
from flows.paging import page_number, turning
from flows.saved import saved
from flows.spoken import as_text
from flows.topics.telling import as_listed, supporters, why_hidden, with_answer
from flows.turn import Button, Choice, Message, Row, Said, Sent, Turn, Typed, again, ask, choice, column, end, go, link
from flows.words import Text, Verbatim, _, lines, ngettext, paragraphs
from storage.topics import Topic

flow = Flow()

PAGE = 5
SHORTEST, LONGEST = 10, 500
MOST_OPEN = 5
MOST_COMPARED = 1000
MOST_ALIKE = 3


@saved("topics.wording", title=_("your topic"), awaits_text=True, awaits_media=True)
@dataclass(frozen=True, slots=True)
class Wording:
    """Waiting for the topic in their own words."""


@saved("topics.comparing", title=_("your topic"))
@dataclass(frozen=True, slots=True)
class Comparing:
    """Waiting for the word whether one of the topics there already says the same."""

    words: str


@saved("topics.looking", title=_("your topic"))
@dataclass(frozen=True, slots=True)
class Looking:
    """Waiting for the word to publish the topic as it is shown."""

    words: str


@saved("topics.withdrawing")
@dataclass(frozen=True, slots=True)
class Withdrawing:
    """Waiting for the word that their topic really is to be taken away."""

    topic_id: str


# ---------------------------------------------------------------- what there is


@flow.command("topics", _("What citizens want to talk about"), keywords=_("topics,topic"))
async def topics(desk: Desk, argument: str) -> Turn:
    if desk.is_staff:
        return go("stafftopics", argument)
    kind, _space, rest = argument.partition(" ")
    return await _answered(desk, page_number(rest)) if kind == "answered" else await _open(desk, page_number(kind))


async def _open(desk: Desk, page: int) -> Turn:
    found = await desk.store.topics.page("open", desk.person.id, (page - 1) * PAGE, PAGE + 1)
    propose = [link("propose", _("Propose a topic"))]
    others = [link("topics answered", _("Answered topics")), link("menu", _("Menu"))]
    if not found and page > 1:
        return go("topics")
    if not found:
        nothing = _("There are no open topics just now. What would you like your council to talk about?")
        return end(nothing, [propose, others])
    shown, more = found[:PAGE], len(found) > PAGE
    text = paragraphs(
        _("<b>Topics</b>, the most supported first. Support what matters to you too."),
        *(as_listed(topic) for topic in shown),
    )
    rows = [[_hand(topic, f" {page}", with_words=True)] for topic in shown]
    return end(text, [*rows, *turning("topics", page, more), propose, others])


async def _answered(desk: Desk, page: int) -> Turn:
    found = await desk.store.topics.page("answered", desk.person.id, (page - 1) * PAGE, PAGE + 1)
    rows: list[Row] = [[link("topics", _("Open topics")), link("menu", _("Menu"))]]
    if not found and page > 1:
        return go("topics", "answered")
    if not found:
        return end(_("No topic has been answered yet. The most supported ones come first."), rows)
    shown, more = found[:PAGE], len(found) > PAGE
    text = paragraphs(_("<b>Answered topics</b>, the latest first"), *(as_listed(topic) for topic in shown))
    read = column(*(link(f"topic {topic.id}", _("Read: {words}", words=topic.words)) for topic in shown))
    return end(text, [*read, *turning("topics answered", page, more), *rows])


def _hand(topic: Topic, page: str = "", *, with_words: bool = False) -> Button:
    """The button that gives support or takes it back; it returns to `page` of the list, or to the topic."""
    if topic.supported:
        label = _("Take back: {words}", words=topic.words) if with_words else _("Take back my support")
        return link(f"unsupport {topic.id}{page}", label)
    label = _("Support: {words}", words=topic.words) if with_words else _("Support")
    return link(f"supporttopic {topic.id}{page}", label)


@flow.command("topic")
async def topic(desk: Desk, argument: str) -> Turn:
    if desk.is_staff:
        return go("stafftopics", argument)
    found = await desk.store.topics.load(argument, desk.person.id)
    if found is None or found.state == "withdrawn" or (found.state == "hidden" and not found.own):
        return _not_there()
    onward = [link("topics", _("All topics")), link("menu", _("Menu"))]
    if found.state == "answered":
        return end(paragraphs(with_answer(found), supporters(found)), [onward])
    if found.spoken:
        waits = _("Staff have not written down yet what you said. I will tell you when it can be seen.")
        return end(waits, [[link(f"withdraw {found.id}", _("Withdraw my topic"))], onward])
    if found.state == "hidden":
        text = paragraphs(
            _("<b>{words}</b>", words=found.words),
            _("Only you can see this now."),
            why_hidden(found.hidden_because, found.staff_language),
        )
        return end(text, [onward])
    text = paragraphs(
        as_listed(found),
        lines(_("A link to this topic, to pass on:"), Verbatim(desk.deep_link(f"topic-{found.id}"))),
    )
    own = [link(f"withdraw {found.id}", _("Withdraw my topic"))] if found.own else []
    return end(text, [[_hand(found)], own, onward])


def _not_there() -> Turn:
    return end(
        _("That topic is not there any more. Here you find those that are:"),
        [[link("topics", _("Topics")), link("menu", _("Menu"))]],
    )


# ---------------------------------------------------------------- supporting


@flow.command("supporttopic")
async def supporttopic(desk: Desk, argument: str) -> Turn:
    """`<id>` or `<id> <page of the list to return to>`."""
    id, _space, page = argument.partition(" ")
    if desk.is_staff:
        return _for_citizens(id)
    if await desk.store.topics.support(id, desk.person.id, desk.now):
        await desk.acted()
        return replace(_back_to(id, page), notice=_("Thank you, your support is counted."))
    found = await desk.store.topics.load(id, desk.person.id)
    if found is not None and found.state == "open":
        return replace(_back_to(id, page), notice=_("You support this topic already."))
    return go("topic", id)


@flow.command("unsupport")
async def unsupport(desk: Desk, argument: str) -> Turn:
    """`<id>` or `<id> <page of the list to return to>`."""
    id, _space, page = argument.partition(" ")
    if await desk.store.topics.take_back(id, desk.person.id):
        return replace(_back_to(id, page), notice=_("Your support is taken back."))
    return _back_to(id, page)


def _back_to(id: str, page: str) -> Turn:
    return go("topics", page) if page else go("topic", id)


def _for_citizens(id: str) -> Turn:
    """Staff have no support to give: it would look as if citizens asked for it."""
    return replace(go("stafftopics", id), notice=_("Topics are proposed and supported by citizens."))


# ---------------------------------------------------------------- proposing


@flow.command("propose", _("Propose a topic"), keywords=_("propose"))
async def propose(desk: Desk, argument: str) -> Turn:
    if desk.is_staff:
        return _for_citizens("")
    if await desk.store.topics.open_of(desk.person.id) >= MOST_OPEN:
        return _enough()
    if argument.strip():
        return await _with_words(desk, argument)
    return _ask_words()


def _ask_words() -> Turn:
    text = paragraphs(
        _(
            "What would you like your council to talk about? Please write it in one or two sentences, or say it in a "
            "voice message."
        ),
        _("For example: The crossing by the school is not safe in the mornings."),
    )
    return ask(Wording(), text, [[choice("cancel", _("Cancel"))]])


def _enough() -> Turn:
    text = ngettext(
        "You have {n} open topic, which is as many as one person can have. When it is answered, or you withdraw "
        "it, you can propose another.",
        "You have {n} open topics, which is as many as one person can have. When one is answered, or you withdraw "
        "it, you can propose another.",
        MOST_OPEN,
    )
    return end(text, [[link("topics", _("Topics")), link("menu", _("Menu"))]])


@flow.step(Wording, Comparing, Looking)
async def proposing(desk: Desk, at: Wording | Comparing | Looking, said: Said) -> Turn:
    match at, said:
        case _, Choice("cancel"):
            return go("cancel")
        case Wording(), Typed(words):
            return await _with_words(desk, words)
        case Comparing(words), Choice("none"):
            return _look(words)
        case Comparing(), Choice(topic_id):
            return go("supporttopic", topic_id)
        case Looking(), Choice("change"):
            return _ask_words()
        case Looking(words), Choice("publish"):
            return await _publish(desk, words)
        case Wording(), Sent("voice" | "audio" as kind, id) if id:
            return await _speak(desk, f"{kind}:{id}")
        case Wording(), _:
            return again(_("Please write it as a message, or say it in a voice message."))
    return again(_("Please tap one of the buttons."))


async def _speak(desk: Desk, voice: str) -> Turn:
    """Others can read only what is written: staff hear it and write it down."""
    id = await desk.store.topics.speak(voice, desk.person.id, desk.now, MOST_OPEN)
    if id is None:
        return _enough()
    await desk.acted()
    message = Message(_("Somebody has spoken a topic."), [[link(f"spoken {id}", _("Listen, and write it down"))]])
    desk.tell_all(await desk.store.people.staff(), message, once=f"topic.spoken:{id}")
    text = paragraphs(
        _("Thank you. Staff listen to it and write it down, so that others can read it. They do not see your name."),
        _("I tell you when it can be seen. If they have misunderstood you, you can withdraw it."),
    )
    return end(text, [[link(f"topic {id}", _("My topic"))], [link("topics", _("Topics")), link("menu", _("Menu"))]])


async def _with_words(desk: Desk, said: str) -> Turn:
    words = " ".join(said.split())
    if not SHORTEST <= len(words) <= LONGEST:
        problem = (
            _("That is very short. Please say a little more, so that others understand it.")
            if len(words) < SHORTEST
            else _("That is too long; {most} letters at most. What is the main point?", most=LONGEST)
        )
        return replace(_ask_words(), notice=problem)
    open_ones = await desk.store.topics.page("open", desk.person.id, 0, MOST_COMPARED)
    alike = [open_ones[n] for n in most_alike(words, (one.words for one in open_ones), MOST_ALIKE)]
    return _ask_whether_same(words, alike) if alike else _look(words)


def _ask_whether_same(words: str, alike: list[Topic]) -> Turn:
    """Support gathers where people find each other's topic."""
    text = paragraphs(
        _("Others have proposed something like this. Is it one of these? Then your support makes it stronger."),
        *(as_listed(one) for one in alike),
    )
    same = [choice(one.id, _("Support: {words}", words=one.words)) for one in alike]
    rows = column(*same, choice("none", _("No, mine is new")), choice("cancel", _("Cancel")))
    return ask(Comparing(words), text, rows)


def _look(words: str) -> Turn:
    text = paragraphs(
        _("This is how others will see it:"),
        _("<b>{words}</b>", words=words),
        _("Your name is not shown."),
    )
    rows = column(choice("publish", _("Publish")), choice("change", _("Change")), choice("cancel", _("Cancel")))
    return ask(Looking(words), text, rows, private=True)


async def _publish(desk: Desk, words: str) -> Turn:
    id = await desk.store.topics.propose(words, desk.person.id, desk.now, MOST_OPEN)
    if id is None:
        return _enough()
    await desk.acted()
    text = paragraphs(
        _("Thank you. Your topic can be seen now, and you are the first to support it."),
        _("When the council answers, I will tell you. Pass this link on, so that others can support it too:"),
        Verbatim(desk.deep_link(f"topic-{id}")),
    )
    return end(text, [[link("topics", _("All topics")), link("menu", _("Menu"))]])


# ---------------------------------------------------------------- withdrawing


@flow.command("withdraw")
async def withdraw(desk: Desk, argument: str) -> Turn:
    found = await desk.store.topics.load(argument, desk.person.id)
    if found is None or not found.own or not (found.state == "open" or found.spoken):
        return go("topic", argument)
    others = found.supporters - found.supported
    text: Text = paragraphs(
        _("Do you want to take away your topic?"),
        _("<b>{words}</b>", words=as_text(found.words) if found.spoken else found.words),
        ngettext("{n} other person supports it.", "{n} other people support it.", others) if others else None,
    )
    rows = column(choice("yes", _("Yes, take it away")), choice("no", _("No, keep it")))
    return ask(Withdrawing(found.id), text, rows)


@flow.step(Withdrawing)
async def withdrawing(desk: Desk, at: Withdrawing, said: Said) -> Turn:
    match said:
        case Choice("no"):
            return go("topic", at.topic_id)
        case Choice("yes") if await desk.store.topics.withdraw(at.topic_id, desk.person.id):
            return end(_("Your topic is taken away."), [[link("topics", _("Topics")), link("menu", _("Menu"))]])
        case Choice("yes"):
            return go("topic", at.topic_id)
    return again(_("Please tap one of the buttons."))
