"""The chat page, in a real browser: four people, one town, nothing but taps and typed words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.clock import Clock
from bot.neighbours import Neighbours
from bot.playground.server import Playground
from bot.playground.world import Message
from bot.service import Service
from bot.settings import Settings
from bot.town import ABOUT, NEIGHBOURS, OFFICER, PEOPLE, TOWN, ZONE, settle
from storage.database import opened
from tests.chromium import Tab, browsing
from tests.peers import ANA, BEN, KEY, VAULT, playing, until
from tests.peers import TOKEN as PEERS_TOKEN

TOKEN = "123456:" + "a" * 32


@pytest.fixture
async def page(chromium: str, tmp_path: Path) -> AsyncIterator[Tab]:
    """The demo as `folkmoot demo` sets it up, in a browser."""
    clock = Clock()
    playground = Playground(TOKEN, people=(*PEOPLE, *NEIGHBOURS), clock=clock, zone=ZONE, town=TOWN, about=ABOUT)
    await playground.start()
    neighbours = Neighbours(playground.world)
    neighbours.come()
    settings = Settings.from_environment(
        {
            "FOLKMOOT_TOKEN": TOKEN,
            "FOLKMOOT_KEY": KEY,
            "FOLKMOOT_OWNERS": str(OFFICER.id),
            "FOLKMOOT_DATABASE_URL": f"sqlite:///{tmp_path / 'folkmoot.db'}",
            "FOLKMOOT_API_URL": playground.url,
        }
    )
    async with opened(settings.database_url, VAULT) as database:
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
        neighbours.go()
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


LINE = """(() => {{
    const words = [...{phone}.querySelectorAll('.words')].at(-1);
    const [text, start] = [words.firstChild, words.textContent.indexOf({said!r})];
    const range = document.createRange();
    range.setStart(text, start);
    range.setEnd(text, start + {said!r}.length);
    const [line, around] = [range.getBoundingClientRect(), words.getBoundingClientRect()];
    return [line.left - around.left, around.right - line.right];
}})()"""
"""How far a line stands from the left and from the right of its message."""


async def test_every_line_begins_where_its_language_is_read_from(page: Tab) -> None:
    await page.set_size(360, 740)
    await tap(page, 0, "Start")
    await sees(page, 0, "Which language")
    for said, begins_left in {"Dzień dobry! ": True, "السلام علیکم!": False, "مرحبًا!": False}.items():
        left, right = await page.evaluate(LINE.format(phone=PHONE.format(index=0), said=said))
        assert (left < 1, right < 1) == (begins_left, not begins_left), said
    await write(page, 0, "براہ کرم /stop لکھیں")
    await sees(page, 0, "لکھیں")
    command = f"{PHONE.format(index=0)}.querySelector('.bubble.person .command')"
    assert await page.evaluate(f"getComputedStyle({command}).direction") == "ltr"


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
    await page.wait_for(f"{PHONE.format(index=ada)}.innerText.includes('The results are here')", 60)
    await page.wait_for(f"{PHONE.format(index=ada)}.querySelectorAll('.picture img').length === 6", 60)
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


async def test_a_panel_is_drawn_and_the_neighbours_take_their_seats(page: Tab) -> None:
    dilys = 3
    for label in ("Start", "Panels", "Newbridge Assembly", "Draw", "Freeze the pool", "The promised number"):
        await tap(page, dilys, label)
    await tap(page, dilys, "Draw with the promised number")
    await page.wait_for(f"{PHONE.format(index=dilys)}.innerText.includes('12 people were drawn.')", 60)
    await page.wait_for(f"{PHONE.format(index=dilys)}.innerText.includes('every seat is taken')", 60)
    assert await page.evaluate("document.querySelectorAll('.phone').length") == 4, "neighbours have no telephone here"


# ---------------------------------------------------------------- one chat, with a bot that says what the test wants


class Stage:
    """The page, what stands behind it, and the bot's mouth."""

    def __init__(self, tab: Tab, playground: Playground, session: aiohttp.ClientSession) -> None:
        self.tab = tab
        self.playground = playground
        self._session = session

    async def bot(self, method: str, **parameters: Any) -> Any:
        address = f"{self.playground.url}/bot{PEERS_TOKEN}/{method}"
        async with self._session.post(address, json=parameters) as response:
            return (await response.json()).get("result")

    async def tells(self, text: str, **more: Any) -> str:
        """The selector of the message, once it stands in Ana's chat."""
        sent = await self.bot("sendMessage", chat_id=ANA.id, text=text, **more)
        selector = f"[data-message-id='{sent['message_id']}']"
        await self.tab.wait_for(f"!!document.querySelector({selector!r})")
        return selector

    async def said(self, count: int = 1) -> list[Message]:
        """What Ana has sent after her /start, once there are so many."""

        def own() -> list[Message]:
            return [message for message in self.playground.chat(ANA) if not message.by_bot][1:]

        await until(lambda: len(own()) >= count)
        return own()


@pytest.fixture
async def stage(chromium: str) -> AsyncIterator[Stage]:
    async with playing(flood_limits=False) as playground, aiohttp.ClientSession() as session:
        await playground.say(ANA, "/start")
        async with browsing(chromium, playground.url) as tab:
            await tab.set_size(1600, 900)
            await tab.wait_for("!!document.querySelector('.phone article')")
            yield Stage(tab, playground, session)
            assert tab.errors == []


INPUT = f"#phone-{ANA.id} textarea"
LAST = f"#phone-{ANA.id} article:last-child"


async def test_words_are_formatted_and_never_run(stage: Stage) -> None:
    said = await stage.tells(
        "<i>one <b>two</b></i> &lt;img src=x onerror='window.hurt=1'&gt; <a href='https://example.org/'>there</a>",
        parse_mode="HTML",
    )
    inside = f'document.querySelector("{said} .words")'
    assert await stage.tab.evaluate(f"{inside}.querySelector('i > b').textContent") == "two"
    assert await stage.tab.evaluate(f"{inside}.querySelector('a').href") == "https://example.org/"
    assert "<img src=x" in await stage.tab.evaluate(f"{inside}.textContent")
    assert await stage.tab.evaluate(f"{inside}.querySelector('img') === null && window.hurt === undefined")


async def test_enter_sends_and_shift_enter_begins_a_line(stage: Stage) -> None:
    await stage.tab.click(INPUT)
    await stage.tab.type("Dear council,")
    await stage.tab.key("Enter", shift=True)
    await stage.tab.type("a bench, please.")
    await stage.tab.key("Enter")
    assert [message.text for message in await stage.said()] == ["Dear council,\na bench, please."]
    await stage.tab.wait_for(f"document.querySelector('{INPUT}').value === ''")


async def test_somebody_changes_what_they_said(stage: Stage) -> None:
    await stage.playground.say(ANA, "A bnech")
    await stage.tab.click(f"{LAST} .edit")
    await stage.tab.wait_for(f"document.querySelector('{INPUT}').value === 'A bnech'")
    await stage.tab.evaluate(f"document.querySelector('{INPUT}').select()")
    await stage.tab.type("A bench")
    await stage.tab.key("Enter")
    await stage.tab.wait_for(f"document.querySelector('{LAST}').innerText.includes('edited')")
    assert [message.text for message in await stage.said()] == ["A bench"]


async def test_a_change_is_thought_better_of_with_escape(stage: Stage) -> None:
    await stage.playground.say(ANA, "A bench")
    await stage.tab.click(f"{LAST} .edit")
    await stage.tab.wait_for("document.querySelector('.editing').checkVisibility()")
    await stage.tab.key("Escape")
    await stage.tab.wait_for(f"document.querySelector('{INPUT}').value === ''")
    assert [message.text for message in await stage.said()] == ["A bench"]


async def test_the_command_menu_is_walked_by_keyboard(stage: Stage) -> None:
    commands = [{"command": name, "description": f"About {name}"} for name in ("help", "panels", "privacy")]
    await stage.bot("setMyCommands", commands=commands)
    await stage.tab.click(INPUT)
    await stage.tab.type("/p")
    await stage.tab.wait_for("document.querySelectorAll('.menu button').length === 2")
    await stage.tab.key("ArrowDown")
    await stage.tab.key("ArrowDown")
    await stage.tab.key("Enter")
    assert [message.text for message in await stage.said()] == ["/privacy"]
    assert await stage.tab.evaluate("document.querySelector('.menu') === null")


async def test_a_whole_chat_is_had_without_a_mouse(stage: Stage) -> None:
    """From the top of the page, Tab comes by the clock, the chat and its buttons to the field for words."""
    keyboard = {"inline_keyboard": [[{"text": "Agree", "callback_data": "a"}]]}
    await stage.tells("May we?", reply_markup=keyboard)
    names = []
    for _step in range(13):
        await stage.tab.key("Tab")
        name = "(focused => focused.getAttribute('aria-label') ?? focused.textContent)"
        names.append(await stage.tab.evaluate(f"{name}(document.activeElement)"))
        if names[-1] == "Agree":
            await stage.tab.key("Enter")
            assert (await _next_tap(stage))[1]
    expected = ["Next hour", "Next day", "Next week", "Traffic", "Ana: language, blocking", "Ana's chat"]
    expected += ["/start", "Edit this message", "Agree", "Commands", "Send a picture, a file or something else"]
    expected += ["Message from Ana", "Send"]
    assert names == expected


async def test_a_tapped_button_waits_for_its_answer(stage: Stage) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Agree", "callback_data": "a"}]]}
    said = await stage.tells("May we?", reply_markup=keyboard)
    for alert in (False, True):
        await stage.tab.click(f"{said} .row button")
        await stage.tab.wait_for("!!document.querySelector('[aria-busy=true]')")
        offset, query = await _next_tap(stage)
        await stage.bot("answerCallbackQuery", callback_query_id=query, text="Thank you", show_alert=alert)
        shown = "#dialog[open]" if alert else f"#phone-{ANA.id} .toast"
        await stage.tab.wait_for(f"document.querySelector('{shown}')?.textContent.includes('Thank you')")
        assert await stage.tab.evaluate("document.querySelector('[aria-busy=true]') === null")
        await stage.bot("getUpdates", offset=offset + 1, timeout=0)
    await stage.tab.click("#dialog button")
    await stage.tab.wait_for("!document.querySelector('#dialog').open")


async def _next_tap(stage: Stage) -> tuple[int, str]:
    updates = await stage.bot("getUpdates", timeout=2)
    return next((u["update_id"], u["callback_query"]["id"]) for u in updates if "callback_query" in u)


async def test_a_reader_of_old_messages_is_not_pulled_away(stage: Stage) -> None:
    for number in range(20):
        await stage.tells(f"Item {number} of the agenda, with enough words to fill a line or even two of them.")
    messages = f"document.querySelector('#phone-{ANA.id} .messages')"
    assert await stage.tab.evaluate(f"{messages}.scrollTop > 0")
    await stage.tab.evaluate("new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted)))")
    await stage.tab.evaluate(f"{messages}.scrollTop = 0")
    pill = f"#phone-{ANA.id} .newer"
    await asyncio.sleep(0.1)
    assert not await stage.tab.evaluate(f"document.querySelector('{pill}').checkVisibility()")
    await stage.tells("Something new")
    await stage.tab.wait_for(f"document.querySelector('{pill}').checkVisibility()")
    assert await stage.tab.evaluate(f"{messages}.scrollTop") == 0
    await stage.tab.click(pill)
    await stage.tab.wait_for(f"!document.querySelector('{pill}').checkVisibility()")
    assert await stage.tab.evaluate(f"{messages}.scrollTop > 0")


@pytest.mark.parametrize(("label", "kind"), [("Sticker", "sticker"), ("Voice message", "voice"), ("Place", "location")])
async def test_other_things_than_words_are_sent_from_a_menu(stage: Stage, label: str, kind: str) -> None:
    await stage.tab.click(f"#phone-{ANA.id} .composer [aria-label^='Send a picture']")
    await tap(stage.tab, 0, label)
    (sent,) = await stage.said()
    assert sent.kind == kind
    await stage.tab.wait_for(f"!!document.querySelector('{LAST}.{kind}')")
    if sent.file:
        assert len(sent.file.data) > 500
        assert sent.file.mime.startswith({"sticker": "image/", "voice": "audio/"}[kind])


async def test_a_file_says_its_name_and_size_and_can_be_kept(stage: Stage) -> None:
    await stage.playground.send_file(ANA, "document", b"a,b\n" * 3000, "answers.csv", "text/csv")
    await stage.tab.wait_for(f"document.querySelector('{LAST} a.file')?.innerText.includes('12 KB')")
    link = f"document.querySelector('{LAST} a.file')"
    assert await stage.tab.evaluate(f"{link}.download") == "answers.csv"
    assert await stage.tab.evaluate(f"fetch({link}.href).then(r => r.text()).then(t => t.length)") == 12_000


async def test_a_picture_is_enlarged_and_closed_with_escape(stage: Stage) -> None:
    drawn = "(async () => { const c = new OffscreenCanvas(64, 32); c.getContext('2d'); "
    drawn += "return [...new Uint8Array(await (await c.convertToBlob()).arrayBuffer())]; })()"
    picture = bytes(await stage.tab.evaluate(drawn))
    await stage.playground.send_file(ANA, "photo", picture, "map.png", "image/png", "The river")
    await stage.tab.click(f"{LAST} .picture")
    await stage.tab.wait_for("document.querySelector('#dialog[open] img')?.naturalWidth === 64")
    await stage.tab.key("Escape")
    await stage.tab.wait_for("!document.querySelector('#dialog').open")
    assert await stage.tab.evaluate("document.activeElement.className") == "picture"


async def test_a_link_to_the_bot_is_followed_here(stage: Stage) -> None:
    said = await stage.tells("<a href='https://t.me/folkmoot_bot?start=panel-2'>Join</a>", parse_mode="HTML")
    await stage.tab.click(f"{said} a")
    assert [message.text for message in await stage.said()] == ["/start panel-2"]


async def test_somebody_blocks_the_bot_and_lets_it_back(stage: Stage) -> None:
    await stage.tab.click(f"#phone-{ANA.id} .who button")
    await tap(stage.tab, 0, "Block the bot")
    await stage.tab.wait_for(f"!document.querySelector('{INPUT}').checkVisibility()")
    assert await stage.bot("sendMessage", chat_id=ANA.id, text="Anybody?") is None
    await tap(stage.tab, 0, "Unblock the bot")
    await stage.tab.wait_for(f"document.querySelector('{INPUT}').checkVisibility()")
    await stage.tells("Welcome back")


async def test_a_dot_says_where_something_new_is(stage: Stage) -> None:
    await stage.tab.set_size(360, 740)
    tabs = "document.querySelectorAll('[role=tab]')"
    await stage.tab.wait_for(f"{tabs}[0].checkVisibility()")
    await stage.tab.evaluate(f"{tabs}[1].click()")
    await stage.tells("Something new")
    await stage.tab.wait_for(f"{tabs}[0].classList.contains('unread')")
    assert await stage.tab.evaluate(f"{tabs}[0].getAttribute('aria-label')") == "Ana, new messages"
    await stage.tab.evaluate(f"{tabs}[0].click()")
    assert await stage.tab.evaluate("document.querySelectorAll('.unread').length") == 0


async def test_the_page_outlives_the_demo_and_begins_anew(stage: Stage) -> None:
    await stage.tells("Before")
    port = int(stage.playground.url.rpartition(":")[2])
    await stage.playground.stop()
    await stage.tab.wait_for("document.querySelector('#gone').checkVisibility()")
    stage.tab.errors.clear()  # the browser says itself that nobody answers
    anew = Playground(PEERS_TOKEN, people=[ANA, BEN])
    await anew.start(port)
    try:
        await anew.say(ANA, "Hello again")
        await stage.tab.wait_for("!document.querySelector('#gone').checkVisibility()")
        await sees(stage.tab, 0, "Hello again")
        assert await stage.tab.evaluate("document.querySelectorAll('.phone').length") == 2
        assert not await stage.tab.evaluate("document.body.innerText.includes('Before')")
        stage.tab.errors.clear()
    finally:
        await anew.stop()
        stage.tab.errors.clear()


SMALL_TARGETS = """[...document.querySelectorAll('button, select, input, textarea, a.file')]
    .filter(one => one.checkVisibility({ visibilityProperty: true }) && !one.matches('.edit, .command'))
    .filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"""

# The contrast of every visible text with what is painted behind it (WCAG 2.2, relative luminance).
PALE_TEXTS = """(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (rgb) => rgb.slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('body *')].filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .filter((one) => [...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
    .map((one) => {
      const [a, b] = [luminance(channels(getComputedStyle(one).color)), luminance(behind(one))];
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), one.outerHTML.slice(0, 90)];
    }).filter(([ratio]) => ratio < 4.5);
})()"""


async def test_everything_can_be_read_and_hit(stage: Stage) -> None:
    """On a wide screen, a small one and a phone's; by day and by night; with a menu open, and with the traffic."""
    keyboard = {"inline_keyboard": [[{"text": "Agree", "callback_data": "a"}, {"text": "No", "callback_data": "n"}]]}
    await stage.bot("setMyCommands", commands=[{"command": "help", "description": "How this works"}])
    await stage.tells("Hello <b>Ana</b>, see <code>this</code>, or /help", parse_mode="HTML", reply_markup=keyboard)
    await stage.playground.say(ANA, "A" * 200)
    await stage.playground.send_place(ANA, 51.6, -3.0)
    await stage.tab.click(INPUT)
    await stage.tab.type("/")
    for (width, height), dark in product(((1600, 900), (1024, 768), (360, 740)), (False, True)):
        await stage.tab.set_size(width, height, dark)
        await stage.tab.wait_for("!!document.querySelector('.menu')")
        await _can_be_read_and_hit(stage.tab, width)
        await stage.tab.evaluate("document.querySelector('#traffic-button').click()")
        await stage.tab.wait_for("document.querySelectorAll('#entries li').length > 1")
        await _can_be_read_and_hit(stage.tab, width)
        await stage.tab.evaluate("document.querySelector('#traffic-close').click()")


async def _can_be_read_and_hit(page: Tab, width: int) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await page.evaluate(SMALL_TARGETS) == []
    assert await page.evaluate(PALE_TEXTS) == []


async def test_the_traffic_is_sifted_as_it_comes(stage: Stage) -> None:
    await stage.tab.click("#traffic-button")
    await stage.tells("Apples")
    await stage.tab.type("pears")
    await stage.tells("Pears")
    shown = "[...document.querySelectorAll('#entries li')].filter(l => l.checkVisibility()).length"
    await stage.tab.wait_for(f"{shown} === 1")
    await stage.tab.key("Escape")
    assert not await stage.tab.evaluate("document.querySelector('#traffic').checkVisibility()")
    assert await stage.tab.evaluate("document.activeElement.id") == "traffic-button"
