"""The way through a survey: what is asked of whom, as the form's conditions say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from flows.surveys.answering import Unclear, Understood, example_number, few_numbers, ticked
from flows.surveys.form.questions import option_of, questions_of, wording_of
from flows.surveys.form.reading import read_form
from flows.surveys.route import Route
from flows.turn import Choice, Located, Said, Sent, Typed
from flows.words import Voice
from storage.consultations import Kind, Question
from storage.responses import Value
from tests.xlsforms import xlsform

ENGLISH = Voice("en", ZoneInfo("UTC"))
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
    assert changed.calculations() == {"hours": ""}
    assert route(BUSES, {"bus": 0, "wait": 30}).calculations() == {"hours": "0.5"}


def test_notes_and_titles_are_said_before_the_question_they_stand_before() -> None:
    begun = route(BUSES, {"bus": 0})
    bus, wait, more, _since = begun.asked
    assert begun.notes_before(bus) == ["Thank you."]
    assert begun.notes_before(wait) == ["About buses"]
    assert begun.notes_before(more) == []


def test_what_needs_an_answer_may_depend_on_another() -> None:
    assert route(BUSES).incomplete
    drives = route(BUSES, {"bus": 1})
    assert [one.id for one in drives.incomplete] == ["since"]
    assert route(BUSES, {"bus": 0, "since": None}).incomplete == []


def test_answers_are_put_into_words_and_suggested() -> None:
    begun = route(BUSES, {"bus": 0, "wait": 30})
    wait, more = begun.asked[1], begun.asked[3]
    assert more.wording == "You wait 30 minutes: more to say?"
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
            | text | b    | B?    | regex('', concat('[', '')) | regex(., concat('(', '')) |
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
    assert whole.incomplete == []
    for one in questions:
        assert (whole.before(one) is None) == (one.position == 0)
        if not one.optional:
            assert replace(whole, answers={**answers, one.id: None}).incomplete == [one]


@given(
    st.dictionaries(st.sampled_from(["bus", "wait", "why", "more", "since"]), st.sampled_from([None, 0, 1, 30, (0,)]))
)
def test_whatever_was_answered_the_next_question_is_one_that_is_asked(answers: dict[str, Value]) -> None:
    kept = {id: value for id, value in answers.items() if id != "bus" or value in (None, 0, 1)}
    found = route(BUSES, kept)
    assert found.next is None or found.next in found.asked
    assert not {"wait", "why", "more"} & set(asked(found)) or kept.get("bus") == 0


# ---------------------------------------------------------------- answers that change

CHANGING = (Path(__file__).parent / "data" / "files" / "changing.xlsx").read_bytes()
SENT: dict[str, Value] = {"bus": 0, "wait": 30, "area": 0, "town": 0, "now": 5, "want": 6}


def unfit(answers: Mapping[str, Value]) -> list[str]:
    found = route(CHANGING, answers)
    return [question.id for question in found.asked if found.is_unfit(question)]


def test_what_an_answer_no_longer_leads_to_is_stale_and_counts_nowhere() -> None:
    changed = route(CHANGING, {**SENT, "bus": 1})
    assert changed.stale == ("wait",)
    assert changed.calculations()["hours"] == ""
    assert route(CHANGING, SENT).stale == ()
    assert route(CHANGING, SENT).calculations()["hours"] == "0.5"


def test_an_answer_that_is_offered_no_more_is_asked_again() -> None:
    assert unfit(SENT) == []
    assert unfit({**SENT, "area": 1}) == ["town"]
    assert unfit({**SENT, "area": 1, "town": 2}) == []
    changed = route(CHANGING, {**SENT, "area": 1})
    assert changed.next == changed.question("town")
    assert [one.id for one in changed.incomplete] == ["town"]


def test_an_answer_that_its_constraint_takes_no_more_is_asked_again() -> None:
    assert unfit({**SENT, "now": 50}) == ["want"]
    assert unfit({**SENT, "now": 50, "want": None}) == []


def test_a_question_without_any_answer_left_is_stale_and_its_answer_counts_nowhere() -> None:
    filtered = xlsform(
        """
        | type            | name | label | choice_filter | calculation |
        | select_one area | area | Area? |               |             |
        | select_one town | town | Town? | area=${area}  |             |
        | calculate       | where |      |               | ${town}     |
        """,
        """
        | list_name | name | label | area |
        | area      | n    | North |      |
        | area      | s    | South |      |
        | town      | hill | Hill  | n    |
        """,
    )
    changed = route(filtered, {"area": 1, "town": 0})
    assert (changed.stale, changed.calculations()) == (("town",), {"where": ""})


def test_only_what_is_offered_is_ranked() -> None:
    filtered = xlsform(
        """
        | type                 | name | label | choice_filter       |
        | select_multiple best | some | Some? |                     |
        | rank best            | best | Best? | selected(${some}, name) |
        """,
        """
        | list_name | name | label |
        | best      | a    | Trees |
        | best      | b    | Seats |
        | best      | c    | Lamps |
        | best      | d    | Paths |
        """,
    )
    begun = route(filtered, {"some": (0, 2, 3)})
    best = begun.next
    assert best is not None
    offered = begun.offered(best)
    assert ticked(best, (0, 3), "+2", offered) == (0, 3, 2)
    assert ticked(best, (0,), "+3", offered) == (0, 3, 2)
    assert ticked(best, (0,), "+1", offered) is None
    assert begun.understood(best, Choice("done"), (3, 0, 2)) == Understood((3, 0, 2))
    assert isinstance(begun.understood(best, Choice("done"), (3, 0)), Unclear)
    assert route(filtered, {"some": (0, 2), "best": (3, 0, 2)}).is_unfit(best)


RANGES = xlsform(
    """
    | type  | name | label | parameters               | default |
    | range | half | Half? | start=0 end=5 step=0.5   | int(99) |
    | range | tens | Tens? | start=0 end=1000 step=10 | 20      |
    | range | one  | One?  |                          |         |
    """
)


def test_a_range_takes_its_own_points_only() -> None:
    assert taken(route(RANGES), "half", Choice("0.5")) == 0.5
    assert taken(route(RANGES), "half", Typed("4,5")) == 4.5
    for words in ("99", "2.25", "-0.5"):
        assert taken(route(RANGES), "half", Typed(words)) == "Please give one of {first}, {second}, … {last}."
    assert taken(route(RANGES), "tens", Typed("550")) == 550
    assert taken(route(RANGES), "tens", Typed("55")) == "Please give one of {first}, {second}, … {last}."
    assert taken(route(RANGES), "one", Choice("10")) == 10


def test_a_range_with_few_points_has_a_button_for_each() -> None:
    half, tens, _one = route(RANGES).asked
    assert list(few_numbers(half)) == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]
    assert few_numbers(tens) == []
    assert taken(route(RANGES), "tens", Typed(str(example_number(tens)))) == example_number(tens)


def test_only_a_default_that_could_be_answered_is_suggested() -> None:
    half, tens, _one = route(RANGES).asked
    assert (route(RANGES).suggested(half), route(RANGES).suggested(tens)) == (None, 20)


def test_answers_are_put_into_options_and_titles_too() -> None:
    told = route(
        xlsform(
            """
            | type          | name | label             |
            | text          | who  | Your name?        |
            | begin group   | g    | About ${who}      |
            | select_one yn | like | Like it, ${who}?  |
            | end group     |      |                   |
            """,
            """
            | list_name | name | label             |
            | yn        | yes  | Yes, says ${who} |
            | yn        | no   | No                |
            """,
        ),
        {"who": "Ann"},
    )
    like = told.asked[1]
    assert (like.wording, like.options) == ("Like it, Ann?", ("Yes, says Ann", "No"))
    assert told.notes_before(like) == ["About Ann"]
    as_counted = told.questions[1]
    assert ENGLISH.plain(wording_of(as_counted)) == "Like it, …?"
    assert ENGLISH.plain(option_of(as_counted, 0)) == "Yes, says …"


def test_chance_is_another_for_every_calculation_and_the_same_for_each_person() -> None:
    drawn = xlsform(
        """
        | type      | name | label | calculation         |
        | calculate | a    |       | random()            |
        | calculate | b    |       | random()            |
        | calculate | same |       | random() = random() |
        | start     | from |       |                     |
        | text      | why  | Why?  |                     |
        """
    )
    first = route(drawn).calculations()
    assert first == route(drawn).calculations()
    assert len({first["a"], first["b"]}) == 2
    assert first["same"] == "false"
    later = replace(route(drawn, {"from": first["from"]}), now=NOW + timedelta(hours=5))
    assert later.calculations()["from"] == first["from"]


def test_what_has_become_needed_says_so_in_the_forms_words() -> None:
    needed = xlsform(
        """
        | type    | name | label | required | required_message          |
        | integer | a    | A?    |          |                           |
        | text    | why  | Why?  | ${a} > 3 | Please say why it is ${a}. |
        """
    )
    assert route(needed, {"a": 2, "why": None}).incomplete == []
    asked_why = route(needed, {"a": 5, "why": None})
    assert [one.id for one in asked_why.incomplete] == ["why"]
    assert asked_why.required_words(asked_why.incomplete[0]) == "Please say why it is 5."
