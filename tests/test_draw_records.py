"""What the bot sends staff of a draw is what `folkmoot verify-draw` takes, as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.telegram.sender import _contents as file_bytes
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


@pytest.mark.parametrize("changed", [False, True], ids=["as it was sent", "changed on the way"])
async def test_a_record_as_the_bot_sends_it_is_verified(tmp_path: Path, changed: bool) -> None:
    player = Player(f"sqlite:///{tmp_path / 'folkmoot.db'}")
    await player.play(DRAWN)
    (sent,) = [file for file in player.files if file["name"].startswith("draw-")]
    assert any(f"folkmoot verify-draw {sent['name']}" in shown.text for shown in player.phones["olga"].shown)
    path = tmp_path / sent["name"]
    path.write_bytes(file_bytes(sent))
    if changed:
        record = json.loads(path.read_text("utf-8"))
        seat = record["drawn"][0]
        record["drawn"][0] = next(name for name in record["probabilities"] if name not in record["drawn"])
        path.write_text(path.read_text("utf-8").replace(seat, record["drawn"][0]), "utf-8")
    done = CliRunner().invoke(app, ["verify-draw", str(path)])
    assert done.exit_code == int(changed), done.stderr
