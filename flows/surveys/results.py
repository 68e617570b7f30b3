"""How a question's results read: as text and as a chart. Pure wording.

Shares are of those who answered the question; with several choices they may add up to more than all.
"""

from __future__ import annotations

from flows.results.counting import Category, Counts
from flows.results.disclosure import Rule
from flows.surveys.asking import bold, ends_of, shown
from flows.turn import Bar, Chart, Message
from flows.words import Percent, Text, Verbatim, _, lines, paragraphs
from storage.consultations import POINTS, Question


def label(question: Question, category: Category) -> Text:
    """What the answers of a category have in common."""
    match question.kind, category:
        case (("one" | "many"), Category(int(place), _)):
            return Verbatim(question.options[place])
        case "scale", Category(int(point), _) if point in (POINTS[0], POINTS[-1]):
            low, high = ends_of(question)
            return _("{number} – {words}", number=point, words=low if point == POINTS[0] else high)
        case _, Category(None, int(last)):
            return _("{last} or less", last=last)
        case _, Category(int(first), None):
            return _("{first} or more", first=first)
        case _, Category(int(first), int(last)) if first < last:
            return _("{first} to {last}", first=first, last=last)
    return shown(category.first or 0)


def result_message(found: Counts, rule: Rule) -> Message:
    """A question's result to be read and, where there is something to draw, to be looked at."""
    bars = _bars(found)
    text = paragraphs(
        bold(found.question.wording),
        lines(*(_("{label}: {figure}", label=bar.label, figure=bar.text) for bar in bars)) if bars else None,
        _("On average: {mean}", mean=round(found.mean, 1)) if found.mean is not None else None,
        _("They could choose several answers.") if found.question.kind == "many" and bars else None,
        number_answered(found, rule),
    )
    chart = Chart(Verbatim(found.question.wording), bars, number_answered(found, rule)) if bars else None
    return Message(text, picture=chart)


def number_answered(found: Counts, rule: Rule) -> Text:
    if found.answered is None:
        return _("Fewer than {smallest} people answered this question, so we show no figures.", smallest=rule.smallest)
    if found.question.kind == "text":
        return _("About {number} people answered in their own words.", number=found.answered)
    return _("About {number} people answered.", number=found.answered)


def protection(rule: Rule) -> Text:
    """Why figures are not exact."""
    return _(
        "So that nobody can be recognised, I round numbers to the nearest {smallest} and leave small ones out.",
        smallest=rule.smallest,
    )


def _bars(found: Counts) -> list[Bar]:
    if found.answered is None:
        return []
    return [_bar(found, place, category) for place, category in enumerate(found.categories)]


def _bar(found: Counts, place: int, category: Category) -> Bar:
    share, number = found.cells.share(place), found.cells.cells[place]
    if share is None or number is None:
        return Bar(label(found.question, category), 0.0, _("not shown"))
    figure = _("{number} ({share})", number=number, share=Percent(share))
    return Bar(label(found.question, category), share, figure)
