"""What the clock brings topics: the answer reaches the proposer and the supporters, a page at a time."""

from __future__ import annotations

from typing import Any

from flows.desk import Desk
from flows.flow import Again, Flow
from flows.topics.telling import with_answer
from flows.turn import Message, link
from flows.words import _, paragraphs

flow = Flow()

PAGE = 300
NOBODY = ""


@flow.due("topic.answered")
async def answered(desk: Desk, args: dict[str, Any]) -> Again | None:
    topic = await desk.store.topics.load(args["topic"], NOBODY)
    if topic is None or topic.state != "answered":
        return None
    rows = [[link("topics", _("Topics")), link("menu", _("Menu"))]]
    supported = Message(paragraphs(_("A topic that you support has been answered:"), with_answer(topic)), rows)
    proposed = Message(paragraphs(_("Your topic has been answered:"), with_answer(topic)), rows)
    concerned = await desk.store.topics.concerned(topic.id, args["after"], PAGE)
    proposer = await desk.store.topics.proposer(topic.id)
    once = f"topic.answered:{topic.id}"
    desk.tell_all([person for person in concerned if person == proposer], proposed, once=once)
    desk.tell_all([person for person in concerned if person != proposer], supported, once=once)
    if len(concerned) < PAGE:
        return None
    return Again({**args, "after": concerned[-1].id}, desk.now)
