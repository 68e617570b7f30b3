"""The question bank: recognised sets of questions, word for word, with what others answered to compare with.

`{council}` in a wording is the organisation's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.words import Text, Words, _
from storage.consultations import Question


@dataclass(frozen=True, slots=True)
class Instrument:
    """A published set of questions. `source` names it as a reader could find it; `reference` is, by wording, what was
    found elsewhere, and `found_by` says where."""

    key: str
    name: Words
    source: str
    questions: tuple[Question, ...]
    reference: Mapping[str, Words] = field(default_factory=dict)
    found_by: str = ""

    def for_council(self, council: str) -> list[Question]:
        """The questions, ready to be added to a draft."""
        return [
            Question(
                "",
                "",
                0,
                question.kind,
                question.wording.replace("{council}", council),
                question.options,
                question.optional,
                question.least,
                question.most,
                source=self.source,
            )
            for question in self.questions
        ]


def _one(wording: str, options: tuple[str, ...]) -> Question:
    return Question("", "", 0, "one", wording, options)


def _ten(wording: str) -> Question:
    """From 0 to 10, where 0 is not at all and 10 completely."""
    return Question("", "", 0, "number", f"{wording} (0: not at all, 10: completely)", least=0, most=10)


def _satisfied(percent: int) -> Words:
    return _("{percent}% were very or fairly satisfied", percent=percent)


SATISFIED = (
    "Very satisfied",
    "Fairly satisfied",
    "Neither satisfied nor dissatisfied",
    "Fairly dissatisfied",
    "Very dissatisfied",
    "Don't know",
)
AGREE = (
    "Strongly agree",
    "Tend to agree",
    "Neither agree nor disagree",
    "Tend to disagree",
    "Strongly disagree",
    "Don't know",
)
EXTENT = ("A great deal", "A fair amount", "Not very much", "Not at all", "Don't know")
INFORMED = (
    "Very well informed",
    "Fairly well informed",
    "Not very well informed",
    "Not well informed at all",
    "Don't know",
)
SELDOM = ("Hardly ever or never", "Some of the time", "Often")
LONELY = ("Often/always", "Some of the time", "Occasionally", "Hardly ever", "Never")
EXPERIENCE = ("Very good", "Good", "Neither good nor poor", "Poor", "Very poor", "Don't know")

AREA = "Overall, how satisfied or dissatisfied are you with your local area as a place to live?"
RUNS_THINGS = "Overall, how satisfied or dissatisfied are you with the way {council} runs things?"
VALUE = "To what extent do you agree or disagree that {council} provides value for money?"
CONCERNS = "To what extent do you think {council} acts on the concerns of local residents?"
INFORMS = (
    "Overall, how well informed do you think {council} keeps residents about the services and benefits it provides?"
)
TRUST = "How much do you trust {council}?"

SATISFACTION = Instrument(
    "lga",
    _("Satisfaction with area and council, and trust (6 questions)"),
    "LGA: Are you being served?",
    (
        _one(AREA, SATISFIED),
        _one(RUNS_THINGS, SATISFIED),
        _one(VALUE, AGREE),
        _one(CONCERNS, EXTENT),
        _one(INFORMS, INFORMED),
        _one(TRUST, EXTENT),
    ),
    {
        AREA: _satisfied(79),
        RUNS_THINGS: _satisfied(61),
        VALUE: _("{percent}% agreed", percent=45),
        CONCERNS: _("{percent}% said a great deal or a fair amount", percent=53),
        INFORMS: _("{percent}% felt very or fairly well informed", percent=53),
        TRUST: _("{percent}% said a great deal or a fair amount", percent=56),
    },
    "Great Britain, LGA polling, June 2018",
)
"""Local Government Association, "Are you being served? Benchmarking residents' perceptions of local government"; the
figures are those of its polling on resident satisfaction that LGcommunications reported in 2018."""

ONS4 = {
    _ten("Overall, how satisfied are you with your life nowadays?"): 7.45,
    _ten("Overall, to what extent do you feel that the things you do in your life are worthwhile?"): 7.73,
    _ten("Overall, how happy did you feel yesterday?"): 7.39,
    _ten("Overall, how anxious did you feel yesterday?"): 3.23,
}

WELLBEING = Instrument(
    "wellbeing",
    _("Personal wellbeing, ONS4 (4 questions)"),
    "ONS: personal well-being (ONS4)",
    tuple(ONS4),
    {question.wording: _("on average {mean}", mean=mean) for question, mean in ONS4.items()},
    "United Kingdom, ONS, year to March 2023",
)
"""Office for National Statistics, "Personal well-being in the UK: April 2022 to March 2023" (7 November 2023)."""

HOW_LONELY = "How often do you feel lonely?"

LONELINESS = Instrument(
    "loneliness",
    _("Loneliness, national measures (4 questions)"),
    "ONS: national measures of loneliness",
    (
        _one("How often do you feel that you lack companionship?", SELDOM),
        _one("How often do you feel left out?", SELDOM),
        _one("How often do you feel isolated from others?", SELDOM),
        _one(HOW_LONELY, LONELY),
    ),
    {HOW_LONELY: _("{percent}% felt lonely often or always", percent=7)},
    "England, DCMS Community Life Survey, October 2024 to March 2025",
)
"""Government Statistical Service, "Loneliness indicators": the three-item UCLA scale and the direct question. The
figure is that of "Community Life Survey 2024/25: Loneliness and support networks" (Department for Culture, Media and
Sport, 10 December 2025), which gives the three items only as one score."""

EXPERIENCED = "Overall, how was your experience of our service?"

FRIENDS_AND_FAMILY = Instrument(
    "fft",
    _("Friends and family test (2 questions)"),
    "NHS England: Friends and Family Test",
    (
        _one(EXPERIENCED, EXPERIENCE),
        Question("", "", 0, "text", "Please can you tell us why you gave your answer?", optional=True),
    ),
    {EXPERIENCED: _("{percent}% said very good or good", percent=90)},
    "England, NHS, 172,807 patients of general practices, August 2022",
)
"""NHS England, "Using the Friends and Family Test to improve patient experience" (the question since April 2020).
Results are published by kind of service; the figure is that of general practices, as Pulse reported it from NHS
England's data ("Positive GP experiences increase to 90% in friends and family test", October 2022)."""

INSTRUMENTS = (SATISFACTION, WELLBEING, LONELINESS, FRIENDS_AND_FAMILY)


def comparison(question: Question) -> Text | None:
    """What others answered to a question of the bank, if somebody has counted it."""
    instrument = next((one for one in INSTRUMENTS if one.source == question.source), None)
    if instrument is None:
        return None
    for wording, figure in instrument.reference.items():
        before, _council, after = wording.partition("{council}")
        if question.wording.startswith(before) and question.wording.endswith(after):
            return _("To compare: {figure} ({where}).", figure=figure, where=instrument.found_by)
    return None
