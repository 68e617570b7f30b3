"""Pages to print (.pdf): what it is about, then every chart, on A4."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from bot.pictures import MARGIN, NOTE, SECTION_GAP, TITLE, WIDTH, Page, drawing, lay_out, words

HEIGHT = WIDTH * 297 / 210
LINE_GAP = 10
APART = 2 * SECTION_GAP


def pages(plan: Mapping[str, Any]) -> bytes:
    with drawing():
        return _printed(_laid_out(plan))


def _laid_out(plan: Mapping[str, Any]) -> list[Page]:
    """Charts are kept whole: one that does not fit any more begins a page."""
    rtl = bool(plan["rtl"])
    first = Page(rtl)
    first.write(words(plan["title"]), TITLE, bold=True)
    for note in plan["notes"]:
        first.skip(LINE_GAP)
        first.write(words(note), NOTE)
    found = [first]
    for chart in plan["charts"]:
        alone = Page(rtl)
        lay_out(alone, chart)
        if found[-1].bottom + APART + alone.bottom > HEIGHT:
            found.append(alone)
        else:
            found[-1].skip(APART)
            lay_out(found[-1], chart)
    return found


def _printed(found: list[Page]) -> bytes:
    from matplotlib import rc_context
    from matplotlib.backends.backend_pdf import PdfPages

    file = io.BytesIO()
    # TrueType outlines, so that words can be found and copied.
    with rc_context({"pdf.fonttype": 42}), PdfPages(file, metadata={"CreationDate": None}) as pdf:
        for page in found:
            # In a PDF, matplotlib makes an isolate as wide as a space, and words run into one another.
            pdf.savefig(page.figure(max(HEIGHT, page.bottom + MARGIN), isolates=False))
    return file.getvalue()
