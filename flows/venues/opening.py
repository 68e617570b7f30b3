"""What a link can open, in words for staff and in big letters for its poster."""

from __future__ import annotations

from dataclasses import dataclass

from flows.desk import Desk
from flows.words import Text, Verbatim, Words, _

EXPLAINED: dict[str, Words] = {
    "propose": _("Proposing a topic"),
    "hello": _("Just a hello"),
}


@dataclass(frozen=True, slots=True)
class Opening:
    """What is opened, for staff; and what a poster says when staff give it no words of their own."""

    explained: Text
    invitation: Text


async def opening(desk: Desk, opens: str) -> Opening | None:
    """None where it leads to nothing (any more): for example a panel that has closed."""
    match opens.split():
        case ["survey", id]:
            consultation = await desk.store.consultations.load(id)
            if consultation is None or consultation.state not in ("open", "scheduled"):
                return None
            asked = consultation.question
            return Opening(_("The questions on “{question}”", question=asked), Verbatim(asked))
        case ["question", id]:
            question = await desk.store.consultations.question(id)
            if question is None or await opening(desk, f"survey {question.consultation_id}") is None:
                return None
            return Opening(_("The question “{question}”", question=question.wording), Verbatim(question.wording))
        case ["join", id]:
            panel = await desk.store.panels.load(id)
            if panel is None or panel.state != "open":
                return None
            return Opening(
                _("Joining the panel “{panel}”", panel=panel.name),
                _("Be in the draw for the panel “{panel}”", panel=panel.name)
                if panel.kind == "drawn"
                else _("Have a say: join the panel “{panel}”", panel=panel.name),
            )
        case ["propose"]:
            return Opening(EXPLAINED["propose"], _("What should we put right here? Tell us!"))
        case ["hello"]:
            return Opening(EXPLAINED["hello"], _("Have a say in what happens here!"))
    return None
