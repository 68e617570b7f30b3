"""Results as a picture: horizontal bars, large enough for a phone, readable without telling colours apart.

matplotlib is imported when the first picture is drawn: it is slow to load, and most processes soon need it but a
command line does not.
"""

from __future__ import annotations

import io
import math
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

Align = Literal["left", "right"]

WIDTH = 1000
MARGIN = 44
INNER = WIDTH - 2 * MARGIN

TITLE, LABEL, NOTE = 44, 36, 34
LINE = 1.3
HALF_CAPITAL = 0.365
"""How far below its middle a line of text stands, in sizes: the same for every script."""
BAR_HEIGHT = 40
BAR_GAP = 26
LABEL_GAP = 5
NOTE_GAP = 12
SECTION_GAP = 44
GROUP_GAP = 34
GUTTER = 22
WIDEST_SIDE_LABEL = 320
WIDEST_VALUE = 280
THINNEST_BAR = 4
MARK = 6

INK, QUIET = "#1b1b1b", "#4d4d4d"
BAR, TRACK, PAPER = "#0072b2", "#e4e9ee", "#ffffff"
TONES = {"here": "#6b6b6b", "panel": "#d55e00"}
"""Bars are blue; where several are compared, grey and vermilion stand beside it. All are told apart by every eye (Okabe
and Ito's palette, https://jfly.uni-koeln.de/color/), are at least three times as dark or light as the track, and have
their labels in any case."""

LONGEST_TEXT = 400
LONGEST_LINE = 120
MOST_LINES = 6
TALLEST = 8000
"""No further bar begins below this. A photo's width and height may come to 10,000 pixels together, and one bar to a
few hundred (https://core.telegram.org/bots/api#sendphoto)."""

FONTS = Path(__file__).parent / "fonts"
FAMILIES = ("Noto Sans Arabic", "Noto Sans Bengali", "DejaVu Sans")
"""The first two stand in `FONTS`, with only the letters of Arabic, Urdu and Bengali; the third comes with matplotlib
and has Latin, Greek and Cyrillic. (Its Arabic lacks letters of Urdu.)"""

INSTALLED = (
    "Noto Sans",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Gujarati",
    "Noto Sans Gurmukhi",
    "Noto Sans Tamil",
    "Noto Sans CJK SC",
    "Droid Sans Fallback",
)
"""Fonts for other letters, where the computer has them."""

UNKNOWN_LETTER = "□"
RIGHT_TO_LEFT_MARK = "\u200f"
ISOLATES = ("\u2068", "\u2069")
WITHOUT_ISOLATES = str.maketrans(dict.fromkeys(ISOLATES, ""))
UNSEEN = ("\u200c", "\u200d", RIGHT_TO_LEFT_MARK, *ISOLATES)
"""Marks that shape and order the letters beside them: joiners, and those that flows/words.py puts in."""

_one_at_a_time = threading.Lock()


def draw(chart: Mapping[str, Any]) -> bytes:
    """A PNG of `{"title", "note", "bars": [{"label", "share", "text", "mark", "heading", "tone"}], "rtl"}`.

    Shares are 0 to 1, and so is a mark, a line across the bar, where there is one. A heading stands above the bar that
    has one and those that follow. The same chart gives the same bytes. May be called from any thread.
    """
    with drawing():
        page = Page(bool(chart.get("rtl")))
        lay_out(page, chart)
        return page.png()


@contextmanager
def drawing() -> Iterator[None]:
    """matplotlib is not made for several threads."""
    with _one_at_a_time:
        yield


def lay_out(page: Page, chart: Mapping[str, Any]) -> None:
    """Put a chart below what is on the page."""
    page.write(words(chart.get("title")), TITLE, bold=True)
    page.skip(NOTE_GAP)
    for line in str(chart.get("note") or "").splitlines():
        page.write(words(line), NOTE, colour=QUIET)
    page.skip(SECTION_GAP)
    if left_out := page.bars(_bars(chart.get("bars") or ())):
        page.skip(BAR_GAP)
        page.write(f"+ {left_out}", LABEL, colour=QUIET)


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    share: float
    text: str
    mark: float | None = None
    heading: str = ""
    colour: str = BAR


def _bars(raw: Iterable[Mapping[str, Any]]) -> list[Bar]:
    return [
        Bar(
            words(bar.get("label")),
            _share(bar.get("share")),
            words(bar.get("text")),
            None if bar.get("mark") is None else _share(bar["mark"]),
            words(bar.get("heading")),
            TONES.get(bar.get("tone") or "", BAR),
        )
        for bar in raw
    ]


def _share(value: Any) -> float:
    share = float(value or 0)
    return min(1.0, max(0.0, share)) if math.isfinite(share) else 0.0


# ---------------------------------------------------------------- where everything goes


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    x: float
    middle: float
    size: int
    bold: bool
    colour: str
    align: Align


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    top: float
    width: float
    colour: str


@dataclass(slots=True)
class Page:
    """Filled from top to bottom, in pixels; mirrored where people read from right to left."""

    mirrored: bool
    lines: list[Line] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    bottom: float = MARGIN

    def skip(self, pixels: float) -> None:
        self.bottom += pixels

    def write(self, text: str, size: int, *, bold: bool = False, colour: str = INK) -> None:
        for line in wrapped(text, size, INNER, bold=bold):
            self._put(line, MARGIN, self.bottom + size * LINE / 2, size, bold=bold, colour=colour)
            self.skip(size * LINE)

    @property
    def full(self) -> bool:
        return self.bottom > TALLEST

    def bars(self, bars: Sequence[Bar]) -> int:
        """Short labels stand beside their bars, others above them; what they come to stands at the far side.

        Returns how many found no room.
        """
        value = min(WIDEST_VALUE, max((measured(bar.text[:LONGEST_LINE], LABEL) for bar in bars), default=0.0))
        widest = max((measured(bar.label[:LONGEST_LINE], LABEL) for bar in bars), default=0.0)
        grouped = any(bar.heading for bar in bars)
        beside = 0 < widest <= WIDEST_SIDE_LABEL
        start = MARGIN + (widest + GUTTER if beside else 0)
        track = WIDTH - MARGIN - (value + GUTTER if value else 0) - start
        for number, bar in enumerate(bars):
            if self.full:
                return len(bars) - number
            if bar.heading:
                self.skip(GROUP_GAP if number else 0)
                self.write(bar.heading, LABEL, bold=True)
                self.skip(LABEL_GAP)
            elif grouped:
                self.skip(BAR_GAP / 4 if beside else BAR_GAP / 2)
            else:
                self.skip(BAR_GAP)
            if beside:
                self._put(bar.label, MARGIN, self.bottom + BAR_HEIGHT / 2, LABEL)
            else:
                self.write(bar.label, LABEL)
                self.skip(LABEL_GAP)
            self._bar(bar, start, track, value)
        return 0

    def _bar(self, bar: Bar, start: float, track: float, value: float) -> None:
        self._box(start, track, TRACK)
        if bar.share:
            self._box(start, max(THINNEST_BAR, track * bar.share), bar.colour)
        if bar.mark is not None:
            self._box(start + (track - MARK) * bar.mark, MARK, INK)
        texts = wrapped(bar.text, LABEL, value)
        height = max(BAR_HEIGHT, len(texts) * LABEL * LINE)
        top = self.bottom + (BAR_HEIGHT - LABEL * LINE) / 2 if len(texts) == 1 else self.bottom
        for number, text in enumerate(texts):
            self._put(text, WIDTH - MARGIN - value, top + (number + 0.5) * LABEL * LINE, LABEL)
        self.skip(height)

    def _put(self, text: str, x: float, middle: float, size: int, *, bold: bool = False, colour: str = INK) -> None:
        align: Align = "right" if self.mirrored else "left"
        if self.mirrored:
            text = RIGHT_TO_LEFT_MARK + text
        self.lines.append(Line(text, WIDTH - x if self.mirrored else x, middle, size, bold, colour, align))

    def _box(self, x: float, width: float, colour: str) -> None:
        self.boxes.append(Box(WIDTH - x - width if self.mirrored else x, self.bottom, width, colour))

    def png(self) -> bytes:
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        file = io.BytesIO()
        canvas: Any = FigureCanvasAgg(self.figure(self.bottom + MARGIN))
        canvas.print_png(file, metadata={"Software": None})
        return file.getvalue()

    def figure(self, height: float, *, isolates: bool = True) -> Any:
        """What has been put on the page, so many pixels high."""
        from matplotlib.figure import Figure
        from matplotlib.patches import Rectangle
        from matplotlib.text import Text
        from matplotlib.transforms import IdentityTransform

        height = math.ceil(height)
        figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72, facecolor=PAPER)  # one point is one pixel
        for box in self.boxes:
            corner = (box.x, height - box.top - BAR_HEIGHT)
            figure.add_artist(
                Rectangle(corner, box.width, BAR_HEIGHT, color=box.colour, lw=0, transform=IdentityTransform())
            )
        for line in self.lines:
            text = Text(
                line.x,
                height - line.middle - line.size * HALF_CAPITAL,
                line.text if isolates else line.text.translate(WITHOUT_ISOLATES),
                color=line.colour,
                fontproperties=font(line.size, line.bold),
                ha=line.align,
                va="baseline",
                parse_math=False,
                transform=IdentityTransform(),
            )
            figure.add_artist(text)
        return figure


# ---------------------------------------------------------------- words


def words(value: Any) -> str:
    """On one line, and only with characters that some font can draw: others warn, or come out as anything."""
    text = " ".join(str(value or "").split())
    if len(text) > LONGEST_TEXT:
        text = text[: LONGEST_TEXT - 1] + "…"
    known = characters()
    return " ".join("".join(_drawable(letter, known) for letter in text).split())


def _drawable(letter: str, known: frozenset[int]) -> str:
    if letter in (" ", *UNSEEN) or (ord(letter) in known and letter.isprintable()):
        return letter
    return UNKNOWN_LETTER if unicodedata.category(letter)[0] in "LN" else ""


def wrapped(text: str, size: int, width: float, *, bold: bool = False) -> list[str]:
    """The text in lines of at most `width` pixels; words longer than a line are broken."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < MOST_LINES:
        end = _fitting(rest, size, width, bold)
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    if rest:
        lines[-1] = lines[-1][:-1].rstrip() + "…"
    return _each_isolated(lines)


def _each_isolated(lines: Sequence[str]) -> list[str]:
    """What stands apart from the words around it does so on every line it goes on to."""
    begin, finish = ISOLATES
    found, still_open = [], 0
    for line in lines:
        whole = begin * still_open + line
        still_open = max(0, whole.count(begin) - whole.count(finish))
        found.append(whole + finish * still_open)
    return found


def _fitting(text: str, size: int, width: float, bold: bool) -> int:
    """How many characters fit on a line, up to the end of a word if there is one."""
    if len(text) <= LONGEST_LINE and measured(text, size, bold) <= width:
        return len(text)
    low, high = 1, min(len(text), LONGEST_LINE)
    while low + 1 < high:
        middle = (low + high) // 2
        if measured(text[:middle], size, bold) <= width:
            low = middle
        else:
            high = middle
    space = text.rfind(" ", 0, low + 1)
    return space if space > 0 else low


@lru_cache(maxsize=2048)
def measured(text: str, size: int, bold: bool = False) -> float:
    """The width in pixels."""
    if not text:
        return 0.0
    width, _height, _descent = renderer().get_text_width_height_descent(text, font(size, bold), ismath=False)
    return float(width)


@cache
def renderer() -> Any:
    from matplotlib.backends import backend_agg

    agg: Any = backend_agg.RendererAgg
    return agg(1, 1, 72)


@cache
def font(size: int, bold: bool) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=list(families()), size=size, weight="bold" if bold else "normal")


@cache
def families() -> tuple[str, ...]:
    from matplotlib.font_manager import fontManager

    for file in FONTS.glob("*.ttf"):
        fontManager.addfont(file)
    installed = {entry.name for entry in fontManager.ttflist}
    return (*FAMILIES, *(name for name in INSTALLED if name in installed))


@cache
def characters() -> frozenset[int]:
    """What the fonts can draw, as code points; what only one weight has does not count."""
    from matplotlib.font_manager import FontProperties, fontManager, get_font

    def of(weight: str) -> set[int]:
        files = (fontManager.findfont(FontProperties(family=name, weight=weight)) for name in families())
        return {point for file in files for point in get_font(file).get_charmap()}

    return frozenset(of("normal") & of("bold"))
