"""What somebody said, and what a turn answers: the vocabulary every conversation is written in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from flows.words import Text

# ---------------------------------------------------------------- what was said


@dataclass(frozen=True, slots=True)
class Command:
    """`/name argument`, typed or in a button; without the slash."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A tap on a button of the question now asked (or its label typed out)."""

    id: str


@dataclass(frozen=True, slots=True)
class Typed:
    """Free text."""

    words: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Anything but text: `kind` is photo, voice, sticker, location, …; a picture or voice has Telegram's `id`."""

    kind: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Located:
    """A place they sent, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class SentFile:
    """A document. Its contents come only when the turn that answers it asks for them with `fetch`."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Received:
    """The contents of a file that was fetched."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class NotReceived:
    """A file that could not be fetched: larger than LARGEST_FILE, or Telegram did not give it."""

    name: str
    reason: Literal["too big", "lost"]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched file as it came, before anybody has checked that the question it was sent for is still asked."""

    number: int
    file: Received | NotReceived


@dataclass(frozen=True, slots=True)
class Corrected:
    """An earlier message of theirs was edited."""

    words: str


@dataclass(frozen=True, slots=True)
class Left:
    """They have blocked the bot."""


@dataclass(frozen=True, slots=True)
class Returned:
    """They have unblocked it."""


@dataclass(frozen=True, slots=True)
class Tapped:
    """A tap as it came, before anybody has checked that it belongs to the question now asked."""

    number: int
    id: str


Said = (
    Command
    | Choice
    | Typed
    | Sent
    | Located
    | SentFile
    | Received
    | NotReceived
    | Corrected
    | Left
    | Returned
    | Tapped
    | Fetched
)

LARGEST_FILE = 5 * 1024 * 1024
"""The largest file that is read, in bytes."""

# ---------------------------------------------------------------- what is answered


@dataclass(frozen=True, slots=True)
class Button:
    """`id` answers the question asked; `command` is a command in a button; `url` opens a page. Exactly one is set."""

    label: Text | str
    id: str = ""
    command: str = ""
    url: str = ""


Row = Sequence[Button]


def choice(id: str, label: Text | str) -> Button:
    return Button(label, id=id)


def link(command: str, label: Text | str) -> Button:
    """A command in a button, such as `survey 4f…`; checked like the typed command, whoever taps it."""
    return Button(label, command=command)


def web(url: str, label: Text | str) -> Button:
    return Button(label, url=url)


def column(*buttons: Button) -> list[Row]:
    """One button a row: the easiest to hit, and room for long labels."""
    return [[button] for button in buttons]


Tone = Literal["plain", "here", "panel"]
"""Whose figure a bar shows where several are compared: everybody's here, the panel's, or (plain) what it is about."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: its share from 0 to 1, what is written beside it, and a mark for a share to compare with.

    The first of several that belong together has their `heading`. The `tone` tells bars to compare apart, beside
    their labels.
    """

    label: Text | str
    share: float
    text: Text | str
    mark: float | None = None
    heading: Text | str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart, drawn when it is sent; `note` says how many answered and when."""

    title: Text | str
    bars: Sequence[Bar]
    note: Text | str


@dataclass(frozen=True, slots=True)
class Poster:
    """A sheet of A4 to hang up, with a code that opens `address` for whoever points a camera at it.

    It is written in `language`, whoever asks for it. `headline` is read from across a room; `how` says what to do
    with the code, `note` what happens then, `otherwise` stands before the address in letters. `place` is small, for
    whoever hangs it up.
    """

    language: str
    organisation: Text | str
    headline: Text | str
    how: Text | str
    note: Text | str
    otherwise: Text | str
    address: str
    place: str


Cell = Text | str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its name for programs, its heading, what its codes mean and which of them are no answer;
    shares are from 0 to 1."""

    name: str
    label: Text | str
    codes: Mapping[int, Text | str] = field(default_factory=dict)
    is_share: bool = False
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    title: Text | str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Report:
    """Figures to keep. A .csv or .sav file holds the first table, an .xlsx file all, a .pdf file the charts."""

    title: Text | str
    about: Text | str
    notes: Sequence[Text | str]
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()


@dataclass(frozen=True, slots=True)
class Themes:
    """What people wrote, to be sorted by the words it shares when it is sent; `group` has a place for its {number}."""

    title: Text | str
    texts: Sequence[str]
    note: Text | str
    heading: Text | str
    group: Text | str


@dataclass(frozen=True, slots=True)
class File:
    """A file for somebody to keep: text, or something made into what its name ends in when it is sent."""

    name: str
    contents: str | Report | Poster | Themes


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or voice message that somebody sent, passed on by Telegram's own id."""

    kind: Literal["photo", "voice", "audio"]
    id: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message: text, buttons under it, and a picture, a file or something passed on if there is one.

    What is `private` shows what somebody has said, or asks for a secret: it is not sent again unless they ask for it.
    """

    text: Text
    rows: Sequence[Row] = ()
    picture: Chart | Poster | None = None
    file: File | None = None
    media: Media | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer: the messages in order (the last one's buttons count), and what is awaited next.

    `state` None with `ends` False leaves the conversation as it is. `notice` is a short word shown over the chat
    after a tap (and a message of its own after anything else). `repeats` shows the current question again.
    `go` carries on with another command. `same_number` keeps earlier taps on this question good (several choices
    tapped quickly after one another). `fetch` is a file whose contents are to come as the next thing said to `state`.
    """

    messages: tuple[Message, ...] = ()
    state: object | None = None
    ends: bool = False
    notice: Text | None = None
    repeats: bool = False
    go: Command | None = None
    same_number: bool = False
    fetch: SentFile | None = None

    def before(self, *messages: Message) -> Turn:
        """The same turn with messages said first."""
        return replace(self, messages=(*messages, *self.messages))


def ask(
    state: object,
    text: Text,
    rows: Sequence[Row] = (),
    *,
    notice: Text | None = None,
    same_number: bool = False,
    private: bool = False,
) -> Turn:
    """Ask something and wait: the buttons in `rows` are the ways to answer."""
    return Turn((Message(text, rows, private=private),), state, notice=notice, same_number=same_number)


def fetch(state: object, file: SentFile, text: Text, rows: Sequence[Row] = ()) -> Turn:
    """Have a file read: `state` then hears Received or NotReceived, unless they have gone on to something else."""
    return Turn((Message(text, rows),), state, fetch=file)


def end(text: Text | None = None, rows: Sequence[Row] = (), *, notice: Text | None = None) -> Turn:
    """Say something and wait for nothing."""
    return Turn((Message(text, rows),) if text is not None else (), ends=True, notice=notice)


def aside(text: Text, rows: Sequence[Row] = ()) -> Turn:
    """Say something and leave the conversation where it is."""
    return Turn((Message(text, rows),))


def again(notice: Text) -> Turn:
    """Say what was wrong and ask the same question again."""
    return Turn(notice=notice, repeats=True)


def toast(notice: Text) -> Turn:
    """A short word over the chat; everything stays as it is."""
    return Turn(notice=notice)


def go(command: str, argument: str = "") -> Turn:
    """Carry on as if this command had been given."""
    return Turn(go=Command(command, argument))
