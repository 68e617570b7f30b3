"""What was decided: reading outcomes, and saying whether they are an answer."""

from __future__ import annotations

from flows.desk import Desk
from flows.flow import Flow
from flows.outcomes.telling import told, verdict_rows
from flows.paging import page_number, turning
from flows.turn import Row, Turn, aside, end, go, link
from flows.words import Day, Words, _, lines, named_in, paragraphs, written
from storage.outcomes import Posted, Verdict

flow = Flow()

PAGE = 5


@flow.command("outcomes", _("What was decided"), keywords=_("outcomes,decisions,decided"))
async def outcomes(desk: Desk, argument: str) -> Turn:
    page = page_number(argument)
    found = await desk.store.outcomes.latest((page - 1) * PAGE, PAGE + 1)
    if page > 1 and not found:
        return go("outcomes")
    if not found:
        text = _("Nothing has been decided here yet. When something is, you read it here.")
        return end(text, [[link("surveys", _("Questions for me"))], [link("menu", _("Menu"))]])
    rows: list[Row] = [[link(f"outcome {one.id}", written(one, "we_asked"))] for one in found[:PAGE]]
    rows += turning("outcomes", page, len(found) > PAGE)
    entries = [_entry(desk, one) for one in found[:PAGE]]
    return end(paragraphs(_("<b>What was decided</b>"), *entries), [*rows, [link("menu", _("Menu"))]])


def _entry(desk: Desk, one: Posted) -> Words:
    return _(
        "{question} – panel “{panel}”, {day}",
        question=written(one, "we_asked"),
        panel=named_in(one.panel_name, one.panel_language, one.panel_translations, "name"),
        day=Day(one.posted_at.astimezone(desk.zone).date()),
    )


@flow.command("outcome")
async def outcome(desk: Desk, argument: str) -> Turn:
    """`/outcome ID` reads one; with a consultation's id staff write one."""
    found = await desk.store.outcomes.load(argument)
    if found is None and desk.is_staff:
        return go("report", argument)
    if found is None or found.posted_at is None:
        return _unknown()
    asked = await desk.store.responses.find(found.consultation_id, desk.person.id) is not None
    text = paragraphs(
        told(found),
        _("Told on {day}.", day=Day(found.posted_at.astimezone(desk.zone).date())),
        _("Does this answer you?") if asked else None,
    )
    rows = verdict_rows(found.id) if asked else []
    return end(text, [*rows, [link("outcomes", _("All outcomes")), link("menu", _("Menu"))]])


def _unknown() -> Turn:
    return end(_("I cannot find that outcome."), [[link("outcomes", _("What was decided"))], [link("menu", _("Menu"))]])


THANKS: dict[Verdict, Words] = {
    "yes": _("Thank you. It is good to know that this answers you."),
    "partly": _("Thank you for saying so. We count this, without your name."),
    "no": _("Thank you for saying so. We count this, without your name."),
}


@flow.command("verdict")
async def verdict(desk: Desk, argument: str) -> Turn:
    """`/verdict ID yes`: the last word counts."""
    id, _space, said = argument.partition(" ")
    found = await desk.store.outcomes.load(id)
    given = next((verdict for verdict in THANKS if verdict == said), None)
    if found is None or found.posted_at is None or given is None:
        return _unknown()
    if await desk.store.responses.find(found.consultation_id, desk.person.id) is None:
        text = _("Only those who were asked can say this. But you can tell us what you think as a topic.")
        return aside(text, [[link("propose", _("Propose a topic"))], [link("menu", _("Menu"))]])
    await desk.store.outcomes.give_verdict(found.id, desk.person.id, given, desk.now)
    if given == "yes":
        return aside(THANKS[given], [[link("menu", _("Menu"))]])
    text_to_follow = lines(
        THANKS[given], _("If something is still open for you, propose it as a topic. Others can support it.")
    )
    return aside(text_to_follow, [[link("propose", _("Propose a topic"))], [link("menu", _("Menu"))]])
