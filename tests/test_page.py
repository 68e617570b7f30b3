"""The chat page, in a real browser: four people, one town, nothing but taps and typed words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.playground.server import Playground
from bot.service import Service
from bot.settings import Settings
from bot.town import ABOUT, OFFICER, PEOPLE, TOWN, ZONE, settle
from storage.database import opened
from tests.chromium import Tab, browsing

TOKEN = "123456:" + "a" * 32


@pytest.fixture
async def page(chromium: str, tmp_path: Path) -> AsyncIterator[Tab]:
    """The demo as `folkmoot demo` sets it up, in a browser."""
    clock = Clock()
    playground = Playground(TOKEN, people=PEOPLE, clock=clock, zone=ZONE, town=TOWN, about=ABOUT)
    await playground.start()
    settings = Settings.from_environment(
        {
            "FOLKMOOT_TOKEN": TOKEN,
            "FOLKMOOT_OWNERS": str(OFFICER.id),
            "FOLKMOOT_DATABASE_URL": f"sqlite:///{tmp_path / 'folkmoot.db'}",
            "FOLKMOOT_API_URL": playground.url,
        }
    )
    async with opened(settings.database_url) as database:
        await settle(database, clock, settings.timezone)
    service = Service(settings, clock)
    running = asyncio.create_task(service.run())
    try:
        async with browsing(chromium, playground.url) as tab:
            await tab.set_size(1600, 900)
            await tab.wait_for("document.querySelectorAll('.phone').length === 4")
            yield tab
            assert tab.errors == []
    finally:
        service.stop()
        await running
        await playground.stop()


PHONE = "document.querySelectorAll('.phone')[{index}]"
BUTTON = "[...{phone}.querySelectorAll('button')].filter(b => b.textContent.startsWith({label!r})).at(-1)"


async def tap(page: Tab, person: int, label: str) -> None:
    button = BUTTON.format(phone=PHONE.format(index=person), label=label)
    await page.wait_for(f"!!({button})")
    await page.evaluate(f"{button}.click()")


async def sees(page: Tab, person: int, words: str) -> None:
    await page.wait_for(f"{PHONE.format(index=person)}.innerText.includes({words!r})")


async def write(page: Tab, person: int, words: str) -> None:
    await page.evaluate(f"{PHONE.format(index=person)}.querySelector('textarea').focus()")
    await page.type(words)
    await page.key("Enter")


async def test_somebody_says_hello_agrees_and_asks_for_help(page: Tab) -> None:
    await tap(page, 0, "Start")
    await tap(page, 0, "English")
    await sees(page, 0, "Is that all right?")
    await tap(page, 0, "Yes, I agree")
    await sees(page, 0, "What would you like to do first?")
    await write(page, 0, "/help")
    await sees(page, 0, "How this works")


async def test_an_old_button_gets_a_word_over_the_chat(page: Tab) -> None:
    await tap(page, 1, "Start")
    await sees(page, 1, "Which language")
    await page.evaluate(f"window.old = {BUTTON.format(phone=PHONE.format(index=1), label='English')}")
    await tap(page, 1, "Cymraeg")
    await page.wait_for("!document.contains(window.old)")


async def test_the_clock_moves_for_everybody(page: Tab) -> None:
    before = await page.wait_for("document.getElementById('now').dateTime")
    await page.evaluate("document.querySelector('[data-days=\"7\"]').click()")
    await page.wait_for(f"document.getElementById('now').dateTime.slice(0, 10) > {before[:10]!r}")


async def test_the_traffic_is_one_click_away_and_never_shows_the_token(page: Tab) -> None:
    await tap(page, 0, "Start")
    await sees(page, 0, "Which language")
    await page.evaluate("document.getElementById('traffic-button').click()")
    await page.wait_for("document.getElementById('entries').innerText.includes('sendMessage')")
    await page.evaluate("document.querySelectorAll('#entries details').forEach(d => d.open = true)")
    await page.wait_for("document.querySelectorAll('#entries pre').length > 2")
    assert TOKEN not in await page.evaluate("document.documentElement.outerHTML")


async def test_a_telephones_width_shows_one_person_at_a_time(page: Tab) -> None:
    await page.set_size(360, 740)
    seen = "p => p.checkVisibility({ visibilityProperty: true })"
    await page.wait_for(f"[...document.querySelectorAll('.phone')].filter({seen}).length === 1")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await page.evaluate("document.querySelectorAll('[role=tab]')[0].focus()")
    await page.key("ArrowRight")
    await page.wait_for("document.querySelector('.phone.chosen h2').textContent === 'Ben Okafor'")


async def test_commands_are_offered_as_one_types(page: Tab) -> None:
    await tap(page, 2, "Start")
    await sees(page, 2, "Which language")
    await page.wait_for("!document.querySelector('.menu')")
    await page.evaluate(f"{PHONE.format(index=2)}.querySelector('textarea').focus()")
    await page.type("/he")
    await page.wait_for("document.querySelectorAll('.menu button').length === 1")
    await page.key("Escape")
    await page.wait_for("!document.querySelector('.menu')")


async def test_a_whole_cycle_of_dialogue(page: Tab) -> None:
    """Join, answer, get the results as a picture, be told what was decided, and say whether that answered."""
    ada, dilys = 0, 3
    for label in ("Start", "English", "Yes, I agree", "Panels", "Join Newbridge Voices", "Yes, I join"):
        await tap(page, ada, label)
    await tap(page, ada, "Questions for me")
    await tap(page, ada, "How do you feel")
    for question in range(1, 7):
        await sees(page, ada, f"{question} of 6")
        await tap(page, ada, "Don't know")
    await tap(page, ada, "Send")
    await sees(page, ada, "Your answers have been sent")
    await tap(page, dilys, "Start")
    await sees(page, dilys, "Welcome back")
    for _week in range(2):
        await page.evaluate("document.querySelector('[data-days=\"7\"]').click()")
    await sees(page, ada, "The results are here")
    await page.wait_for(f"{PHONE.format(index=ada)}.querySelectorAll('.picture img').length === 6")
    await page.wait_for(
        f"[...{PHONE.format(index=ada)}.querySelectorAll('.picture img')].some(i => i.naturalWidth > 0)"
    )
    await tap(page, dilys, "Say what was decided")
    await tap(page, dilys, "Keep it")
    await sees(page, dilys, "2 of 3")
    await tap(page, dilys, "Keep it")
    await sees(page, dilys, "3 of 3")
    await write(page, dilys, "The council puts a nurse into the library on Mondays.")
    await tap(page, dilys, "Tell them now")
    await sees(page, ada, "The council puts a nurse into the library on Mondays.")
    await tap(page, ada, "Yes, this answers me")
    await sees(page, ada, "It is good to know")
