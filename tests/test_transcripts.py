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


def test_the_readme_shows_what_the_transcript_says() -> None:
    root = Path(__file__).parent.parent
    readme = (root / "README.md").read_text("utf-8")
    shown = readme.partition("<!-- from tests/transcripts/cycle.chat -->\n```\n")[2].partition("\n```")[0]
    whole = (root / "tests/transcripts/cycle.chat").read_text("utf-8")
    assert len(shown.splitlines()) > 20
    rest = whole
    for scene in shown.split("\n\n"):
        assert scene in rest, scene
        rest = rest.partition(scene)[2]
