"""How a question's results read: as text and as a chart. Pure wording.

Shares are of those who answered the question; with several choices they may add up to more than all.
"""

from __future__ import annotations

from datetime import date

from flows.charts import figure
from flows.results.counting import Category, is_by_day
from flows.results.disclosure import Rule
from flows.results.findings import Findings, Found
from flows.results.precision import Interval, Precision
from flows.results.worked_out import is_worked_out
from flows.surveys.asking import bold, ends_of, shown
from flows.surveys.form.questions import option_of, wording_of
from flows.surveys.instruments import comparison
from flows.turn import Bar, Chart, Message
from flows.words import Month, Percent, Text, Verbatim, Words, _, lines, paragraphs
from storage.consultations import POINTS, Question


def label(question: Question, category: Category) -> Text:
    """What the answers of a category have in common."""
    if is_by_day(question):
        return _period(category)
    match question.kind, category:
        case (("one" | "many"), Category(int(place), _)):
            return option_of(question, place)
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


def _period(category: Category) -> Text:
    """Months or whole years, by their first and last days."""
    first = date.fromordinal(category.first) if category.first is not None else None
    last = date.fromordinal(category.last) if category.last is not None else None
    of_years = (first is None or (first.month, first.day) == (1, 1)) and (
        last is None or (last.month, last.day) == (12, 31)
    )

    def named(day: date) -> Text:
        return Verbatim(str(day.year)) if of_years else Words("{month}", {"month": Month(day)})

    match first, last:
        case None, date():
            return _("{last} or earlier", last=named(last))
        case date(), None:
            return _("{first} or later", first=named(first))
        case date(), date() if first.year != last.year or (first.month != last.month and not of_years):
            return _("{first} to {last}", first=named(first), last=named(last))
    return named(first or date.min)


def result_message(question: Question, found: Found, rule: Rule, sure: Findings | None = None) -> Message:
    """A question's result to be read and, where there is something to draw, to be looked at.

    With `sure`, the findings it is part of, every figure says between which ones it may lie; that is for staff, and so
    are weighted shares.
    """
    picture = chart(question, found, rule, sure)
    bars = picture.bars if picture else ()
    text = paragraphs(
        bold(wording_of(question)),
        lines(*(_figure(bar, sure.of_share(found, place) if sure else None) for place, bar in enumerate(bars)))
        if bars
        else None,
        _mean(found, sure),
        _("This was asked in an earlier version only.") if question.last_version is not None else None,
        _("They could choose several answers.") if question.kind == "many" and bars else None,
        _("They put these in order; this is what they put first.") if question.format == "rank" and bars else None,
        what_stands_behind(question, found, rule, sure),
        _("Values that fewer than {smallest} people share are left out.", smallest=rule.smallest)
        if found.values
        else None,
        _("About {number} people preferred not to say.", number=found.counts.withheld)
        if found.counts.withheld is not None
        else None,
        comparison(question) if bars else None,
    )
    return Message(text, picture=picture)


def _figure(bar: Bar, between: Interval | None) -> Text:
    if between is None:
        return _("{label}: {figure}", label=bar.label, figure=bar.text)
    return _(
        "{label}: {figure}; between {low} and {high}",
        label=bar.label,
        figure=bar.text,
        low=Percent(between.low),
        high=Percent(between.high),
    )


def _mean(found: Found, sure: Findings | None) -> Text | None:
    if found.counts.mean is None:
        return None
    mean: Text = _("On average: {mean}", mean=round(found.counts.mean, 1))
    if found.weighted_mean is not None:
        mean = _(
            "On average: {mean}, weighted: {weighted}",
            mean=round(found.counts.mean, 1),
            weighted=round(found.weighted_mean, 1),
        )
    between = sure.of_mean(found) if sure else None
    if between is None:
        return mean
    return _("{mean}; between {low} and {high}", mean=mean, low=round(between.low, 1), high=round(between.high, 1))


def chart(question: Question, found: Found, rule: Rule, sure: Findings | None = None) -> Chart | None:
    """None where there is nothing to draw; with `sure`, weighted and with its precision."""
    if found.counts.answered is None or not found.counts.categories:
        return None
    places = range(len(found.counts.categories))
    bars = [_bar(question, found, place, weighted=sure is not None) for place in places]
    return Chart(wording_of(question), bars, what_stands_behind(question, found, rule, sure))


def _bar(question: Question, found: Found, place: int, *, weighted: bool) -> Bar:
    words = label(question, found.counts.categories[place])
    share, number = found.counts.cells.share(place), found.counts.cells.cells[place]
    reckoned = found.weighted_share(place) if weighted else None
    if share is None or number is None or reckoned is None:
        return Bar(words, share or 0.0, figure(number, share))
    both = _("{number} ({share}), {weighted} weighted", number=number, share=Percent(share), weighted=Percent(reckoned))
    return Bar(words, share, both)


def what_stands_behind(question: Question, found: Found, rule: Rule, sure: Findings | None) -> Text:
    """How many answered, and for staff how sure that makes the figures."""
    is_sure = sure is not None and found.counts.says_something
    return lines(number_answered(question, found, rule), _precision(sure.behind(found)) if sure and is_sure else None)


def _precision(precision: Precision) -> Text:
    """In one line that goes with a picture; `weighting` explains it."""
    points, effective = round(precision.widest * 100), round(precision.effective)
    effect = round(precision.design_effect, 2)
    if precision.was_drawn:
        return _(
            "Margin of error: up to {points} points. Effective number: {effective}. Design effect: {effect}.",
            points=points,
            effective=effective,
            effect=effect,
        )
    return _(
        "Modelled precision: up to {points} points. Effective number: {effective}. Design effect: {effect}.",
        points=points,
        effective=effective,
        effect=effect,
    )


def number_answered(question: Question, found: Found, rule: Rule) -> Text:
    answered = found.counts.answered
    if answered is None:
        return _("Fewer than {smallest} people answered this question, so we show no figures.", smallest=rule.smallest)
    if is_worked_out(question):
        return _("The form worked this out for about {number} people.", number=answered)
    if question.kind == "text" and not is_by_day(question):
        return _("About {number} people answered in their own words.", number=answered)
    return _("About {number} people answered.", number=answered)


# ---------------------------------------------------------------- what stands behind the figures


def protection(rule: Rule) -> Text:
    """Why figures are not exact."""
    return _(
        "So that nobody can be recognised, I round numbers to the nearest {smallest} and leave small ones out.",
        smallest=rule.smallest,
    )


def in_plain_words(findings: Findings) -> Text:
    """For citizens: what the figures are good for, and what not."""
    if findings.was_drawn:
        return _("Chance chose whom we asked, so this is a good picture of what people here think. It is not exact.")
    return _("These are the answers of people who joined by themselves. Others here may think differently.")


def how_sure(findings: Findings) -> Text:
    """How far a share may be off. Only where chance chose whom to ask is that a margin of error."""
    points = round(findings.precision.widest * 100)
    if findings.was_drawn:
        return _("Margin of error: up to {points} percentage points.", points=points)
    return _(
        "Modelled precision: if everybody here were asked, shares might be up to {points} points higher or lower. "
        "That is a guide only, because people joined by themselves.",
        points=points,
    )


def weighting(findings: Findings) -> Text:
    """What "weighted" means, and what it costs: the effective number and the design effect, in plain words."""
    answered, effect = findings.precision.answered, round(findings.design_effect, 2)
    if not findings.weighted_by:
        return _(
            "Nothing is weighted: {answered} answers count like {answered} (effective number {answered}, "
            "design effect 1).",
            answered=answered,
        )
    return lines(
        _(
            "“Weighted” is what people here would say if those who answered were as mixed as everybody who lives here. "
            "For that, {answered} answers count like {effective} (design effect {effect}).",
            answered=answered,
            effective=round(findings.precision.effective),
            effect=effect,
        ),
        _(
            "Design effect {effect} means: with weights it takes {effect} times as many answers to be as sure.",
            effect=effect,
        ),
    )
