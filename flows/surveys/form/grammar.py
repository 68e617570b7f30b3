"""The grammar of XLSForm's expressions: XPath 1.0 as elementpath parses it, where a call may have any name.

elementpath's own evaluation is not used: its XPath 1.0 compares `'5' = 5` as unequal and refuses `'5' - 1`, and ODK
counts dates as days. `expressions` gives the tree ODK's meaning.
"""

from __future__ import annotations

from typing import Any

from elementpath import ElementPathError
from elementpath.tdop import Parser
from elementpath.xpath1 import XPath1Parser
from elementpath.xpath_tokens import NameToken, XPathToken

SYMBOLS = (
    *("(start)", "(end)", "(invalid)", "(unknown)", "(name)", "(string)", "(integer)", "(decimal)", "(float)"),
    *("or", "and", "+", "-", "*", "div", "mod"),
    *("$", ".", "..", "/", ",", ")"),
)

Token = XPathToken
SyntaxProblem = (ElementPathError, SyntaxError, RecursionError)


class Name(NameToken):
    """A name by itself: whether there is a function of this name is not grammar."""

    def nud(self) -> Any:
        return self


class Grammar(XPath1Parser):
    """Operators, literals, variables, calls, and steps from question to question."""

    symbol_table = {**{symbol: XPath1Parser.symbol_table[symbol] for symbol in SYMBOLS}, "(name)": Name}  # noqa: RUF012

    def parse(self, source: str) -> Token:
        """The tree of an expression. Raises one of SyntaxProblem."""
        if self.tokenizer is None:
            self.tokenizer = self.create_tokenizer(self.symbol_table)
        return Parser.parse(self, source)


EQUALITY, RELATION = 27, 30
"""How tightly they bind (XPath 1.0, 3.4); elementpath lets no comparison be compared again."""


def _compared(self: Any, left: Any) -> Any:
    self[:] = left, self.parser.expression(rbp=self.rbp)
    return self


for symbol, power in {"=": EQUALITY, "!=": EQUALITY, **dict.fromkeys(("<", "<=", ">", ">="), RELATION)}.items():
    Grammar.register(symbol, label="operator", lbp=power, rbp=power, led=_compared)

Grammar.register("(", label="call", lbp=100, rbp=100)


@Grammar.method("(")
def nud_of_parentheses(self: Any) -> Any:
    """What is in parentheses is one value."""
    self[:] = (self.parser.expression(),)
    self.parser.advance(")")
    return self[0]


@Grammar.method("(")
def led_of_call(self: Any, called: Any) -> Any:
    """A name before the parenthesis is a function's."""
    if called.symbol != "(name)":
        raise self.wrong_syntax()
    self.value = called.value
    arguments = []
    while self.parser.next_token.symbol != ")":
        arguments.append(self.parser.expression(5))
        if self.parser.next_token.symbol != ",":
            break
        self.parser.advance(",")
    self.parser.advance(")")
    self[:] = arguments
    return self
