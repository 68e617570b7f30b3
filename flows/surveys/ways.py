"""By which way people answered who had not been asked: guests, or through staff."""

from __future__ import annotations

from dataclasses import replace

from flows.results.disclosure import Rule
from flows.results.findings import Findings
from flows.words import Text, Words, _, lines
from storage.responses import Turnout, Way

WAYS: dict[Way, Words] = {
    "guest": _("Guests, through links and posters"),
    "phone": _("By telephone"),
    "paper": _("On paper"),
    "stall": _("At a stall"),
}


def in_steps(turnout: Turnout, rule: Rule) -> Turnout:
    """What may be seen while people still answer: who watches it move sees a step, never one person come."""
    return replace(
        turnout,
        started=rule.stepped(turnout.started),
        finished=rule.stepped(turnout.finished),
        declined=rule.stepped(turnout.declined),
        other={way: rule.stepped(number) for way, number in turnout.other.items() if rule.stepped(number)},
        with_helper=rule.stepped(turnout.with_helper),
    )


def exactly(turnout: Turnout) -> list[Text]:
    """For staff: how many by each way, and how many had help."""
    return [
        *(
            _("{way}: {number}", way=label, number=turnout.other[way])
            for way, label in WAYS.items()
            if way in turnout.other
        ),
        *([_("With a helper: {number}", number=turnout.with_helper)] if turnout.with_helper else []),
    ]


def besides(found: Findings) -> Text | None:
    """For everybody: only what stands for enough people."""
    told = {way: found.ways[way] for way in WAYS if found.ways.get(way) is not None}
    if not told:
        return None
    return lines(
        _("Others answered too, without having been asked:"),
        *(_("{way}: about {number}", way=WAYS[way], number=number) for way, number in told.items()),
    )
