"""Settings: right, or one message that names all that is wrong and tells no secret."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import SETTINGS, BadSettings, Settings

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
KEY = "only-for-these-tests"
LEAST = {"FOLKMOOT_TOKEN": TOKEN, "FOLKMOOT_OWNERS": "5550123", "FOLKMOOT_KEY": KEY}
NAMES = [setting.name for setting in SETTINGS]


def with_least(**more: str) -> Settings:
    return Settings.from_environment(LEAST | {f"FOLKMOOT_{name}": value for name, value in more.items()})


def problems(env: Mapping[str, str]) -> tuple[str, ...]:
    with pytest.raises(BadSettings) as caught:
        Settings.from_environment(env)
    return caught.value.problems


def test_token_owners_and_key_are_enough() -> None:
    assert with_least() == Settings(
        token=TOKEN,
        owners=(5550123,),
        database_url="sqlite:///folkmoot.db",
        api_url="https://api.telegram.org",
        webhook_url=None,
        webhook_secret=with_least().webhook_secret,
        listen_host="127.0.0.1",
        listen_port=8080,
        keys=(KEY,),
        timezone=ZoneInfo("Europe/London"),
        send_rate=28.0,
        log_level="INFO",
    )


def test_everything_missing_or_bad_is_named_in_one_message() -> None:
    everything_bad = dict.fromkeys(NAMES, "?")
    with pytest.raises(BadSettings) as caught:
        Settings.from_environment(everything_bad)
    assert len(caught.value.problems) == len(NAMES)
    for name in NAMES:
        assert f"{name} is wrong" in str(caught.value)


def test_missing_is_told_from_wrong() -> None:
    token, owners, key = problems({"FOLKMOOT_TOKEN": "  "})
    assert token.startswith("FOLKMOOT_TOKEN is missing")
    assert owners.startswith("FOLKMOOT_OWNERS is missing")
    assert key.startswith("FOLKMOOT_KEY is missing")


def test_without_a_key_only_who_says_so_runs() -> None:
    without = {name: value for name, value in LEAST.items() if name != "FOLKMOOT_KEY"}
    (problem,) = problems(without)
    assert "FOLKMOOT_ALLOW_PLAINTEXT=1" in problem
    assert not Settings.from_environment(without | {"FOLKMOOT_ALLOW_PLAINTEXT": "1"}).vault.sealing
    assert Settings.from_environment(LEAST).vault.sealing


def test_a_new_key_comes_before_the_old_one() -> None:
    assert with_least(KEY="sixteen-letters-new, sixteen-letters-old").keys == (
        "sixteen-letters-new",
        "sixteen-letters-old",
    )
    assert problems(LEAST | {"FOLKMOOT_KEY": "short"})[0].startswith("FOLKMOOT_KEY is wrong")


@pytest.mark.parametrize(
    ("name", "given", "field", "meant"),
    [
        ("TOKEN", f" {TOKEN}\n", "token", TOKEN),
        ("TOKEN", "1:abc", "token", "1:abc"),
        ("OWNERS", " 7, 8 ,", "owners", (7, 8)),
        ("OWNERS", "7,7,8,7", "owners", (7, 8)),
        ("DATABASE_URL", "", "database_url", "sqlite:///folkmoot.db"),
        ("DATABASE_URL", "sqlite:////var/lib/folk moot.db", "database_url", "sqlite:////var/lib/folk moot.db"),
        ("DATABASE_URL", "postgres://a:b@h:5/d", "database_url", "postgres://a:b@h:5/d"),
        ("DATABASE_URL", "postgresql:///d?host=/run/pg", "database_url", "postgresql:///d?host=/run/pg"),
        ("API_URL", "http://127.0.0.1:8081/", "api_url", "http://127.0.0.1:8081"),
        ("API_URL", "https://example.org/bots//", "api_url", "https://example.org/bots"),
        ("WEBHOOK_URL", "https://example.org/t?", "webhook_url", "https://example.org/t"),
        ("WEBHOOK_SECRET", "a_-9", "webhook_secret", "a_-9"),
        ("LISTEN", "0.0.0.0:0", "listen_port", 0),
        ("LISTEN", "[::1]:65535", "listen_host", "::1"),
        ("LISTEN", "localhost:80", "listen_host", "localhost"),
        ("TIMEZONE", "Asia/Kathmandu", "timezone", ZoneInfo("Asia/Kathmandu")),
        ("SEND_RATE", "0.5", "send_rate", 0.5),
        ("SEND_RATE", "1e4", "send_rate", 10_000.0),
        ("LOG_LEVEL", "warning", "log_level", "WARNING"),
    ],
)
def test_accepted(name: str, given: str, field: str, meant: object) -> None:
    assert getattr(with_least(**{name: given}), field) == meant


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("TOKEN", "110201543"),
        ("TOKEN", "110201543:AA/../x"),
        ("TOKEN", "١:abcdef"),
        ("OWNERS", ","),
        ("OWNERS", "7,,8"),
        ("OWNERS", "0"),
        ("OWNERS", "-7"),
        ("OWNERS", "@ana"),
        ("OWNERS", "9" * 5000),
        ("DATABASE_URL", "folkmoot.db"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite://folkmoot.db"),
        ("DATABASE_URL", "mysql://h/d"),
        ("DATABASE_URL", "postgresql://h:port/d"),
        ("API_URL", "api.telegram.org"),
        ("API_URL", "ftp://api.telegram.org"),
        ("API_URL", "https://"),
        ("API_URL", "https://user:word@example.org"),
        ("API_URL", "https://[::1"),
        ("WEBHOOK_URL", "https://example.org:70000/"),
        ("WEBHOOK_URL", "https:///path"),
        ("WEBHOOK_URL", "https://example.org/{anything}"),
        ("WEBHOOK_SECRET", "with space"),
        ("WEBHOOK_SECRET", "x" * 257),
        ("LISTEN", "8080"),
        ("LISTEN", ":8080"),
        ("LISTEN", "::1:8080"),
        ("LISTEN", "127.0.0.1:65536"),
        ("LISTEN", "[nowhere]:80"),
        ("TIMEZONE", "Europe"),
        ("TIMEZONE", "../../etc/passwd"),
        ("TIMEZONE", "Mars/Olympus"),
        ("TIMEZONE", "Europe/\x00"),
        ("SEND_RATE", "0"),
        ("SEND_RATE", "-1"),
        ("SEND_RATE", "nan"),
        ("SEND_RATE", "inf"),
        ("SEND_RATE", "1e999"),
        ("SEND_RATE", "10001"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_refused(name: str, given: str) -> None:
    (problem,) = problems(LEAST | {f"FOLKMOOT_{name}": given})
    assert problem.startswith(f"FOLKMOOT_{name} is wrong; it is to be ")


def test_a_missing_webhook_secret_comes_from_the_token_and_does_not_tell_it() -> None:
    one, again = with_least(), with_least()
    other = with_least(TOKEN="1:other")
    assert one.webhook_secret == again.webhook_secret != other.webhook_secret
    assert len(one.webhook_secret) == 64
    assert TOKEN.partition(":")[2] not in one.webhook_secret


def test_no_secret_is_shown() -> None:
    secrets = {
        "TOKEN": TOKEN,
        "DATABASE_URL": "postgresql://folk:passw0rd@db/folk",
        "WEBHOOK_URL": "https://example.org/hidden-path",
        "WEBHOOK_SECRET": "hush-hush",
    }
    shown = repr(with_least(**secrets))
    for hidden in (TOKEN, "passw0rd", "hidden-path", "hush-hush"):
        assert hidden not in shown


ODD = st.text(st.characters(blacklist_characters="")) | st.from_regex(
    r"(https?|sqlite|postgres(ql)?|ftp)?(://|:///)?[\[\]0-9A-Za-z:@/.%?#_-]{0,20}(:[0-9]{0,6})?", fullmatch=True
)
GOOD = st.sampled_from([*LEAST.values(), "http://a.b", "a:1", "UTC", "5", "debug", "sqlite:///a", ""])


@given(st.dictionaries(st.sampled_from(NAMES), ODD | GOOD), st.booleans())
def test_any_environment_gives_settings_or_says_what_is_wrong(env: dict[str, str], least: bool) -> None:
    env = {**LEAST, **env} if least else env
    try:
        settings = Settings.from_environment(env)
    except BadSettings as bad:
        named = {problem.split()[0] for problem in bad.problems}
        assert named
        assert named <= set(NAMES)
        assert {name for name in NAMES[:2] if not env.get(name, "").strip()} <= named
    else:
        assert settings.owners
        assert 0 < settings.send_rate <= 10_000
        assert 0 <= settings.listen_port <= 65535
        assert settings.webhook_secret


@given(st.sampled_from(NAMES), st.text(st.sampled_from("QXZ!"), min_size=12))
def test_a_message_never_repeats_what_was_given(name: str, value: str) -> None:
    for problem in problems(LEAST | {name: value + "!", "FOLKMOOT_LISTEN": "?"}):
        assert value not in problem


def test_the_command_names_them_all_with_status_2_and_no_traceback() -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("FOLKMOOT_")}
    env["FOLKMOOT_SEND_RATE"] = "fast"
    ran = subprocess.run([sys.executable, "-m", "bot.cli", "run"], env=env, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    for name in ("FOLKMOOT_TOKEN", "FOLKMOOT_OWNERS", "FOLKMOOT_SEND_RATE"):
        assert name in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""
