"""Staff who wait for a lottery see one message that changes as it goes, over restarts too, and never after its end."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from bot.draw_jobs import LEASE, DrawJobs
from flows.panels.sortition.lottery import chances
from flows.words import Voice
from storage.database import Database, opened
from storage.sortition import Draw, Told
from tests.peers import VAULT
from tests.player import ZONE, Player
from tests.test_draw_records import DRAWN

FROZEN = DRAWN.rpartition("> olga: [Draw with the promised number]")[0]
TITLE = "The lottery of The Abermoot panel is being worked out."


class Waiting(Player):
    """A player in whose world nobody works out lotteries, unless told to."""

    works = False

    async def _settle(self, database: Database) -> None:
        turns, timers = self._parts(database)
        while await turns.take():
            pass
        await timers.run_due()
        if self.works:
            await super()._settle(database)

    async def opens(self) -> Draw:
        """The draw that is under way, in the hands of a process."""
        async with opened(self._url, VAULT) as database:
            now = self._clock.now()
            draw = await database.write(lambda store: store.sortition.claim_lottery(now, now + LEASE))
        assert draw is not None
        return draw

    async def says(self, draw: Draw, progress: str) -> bool:
        """What the process says every few seconds."""
        async with opened(self._url, VAULT) as database:
            jobs = DrawJobs(database, self._clock)
            return await database.write(lambda store: jobs._set_progress(draw, progress, store, is_new=True))

    async def passes(self) -> list[str]:
        """What Olga is shown meanwhile."""
        return (await self.play("~ 1 minute passes")).splitlines()[1:]


def changed(*lines: str) -> list[str]:
    first, *rest = lines
    return [f"< bot to olga (changed): {first}", *(f"        {line}" for line in rest)]


async def begun(tmp_path: Path) -> Waiting:
    player = Waiting(f"sqlite:///{tmp_path / 'folkmoot.db'}")
    await player.play(FROZEN)
    player._speaker = ""
    return player


async def test_one_message_changes_until_the_lottery_is_ready(tmp_path: Path) -> None:
    player = await begun(tmp_path)
    draw = await player.opens()
    assert await player.passes() == [f"< bot to olga: {TITLE}", "        ░░░░░░░░░░"]
    assert await player.says(draw, "2 0.43")
    step = "43% done. Step 2 of 3: panels that meet all quotas and give people these chances"
    assert await player.passes() == changed(TITLE, "▓▓▓▓░░░░░░", step)
    assert await player.passes() == [], "nothing is said while there is nothing new"
    waiting = len(player.phones["olga"].shown)
    player.works = True  # the process is gone; another one begins anew, and comes to an end
    told = await player.passes()
    assert changed("The lottery of The Abermoot panel is ready.")[0] in told
    assert len(player.phones["olga"].shown) == waiting + 1, "beside it only the message that it is ready"
    assert not await player.says(draw, "3 0.99"), "it has come to its end"
    assert await player.passes() == []


async def test_a_lottery_that_takes_no_time_shows_no_progress(tmp_path: Path) -> None:
    player = Player(f"sqlite:///{tmp_path / 'folkmoot.db'}")
    await player.play(FROZEN)
    await player.play("~ 1 minute passes")
    assert not any("being worked out" in shown.text for shown in player.phones["olga"].shown)
    assert any("is ready" in shown.text for shown in player.phones["olga"].shown)


async def test_what_a_late_process_says_of_a_pool_opened_again_changes_nothing(tmp_path: Path) -> None:
    player = await begun(tmp_path)
    draw = await player.opens()
    await player.passes()
    said = (await player.play("> olga: [Open the pool again]")).splitlines()
    assert "< bot (changed): The pool of The Abermoot panel was opened again." in said
    assert not await player.says(draw, "2 0.43")
    player._speaker = ""
    assert await player.passes() == []


async def test_every_step_has_its_words_and_what_is_not_understood_has_none(tmp_path: Path) -> None:
    player = await begun(tmp_path)
    draw = await player.opens()
    await player.passes()
    shown = []
    for said in ("1 0.00", "2 0.30", "2 0.30", "3 0.95", "a line of an older version"):
        await player.says(draw, said)
        shown.append(" ".join(line.strip() for line in await player.passes()))
    first, second, again, third, unknown = shown
    assert ("Step 1 of 3" in first, "░░░░░░░░░░" in first) == (True, True)
    assert ("Step 2 of 3" in second, "▓▓▓░░░░░░░" in second) == (True, True)
    assert again == "", "what has been told is not told again"
    assert ("Step 3 of 3" in third, "▓▓▓▓▓▓▓▓▓░" in third) == (True, True)
    assert "Step" not in unknown


def test_what_is_told_of_a_lottery_that_is_not_proved_to_be_the_fairest() -> None:
    told = Told("a" * 64, least=0.2, most=0.75, cumulative=0.2, bound=0.234, without_chance=3)
    assert Voice("en", ZONE).plain(chances(told)).splitlines() == [
        "Chances lie between 20% and 75%.",
        "Time was up before the fairest lottery was found. In that one the smallest chance is higher by at most 4%.",
        "3 people could not be on any panel that meets the quotas.",
    ]
    equal = replace(told, most=0.2, bound=0.2, without_chance=0)
    assert Voice("en", ZONE).plain(chances(equal)).splitlines() == [
        "Everybody has the same chance: 20%.",
        "No fairer lottery is possible with these quotas.",
    ]


async def test_who_has_a_record_and_who_asks_for_it(tmp_path: Path) -> None:
    """Rare profiles may tell who somebody is: the bot hands a record only to who was in the draw, and to staff."""
    player = Player(f"sqlite:///{tmp_path / 'folkmoot.db'}")
    await player.play(DRAWN)
    async with opened(f"sqlite:///{tmp_path / 'folkmoot.db'}", VAULT) as database, database.reading() as store:
        panel = (await store.panels.page(0, 1))[0].id
    before = len(player.files)
    asked = await player.play(f"> zoe: /start\n> zoe: [English]\n> zoe: [Yes, I agree]\n> zoe: /checkdraw {panel}")
    assert "[Ask for the record]" in asked
    assert "[Get the record]" not in asked
    await player.play(f"> zoe: /checkdraw {panel} record")
    assert len(player.files) == before
    await player.play(f"> omar: /checkdraw {panel} record")
    (sent,) = player.files[before:]
    assert json.loads(sent["contents"])["format"] == "folkmoot-draw-1"
