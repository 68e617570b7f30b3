"""Expressions of a form: relevant, constraint, calculation, choice filter. Read once, evaluated as ODK would.

Nothing is ever executed but what `functions` lists, and the size of an expression is bounded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flows.surveys.form.functions import FUNCTIONS, UNAVAILABLE, Failed, World
from flows.surveys.form.grammar import Grammar, SyntaxProblem, Token
from flows.surveys.form.values import Value, equal, number, text, truth
from flows.words import Words, _

LONGEST = 5_000
DEEPEST = 100

PIECE = re.compile(
    r"'[^']*'|\"[^\"]*\"|\$\{\s*([^{}$]*?)\s*\}|\bjr:(?=choice-name\b)|\bcurrent\s*\(\s*\)\s*/\s*(?=\.\.)"
)
CURLY = str.maketrans("“”„‘’‚\u00a0", "\"\"\"''' ")
NOT_A_NAME = re.compile(r"[^\w.\-]")
OUTSIDE = re.compile(rf"(?<![\w\-.])({'|'.join(map(re.escape, sorted(UNAVAILABLE)))})\s*\(")


class Wrong(Exception):
    """An expression that cannot be used; `what` says why, for whoever wrote it."""

    def __init__(self, what: Words) -> None:
        super().__init__(what.english)
        self.what = what


@dataclass(frozen=True, slots=True)
class Expression:
    """`names` are the questions it looks at, `columns` the columns of a list of choices it may mean.

    `patterns` are those that it matches words with, as far as they stand in it.
    """

    source: str
    tree: Any
    names: tuple[str, ...]
    columns: tuple[str, ...]
    looks_at_itself: bool
    patterns: tuple[str, ...] = ()

    def value(self, world: World) -> Value:
        """Raises Failed."""
        try:
            return _value(self.tree, world)
        except (ArithmeticError, ValueError, RecursionError, IndexError) as problem:
            raise Failed(str(problem)) from problem

    def is_true(self, world: World, *, otherwise: bool) -> bool:
        """`otherwise` where it has no value: somebody who answers is never held up by a form's fault."""
        try:
            return truth(self.value(world))
        except Failed:
            return otherwise

    def words(self, world: World) -> str:
        """Its value as words, empty where it has none."""
        try:
            return text(self.value(world))
        except Failed:
            return ""


@lru_cache(maxsize=4096)
def expression(source: str) -> Expression:
    """Raises Wrong."""
    if len(source) > LONGEST:
        raise Wrong(_("The expression is longer than {most} letters.", most=LONGEST))
    plain = PIECE.sub(_piece, source.translate(CURLY))
    try:
        tree = Grammar().parse(plain.strip())
        found = _Found()
        found.look(tree, 0)
    except SyntaxProblem as problem:
        if (called := OUTSIDE.search(plain)) is not None:
            raise Wrong(_("{function}() needs data that a chat does not have.", function=called[1])) from problem
        raise Wrong(_("I cannot read the expression {source}.", source=_short(source))) from problem
    return Expression(source, tree, tuple(found.names), tuple(found.columns), found.itself, tuple(found.patterns))


def _piece(found: re.Match[str]) -> str:
    """A variable for ${name}, which may stand right before a minus; what is quoted stays, but for its ${names}."""
    if found[0].startswith("jr:"):
        return "jr-"
    if found[0].startswith("current"):
        return ""  # what the path begins at where a list is filtered is the question, as it is everywhere here
    if found[1] is None:
        return re.sub(r"\$\{\s*([^{}$]*?)\s*\}", r"\1", found[0])
    if found[1].startswith("last-saved#"):
        raise Wrong(_("Answers of an earlier time cannot be looked up."))
    if not found[1] or NOT_A_NAME.search(found[1]):
        raise Wrong(_("{name} cannot be the name of a question.", name=found[0]))
    return f"$_{found[1]} "


def _short(source: str) -> str:
    return source if len(source) <= 80 else source[:79] + "…"


class _Found:
    """What a tree looks at. Raises Wrong where it wants what there is not."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.columns: dict[str, None] = {}
        self.itself = False
        self.patterns: list[str] = []

    def look(self, token: Token, depth: int) -> None:
        if depth > DEEPEST:
            raise Wrong(_("The expression has too many parts inside one another."))
        match token.symbol:
            case "$":
                self.names[_variable(token)] = None
                return
            case "/":
                self.names[_last_step(token)] = None
                return
            case "(name)":
                self.columns[str(token.value)] = None
            case ".":
                self.itself = True
            case "..":
                raise Wrong(_("Please name the question: ${{name}} instead of a path."))
            case "(":
                _check_call(token)
                if _called(token) == "regex" and token[1].symbol == "(string)":
                    self.patterns.append(str(token[1].value))
            case "*" if len(token) < 2:
                raise Wrong(_("Please name the question: ${{name}} instead of a path."))
        for part in token:
            self.look(part, depth + 1)


def _variable(token: Token) -> str:
    return str(token[0].value).removeprefix("_")


def _last_step(token: Token) -> str:
    """The question a path leads to: `/form/group/name` or `../name`."""
    step = token[-1] if len(token) else token
    before = token[0] if len(token) > 1 else None
    while before is not None and before.symbol == "/":
        before = before[0] if len(before) > 1 else None
    if step.symbol != "(name)" or (before is not None and before.symbol not in ("(name)", "..", ".")):
        raise Wrong(_("Please name the question: ${{name}} instead of a path."))
    return str(step.value)


def _check_call(token: Token) -> None:
    name = _called(token)
    function = FUNCTIONS.get(name)
    if name in UNAVAILABLE:
        raise Wrong(_("{function}() needs data that a chat does not have.", function=name))
    if function is None:
        raise Wrong(_("There is no function {function}().", function=name))
    if len(token) < function.fewest or (function.most is not None and len(token) > function.most):
        raise Wrong(_("{function}() has too few or too many parts between its brackets.", function=name))


def _called(token: Token) -> str:
    name = str(token.value)
    return "jr:choice-name" if name == "jr-choice-name" else name


# ---------------------------------------------------------------- evaluation

Compared = Callable[[float, float], bool]

ORDERED: dict[str, Compared] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def _value(token: Token, world: World) -> Value:
    match token.symbol:
        case "(string)":
            return str(token.value)
        case "(integer)" | "(decimal)" | "(float)":
            return float(str(token.value))
        case "$":
            return world.values.get(_variable(token), "")
        case "/":
            return world.values.get(_last_step(token), "")
        case ".":
            return world.current
        case "(name)":
            return world.columns.get(str(token.value), "")
        case "(":
            return FUNCTIONS[_called(token)].call(world, [_value(part, world) for part in token])
        case "or":
            return truth(_value(token[0], world)) or truth(_value(token[1], world))
        case "and":
            return truth(_value(token[0], world)) and truth(_value(token[1], world))
        case "=":
            return equal(_value(token[0], world), _value(token[1], world))
        case "!=":
            return not equal(_value(token[0], world), _value(token[1], world))
        case "<" | "<=" | ">" | ">=" as symbol:
            return ORDERED[symbol](number(_value(token[0], world)), number(_value(token[1], world)))
    return _reckoned(token.symbol, [number(_value(part, world)) for part in token])


def _reckoned(symbol: str, numbers: list[float]) -> float:
    match symbol, numbers:
        case "+", [left, right]:
            return left + right
        case "-", [left, right]:
            return left - right
        case "*", [left, right]:
            return left * right
        case "div", [left, right]:
            return left / right if right else math.nan if left == 0 else math.copysign(math.inf, left)
        case "mod", [left, right]:
            return math.fmod(left, right) if right and not math.isinf(left) else math.nan
        case "-", [one]:
            return -one
        case "+", [one]:
            return one
    raise Failed(f"{symbol} is no operator")


def is_expression(default: str) -> bool:
    """Whether a default is to be worked out, rather than being the answer itself."""
    called = re.search(r"([\w:\-]+)\s*\(", default)
    return "${" in default or (called is not None and called[1] in FUNCTIONS)
