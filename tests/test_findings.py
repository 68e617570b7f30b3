"""What is published of a survey: worked out once, with profiles and weights, and the same ever after."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.desk import SMALLEST_CELL, Desk, Surroundings
from flows.results.disclosure import Line, Rule
from flows.results.findings import Found, Material, Trait, decode, encode, findings
from flows.results.outcome_rates import Dispositions, Reached
from flows.results.published import published, results_in
from flows.results.weighting import Profile
from flows.surveys.download import by
from flows.surveys.form.questions import questions_of
from flows.surveys.form.reading import read_form
from flows.surveys.labels import Labels
from flows.surveys.publishing import results_for
from flows.surveys.report import cross_chart, report
from flows.surveys.results import result_message
from flows.surveys.sheet import Sheet, keep, open_sheet
from flows.turn import Chart, Message
from flows.words import Voice
from storage.attributes import Attribute, Option
from storage.consultations import Format, Privacy, Question
from storage.database import Database, opened
from storage.panels import Term
from storage.responses import WITHHELD, Value
from storage.store import Store
from tests.peers import VAULT
from tests.xlsforms import xlsform

NOW = datetime(2027, 3, 15, 18, tzinfo=UTC)
SURROUNDINGS = Surroundings(ZoneInfo("Europe/London"), "folkmoot_bot")
QUESTION = Question("q", "c", 1, "one", "Should it be closed to cars?", ("Yes", "No"))
ANSWERS: dict[Profile, dict[Any, int]] = {("young",): {0: 90, 1: 10}, ("old",): {0: 60, 1: 240}}


def material(answers: dict[Profile, dict[Any, int]]) -> Material:
    answered = {profile: sum(tally.values()) for profile, tally in answers.items()}
    total = sum(answered.values())
    asked = {profile: 2 * number for profile, number in answered.items()}
    return Material(
        [QUESTION],
        {"q": answers},
        Dispositions(total, partial=30, refused=20, not_reached=50),
        {"q": 30},
        [Trait("age", {"young": 0.5, "old": 0.5})],
        asked,
        answered,
    )


def test_raw_and_weighted_stand_side_by_side() -> None:
    found = findings(material(ANSWERS), Rule())
    (one,) = found.questions.values()
    assert one.counts.cells == Line((150, 250), 400)
    assert one.weighted == (220, 180)
    assert one.weighted_share(0) == 0.55
    assert one.reached == Reached(430, 30)
    assert [column.bands for column in one.by["age"]] == [("young",), ("old",)]
    # Weights 2 and 2/3: 400 · (100 · 4 + 300 · 4/9) / 400² = 4/3, rounded up
    assert found.design_effect == 1.4
    assert found.precision.effective == pytest.approx(400 / 1.4)
    assert found.rates == Dispositions(400, 30, 20, 50)
    assert found.mirrors["age"].answered_unlike == pytest.approx(0.25)
    assert found.r_indicator == pytest.approx(1)


def test_of_few_answers_nothing_is_worked_out() -> None:
    found = findings(material({("young",): {0: 5}, ("old",): {1: 4}}), Rule())
    assert found.rates is None
    assert found.questions["q"].counts.cells == Line((None, None), None)
    assert found.questions["q"].weighted is None
    assert found.weighted_by == ()
    assert found.r_indicator is None


def test_a_mean_is_weighted_and_says_between_which_it_may_lie() -> None:
    """Young people give it 1, old ones 5; they are 100 and 300, and half and half among everybody."""
    scale = replace(QUESTION, kind="scale", options=())
    numbers: dict[Profile, dict[Any, int]] = {("young",): {1: 100}, ("old",): {5: 300}}
    found = findings(replace(material(numbers), questions=[scale]), Rule())
    (one,) = found.questions.values()
    assert one.counts.mean == 4.0
    assert one.weighted_mean == pytest.approx(3.0)
    between = found.of_mean(one)
    # ± 1.96 · √3 / √(400 / 1.4), for 400 answers count like 286.
    assert between is not None
    assert between.half == pytest.approx(1.96 * 3**0.5 / (400 / 1.4) ** 0.5, rel=1e-4)
    text = Voice("en", SURROUNDINGS.zone).plain(result_message(scale, one, found.rule, found).text)
    assert "1 – not at all: 100 (25%), 50% weighted; between 44% and 56%" in text
    assert "On average: 4, weighted: 3; between 2.8 and 3.2" in text
    assert "between" not in Voice("en", SURROUNDINGS.zone).plain(result_message(scale, one, found.rule).text)


few_or_many = st.dictionaries(
    st.sampled_from([("young",), ("old",), ("",)]), st.dictionaries(st.integers(0, 1), st.integers(1, 90), min_size=1)
)


@given(few_or_many, st.sampled_from([Rule(), Rule(5)]))
def test_what_is_kept_is_read_as_it_was(answers: dict[Profile, dict[Any, int]], rule: Rule) -> None:
    found = findings(material(answers), rule)
    assert decode(encode(found)) == found


# ---------------------------------------------------------------- from what is stored


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


async def answered_survey(store: Store) -> str:
    """Sixty members: twenty young people say yes, thirty old ones no; five have begun, five have not."""
    age = (Option("young", {"en": "Under 40"}, 0.5), Option("old", {"en": "40 and over"}, 0.5))
    await store.attributes.define(Attribute("age", "choice", {"en": "Age"}, age))
    officer, _conversation = await store.people.add(1, "staff", "en", NOW)
    panel_id = await store.panels.add("Transport", "Buses", 6, None, officer.id, NOW)
    assert panel_id is not None
    id = await store.consultations.add(panel_id, "How?", officer.id, NOW)
    kinds: list[Question] = [QUESTION, Question("", id, 2, "text", "Why?", optional=True)]
    assert await store.consultations.add_questions(id, kinds)
    closed, why = await store.consultations.questions(id)
    for number in range(60):
        person, _conversation = await store.people.add(100 + number, "citizen", "en", NOW)
        await store.panels.serve(panel_id, person.id, Term(1, NOW + timedelta(days=180)), NOW)
        await store.profiles.save(person.id, {"age": "young" if number < 25 else "old"}, NOW)
        await store.responses.invite(id, [person.id], NOW)
        response = await store.responses.find(id, person.id)
        assert response is not None
        if number % 12 != 11:
            await store.responses.start(response.id, NOW)
            await store.responses.save_answer(response.id, closed.id, 0 if number < 25 else 1)
            await store.responses.stands_before(response.id, why.id)
        if number % 12 < 10:
            await store.responses.save_answer(response.id, why.id, None)
            await store.responses.finish(response.id, NOW)
    return id


async def found_of(database: Database, id: str) -> tuple[list[Found], Any]:
    found = await database.write(lambda store: published(Desk(store, NOW, SURROUNDINGS), id))
    return list(found.questions.values()), found


async def test_figures_come_from_answers_and_profiles(database: Database) -> None:
    id = await database.write(answered_survey)
    (closed, why), found = await found_of(database, id)
    assert closed.counts.cells == Line((20, 30), 50)
    assert [(column.bands, column.cells) for column in closed.by["age"]] == [
        (("young",), Line((20, None), 20)),
        (("old",), Line((None, 30), 30)),
    ]
    assert closed.weighted == (30, 30)
    assert why.counts.answered is None
    assert found.rates == Dispositions(50, 10, 0, 0)
    assert found.weighted_by == ("age",)


async def test_what_was_published_stays(database: Database) -> None:
    id = await database.write(answered_survey)
    _questions, before = await found_of(database, id)

    async def change(store: Store) -> None:
        await store.settings.set(SMALLEST_CELL, "5")
        changed = [person async for person, _said in store.profiles.all()][:20]
        for person in changed:
            await store.profiles.save(person, {"age": "old"}, NOW)

    await database.write(change)
    assert (await found_of(database, id))[1] == before


async def test_staff_see_how_much_those_who_answered_look_like_everybody(database: Database) -> None:
    id = await database.write(answered_survey)

    async def messages(store: Store, *, for_staff: bool) -> list[Message]:
        consultation = await store.consultations.load(id)
        assert consultation is not None
        shown = replace(consultation, decides_on=date(2027, 3, 22), report_by=date(2027, 3, 30))
        return await results_for(Desk(store, NOW, SURROUNDINGS), shown, for_staff=for_staff)

    voice = Voice("en", SURROUNDINGS.zone)
    opening, closed, _why, age = await database.write(lambda store: messages(store, for_staff=True))
    assert "50 of 60 people answered (83%)." in voice.plain(opening.text)
    assert "50 answers count like 45 (design effect 1.1)" in voice.plain(opening.text)
    assert [[voice.plain(button.label) for button in row] for row in closed.rows] == [["By Age"], ["Who answered this"]]
    crossed = await database.write(lambda store: looked_at_by_age(store, id))
    assert voice.plain(crossed.text) == (
        "Should it be closed to cars? – by Age\n\n"
        "Under 40\nYes: 20 (100%); No: not shown\n\n40 and over\nYes: not shown; No: 30 (100%)\n\n"
        "Under 40: 40% of those who answered this, 50% of everybody here\n"
        "40 and over: 60% of those who answered this, 50% of everybody here"
    )
    assert voice.plain(age.text) == (
        "How? – Age\n\n"
        "Under 40\nEverybody here: 50%; Panel: 30 (50%); Answered: 20 (40%)\n\n"
        "40 and over\nEverybody here: 50%; Panel: 40 (67%); Answered: 30 (60%)\n\n"
        "Of those who have told us this: about 60 asked, about 50 answered.\n"
        "Of those who answered, about 10% would have to be others to be as mixed as everybody here.\n"
        "Of the panel, about 7% would have to be others.\n"
        "These are rough figures: few people stand behind them."
    )
    told = await database.write(lambda store: messages(store, for_staff=False))
    assert "About 50 of 60 people answered (83%)." in voice.plain(told[0].text)
    assert len(told) == 3


async def days_answered(store: Store, *, privacy: Privacy, day_of: Callable[[int], str]) -> str:
    """Forty-five members say on which day they moved here, all but five; of those who did, every other one is young."""
    age = (Option("young", {"en": "Under 40"}, 0.5), Option("old", {"en": "40 and over"}, 0.5))
    await store.attributes.define(Attribute("age", "choice", {"en": "Age"}, age))
    officer, _conversation = await store.people.add(1, "staff", "en", NOW)
    panel_id = await store.panels.add("Transport", "Buses", 6, None, officer.id, NOW)
    assert panel_id is not None
    id = await store.consultations.add(panel_id, "How?", officer.id, NOW)
    await store.consultations.set_privacy(id, privacy)
    moved = Question("", id, 1, "text", "When did you move here?", format="datetime", may_withhold=True)
    assert await store.consultations.add_questions(id, [moved])
    (moved,) = await store.consultations.questions(id)
    for number in range(45):
        person, _conversation = await store.people.add(100 + number, "citizen", "en", NOW)
        await store.profiles.save(person.id, {"age": ("young", "old")[number % 2]}, NOW)
        await store.responses.invite(id, [person.id], NOW)
        response = await store.responses.find(id, person.id)
        assert response is not None
        value = day_of(number) if number < 40 else WITHHELD
        await store.responses.save_answer(response.id, moved.id, value)
        await store.responses.finish(response.id, NOW)
        if privacy == "anonymous":
            await store.ballots.cast(id, response.id)
    await store.ballots.mix(id)
    return id


def in_march_or_april(number: int) -> str:
    """The young moved in March, at its very end where the clocks had changed by then; the old in April."""
    return ("2026-03-31T22:30:00+00:00", "2026-03-31T23:30:00+00:00")[number % 2]


@pytest.mark.parametrize("privacy", ["pseudonymous", "anonymous"])
async def test_days_are_read_to_be_counted_and_shown_by_month_in_place_of_a_list(
    database_url: str, privacy: Privacy
) -> None:
    async with opened(database_url, VAULT) as database:
        id = await database.write(lambda store: days_answered(store, privacy=privacy, day_of=in_march_or_april))

        async def messages(store: Store) -> list[Message]:
            consultation = await store.consultations.load(id)
            assert consultation is not None
            shown = replace(consultation, decides_on=date(2027, 3, 22), report_by=date(2027, 3, 30))
            return await results_for(Desk(store, NOW, SURROUNDINGS), shown, for_staff=True)

        (moved,), _found = await found_of(database, id)
        assert moved.counts.cells == Line((20, 20), 40)
        assert {column.bands: column.cells for column in moved.by.get("age", ())} == (
            {("young",): Line((20, None), 20), ("old",): Line((None, 20), 20)} if privacy == "pseudonymous" else {}
        )
        message = (await database.write(messages))[1]
        words = Voice("en", SURROUNDINGS.zone).plain(message.text)
        assert isinstance(message.picture, Chart)
        assert "March 2026: 20 (50%)" in words
        assert "April 2026: 20 (50%)" in words
        assert "About 40 people answered." in words
        assert "31 March" not in words
        assert message.file is None


async def test_days_of_a_few_stay_hidden_and_erased_ones_are_gone(database_url: str) -> None:
    async with opened(database_url, VAULT) as database:
        id = await database.write(
            lambda store: days_answered(
                store, privacy="pseudonymous", day_of=lambda number: "2024-05-01" if number < 9 else "2026-05-01"
            )
        )

        async def erase_some(store: Store) -> None:
            await store.consultations.close(id, NOW)
            for number in range(9, 19):
                known = await store.people.load(100 + number)
                assert known is not None
                await store.erasure.erase(known[0].id)

        await database.write(erase_some)
        (moved,), _found = await found_of(database, id)
        assert moved.counts.categories == ()
        assert moved.counts.answered == 30


async def worked_out_survey(store: Store) -> str:
    """Forty answers, from which a form worked out a score, an arm, and something that few or no others share."""
    age = (Option("young", {"en": "Under 40"}, 0.5), Option("old", {"en": "40 and over"}, 0.5))
    await store.attributes.define(Attribute("age", "choice", {"en": "Age"}, age))
    officer, _conversation = await store.people.add(1, "staff", "en", NOW)
    panel_id = await store.panels.add("Transport", "Buses", 6, None, officer.id, NOW)
    assert panel_id is not None
    id = await store.consultations.add(panel_id, "How?", officer.id, NOW)
    formats: tuple[tuple[str, Format], ...] = (("Score", "calculate"), ("Arm", "hidden"), ("Who", "calculate"))
    kinds = [Question("", id, 0, "text", wording, format=format) for wording, format in formats]
    assert await store.consultations.add_questions(id, [replace(QUESTION, id=""), *kinds])
    closed, score, arm, who = await store.consultations.questions(id)
    for number in range(40):
        person, _conversation = await store.people.add(100 + number, "citizen", "en", NOW)
        await store.profiles.save(person.id, {"age": "young" if number < 20 else "old"}, NOW)
        await store.responses.invite(id, [person.id], NOW)
        response = await store.responses.find(id, person.id)
        assert response is not None
        branch = "red <b>" if number < 20 else "blue" if number < 37 else "of three"
        given: dict[Question, Value] = {
            closed: number % 2,
            score: str(number // 20 * 2),
            arm: branch,
            who: f"Ana of {number} Mill Lane",
        }
        for question, value in given.items():
            await store.responses.save_answer(response.id, question.id, value)
        await store.responses.finish(response.id, NOW)
    return id


async def test_staff_see_what_a_form_worked_out_and_no_value_that_few_share(database_url: str) -> None:
    voice = Voice("en", SURROUNDINGS.zone)
    async with opened(database_url, VAULT) as database:
        id = await database.write(worked_out_survey)

        async def told(store: Store, *, for_staff: bool) -> list[str]:
            consultation = await store.consultations.load(id)
            assert consultation is not None
            shown = replace(consultation, decides_on=date(2027, 3, 22), report_by=date(2027, 3, 30))
            found = await results_for(Desk(store, NOW, SURROUNDINGS), shown, for_staff=for_staff)
            return [voice.plain(message.text) for message in found]

        _opening, _closed, score, arm, *rest = await database.write(lambda store: told(store, for_staff=True))
        assert score.startswith("Score\n\n0: 20 (50%)")
        assert "On average: 1" in score
        assert "The form worked this out for about 40 people." in score
        assert "blue: 20 (50%)" in arm
        assert "red <b>: 20 (50%)" in arm
        assert "Values that fewer than 10 people share are left out." in arm
        assert not any("of three" in text or "Mill Lane" in text for text in [score, arm, *rest])
        citizens = await database.write(lambda store: told(store, for_staff=False))
        assert not any("worked this out" in text for text in citizens)
        kept = await database.write(lambda store: store.responses.published(id))
        assert kept is not None
        assert "Mill Lane" not in kept
        assert "of three" not in kept

        async def files_and_groups(store: Store) -> tuple[str, str]:
            desk = Desk(store, NOW, SURROUNDINGS)
            found = await published(desk, id)
            consultation = await store.consultations.load(id)
            assert consultation is not None
            questions = await results_in(desk, id, found)
            labels = Labels.of(await store.attributes.all(), "en")
            cells, *_tables = report(consultation, questions, found, labels).tables
            shown = cross_chart(questions[2], found.questions[questions[2].id], found, "age", labels)
            meanings = "; ".join(voice.plain(words) for words in cells.columns[1].codes.values())
            return meanings, "; ".join(
                ": ".join(map(voice.plain, (bar.heading, bar.label, bar.text))) for bar in shown.bars
            )

        meanings, groups = await database.write(files_and_groups)
        assert "blue" in meanings
        assert "Mill Lane" not in meanings
        assert groups.startswith("Under 40: blue: not shown; : red <b>: 20 (100%); 40 and over: blue: 20 (100%)")


async def looked_at_by_age(store: Store, id: str) -> Message:
    await store.consultations.change(id, "closes_at", NOW + timedelta(days=1))
    await store.consultations.change(id, "decides_on", date(2027, 3, 22))
    await store.consultations.change(id, "report_by", date(2027, 3, 30))
    await store.consultations.open(id, NOW)
    await store.consultations.close(id, NOW)
    question, _why = await store.consultations.questions(id)
    return (await by(Desk(store, NOW, SURROUNDINGS), f"{question.id} age")).messages[0]


def test_a_group_of_a_few_cannot_be_told_from_what_weights_cost() -> None:
    """With four or with seven of them, all that is published is the same."""
    traits = [Trait("age", {"young": 0.3, "old": 0.4, "oldest": 0.3})]

    def with_oldest(number: int) -> Any:
        answers: dict[Profile, dict[Any, int]] = {("young",): {0: 60}, ("old",): {0: 60}, ("oldest",): {0: number}}
        answers["old",][0] -= number
        return findings(replace(material(answers), traits=traits, asked=dict.fromkeys(answers, 100)), Rule())

    assert with_oldest(4).weighted_by == ("age",)
    assert with_oldest(4).design_effect == pytest.approx(with_oldest(7).design_effect)


def test_rounded_counts_cannot_be_told_from_the_figures_made_of_exact_ones() -> None:
    """What is published of 50 women and 20 men leaves five counts or more for nearly everybody who may be behind it."""
    behind: Counter[Any] = Counter()
    for women in range(45, 55):
        for men in range(15, 25):
            answers: dict[Profile, dict[Any, int]] = {("young",): {0: women}, ("old",): {0: men}}
            asked = dict.fromkeys(answers, 100)
            found = findings(replace(material(answers), asked=asked), Rule())
            behind[found.answered, found.r_indicator, found.design_effect] += 1
    assert sum(number for number in behind.values() if number < Rule().doubt) <= 10


def test_of_many_people_figures_have_two_digits() -> None:
    many: dict[Profile, dict[Any, int]] = {("young",): {0: 500}, ("old",): {1: 1500}}
    assert findings(material(many), Rule()).design_effect == 1.34


# ---------------------------------------------------------------- where people stop

FORM = """
| type          | name | label                | relevant  |
| select_one yn | bus  | Do you take the bus? |           |
| select_one yn | late | Is it late?          | ${bus}='y' |
| select_one yn | cold | Is it cold?          | ${bus}='y' |
| text          | why  | Why?                 |           |
"""
CHOICES = """
| list_name | name | label |
| yn        | y    | Yes   |
| yn        | n    | No    |
"""


async def stopped(store: Store, *answered: tuple[int, ...]) -> list[str]:
    """So many people answer so far and no further; the question each was asked last."""
    form = read_form(xlsform(FORM, CHOICES)).form
    assert form is not None
    officer, _conversation = await store.people.add(1, "staff", "en", NOW)
    panel_id = await store.panels.add("Transport", "Buses", 6, None, officer.id, NOW)
    assert panel_id is not None
    id = await store.consultations.add(panel_id, "How?", officer.id, NOW)
    await store.consultations.add_questions(id, questions_of(form))
    await store.consultations.change(id, "closes_at", NOW + timedelta(days=9))
    await store.consultations.change(id, "decides_on", date(2027, 4, 22))
    await store.consultations.change(id, "report_by", date(2027, 4, 30))
    await store.consultations.open(id, NOW)
    for number, answers in enumerate(answered):
        person, _conversation = await store.people.add(100 + number, "citizen", "en", NOW)
        await store.panels.serve(panel_id, person.id, Term(1, NOW + timedelta(days=180)), NOW)
        sheet = await open_sheet(Desk(store, NOW, SURROUNDINGS, person), id)
        assert isinstance(sheet, Sheet)
        assert sheet.response is not None
        await store.responses.start(sheet.response.id, NOW)
        for value in answers:
            question = sheet.route.next
            assert question is not None
            sheet = await keep(Desk(store, NOW, SURROUNDINGS, person), sheet, question, value)
    found = await store.responses.stopped_before(id)
    names = {question.id: question.wording for question in await store.consultations.questions(id)}
    return [names.get(place or "", "the first") for place, number in found.items() for _one in range(number)]


async def test_whoever_stops_is_counted_at_the_question_their_own_way_led_them_to(database: Database) -> None:
    """After one answer, who takes no bus stands before the fourth question and who does before the second."""
    found = await database.write(lambda store: stopped(store, (1,), (0,), (0, 1), ()))
    assert sorted(found) == sorted(["Why?", "Is it late?", "Is it cold?", "the first"])
