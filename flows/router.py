"""Who answers what was said, and what the conversation waits for afterwards.

In this order: /stop and /cancel; other commands and link buttons; the question being asked; keywords; otherwise a
helpful menu. Nothing anybody says is met with silence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flows.desk import Desk
from flows.flow import Flow, Happens, Spoken
from flows.saved import Retired, awaits, awaits_text, decode, encode, title_of
from flows.turn import (
    Button,
    Choice,
    Command,
    Corrected,
    Fetched,
    Left,
    Located,
    Returned,
    Said,
    Sent,
    SentFile,
    Tapped,
    Turn,
    Typed,
    again,
    aside,
    end,
    go,
    link,
    toast,
)
from flows.typed import compared
from flows.words import Words, _, ngettext, paragraphs
from storage.people import Conversation

MOST_PARKED = 3
MOST_HOPS = 5

COMES_FIRST = {"stop", "cancel"}

WAYS_OUT = {"back", "cancel", "change", "done", "later", "send", "skip"}
"""Buttons beside the answers: they are not counted when somebody types an answer's number."""


@dataclass(frozen=True, slots=True)
class Parked:
    """An interrupted question: its state and the view that asked it."""

    state: str
    view: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say, and what is waited for from now on.

    `state` None keeps the present question; an empty one waits for nothing. `shows` is an earlier view to be shown
    again, `stale` says that a button was tapped that no longer counts.
    """

    turn: Turn
    state: str | None
    parked: tuple[str, ...]
    shows: str = ""
    stale: bool = False


class Router:
    def __init__(self, flows: Iterable[Flow]) -> None:
        self.commands: dict[str, Spoken] = {}
        self._steps: dict[type, Any] = {}
        self.happenings: dict[str, Happens] = {}
        self.dailies: set[str] = set()
        for flow in flows:
            self._join(self.commands, flow.commands)
            self._join(self._steps, flow.steps)
            self._join(self.happenings, flow.happenings)
            self.dailies |= flow.dailies

    @staticmethod
    def _join(into: dict[Any, Any], more: Mapping[Any, Any]) -> None:
        twice = into.keys() & more.keys()
        if twice:
            raise ValueError(f"claimed by two flows: {twice}")
        into.update(more)

    async def answer(self, desk: Desk, conversation: Conversation, said: Said) -> Answer:
        match said:
            case Left():
                await desk.store.people.mark_unreachable(desk.person.id, desk.now)
                desk.moved("left")
                return Answer(Turn(), None, conversation.parked)
            case Returned():
                desk.moved("returned")
                return Answer(Turn(), None, conversation.parked)
            case Tapped():
                chosen = self._chosen(conversation, said)
                if chosen is None:
                    return self._stale(conversation)
                return await self._continue(desk, conversation, chosen)
            case Fetched(number, file):
                if not conversation.state or number != conversation.number:
                    return await self._settle(desk, conversation, _too_late(file.name), conversation.parked)
                return await self._continue(desk, conversation, file)
            case Command("continue"):
                return await self._resume(desk, conversation)
            case Command():
                return await self._start(desk, conversation, said)
        return await self._continue(desk, conversation, said)

    # ------------------------------------------------------------ commands

    async def _start(self, desk: Desk, conversation: Conversation, command: Command) -> Answer:
        turn = await self._run(desk, command)
        parked = conversation.parked
        if command.name in COMES_FIRST:
            parked = ()
        elif turn.state is not None or turn.ends:
            parked = self._park(conversation)
        return await self._settle(desk, conversation, turn, parked)

    async def _run(self, desk: Desk, command: Command) -> Turn:
        spoken = self.commands.get(command.name)
        if spoken is None or (spoken.audience == "staff" and not desk.is_staff):
            return go("menu", "unknown")
        if spoken.agreement and not desk.has_agreed:
            return go("agree", f"{command.name} {command.argument}".strip())
        return await spoken.start(desk, command.argument)

    # ------------------------------------------------------------ the question being asked

    async def _continue(self, desk: Desk, conversation: Conversation, said: Said) -> Answer:
        if not conversation.state:
            return await self._settle(desk, conversation, self._unprompted(desk, said), conversation.parked)
        try:
            state = decode(conversation.state)
            step = self._steps[type(state)]
        except (Retired, KeyError):
            turn = end(
                _("We have changed this part since you began it. Let us start again from the menu."),
                [[link("menu", _("Menu"))]],
            )
            return await self._settle(desk, conversation, turn, conversation.parked)
        match said:
            case Typed(words):
                said = self._typed_choice(conversation, words, free_text=awaits_text(state)) or said
            case Sent() | SentFile() if not awaits(state, said):
                return await self._settle(desk, conversation, again(cannot_read(_kind(said))), conversation.parked)
            case Corrected():
                turn = again(_("I go by what you sent first, so the change was not taken in. Here is where we are:"))
                return await self._settle(desk, conversation, turn, conversation.parked)
        turn = await step(desk, state, said)
        return await self._settle(desk, conversation, turn, conversation.parked)

    def _unprompted(self, desk: Desk, said: Said) -> Turn:
        match said:
            case Typed(words):
                wanted = self._keyword(desk, words)
                return go(wanted) if wanted else go("menu", "unclear")
            case Sent() | SentFile():
                return go("menu", f"sent {_kind(said)}")
            case Located():
                return go("menu", "sent location")
            case Corrected():
                return go("menu", "corrected")
        return go("menu")

    def _keyword(self, desk: Desk, words: str) -> str | None:
        said = compared(words).strip(" .!?؟۔।")
        for spoken in self.commands.values():
            if spoken.keywords is not None and (spoken.audience != "staff" or desk.is_staff):
                own = desk.voice.plain(spoken.keywords)
                if said in {compared(word) for word in f"{own},{spoken.keywords.english}".split(",")}:
                    return spoken.name
        return None

    # ------------------------------------------------------------ buttons

    def _chosen(self, conversation: Conversation, tapped: Tapped) -> Choice | None:
        """The choice, if this button is one of the question now asked."""
        if not conversation.state or tapped.number != conversation.number:
            return None
        for _label, data in _buttons(conversation.view):
            number, _colon, id = data.partition(":")
            if number == str(tapped.number) and id.lstrip("+-") == tapped.id.lstrip("+-"):
                return Choice(tapped.id)
        return None

    @staticmethod
    def _stale(conversation: Conversation) -> Answer:
        if not conversation.state:
            notice = _("That question is closed now. Send /menu to see what you can do.")
            return Answer(toast(notice), None, conversation.parked, stale=True)
        notice = _("That button belongs to an earlier question. Please answer the one shown now.")
        return Answer(again(notice), None, conversation.parked, stale=True)

    @staticmethod
    def _typed_choice(conversation: Conversation, words: str, free_text: bool) -> Choice | None:
        """A button's label typed out (or its beginning), or its number in the list, counts as a tap on it.

        Where free text is the answer only the whole label counts.
        """
        said = compared(words).rstrip(".!۔।")
        buttons = [(compared(label), data.partition(":")[2]) for label, data in _buttons(conversation.view)]
        found = [id for label, id in buttons if label == said]
        if not found and not free_text:
            answers = [id for _label, id in buttons if id not in WAYS_OUT]
            found = [id for position, id in enumerate(answers, 1) if said == str(position)]
            begun = [id for label, id in buttons if len(said) > 1 and label.startswith(said)]
            found = found or (begun if len(begun) == 1 else [])
        return Choice(found[0]) if found else None

    # ------------------------------------------------------------ interrupted conversations

    @staticmethod
    def _park(conversation: Conversation) -> tuple[str, ...]:
        if not conversation.state:
            return conversation.parked
        try:
            if title_of(decode(conversation.state)) is None:
                return conversation.parked
        except Retired:
            return conversation.parked
        entry = json.dumps({"state": conversation.state, "view": conversation.view}, ensure_ascii=False)
        return (*conversation.parked, entry)[-MOST_PARKED:]

    async def _resume(self, desk: Desk, conversation: Conversation) -> Answer:
        if conversation.state:
            return Answer(Turn(repeats=True), None, conversation.parked)
        if not conversation.parked:
            return await self._settle(desk, conversation, go("menu"), ())
        *others, latest = conversation.parked
        kept = json.loads(latest)
        return Answer(Turn(), kept["state"], tuple(others), shows=kept["view"])

    async def _settle(self, desk: Desk, conversation: Conversation, turn: Turn, parked: tuple[str, ...]) -> Answer:
        """Follow the turn to where it ends, and say how to get back to what was interrupted."""
        for _hop in range(MOST_HOPS):
            if turn.go is None:
                break
            following = await self._run(desk, turn.go)
            turn = replace(following.before(*turn.messages), notice=following.notice or turn.notice)
        else:
            raise RecursionError("commands lead to one another without end")
        if turn.state is not None:
            return Answer(turn, encode(turn.state), parked)
        if turn.ends:
            if desk.open_questions and turn.messages:
                turn = _with_offer(turn, desk.open_questions)
            return Answer(_with_way_back(turn, parked), "", parked)
        if turn.messages and conversation.state:
            turn = _with_row(turn, [link("continue", _("Back to where I was"))])
        return Answer(turn, None, parked)

    def menus(self) -> Iterable[Spoken]:
        """The commands that belong in Telegram's own menu, in the order of the flows."""
        return (spoken for spoken in self.commands.values() if spoken.summary is not None)


def _kind(said: Sent | SentFile) -> str:
    return said.kind if isinstance(said, Sent) else "document"


def _too_late(name: str) -> Turn:
    return aside(
        _("You have gone on to something else, so I did not use your file {name}. You can send it again.", name=name)
    )


def cannot_read(kind: str) -> Words:
    kinds = {
        "photo": _("photos"),
        "voice": _("voice messages"),
        "sticker": _("stickers"),
        "video": _("videos"),
        "document": _("files"),
        "location": _("locations"),
        "contact": _("contacts"),
    }
    what = kinds.get(kind, _("messages of this kind"))
    return _("Thank you, but I cannot read {what}. Please use the buttons or write in words.", what=what)


def _buttons(view: str) -> list[tuple[str, str]]:
    """Label and `number:id` of every button that answers the question."""
    if not view:
        return []
    return [
        (button["text"], button["callback_data"][2:])
        for row in json.loads(view)["rows"]
        for button in row
        if button.get("callback_data", "").startswith("c:")
    ]


def _with_way_back(turn: Turn, parked: tuple[str, ...]) -> Turn:
    if not parked or not turn.messages:
        return turn
    try:
        title = title_of(decode(json.loads(parked[-1])["state"]))
    except Retired:
        return turn
    return _with_row(turn, [link("continue", _("Continue: {title}", title=title))]) if title else turn


def _with_offer(turn: Turn, questions: int) -> Turn:
    """After a first useful act: to say something about oneself."""
    offer = ngettext(
        "{n} short question about you would help us see who we hear from. You need not answer.",
        "{n} short questions about you would help us see who we hear from. You need not answer.",
        questions,
    )
    *first, last = turn.messages
    asked = replace(turn, messages=(*first, replace(last, text=paragraphs(last.text, offer))))
    return _with_row(asked, [link("me on", _("Questions about me"))])


def _with_row(turn: Turn, row: list[Button]) -> Turn:
    *first, last = turn.messages
    return replace(turn, messages=(*first, replace(last, rows=[*last.rows, row])))
