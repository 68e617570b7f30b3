"""What a form's expressions mean: ODK's documentation (docs.getodk.org, "Form logic") and XPath 1.0."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.surveys.form.expressions import LONGEST, Expression, Wrong, expression
from flows.surveys.form.functions import FUNCTIONS, Failed, World
from flows.surveys.form.values import Value, text

ANSWERS = {
    "age": "17",
    "born": "1980-05-01",
    "likes": "tea milk sugar",
    "none": "",
    "x-y": "3",
    "price": "2.50",
    "colour": "red",
    "when": "2026-03-04T15:30:00",
}
LABELS = {("colour", "red"): "Bright red"}


def world(**more: str) -> World:
    return World(
        datetime(2026, 11, 23, 17, 40, 12, tzinfo=UTC),
        {**ANSWERS, **more},
        current="5",
        columns={"country": "uk", "size": "12"},
        label=lambda name, value: LABELS.get((name, value), value),
        chance=lambda: 0.25,
    )


def value(source: str) -> Value:
    return expression(source).value(world())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        # what is missing is the empty word, which is no number
        ("${none} = ''", True),
        ("${none} > 5", False),
        ("${none} < 5", False),
        ("${none} = 0", False),
        ("${none} != 5", True),
        ("string-length(${none})", 0.0),
        ("coalesce(${none}, ${age})", "17"),
        # numbers are compared as numbers, words as words
        ("${age} >= 18", False),
        ("${age} = 17", True),
        ("${age} = 17.0", True),
        ("${age} = '17.0'", False),
        ("'10' > '9'", True),
        ("'a' = 'a'", True),
        ("true() = 'anything'", True),
        ("${price} * 2", 5.0),
        ("${age}-1", 16.0),
        ("${x-y}*2", 6.0),
        ("-${age} + 1", -16.0),
        ("5 mod 2", 1.0),
        ("-5 mod 2", -1.0),
        ("5 mod -2", 1.0),
        ("7 div 2", 3.5),
        ("1 div 0", math.inf),
        ("0.1 + 0.2 = 0.3", True),
        ("1 < 2 = true()", True),
        ("0 <= . <= 1", True),
        ("(1 = 1) = (2 = 2)", True),
        ("1 + 2 * 3 - 4 div 2", 5.0),
        ("1 = 1 or 1 div 0 and false()", True),
        ("(1 = 2 or 2 = 2) and not(3 = 4)", True),
        # the answer itself
        (". > 0 and . < 10", True),
        ("string-length(.) = 1", True),
        # dates count as days
        ("${born} < '1990-01-01'", True),
        ("${born} < today()", True),
        ("today()", "2026-11-23"),
        ("now()", "2026-11-23T17:40:12+00:00"),
        ("int((today() - ${born}) div 365.25)", 46.0),
        ("date('2020-03-01') - date('2020-02-01')", 29.0),
        ("date('2020-02-30')", ""),
        ("date(1)", "1970-01-02"),
        ("decimal-date-time('1970-01-02T12:00:00')", 1.5),
        ("decimal-time('18:00:00')", 0.75),
        ("decimal-time(${when})", 0.6458333333333334),
        ("format-date(${born}, '%e %b %Y')", "1 May 1980"),
        ("format-date(${born}, '%d/%m/%y %a %n')", "01/05/80 Thu 5"),
        ("format-date-time(${when}, '%H:%M:%S %h')", "15:30:00 15"),
        # choices
        ("selected(${likes}, 'milk')", True),
        ("selected(${likes}, 'mil')", False),
        ("selected(${none}, '')", False),
        ("count-selected(${likes})", 3.0),
        ("count-selected(${none})", 0.0),
        ("selected-at(${likes}, 0)", "tea"),
        ("selected-at(${likes}, 9)", ""),
        ("jr:choice-name(${colour}, '${colour}')", "Bright red"),
        ("country = 'uk' and size > 9", True),
        # words
        ("regex('AB12', '[A-Z]{2}[0-9]+')", True),
        ("regex('AB12x', '[A-Z]{2}[0-9]+')", False),
        ("contains('panel', 'an')", True),
        ("starts-with('panel', 'pa') and ends-with('panel', 'el')", True),
        ("substr('hello', 1, 3)", "el"),
        ("substr('hello', -3)", "llo"),
        ("substr('hello', 0, -1)", "hell"),
        ("substring('12345', 2, 3)", "234"),
        ("substring('12345', 1.5, 2.6)", "234"),
        ("substring-before('1999/04/01', '/')", "1999"),
        ("substring-after('1999/04/01', '/')", "04/01"),
        ("translate('bar', 'abc', 'AB')", "BAr"),
        ("normalize-space('  a   b ')", "a b"),
        ("concat('x', 1.0, true())", "x1true"),
        ("join(', ', 'a', 'b')", "a, b"),
        ("'it is ${age}'", "it is age"),
        ("“curly” = 'curly'", True),
        # numbers
        ("round(3.14159, 2)", 3.14),
        ("round(2.5)", 3.0),
        ("round(-2.5)", -2.0),
        ("round(1234, -2)", 1200.0),
        ("int(-3.9)", -3.0),
        ("pow(2, 10)", 1024.0),
        ("max(1, '', 3)", 3.0),
        ("min(4, 2, 3)", 2.0),
        ("sum(${age}, 2)", 19.0),
        ("abs(-2) + sqrt(16) + floor(1.7) + ceiling(1.2)", 9.0),
        ("count-non-empty(${age}, ${none})", 1.0),
        ("boolean-from-string('TRUE') and not(boolean-from-string('yes'))", True),
        ("if(${age} < 18, 'young', 'old')", "young"),
        ("once('new')", "5"),
        ("checklist(1, 2, true(), false(), true())", True),
        ("weighted-checklist(5, 9, true(), 4, true(), 2)", True),
        ("random()", 0.25),
        ("string-length(uuid())", 36.0),
        # the paths that converted forms have
        ("/data/group/age + 1", 18.0),
        ("../age * 2", 34.0),
        ("current()/../age * 2", 34.0),
        ("concat('current()/../', current() / ../age)", "current()/../17"),
    ],
)
def test_it_means_what_odk_means(source: str, expected: Value) -> None:
    found = value(source)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("1 +", "cannot read"),
        ("${age} >", "cannot read"),
        ("${age} == 3", "cannot read"),
        ("'open", "cannot read"),
        ("(1", "cannot read"),
        ("${a b}", "cannot be the name"),
        ("${}", "cannot be the name"),
        ("frobnicate(1)", "no function"),
        ("if(1, 2)", "too few or too many"),
        ("pulldata('towns', 'name', 'key', ${age})", "does not have"),
        ("indexed-repeat(${age}, ${x}, 1)", "does not have"),
        ("position(..) > 1", "does not have"),
        ("${last-saved#age}", "earlier time"),
        ("../../*", "name the question"),
        ("1 + " * LONGEST + "1", "longer than"),
        ("not(" * 110 + "1" + ")" * 110, "inside one another"),
        ("(" * 2000 + "1" + ")" * 2000, ""),
    ],
)
def test_what_cannot_be_used_is_said(source: str, says: str) -> None:
    with pytest.raises(Wrong) as wrong:
        expression(source)
    assert says in str(wrong.value)


def test_an_expression_tells_which_questions_it_looks_at() -> None:
    found = expression("selected(${likes}, 'tea') and (${age} > 5 or . = ${age}) and country = 'uk'")
    assert (found.names, found.columns, found.looks_at_itself) == (("likes", "age"), ("country",), True)


def test_one_that_fails_holds_nobody_up() -> None:
    endless = expression("regex('" + "a" * 2000 + "!', '(a+)+b(?=c)(a|a)+$')")
    broken = expression("regex('x', '[')")
    begun = perf_counter()
    assert [one.is_true(world(), otherwise=True) for one in (broken,)] == [True]
    assert endless.words(world()) in ("", "false")
    assert perf_counter() - begun < 5
    with pytest.raises(Failed):
        broken.value(world())


LEAVES = st.sampled_from(["1", "2.5", "'a'", "''", "${age}", "${none}", "${born}", ".", "true()", "today()", "country"])
FUNCTION = st.sampled_from(sorted(FUNCTIONS))


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> str:
    if depth == 0 or draw(st.booleans()):
        return draw(LEAVES)
    parts = trees(depth=depth - 1)
    if draw(st.booleans()):
        operator = draw(st.sampled_from(["+", "-", "*", "div", "mod", "=", "!=", "<", ">=", "and", "or"]))
        return f"({draw(parts)} {operator} {draw(parts)})"
    name = draw(FUNCTION)
    function = FUNCTIONS[name]
    number = draw(st.integers(function.fewest, function.most if function.most is not None else function.fewest + 2))
    return f"{name}({', '.join(draw(parts) for _place in range(number))})"


@given(trees())
def test_whatever_is_written_has_a_value_or_none_and_never_another_error(source: str) -> None:
    found: Expression = expression(source)
    try:
        assert isinstance(text(found.value(world())), str)
    except Failed:
        assert found.words(world()) == ""


@given(st.text(max_size=60))
def test_nonsense_is_refused_or_read_but_never_breaks(source: str) -> None:
    try:
        expression(source).words(world())
    except Wrong:
        return
