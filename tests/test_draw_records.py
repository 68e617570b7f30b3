"""What the bot sends staff of a draw is what `folkmoot verify-draw` takes, as it is."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.telegram.sender import _contents as file_bytes
from flows.panels.selection.lottery import picked
from flows.panels.selection.order import fingerprint, sealed
from tests.player import Player

DRAWN = """\
> olga: /attributefile
> olga sends the file ages_and_areas.csv
> olga: [Yes, take it over]
> olga: /newpanel
> olga: [Chosen by lot]
> olga: The Abermoot panel
> olga: What matters to people who live here.
> olga: [Everywhere]
> olga: 12
> olga: 10
> olga: [Begin this panel]
> olga: [How it is chosen]
> olga: [One person of a home at most]
> olga: [Back]
~ 12 others are in the pool: age=young; area=hilltop
~ 14 others are in the pool: age=older; area=riverside
~ 6 others are in the pool: age=older; area=hilltop
> olga: [Draw]
> olga: [Freeze the pool]
> olga: [The promised number]
> olga: [Draw with the promised number]"""


@dataclass(frozen=True)
class Sent:
    """The record as the bot has sent it, and all that Olga was shown."""

    path: Path
    shown: list[str]

    @property
    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.path.read_text("utf-8"))
        return found


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    folder = tmp_path_factory.mktemp("draw")
    player = Player(f"sqlite:///{folder / 'folkmoot.db'}")
    asyncio.run(player.play(DRAWN))
    (file,) = [file for file in player.files if file["name"].startswith("draw-")]
    path = folder / str(file["name"])
    path.write_bytes(file_bytes(file))
    return Sent(path, [one.text for one in player.phones["olga"].shown])


def verified(record: dict[str, Any], folder: Path) -> Result:
    path = folder / "draw.json"
    path.write_text(json.dumps(record), "utf-8")
    return CliRunner().invoke(app, ["verify-draw", str(path)])


def test_a_record_as_the_bot_sends_it_is_verified(sent: Sent) -> None:
    shown, path, record = sent.shown, sent.path, sent.record
    assert any(f"folkmoot verify-draw {path.name}" in text for text in shown)
    done = CliRunner().invoke(app, ["verify-draw", str(path)])
    assert done.exit_code == 0, done.stderr
    ready = next(number for number, text in enumerate(shown) if record["lottery_sha256"] in text)
    picked = next(number for number, text in enumerate(shown) if record["seed"] in text)
    assert ready < picked, "the lottery was told before the number"
    assert any(record["promise"]["commitment"] in text for text in shown[:ready])
    for told in (record["frozen_sha256"], record["lottery_sha256"], record["promise"]["commitment"]):
        assert told in done.stdout, "whoever verifies compares it with what was told before"


CHANGES = [
    "drawn",
    "lottery_sha256",
    "two panels",
    "seed",
    "source",
    "commitment",
    "no promise",
    "added source",
    "more lines",
]


@pytest.mark.parametrize("reseals", [False, True], ids=["as it is", "with a new SHA-256 of the record"])
@pytest.mark.parametrize("changed", CHANGES)
def test_a_record_that_was_changed_on_the_way_is_found_out(
    sent: Sent, tmp_path: Path, changed: str, reseals: bool
) -> None:
    record = sent.record
    lottery = record["lottery"]
    match changed:
        case "drawn":
            record["drawn"][0] = next(name for name in record["probabilities"] if name not in record["drawn"])
        case "lottery_sha256":
            record["lottery_sha256"] = "0" * 64
        case "two panels":
            lottery[0], lottery[1] = lottery[1], lottery[0]
            record["lottery_sha256"] = fingerprint(lottery)
        case "seed":
            others = (str(number) for number in range(100_000))
            record["seed"] = next(seed for seed in others if picked(seed) == record["pick"])
        case "source":
            record["promise"]["source"] = "The weather"
        case "commitment":
            record["promise"]["commitment"] = "0" * 64
        case "no promise":
            del record["promise"]
        case "added source":
            record["promise"] = {"source": "The weather", "commitment": ""}
        case "more lines":  # which would be shown beside the fingerprints people compare
            record["promise"] = {"source": "The weather\nSHA-256 of lottery: as told", "commitment": ""}
    done = verified(sealed(record) if reseals else record, tmp_path)
    assert isinstance(done.exception, SystemExit | None), "whatever it is, it is told in a sentence"
    if reseals and changed == "added source":
        assert done.exit_code == 0, "only the record's own SHA-256, as it was published, can tell"
        assert "The seed had to be: The weather" in done.stdout
    else:
        assert done.exit_code == 1


def test_a_record_of_an_older_version_is_judged_and_what_it_lacks_is_said(sent: Sent, tmp_path: Path) -> None:
    older = {name: value for name, value in sent.record.items() if name not in ("lottery_sha256", "promise")}
    done = verified(sealed(older), tmp_path)
    assert done.exit_code == 0, done.stderr
    assert "It was made by an older version" in done.stdout
