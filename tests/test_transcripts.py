"""The specification: every transcript is played on both databases and must come out as it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.player import Player

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.chat"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_transcript(path: Path, database_url: str, request: pytest.FixtureRequest) -> None:
    written = path.read_text("utf-8")
    played = await Player(database_url).play(written)
    if request.config.getoption("--accept"):
        path.write_text(played, "utf-8")
    else:
        assert played == written
