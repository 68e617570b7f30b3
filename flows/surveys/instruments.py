"""Published sets of questions that can be put into a survey as they are, to be comparable with other places."""

from __future__ import annotations

from storage.consultations import Question

LGA_BENCHMARK = "LGA: Are you being served?"
"""Local Government Association, "Are you being served? Benchmarking residents' perceptions of local government":
the core benchmark questions with their standard answers. `{council}` is the organisation's name."""

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

INFORMED_WORDING = (
    "Overall, how well informed do you think {council} keeps residents about the services and benefits it provides?"
)

LGA_QUESTIONS = (
    ("Overall, how satisfied or dissatisfied are you with your local area as a place to live?", SATISFIED),
    ("Overall, how satisfied or dissatisfied are you with the way {council} runs things?", SATISFIED),
    ("To what extent do you agree or disagree that {council} provides value for money?", AGREE),
    ("To what extent do you think {council} acts on the concerns of local residents?", EXTENT),
    (INFORMED_WORDING, INFORMED),
    ("How much do you trust {council}?", EXTENT),
)


def lga_benchmark(council: str) -> list[Question]:
    """The six questions about the local area and `council`, ready to be added to a draft."""
    return [
        Question("", "", 0, "one", wording.replace("{council}", council), options, source=LGA_BENCHMARK)
        for wording, options in LGA_QUESTIONS
    ]
