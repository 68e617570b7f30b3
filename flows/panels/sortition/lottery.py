"""The lottery before its number: how far it is, and what everybody can see of it once it is worked out."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

from flows.desk import Desk
from flows.panels.places import named
from flows.turn import Message
from flows.words import Percent, Text, Verbatim, _, lines, ngettext, paragraphs
from storage.panels import Panel
from storage.people import Recipient
from storage.sortition import Draw, Told

SAME = 0.0005
"""Chances nearer to each other are called the same."""

FAIREST = 1e-6
"""A smallest chance that is nearer to its bound than this meets it."""

FULL, EMPTY, BAR = "▓", "░", 10

SHORT = timedelta(seconds=3)
"""Nobody is shown how far a lottery is that takes no longer."""

STALE = timedelta(seconds=20)
"""So long after it was so nobody is told how far a lottery is."""

WAITS = timedelta(minutes=10)
"""So long somebody who waits may be told for the first time how far it is."""

STEPS = {
    1: _("{share} done. Step 1 of 3: how equal all chances can be"),
    2: _("{share} done. Step 2 of 3: panels that meet all quotas and give people these chances"),
    3: _("{share} done. Step 3 of 3: 1,000 panels of the same weight"),
}


# ---------------------------------------------------------------- how far it is


def how_far(draw: Draw) -> Text | None:
    """A bar, and in words what is being done; None before there is anything to tell."""
    step, _space, said = draw.progress.partition(" ")
    if not step.isdecimal() or int(step) not in STEPS:
        return None
    share = min(1.0, float(said or 0))
    return lines(Verbatim(_bar(share)), replace(STEPS[int(step)], places={"share": Percent(share)}))


def _bar(share: float) -> str:
    full = int(BAR * share)
    return FULL * full + EMPTY * (BAR - full)


def keep_posted(desk: Desk, panel: Panel, draw: Draw) -> None:
    """Whoever speaks waits for a lottery: unless it takes no time they get one message, which changes as it goes."""
    message = _progress(panel, draw)
    once = f"{_posts(draw)}:{desk.person.id}"
    desk.tell(desk.person.recipient, message, once=once, at=desk.now + SHORT, until=desk.now + WAITS, is_reply=True)


async def post_progress(desk: Desk, panel: Panel, draw: Draw) -> None:
    """Whoever waits sees how far it is by now."""
    await _change(desk, draw, _progress(panel, draw), STALE)


async def end_posts(desk: Desk, draw: Draw, text: Text) -> None:
    """What was said of how far it is says from now on what came of it; who has not been told yet need not be."""
    await desk.store.outbox.drop_once(_posts(draw), now=desk.now, reason="it is worked out")
    await _change(desk, draw, Message(text), timedelta(days=1))


async def _change(desk: Desk, draw: Draw, message: Message, lives: timedelta) -> None:
    recipients: list[Recipient] = await desk.store.people.staff()
    for one in recipients:
        desk.change(one, message, once=f"{_posts(draw)}:{one.id}", until=desk.now + lives)


def _posts(draw: Draw) -> str:
    """What the messages are called that say how far this lottery is, of this pool and of none frozen since."""
    return f"panel.progress:{draw.id}:{(draw.digest or '')[:8]}"


def _progress(panel: Panel, draw: Draw) -> Message:
    title = _("The lottery of <b>{panel}</b> is being worked out.", panel=named(panel))
    return Message(paragraphs(title, how_far(draw) or Verbatim(_bar(0.0))))


# ---------------------------------------------------------------- what can be seen of it


def is_ready(panel: Panel) -> Text:
    return _("The lottery of <b>{panel}</b> is ready.", panel=named(panel))


def shown(told: Told) -> Text:
    """Its fingerprint, and the chances it gives."""
    return paragraphs(lines(_("SHA-256 of the lottery of 1,000 panels:"), Verbatim(told.sha256)), chances(told))


def chances(told: Told) -> Text:
    """The chances people have in it, and how near they are to being as equal as they can be."""
    return lines(
        _("Everybody has the same chance: {chance}.", chance=Percent(told.least))
        if told.most - told.least < SAME
        else _("Chances lie between {least} and {most}.", least=Percent(told.least), most=Percent(told.most)),
        _("No fairer lottery is possible with these quotas.")
        if told.cumulative >= told.bound - FAIREST
        else _(
            "Time was up before the fairest lottery was found. In that one the smallest chance is higher by at "
            "most {more}.",
            more=Percent(math.ceil(100 * (told.bound - told.cumulative)) / 100),
        ),
        ngettext(
            "{n} person could not be on any panel that meets the quotas.",
            "{n} people could not be on any panel that meets the quotas.",
            told.without_chance,
        )
        if told.without_chance
        else None,
    )
