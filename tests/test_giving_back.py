"""A seat given away by mistake: it is theirs again, or they come first when one becomes free."""

from __future__ import annotations

from storage.database import Database, opened
from tests.peers import VAULT
from tests.player import Player

PEOPLE = ("ana", "ben", "dai", "eve")

BEGUN = """\
> olga: /newpanel
> olga: [Chosen by lot]
> olga: The Abermoot panel
> olga: What matters to people who live here.
> olga: 12
> olga: 3
> olga: [Begin this panel]
"""
JOINS = """\
> {name} follows a link from olga
> {name}: [English]
> {name}: [Yes, I agree]
> {name}: [Yes, put me in the draw]
"""
DRAWN = """\
> olga: /draw
> olga: [The Abermoot panel]
> olga: [Draw]
> olga: [Freeze the pool]
> olga: [The promised number]
> olga: [Draw with the promised number]
"""


async def drawn(url: str) -> tuple[Player, list[str], str]:
    """Three of four people are drawn: who, and who stands by."""
    player = Player(url)
    joined = "".join(JOINS.format(name=name) for name in PEOPLE)
    await player.play((BEGUN + joined + DRAWN).strip())
    invited = [name for name in PEOPLE if is_offered(player, name)]
    (stands_by,) = set(PEOPLE) - set(invited)
    return player, invited, stands_by


def is_offered(player: Player, name: str) -> bool:
    return any("You have been drawn!" in shown.text for shown in player.phones[name].shown)


async def acts(url: str, player: Player, line: str) -> str:
    async with opened(url, VAULT) as database:
        return "\n".join(await player.act(database, line))


async def states(url: str) -> list[str]:
    async with opened(url, VAULT) as database:
        return await _states(database)


async def _states(database: Database) -> list[str]:
    async with database.reading() as store:
        (panel,) = await store.panels.page(0, 2)
        (draw,) = await store.sortition.draws(panel.id, 1)
        return sorted(one.state for one in await store.sortition.offers(draw.id))


async def test_whoever_gave_a_seat_away_by_mistake_is_asked_first_for_the_next(database_url: str) -> None:
    player, (first, second, third), stands_by = await drawn(database_url)
    await acts(database_url, player, f"> {first}: [No, thank you]")
    assert is_offered(player, stands_by), "the seat passed on at once"
    answer = await acts(database_url, player, f"> {first}: [That was a mistake]")
    assert "somebody else has been asked already" in answer
    assert await acts(database_url, player, f"> {first}: [That was a mistake] again")
    await acts(database_url, player, f"> {second}: [Yes, I take the seat]")
    answer = await acts(database_url, player, f"> {third}: [No, thank you]")
    assert f"< bot to {first}: You have been drawn!" in answer
    await acts(database_url, player, f"> {first}: [Yes, I take the seat]")
    await acts(database_url, player, f"> {stands_by}: [Yes, I take the seat]")
    assert await states(database_url) == ["declined", "seated", "seated", "seated"]


async def test_a_seat_left_later_goes_on_until_somebody_takes_it(database_url: str) -> None:
    player, (first, second, third), stands_by = await drawn(database_url)
    for name in (first, second):
        await acts(database_url, player, f"> {name}: [Yes, I take the seat]")
    await acts(database_url, player, f"> {third}: [No, thank you]")
    await acts(database_url, player, f"> {third}: [That was a mistake]")
    await acts(database_url, player, f"> {stands_by}: [Yes, I take the seat]")
    await acts(database_url, player, f"> {first}: /leave")
    answer = await acts(database_url, player, f"> {first}: [Yes, leave]")
    assert f"< bot to {third}: You have been drawn!" in answer
    answer = await acts(database_url, player, f"> {third}: [No, thank you]")
    assert "nobody in the pool is left to ask" in answer, "it was handed on, and staff hear that nobody is left"
    assert "You have been drawn!" in await acts(database_url, player, f"> {third}: [That was a mistake]")
    await acts(database_url, player, f"> {third}: [Yes, I take the seat]")
    assert await states(database_url) == ["seated", "seated", "seated", "seated"]
