"""Settings from FOLKMOOT_… variables: all of them right, or one message that names every one that is not."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from storage.vault import Vault

LARGEST_ID = 2**52
FASTEST = 10_000.0
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable: `form` completes "… is to be", and `default` is None where there must be a value."""

    name: str
    default: str | None
    meaning: str
    form: str


TOKEN = Setting(
    "FOLKMOOT_TOKEN",
    None,
    "The bot's token, as @BotFather gives it.",
    "a bot token such as 110201543:AAHdq… from @BotFather",
)
OWNERS = Setting(
    "FOLKMOOT_OWNERS",
    None,
    "Telegram user ids of the first members of staff, separated by commas.",
    "Telegram user ids such as 5550123, 5550124",
)
DATABASE_URL = Setting(
    "FOLKMOOT_DATABASE_URL",
    "sqlite:///folkmoot.db",
    "Where everything is kept: sqlite:///PATH (four slashes for a path from the root) or postgresql://USER@HOST/NAME.",
    "sqlite:///PATH or postgresql://USER@HOST/NAME",
)
API_URL = Setting(
    "FOLKMOOT_API_URL",
    "https://api.telegram.org",
    "The Bot API server; Telegram's, or one of your own.",
    "an address such as https://api.telegram.org",
)
WEBHOOK_URL = Setting(
    "FOLKMOOT_WEBHOOK_URL",
    "",
    "The public address Telegram sends updates to. Without it the bot asks for updates itself.",
    "an address such as https://bot.example.org/telegram",
)
WEBHOOK_SECRET = Setting(
    "FOLKMOOT_WEBHOOK_SECRET",
    "",
    "What Telegram must show with every update it sends. Without it one is derived from the token.",
    "1 to 256 of the characters A-Z a-z 0-9 _ -",
)
LISTEN = Setting(
    "FOLKMOOT_LISTEN",
    "127.0.0.1:8080",
    "Host and port where the webhook and the health page are served.",
    "HOST:PORT such as 127.0.0.1:8080 or [::1]:8080",
)
KEY = Setting(
    "FOLKMOOT_KEY",
    "",
    "The key that seals what is kept about people, as `openssl rand -base64 32` makes one. Keep it apart from backups. "
    "To change it give the new key, a comma, and the old one, until the program has started once.",
    "at least 8 characters that nobody can guess, such as `openssl rand -base64 32` makes "
    "(or set FOLKMOOT_ALLOW_PLAINTEXT=1 to keep everything readable)",
)
ALLOW_PLAINTEXT = Setting(
    "FOLKMOOT_ALLOW_PLAINTEXT",
    "",
    "Set to 1 to run without FOLKMOOT_KEY: everything in the database can be read by whoever has a copy of it.",
    "1, or not set",
)
TIMEZONE = Setting(
    "FOLKMOOT_TIMEZONE",
    "Europe/London",
    "Time zone of the organisation, by its IANA name.",
    "a time zone such as Europe/London",
)
SEND_RATE = Setting(
    "FOLKMOOT_SEND_RATE",
    "28",
    "Messages a second overall. Telegram allows about 30.",
    f"a number above 0 and at most {FASTEST:.0f}",
)
LOG_LEVEL = Setting(
    "FOLKMOOT_LOG_LEVEL",
    "INFO",
    "How much is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL.",
    "DEBUG, INFO, WARNING, ERROR or CRITICAL",
)

SETTINGS = (
    TOKEN,
    OWNERS,
    DATABASE_URL,
    API_URL,
    WEBHOOK_URL,
    WEBHOOK_SECRET,
    LISTEN,
    KEY,
    ALLOW_PLAINTEXT,
    TIMEZONE,
    SEND_RATE,
    LOG_LEVEL,
)


class BadSettings(Exception):
    """Settings are missing or wrong; says which and what is right, never what was given: it may be a secret."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("Folkmoot needs other settings:\n" + "\n".join(f"  {problem}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """How one process runs. `send_rate` is messages a second; what is or may contain a secret is not shown."""

    token: str = field(repr=False)
    owners: tuple[int, ...]
    database_url: str = field(repr=False)
    api_url: str
    webhook_url: str | None = field(repr=False)
    webhook_secret: str = field(repr=False)
    listen_host: str
    listen_port: int
    keys: tuple[str, ...] = field(repr=False)
    timezone: ZoneInfo
    send_rate: float
    log_level: str

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Settings:
        """An empty variable counts as not set. Raises BadSettings."""
        values = _read_all(env)
        host, port = values[LISTEN]
        return cls(
            token=values[TOKEN],
            owners=values[OWNERS],
            database_url=values[DATABASE_URL],
            api_url=values[API_URL],
            webhook_url=values[WEBHOOK_URL],
            webhook_secret=values[WEBHOOK_SECRET] or derived_secret(values[TOKEN]),
            listen_host=host,
            listen_port=port,
            keys=values[KEY],
            timezone=values[TIMEZONE],
            send_rate=values[SEND_RATE],
            log_level=values[LOG_LEVEL],
        )

    @property
    def vault(self) -> Vault:
        return Vault(self.keys)


def derived_secret(token: str) -> str:
    """The same for every process with this token, and useless for finding the token."""
    return hmac.new(token.encode(), b"folkmoot webhook secret", hashlib.sha256).hexdigest()


def _read_all(env: Mapping[str, str]) -> dict[Setting, Any]:
    values: dict[Setting, Any] = {}
    problems: list[str] = []
    for setting in SETTINGS:
        text = env.get(setting.name, "").strip() or setting.default
        if text is None:
            problems.append(f"{setting.name} is missing; it is to be {setting.form}.")
            continue
        try:
            values[setting] = READERS[setting](text)
        except ValueError:
            problems.append(f"{setting.name} is wrong; it is to be {setting.form}.")
    if KEY in values and not (values[KEY] or values.get(ALLOW_PLAINTEXT)):
        problems.append(f"{KEY.name} is missing; it is to be {KEY.form}.")
    if problems:
        raise BadSettings(tuple(problems))
    return values


# ---------------------------------------------------------------- one reader per form; ValueError when it is not met


def _matching(pattern: str, text: str) -> str:
    if not re.fullmatch(pattern, text):
        raise ValueError
    return text


def _token(text: str) -> str:
    return _matching(r"[0-9]+:[A-Za-z0-9_-]{3,}", text)


def _secret(text: str) -> str:
    return _matching(r"[A-Za-z0-9_-]{0,256}", text)


def _owners(text: str) -> tuple[int, ...]:
    ids = [int(_matching(r"[0-9]{1,16}", part.strip())) for part in text.removesuffix(",").split(",")]
    if not all(0 < id <= LARGEST_ID for id in ids):
        raise ValueError
    return tuple(dict.fromkeys(ids))


def _database_url(text: str) -> str:
    if text.startswith("sqlite:///"):
        path = text.removeprefix("sqlite:///")
        if not path.isprintable() or path in ("", ":memory:") or path.endswith("/"):
            raise ValueError
        return text
    parts = _split(text)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError
    return text


def _address(text: str) -> SplitResult:
    parts = _split(_matching(r'[^{}<>"\\^`|]*', text))
    plain = not (parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
        raise ValueError
    return parts


def _split(text: str) -> SplitResult:
    _matching(r"[a-z]+://[!-~]*", text)
    parts = urlsplit(text)
    if parts.port == 0:  # reading the port also raises for one that is no number or out of range
        raise ValueError
    return parts


def _api_url(text: str) -> str:
    return _address(text).geturl().rstrip("/")


def _webhook_url(text: str) -> str | None:
    return _address(text).geturl() if text else None


def _listen(text: str) -> tuple[str, int]:
    host, _colon, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = str(ipaddress.IPv6Address(host[1:-1]))
    else:
        _matching(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?", host)
    number = int(_matching(r"[0-9]{1,5}", port))
    if number > 65535:
        raise ValueError
    return host, number


def _keys(text: str) -> tuple[str, ...]:
    return tuple(_matching(r"[ -~]{8,1000}", part.strip()) for part in text.split(",")) if text else ()


def _yes(text: str) -> bool:
    return bool(text) and bool(_matching("1", text))


def _timezone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (KeyError, OSError) as problem:  # not known; or a folder of zones, or a file that is none
        raise ValueError from problem


def _send_rate(text: str) -> float:
    rate = float(_matching(r"[0-9.eE+-]+", text))
    if not (math.isfinite(rate) and 0 < rate <= FASTEST):
        raise ValueError
    return rate


def _log_level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise ValueError
    return text.upper()


READERS: dict[Setting, Callable[[str], Any]] = {
    TOKEN: _token,
    OWNERS: _owners,
    DATABASE_URL: _database_url,
    API_URL: _api_url,
    WEBHOOK_URL: _webhook_url,
    WEBHOOK_SECRET: _secret,
    LISTEN: _listen,
    KEY: _keys,
    ALLOW_PLAINTEXT: _yes,
    TIMEZONE: _timezone,
    SEND_RATE: _send_rate,
    LOG_LEVEL: _log_level,
}
