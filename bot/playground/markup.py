"""Formatting as Telegram reads it: HTML or given entities → plain text and entities, counted in UTF-16 units.

What is refused, and where it begins (in bytes of UTF-8), is as in https://core.telegram.org/bots/api#html-style.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.playground.refusals import Refusal, bad_request

Entity = dict[str, Any]

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
ARGUMENTS = {"a": "href", "span": "class", "tg-emoji": "emoji-id", "code": "class", "blockquote": "expandable"}
ENTITY_TYPES = {*TAGS.values(), "expandable_blockquote", "text_mention"} | {
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "date_time",
}  # fmt: skip
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

SPECIAL = re.compile("[<&]")
REFERENCE = re.compile(r"&(?:#(?P<decimal>\d{1,8})|#[xX](?P<hex>[0-9a-fA-F]{1,7})|(?P<name>[a-z]+));?")
NAME = re.compile(r"[^\s>]*")
ATTRIBUTE = re.compile(r"[^\s>=]*")
BARE = re.compile(r"[A-Za-z0-9.\-]*")
SPACE = re.compile(r"\s*")
FOUND = re.compile(
    r"(?P<url>https?://[^\s<>]+[^\s<>.,;:!?\"')\]])|(?<![\w/@<>])(?P<bot_command>/[A-Za-z0-9_]{1,32})(?![\w/])"
    r"|(?<![\w@])(?P<mention>@[A-Za-z][A-Za-z0-9_]{3,31})\b"
)
ADDRESS = re.compile(r"(?P<scheme>https?|tg|ton|mailto|tel):.+|[^\s/:]+\.[^\s/:.]{2,}(?:/\S*)?", re.IGNORECASE)
HOST_ONLY = re.compile(r"https?://[^/?#]+", re.IGNORECASE)


def utf16_length(text: str) -> int:
    """Raises UnicodeEncodeError for half a surrogate pair, which is no letter."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def formatted(text: str, parse_mode: str | None, entities: list[Entity] | None) -> tuple[str, list[Entity]]:
    """Plain text without space around it, and its entities in order. Raises Refusal."""
    match (parse_mode or "").lower():
        case "html":
            plain, found = parse_html(text)
        case "":
            plain, found = text, given_entities(text, entities or [])
        case _:
            raise bad_request("unsupported parse_mode: the playground reads HTML")
    plain, found = _trimmed(plain, found)
    if "/" in plain or "@" in plain:
        found = _with_recognised(plain, found)
    return plain, found


# ---------------------------------------------------------------- HTML


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    starts: int


def parse_html(text: str) -> tuple[str, list[Entity]]:
    """Raises Refusal: "can't parse entities: …"."""
    return _HtmlReader(text).read()


class _HtmlReader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._pieces: list[str] = []
        self._units = 0
        self._open: list[_Open] = []
        self._entities: list[Entity] = []

    def read(self) -> tuple[str, list[Entity]]:
        at = 0
        while special := SPECIAL.search(self._text, at):
            self._say(self._text[at : special.start()])
            at = self._tag(special.start()) if special[0] == "<" else self._reference(special.start())
        self._say(self._text[at:])
        if self._open:
            raise _unreadable(f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"')
        return "".join(self._pieces), sorted(_plain_inside_code(self._entities), key=_order)

    def _say(self, words: str) -> None:
        if words:
            self._pieces.append(words)
            self._units += utf16_length(words)

    def _reference(self, at: int) -> int:
        """What cannot be read as a character reference stands for itself."""
        letter, end = _referred(self._text, at)
        self._say(letter)
        return end

    def _tag(self, at: int) -> int:
        return self._end(at) if self._text.startswith("</", at) else self._start(at)

    def _start(self, begins: int) -> int:
        name = NAME.match(self._text, begins + 1)
        assert name is not None
        at = name.end()
        if at >= len(self._text):
            raise self._wrong("Unclosed start tag", begins)
        tag = name[0].lower()
        if tag not in TAGS:
            raise self._wrong(f'Unsupported start tag "{tag}"', begins)
        attributes, at = self._attributes(tag, begins, at)
        argument = attributes.get(ARGUMENTS.get(tag, ""), "")
        if tag == "span" and argument != "tg-spoiler":
            raise self._wrong('Tag "span" must have class "tg-spoiler"', begins)
        if tag == "tg-emoji" and not argument.isdigit():
            raise _unreadable("Invalid custom emoji identifier specified")
        if tag == "blockquote":
            argument = "expandable" if "expandable" in attributes else ""
        self._open.append(_Open(tag, argument, self._units))
        return at

    def _attributes(self, tag: str, begins: int, at: int) -> tuple[dict[str, str], int]:
        """All attributes, and where the tag has ended."""
        attributes: dict[str, str] = {}
        while True:
            at = self._after_space(at)
            if self._text.startswith(">", at):
                return attributes, at + 1
            name = ATTRIBUTE.match(self._text, at)
            assert name is not None
            if not name[0] and at < len(self._text):
                raise self._wrong(f'Empty attribute name in the tag "{tag}"', begins)
            at = self._after_space(name.end())
            if tag == "blockquote" and name[0].lower() == "expandable" and not self._text.startswith("=", at):
                attributes["expandable"] = ""
                continue
            if at >= len(self._text):
                raise self._wrong(f'Unclosed start tag "{tag}"', begins)
            if not self._text.startswith("=", at):
                raise self._wrong(f'Expected equal sign in declaration of an attribute of the tag "{tag}"', begins)
            attributes[name[0].lower()], at = self._value(tag, begins, self._after_space(at + 1))

    def _value(self, tag: str, begins: int, at: int) -> tuple[str, int]:
        if at >= len(self._text):
            raise self._wrong(f'Unclosed start tag "{tag}"', begins)
        quote = self._text[at]
        if quote not in "'\"":
            bare = BARE.match(self._text, at)
            assert bare is not None
            end = bare.end()
            if end < len(self._text) and not self._text[end].isspace() and self._text[end] != ">":
                raise self._wrong("Unexpected end of name token", at)
            return bare[0].lower(), end
        end = self._text.find(quote, at + 1)
        if end < 0:
            raise self._wrong("Unclosed start tag", begins)
        return _dereferenced(self._text[at + 1 : end]), end + 1

    def _after_space(self, at: int) -> int:
        space = SPACE.match(self._text, at)
        assert space is not None
        return space.end()

    def _end(self, begins: int) -> int:
        if not self._open:
            raise self._wrong("Unexpected end tag", begins)
        name = NAME.match(self._text, begins + 2)
        assert name is not None
        at = self._after_space(name.end())
        if not self._text.startswith(">", at):
            raise self._wrong("Unclosed end tag", begins)
        opened, tag = self._open.pop(), name[0].lower()
        if tag and tag != opened.tag:
            raise self._wrong("Unmatched end tag", begins, f', expected "</{opened.tag}>", found "</{tag}>"')
        if self._units > opened.starts:
            self._close(opened)
        return at + 1

    def _close(self, opened: _Open) -> None:
        entity: Entity = {"type": TAGS[opened.tag], "offset": opened.starts, "length": self._units - opened.starts}
        match opened.tag:
            case "a":
                words = "".join(self._pieces).encode("utf-16-le")[2 * opened.starts :]
                url = _address(opened.argument or words.decode("utf-16-le"))
                if url is None:
                    return
                entity["url"] = url
            case "tg-emoji":
                entity["custom_emoji_id"] = opened.argument
            case "blockquote" if opened.argument:
                entity["type"] = "expandable_blockquote"
            case "pre":
                self._name_language(entity)
            case "code" if opened.argument.startswith("language-"):
                entity["language"] = opened.argument.removeprefix("language-")
        self._entities.append(entity)

    def _name_language(self, pre: Entity) -> None:
        """<pre><code class="language-x"> is one entity."""
        for entity in self._entities:
            if entity["type"] == "code" and _span(entity) == _span(pre) and "language" in entity:
                pre["language"] = entity["language"]

    def _wrong(self, what: str, at: int, more: str = "") -> Refusal:
        offset = len(self._text[:at].encode("utf-8", "surrogatepass"))
        return _unreadable(f"{what} at byte offset {offset}{more}")


def _referred(text: str, at: int) -> tuple[str, int]:
    """The letter a character reference stands for, or the ampersand itself, and where it ends."""
    reference = REFERENCE.match(text, at)
    letter = reference and _letter(reference)
    return (letter, reference.end()) if reference and letter else ("&", at + 1)


def _letter(reference: re.Match[str]) -> str | None:
    if name := reference["name"]:
        return NAMED.get(name)
    code = int(reference["decimal"]) if reference["decimal"] else int(reference["hex"], 16)
    if 0xD800 <= code <= 0xDFFF:
        raise _unreadable("Text contains invalid Unicode characters after decoding HTML entities")
    return chr(code) if 0 < code < 0x110000 else None


def _dereferenced(text: str) -> str:
    return REFERENCE.sub(lambda reference: _letter(reference) or reference[0], text)


def _address(url: str) -> str | None:
    """None for what is no address: Telegram then leaves the words without a link."""
    url = url.strip()
    known = ADDRESS.fullmatch(url)
    if known is None:
        return None
    if known["scheme"] is None:
        url = f"http://{url}"
    return f"{url}/" if HOST_ONLY.fullmatch(url) else url


def _plain_inside_code(entities: list[Entity]) -> list[Entity]:
    """Code is shown as it is: nothing else holds inside it, and only "pre" has a language."""
    blocks = [_span(entity) for entity in entities if entity["type"] == "pre"]
    spans = blocks + [_span(entity) for entity in entities if entity["type"] == "code"]
    kept = []
    for entity in entities:
        starts, ends = _span(entity)
        walls = blocks if entity["type"] == "code" else [] if entity["type"] == "pre" else spans
        if not any(first <= starts and ends <= last for first, last in walls):
            kept.append({key: value for key, value in entity.items() if entity["type"] == "pre" or key != "language"})
    return kept


def _span(entity: Mapping[str, Any]) -> tuple[int, int]:
    return entity["offset"], entity["offset"] + entity["length"]


def _order(entity: Mapping[str, Any]) -> tuple[int, int]:
    return entity["offset"], -entity["length"]


# ---------------------------------------------------------------- entities


def given_entities(text: str, entities: list[Entity]) -> list[Entity]:
    """Entities as a bot may give them instead of markup. Raises Refusal when one is not within the text."""
    if not entities:
        return []
    units = text.encode("utf-16-le")
    for entity in entities:
        if entity["type"] not in ENTITY_TYPES:
            raise _unreadable(f"unsupported type specified: {entity['type']}")
        starts, ends = _span(entity)
        if starts < 0 or entity["length"] <= 0 or 2 * ends > len(units):
            raise bad_request(
                f"entity beginning at UTF-16 offset {starts} ends after the end of the text at "
                f"UTF-16 offset {len(units) // 2}"
            )
        for edge in (starts, ends):
            if 2 * edge < len(units) and 0xDC <= units[2 * edge + 1] <= 0xDF:
                raise bad_request(f"entity begins or ends in a middle of a UTF-16 symbol at offset {edge}")
    return sorted(_plain_inside_code(entities), key=_order)


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Space around a message is not kept; entities that were only about it go with it."""
    shorter = text.lstrip()
    dropped = len(text) - len(shorter)  # no kind of space takes two units
    shorter = shorter.rstrip()
    if len(shorter) == len(text) or not entities:
        return shorter, entities
    end = utf16_length(shorter)
    kept = []
    for entity in entities:
        starts, ends = _span(entity)
        starts, ends = max(0, starts - dropped), min(end, ends - dropped)
        if starts < ends:
            kept.append({**entity, "offset": starts, "length": ends - starts})
    return shorter, kept


def _with_recognised(text: str, entities: list[Entity]) -> list[Entity]:
    """Commands, addresses and names that Telegram recognises by itself, outside what is code or a link."""
    taken = [_span(entity) for entity in entities if entity["type"] in ("code", "pre", "text_link", "text_mention")]
    told = {(entity["type"], *_span(entity)) for entity in entities}
    found = list(entities)
    for match in FOUND.finditer(text):
        starts = utf16_length(text[: match.start()])
        ends = starts + utf16_length(match[0])
        kind = str(match.lastgroup)
        if (kind, starts, ends) in told or any(starts < last and first < ends for first, last in taken):
            continue
        found.append({"type": kind, "offset": starts, "length": ends - starts})
    return sorted(found, key=_order)


def _unreadable(why: str) -> Refusal:
    return bad_request(f"can't parse entities: {why}")
