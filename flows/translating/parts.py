"""Which texts of a thing can be put into other languages, and how far that has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.desk import Desk
from flows.words import LANGUAGES, SIMPLE, Text, Words, _
from storage.consultations import Consultation, Question
from storage.outcomes import Outcome
from storage.panels import Panel
from storage.topics import Topic
from storage.translations import Owner, read_translations

KINDS = ("panel", "consultation", "outcome", "topic")
NOBODY = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One text: whose field it is, what it is called, how it was written, and how it reads in other languages."""

    owner: Owner
    id: str
    field: str
    name: Words
    words: str
    translations: str

    def into(self, language: str) -> str:
        return read_translations(self.translations).get(language, {}).get(self.field, "")

    @property
    def is_list(self) -> bool:
        """Whether it is several answers, each on a line of its own."""
        return self.field == "options"


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with texts of its staff: `back` is the command that shows it."""

    language: str
    parts: tuple[Part, ...]
    back: str

    def done(self, language: str) -> int:
        return sum(bool(part.into(language)) for part in self.parts)

    def languages(self) -> list[str]:
        """Those it can be put into: plain words of its own language first, then every other, then their plain ones
        that have been begun.
        """
        others = [language for language in LANGUAGES if language != self.language]
        return [self.language + SIMPLE, *others, *(one + SIMPLE for one in others if self.done(one))]


async def thing(desk: Desk, kind: str, id: str) -> Thing | None:
    """What can be put into other languages; None when there is no such thing (any more)."""
    match kind:
        case "panel":
            panel = await desk.store.panels.load(id)
            return _panel(panel) if panel is not None and panel.state == "open" else None
        case "consultation":
            found = await desk.store.consultations.load(id)
            if found is None or found.state not in ("draft", "scheduled", "open"):
                return None
            return _consultation(found, await desk.store.consultations.questions(id, found.version))
        case "outcome":
            outcome = await desk.store.outcomes.load(id)
            return _outcome(outcome) if outcome is not None and outcome.state != "cancelled" else None
        case "topic":
            topic = await desk.store.topics.load(id, NOBODY)
            return _topic(topic) if topic is not None and topic.state == "answered" else None
    return None


def _panel(panel: Panel) -> Thing:
    purpose = Part("panel", panel.id, "purpose", _("What the panel is for"), panel.purpose, panel.translations)
    name = Part("panel", panel.id, "name", _("What the panel is called"), panel.name, panel.translations)
    return Thing(panel.language, (purpose, name), f"staffpanels {panel.id}")


def _topic(topic: Topic) -> Thing:
    part = Part("topic", topic.id, "answer", _("Your answer"), topic.answer, topic.translations)
    return Thing(topic.staff_language, (part,), f"stafftopics {topic.id}")


def _outcome(outcome: Outcome) -> Thing:
    named = {"we_asked": _("We asked"), "you_said": _("You said"), "we_did": _("We did")}
    parts = (
        Part("outcome", outcome.id, field, name, getattr(outcome, field), outcome.translations)
        for field, name in named.items()
    )
    return Thing(outcome.language, tuple(parts), f"consultation {outcome.consultation_id}")


def _consultation(consultation: Consultation, questions: Sequence[Question]) -> Thing:
    named = {"question": _("What it is about"), "decision": _("What it is for"), "decided_by": _("Who decides")}
    parts = [
        Part("consultation", consultation.id, field, name, getattr(consultation, field), consultation.translations)
        for field, name in named.items()
        if getattr(consultation, field)
    ]
    asked = [question for question in questions if question.format not in ("calculate", "hidden")]
    for number, question in enumerate(asked, 1):
        parts += _question(number, question)
    return Thing(consultation.language, tuple(parts), f"consultation {consultation.id}")


def _question(number: int, question: Question) -> list[Part]:
    kept = question.translations
    found = [Part("question", question.id, "wording", _("Question {number}", number=number), question.wording, kept)]
    if question.options and question.format != "acknowledge":
        answers = _("Question {number}: its {many} answers", number=number, many=len(question.options))
        found.append(Part("question", question.id, "options", answers, "\n".join(question.options), kept))
    return found


def language_called(language: str) -> Text | str:
    """As a language calls itself; its plain variant too."""
    named = LANGUAGES[language.removesuffix(SIMPLE)]
    return _("{language}, in plain words", language=named) if language.endswith(SIMPLE) else named
