"""The way through a survey: what is asked of whom, as the form's conditions say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from flows.surveys.answering import Unclear, Understood, ticked
from flows.surveys.form.questions import questions_of
from flows.surveys.form.reading import read_form
from flows.surveys.route import Route
from flows.turn import Choice, Located, Said, Sent, Typed
from storage.consultations import Kind, Question
from storage.responses import Value
from tests.xlsforms import xlsform

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("Europe/London"))


def route(data: bytes, answers: Mapping[str, Value] | None = None, language: str = "en") -> Route:
    """A survey whose questions have their names as ids."""
    form = read_form(data).form
    assert form is not None
    questions = [replace(one, id=item.name) for one, item in zip(questions_of(form), form.items, strict=True)]
    return Route.through(questions, answers or {}, NOW, language)


def asked(route: Route) -> list[str]:
    return [question.id for question in route.asked]


def taken(route: Route, id: str, said: Said) -> Value | str:
    """The answer as it is kept, or what is said of it."""
    question = next(one for one in route.questions if one.id == id)
    found = route.understood(question, said)
    return found.value if isinstance(found, Understood) else found.words.places.get("words", found.words.english)


BUSES = xlsform(
    """
    | type                | name   | label               | relevant            | required | constraint          | constraint_message     | calculation      | default | hint |
    | note                | hello  | Thank you.          |                     |          |                     |                        |                  |         |      |
    | select_one yn       | bus    | Do you go by bus?   |                     | yes      |                     |                        |                  |         |      |
    | begin group         | g      | About buses         | ${bus} = 'yes'      |          |                     |                        |                  |         |      |
    | integer             | wait   | How long?           |                     |          | . < 120             | That is very long.     |                  | 10      | Minutes |
    | select_multiple why | why    | Why?                | ${wait} > 20        |          | count-selected(.)<3 |                        |                  |         |      |
    | end group           |        |                     |                     |          |                     |                        |                  |         |      |
    | calculate           | hours  |                     |                     |          |                     |                        | ${wait} div 60   |         |      |
    | text                | more   | You wait ${wait} minutes: more to say? | ${bus} = 'yes' |     |       |                        |                  |         |      |
    | date                | since  | Since when?         |                     | ${bus} = 'no' | . <= today()   | It is in the future.   |                  |         |      |
    """,  # noqa: E501
    """
    | list_name | name | label |
    | yn        | yes  | Yes   |
    | yn        | no   | No    |
    | why       | late | Late  |
    | why       | full | Full  |
    | why       | far  | Far   |
    """,
)


def test_only_what_is_relevant_is_asked() -> None:
    assert asked(route(BUSES)) == ["bus", "since"]
    assert asked(route(BUSES, {"bus": 1})) == ["bus", "since"]
    assert asked(route(BUSES, {"bus": 0})) == ["bus", "wait", "more", "since"]
    assert asked(route(BUSES, {"bus": 0, "wait": 30})) == ["bus", "wait", "why", "more", "since"]


def test_an_answer_to_what_is_not_asked_any_more_does_not_count() -> None:
    changed = route(BUSES, {"bus": 1, "wait": 30, "why": (0,)})
    assert asked(changed) == ["bus", "since"]
    assert changed.calculations() == {"hours": "NaN"}
    assert route(BUSES, {"bus": 0, "wait": 30}).calculations() == {"hours": "0.5"}


def test_notes_and_titles_are_said_before_the_question_they_stand_before() -> None:
    begun = route(BUSES, {"bus": 0})
    bus, wait, more, _since = begun.asked
    assert begun.notes_before(bus) == ["Thank you."]
    assert begun.notes_before(wait) == ["About buses"]
    assert begun.notes_before(more) == []


def test_what_needs_an_answer_may_depend_on_another() -> None:
    assert route(BUSES).missing is not None
    drives = route(BUSES, {"bus": 1})
    assert drives.missing is not None
    assert drives.missing.id == "since"
    assert route(BUSES, {"bus": 0, "since": None}).missing is None


def test_answers_are_put_into_words_and_suggested() -> None:
    begun = route(BUSES, {"bus": 0, "wait": 30})
    wait, more = begun.asked[1], begun.asked[3]
    assert begun.worded(more).wording == "You wait 30 minutes: more to say?"
    assert (begun.hint(wait), begun.suggested(wait), begun.suggested(more)) == ("Minutes", 10, None)


def test_what_the_form_does_not_take_is_explained_in_its_words() -> None:
    begun = route(BUSES, {"bus": 0, "wait": 30})
    assert taken(begun, "wait", Typed("200")) == "That is very long."
    assert taken(begun, "wait", Typed("20")) == 20
    assert taken(begun, "since", Typed("1 May 2027")) == "It is in the future."
    assert taken(begun, "since", Typed("1 May 2026")) == "2026-05-01"
    why = begun.asked[2]
    assert isinstance(begun.understood(why, Choice("done"), (0, 1, 2)), Unclear)
    assert begun.understood(why, Choice("done"), (0, 2)) == Understood((0, 2))


CASCADE = xlsform(
    """
    | type               | name    | label    | choice_filter        |
    | select_one country | country | Country? |                      |
    | select_one town    | town    | Town?    | country = ${country} |
    """,
    """
    | list_name | name | label::English (en) | label::Polski (pl) | country |
    | country   | uk   | Britain             | Brytania           |         |
    | country   | pl   | Poland              | Polska             |         |
    | town      | llan | Llan                | Llan               | uk      |
    | town      | lodz | Lodz                | Łódź               | pl      |
    """,
)


def test_choices_are_filtered_and_a_question_without_any_is_not_asked() -> None:
    assert asked(route(CASCADE)) == ["country"]
    polish = route(CASCADE, {"country": 1}, "pl")
    assert polish.offered(polish.asked[1]) == (1,)
    assert [polish.asked[1].options[place] for place in polish.offered(polish.asked[1])] == ["Łódź"]


FORMATS = xlsform(
    """
    | type        | name  | label   | parameters            |
    | decimal     | much  | A?      |                       |
    | date        | day   | B?      |                       |
    | time        | hour  | C?      |                       |
    | datetime    | both  | D?      |                       |
    | geopoint    | where | E?      |                       |
    | image       | look  | F?      |                       |
    | audio       | sound | G?      |                       |
    | rank best   | best  | H?      |                       |
    | acknowledge | sure  | I?      |                       |
    | range       | steps | J?      | start=0 end=10 step=5 |
    | range       | part  | K?      | start=0 end=1 step=0.1|
    """,
    "| list_name | name | label |\n| best | a | Trees |\n| best | b | Benches |\n| best | c | Buses |",
)


def test_answers_of_every_form_are_understood() -> None:
    every = route(FORMATS)
    assert taken(every, "much", Typed("2,5 km")) == 2.5
    assert taken(every, "much", Typed("1,200")) == 1200
    assert taken(every, "day", Typed("3 May 1980")) == "1980-05-03"
    assert taken(every, "hour", Typed("2.30 pm")) == "14:30:00"
    assert taken(every, "both", Typed("3 May 2026 14:30")) == "2026-05-03T14:30:00+01:00"
    assert taken(every, "where", Located(51.62001, -3.94)) == "51.62 -3.94"
    assert taken(every, "where", Typed("51.62, -3.94")) == "51.62 -3.94"
    assert taken(every, "look", Sent("photo", "file-1")) == "photo:file-1"
    assert taken(every, "sound", Sent("voice", "file-2")) == "voice:file-2"
    assert taken(every, "sure", Choice("0")) == 0
    assert taken(every, "steps", Choice("5")) == 5
    assert taken(every, "part", Typed("0.3")) == 0.3


def test_what_is_not_understood_is_explained() -> None:
    every = route(FORMATS)
    unclear: dict[str, Said] = {
        "much": Typed("a lot"),
        "day": Typed("sometime"),
        "hour": Typed("25:00"),
        "both": Typed("later"),
        "where": Typed("over there"),
        "look": Typed("no picture"),
        "sound": Sent("photo", "file-1"),
        "steps": Choice("3"),
    }
    for id, said in unclear.items():
        assert isinstance(taken(every, id, said), str), id
        assert str(taken(every, id, said)).startswith("Please"), id


def test_a_day_without_its_year_is_the_nearest_of_that_name() -> None:
    assert taken(route(FORMATS), "day", Typed("3 August")) == "2026-08-03"
    assert taken(route(FORMATS), "day", Typed("3 December")) == "2026-12-03"


def test_a_rank_keeps_the_order_of_the_taps_and_gives_the_last_place_by_itself() -> None:
    best = next(one for one in route(FORMATS).questions if one.id == "best")
    ticks: tuple[int, ...] = ()
    for tap in ("+2", "+0"):
        ticks = ticked(best, ticks, tap) or ()
    assert ticks == (2, 0, 1)
    assert ticked(best, ticks, "-0") == (2, 1)


def test_a_condition_that_fails_holds_nobody_up() -> None:
    failing = route(
        xlsform("""
            | type | name | label | relevant             | constraint              |
            | text | a    | A?    |                      |                         |
            | text | b    | B?    | regex(${a}, '[')     | regex(., '(')           |
        """),
        {"a": "x"},
    )
    assert asked(failing) == ["a", "b"]
    assert taken(failing, "b", Typed("anything")) == "anything"


# ---------------------------------------------------------------- surveys written in the conversation


def simple(kind: Kind, place: int, *, optional: bool) -> Question:
    return Question(str(place), "c", place, kind, "?", ("Yes", "No"), optional)


KINDS: st.SearchStrategy[Kind] = st.sampled_from(["one", "many", "scale", "number", "text"])


@given(st.lists(st.tuples(KINDS, st.booleans()), max_size=6), st.data())
def test_the_way_leads_through_all_questions_to_the_end(made: list[tuple[Kind, bool]], data: st.DataObject) -> None:
    questions = [simple(kind, place, optional=optional) for place, (kind, optional) in enumerate(made)]
    answers: dict[str, Value] = {}
    steps = 0
    while (current := Route.through(questions, answers, NOW, "en").next) is not None:
        answers[current.id] = None if current.optional and data.draw(st.booleans()) else 1
        steps += 1
    whole = Route.through(questions, answers, NOW, "en")
    assert steps == len(questions)
    assert whole.missing is None
    for one in questions:
        assert (whole.before(one) is None) == (one.position == 0)
        if not one.optional:
            assert replace(whole, answers={**answers, one.id: None}).missing == one


@given(
    st.dictionaries(st.sampled_from(["bus", "wait", "why", "more", "since"]), st.sampled_from([None, 0, 1, 30, (0,)]))
)
def test_whatever_was_answered_the_next_question_is_one_that_is_asked(answers: dict[str, Value]) -> None:
    kept = {id: value for id, value in answers.items() if id != "bus" or value in (None, 0, 1)}
    found = route(BUSES, kept)
    assert found.next is None or found.next in found.asked
    assert not {"wait", "why", "more"} & set(asked(found)) or kept.get("bus") == 0
