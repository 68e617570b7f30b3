"""Telegram's own description of the Bot API, and every request checked against it.

Stricter than Telegram in one thing: a parameter that does not exist is refused, where Telegram would pass over it in
silence and the mistake would be found by a citizen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.playground.refusals import Refusal, bad_request

DESCRIPTION = Path(__file__).with_name("bot-api.json")

ARRAY = "Array of "
WHOLE_NUMBER = re.compile(r"-?\d{1,19}")
TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "message_id": "message identifier is not specified",
}

Check = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the request."""

    name: str
    mime: str
    data: bytes


class Mismatch(ValueError):
    """A value is not of its type; the message completes "can't parse …: "."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method's name as Telegram spells it, and its parameters."""

    name: str
    checks: Mapping[str, Check]
    required: tuple[str, ...]

    def check(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters as Python values; empty ones are left out. Raises Refusal."""
        values: dict[str, Any] = {}
        for name, value in given.items():
            found = self.checks.get(name)
            if found is None:
                if isinstance(value, Upload):
                    continue  # another parameter refers to it as attach://name
                raise bad_request(f'there is no parameter "{name}" in {self.name}')
            if value is None:
                continue
            try:
                values[name] = found(value)
            except Mismatch as problem:
                raise bad_request(f"can't parse {name}: {problem}") from None
        for name in self.required:
            if name not in values:
                raise bad_request(MISSING.get(name, f'parameter "{name}" is required'))
        return values


class Specification:
    """All methods of the Bot API by name, whatever its case."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._types: dict[str, dict[str, Any]] = document["types"]
        self._nested: dict[str, Check] = {
            "Integer": _integer,
            "Float": _float,
            "Boolean": _boolean,
            "True": _boolean,
            "String": _string,
            "InputFile": _file,
        }
        self._methods = {name.lower(): self._method(about) for name, about in document["methods"].items()}

    def method(self, name: str) -> Method:
        """Raises Refusal (404) for a method that does not exist."""
        try:
            return self._methods[name.lower()]
        except KeyError:
            raise Refusal(404, "Not Found: method not found") from None

    def _method(self, about: dict[str, Any]) -> Method:
        fields = about.get("fields", [])
        return Method(
            about["name"],
            {field["name"]: self._parameter(field["types"]) for field in fields},
            tuple(field["name"] for field in fields if field["required"]),
        )

    def _parameter(self, types: list[str]) -> Check:
        """A parameter comes as words in a form, or as it is in a JSON body; both are understood."""
        match types:
            case ["Integer"]:
                return _integer
            case ["Float"]:
                return _float
            case ["Boolean"]:
                return _boolean
            case ["String"]:
                return _words
            case ["Integer", "String"]:
                return _integer_or_words
            case ["InputFile"] | ["InputFile", "String"]:
                return _file
        return _from_json(self._one_of(types))

    # ------------------------------------------------------------ inside JSON

    def _one_of(self, types: list[str]) -> Check:
        if len(types) == 1:
            return self._named(types[0])
        checks = [self._named(name) for name in types]

        def check(value: Any) -> Any:
            problems = []
            for one in checks:
                try:
                    return one(value)
                except Mismatch as problem:
                    problems.append(problem)
            raise _closest(problems)

        return check

    def _named(self, name: str) -> Check:
        """The check of one type, made when it is first needed: types may contain themselves."""
        if name.startswith(ARRAY):
            return _array_of(self._named(name.removeprefix(ARRAY)))
        if name in ("Integer", "Float", "Boolean", "True", "String", "InputFile"):
            return self._nested[name]

        def check(value: Any) -> Any:
            found = self._nested.get(name)
            if found is None:
                found = self._nested[name] = self._object(self._types[name])
            return found(value)

        return check

    def _object(self, about: dict[str, Any]) -> Check:
        if about.get("subtypes"):
            return self._variants(about)
        name = about["name"]
        fields = about.get("fields", [])
        checks = {field["name"]: self._one_of(field["types"]) for field in fields}
        required = [field["name"] for field in fields if field["required"]]

        def check(value: Any) -> Any:
            if not isinstance(value, dict):
                raise Mismatch(f"{name} must be an Object")
            for key, part in value.items():
                found = checks.get(key)
                if found is None:
                    raise Mismatch(f'there is no field "{key}" in {name}')
                try:
                    found(part)
                except Mismatch as problem:
                    raise Mismatch(f'Field "{key}": {problem}') from None
            for key in required:
                if key not in value:
                    raise Mismatch(f'Can\'t find field "{key}" of {name}')
            return value

        return check

    def _variants(self, about: dict[str, Any]) -> Check:
        """One of several types, told apart by the word that their field "type" must be."""
        by_word = {}
        for name in about["subtypes"]:
            for field in self._types[name].get("fields", []):
                if field["name"] == "type" and (word := re.search(r"must be (\w+)", field["description"])):
                    by_word[word[1]] = self._named(name)
        any_of = self._one_of(list(about["subtypes"]))

        def check(value: Any) -> Any:
            word = value.get("type") if isinstance(value, dict) else None
            found = by_word.get(word) if isinstance(word, str) else None
            return (found or any_of)(value)

        return check


@cache
def specification() -> Specification:
    return Specification(json.loads(DESCRIPTION.read_text()))


def _integer(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and WHOLE_NUMBER.fullmatch(value):
        return int(value)
    raise Mismatch("must be of type Number")


def _float(value: Any) -> float:
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            return float(value)
        except ValueError:
            pass
    raise Mismatch("must be of type Number")


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = TRUTHS.get(str(value).lower())
    if known is None:
        raise Mismatch("must be of type Boolean")
    return known


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise Mismatch("must be of type String")


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return _string(value)


def _integer_or_words(value: Any) -> int | str:
    try:
        return _integer(value)
    except Mismatch:
        return _words(value)


def _file(value: Any) -> Upload | str:
    if isinstance(value, Upload | str):
        return value
    raise Mismatch("must be a file, its identifier or its address")


def _array_of(check: Check) -> Check:
    def checked(value: Any) -> Any:
        if not isinstance(value, list):
            raise Mismatch("must be of type Array")
        for part in value:
            check(part)
        return value

    return checked


def _from_json(check: Check) -> Check:
    def checked(value: Any) -> Any:
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                raise Mismatch("not valid JSON") from None
        return check(value)

    return checked


def _closest(problems: list[Mismatch]) -> Mismatch:
    """Of what each alternative says, the one about the innermost part: it understood most."""
    return max(problems, key=lambda problem: str(problem).count("Field"))
