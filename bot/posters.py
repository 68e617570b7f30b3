"""Posters: a sheet of A4 with big words and a code to point a camera at, as a picture or as a page to print.

A plan is plain JSON: {"kind": "poster", "organisation", "headline", "how", "note", "otherwise", "address", "place",
"rtl"}.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.pictures import (
    BAR,
    HALF_CAPITAL,
    INK,
    LINE,
    PAPER,
    QUIET,
    RIGHT_TO_LEFT_MARK,
    drawing,
    font,
    measured,
    wrapped,
)
from bot.pictures import words as drawable

WIDTH, HEIGHT = 595, 842
"""A4 in points, 72 an inch."""
MARGIN = 40
INNER = WIDTH - 2 * MARGIN
SCALE = 3
"""Pixels of the picture for a point: 1785 by 2526, which Telegram takes as a photo and a printer prints at 216 dpi."""

BAND = 92
HEADLINES = (64, 58, 52, 46, 42, 38, 34, 30, 26, 22)
"""Sizes to choose from. Letters read from 2 m are at least 7 mm high (height = distance / 300, the usual rule for
lettering seen by people with weaker sight), which 38 points of a bold typeface are; many words need smaller ones."""
NAME, HOW, NOTE, ADDRESS, SMALL = (30, 24, 19), (27, 24, 22, 20), (19, 16), (17, 14, 11), (9,)
GAP = 14
SMALLEST_CODE, LARGEST_CODE = 285, 340
"""A camera reads a code from about ten times its side: 285 points (10 cm) from 1 m, 340 from 1.2 m."""
QUIET_MODULES = 4
"""The empty border that ISO/IEC 18004 asks for around a code."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one size, centred under one another."""

    lines: tuple[str, ...]
    size: int
    bold: bool
    colour: str = INK

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * LINE


def poster(plan: Mapping[str, Any], kind: Literal["png", "pdf"]) -> bytes:
    """The same plan gives the same bytes. May be called from any thread."""
    with drawing():
        return _printed(_sheet(plan), kind)


def _sheet(plan: Mapping[str, Any]) -> Any:
    """From top to bottom: the headline is as large as leaves the code its room, and the code takes what is left."""
    from matplotlib.figure import Figure

    sheet = Sheet(Figure(figsize=(WIDTH / 72, HEIGHT / 72), facecolor=PAPER))
    rtl = bool(plan["rtl"])
    sheet.box(0, 0, WIDTH, BAND, BAR)
    name = _fitting(plan["organisation"], NAME, BAND - GAP, rtl, PAPER)
    sheet.write(name, (BAND - name.height) / 2)
    how = _fitting(plan["how"], HOW, HOW[0] * LINE, rtl)
    note = _fitting(plan["note"], NOTE, NOTE[-1] * 4 * LINE, rtl, bold=False)
    otherwise = _fitting(plan["otherwise"], ADDRESS, ADDRESS[-1] * 2 * LINE, rtl, QUIET, bold=False)
    address = _fitting(plan["address"].removeprefix("https://"), ADDRESS, ADDRESS[-1] * 2 * LINE, False)
    place = _fitting(plan["place"], SMALL, SMALL[-1] * LINE, rtl, QUIET, bold=False)
    foot = HEIGHT - MARGIN / 2 - sum(block.height for block in (how, note, otherwise, address, place)) - 2.5 * GAP
    room = foot - BAND - 3 * GAP
    headline = _fitting(plan["headline"], HEADLINES, room - SMALLEST_CODE, rtl)
    side = min(LARGEST_CODE, room - headline.height)
    spare = (room - headline.height - side) / 2
    sheet.code(plan["address"], sheet.write(headline, BAND + GAP + spare) + GAP, side)
    top = sheet.write(note, sheet.write(how, foot) + GAP / 2)
    top = sheet.write(address, sheet.write(otherwise, top + GAP))
    sheet.write(place, top + GAP)
    return sheet.figure


def _fitting(
    text: Any, sizes: tuple[int, ...], height: float, rtl: bool, colour: str = INK, *, bold: bool = True
) -> Block:
    """In the largest size in which it is no higher than this and no word is broken, or else in the smallest."""
    said = drawable(text)
    longest = max(said.split(), key=len, default="")
    mark = RIGHT_TO_LEFT_MARK if rtl else ""
    for size in sizes:
        lines = wrapped(said, size, INNER, bold=bold)
        block = Block(tuple(mark + line for line in lines), size, bold, colour)
        if block.height <= height and measured(longest, size, bold) <= INNER:
            break
    return block


@dataclass(frozen=True, slots=True)
class Sheet:
    """Measures are points from the top left corner."""

    figure: Any

    def box(self, left: float, top: float, width: float, height: float, colour: str) -> None:
        from matplotlib.patches import Rectangle

        corner = (left / WIDTH, 1 - (top + height) / HEIGHT)
        self.figure.add_artist(Rectangle(corner, width / WIDTH, height / HEIGHT, facecolor=colour, linewidth=0))

    def write(self, block: Block, top: float) -> float:
        """Returns where it ends."""
        for number, line in enumerate(block.lines):
            middle = top + (number + 0.5) * block.size * LINE
            self.figure.text(
                0.5,
                1 - (middle + block.size * HALF_CAPITAL) / HEIGHT,
                line,
                color=block.colour,
                fontproperties=font(block.size, block.bold),
                ha="center",
                va="baseline",
                parse_math=False,
            )
        return top + block.height

    def code(self, address: str, top: float, side: float) -> None:
        """The code with its quiet border, in a square of so many points."""
        import segno
        from matplotlib.collections import PolyCollection

        rows = list(segno.make(address, error="m", micro=False).matrix_iter(border=QUIET_MODULES))
        module = side / len(rows)
        left = (WIDTH - side) / 2
        dark = [
            _square(left + column * module, top + row * module, module)
            for row, line in enumerate(rows)
            for column, is_dark in enumerate(line)
            if is_dark
        ]
        # A hairline closes the seams that viewers leave between neighbours.
        squares = PolyCollection(dark, facecolors="black", edgecolors="black", linewidths=0.2)
        squares.set_transform(self.figure.transFigure)
        self.figure.add_artist(squares)


def _square(left: float, top: float, side: float) -> list[tuple[float, float]]:
    corners = ((left, top), (left + side, top), (left + side, top + side), (left, top + side))
    return [(x / WIDTH, 1 - y / HEIGHT) for x, y in corners]


def _printed(figure: Any, kind: Literal["png", "pdf"]) -> bytes:
    from matplotlib import rc_context

    file = io.BytesIO()
    if kind == "png":
        from matplotlib.backends.backend_agg import FigureCanvasAgg

        canvas: Any = FigureCanvasAgg(figure)
        figure.set_dpi(72 * SCALE)
        canvas.print_png(file, metadata={"Software": None})
    else:
        from matplotlib.backends.backend_pdf import FigureCanvasPdf

        # TrueType outlines, so that words can be found and copied.
        with rc_context({"pdf.fonttype": 42}):
            page: Any = FigureCanvasPdf(figure)
            page.print_pdf(file, metadata={"CreationDate": None})
    return file.getvalue()
