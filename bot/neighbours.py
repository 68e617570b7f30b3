"""The demo's residents whom nobody plays: they answer what they are asked, so that there is a town to talk with."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Iterator
from typing import Any

from bot.playground.world import Impossible, World

THINKING_SECONDS = (0.5, 4.0)
"""How long somebody looks at a message before they tap."""

WILLING = {"Yes, I take the seat": 0.85, "Yes, give it away": 1.0, "Answer now": 0.8, "Send": 1.0}
"""Buttons that people who take part tap, and how many of them do; of the others, one does what `INSTEAD` says."""

INSTEAD = {"Yes, I take the seat": "No, thank you"}

A_QUESTION = re.compile(r"^\d+ of \d+$", re.MULTILINE)
NO_ANSWERS = ("Back", "Skip", "Later", "Prefer not to say", "Menu", "Done", "Cancel")
WRITTEN = ("A bench in the shade would help.", "3", "12 May")
"""What they write where nothing can be tapped: the next one when the bot did not want the one before."""


class Neighbours:
    """Watches the chats of people without a telephone on the page. `seed` decides what they think."""

    def __init__(self, world: World, seed: int = 0) -> None:
        self._world = world
        self._chance = random.Random(seed)
        self._written: dict[int, Iterator[str]] = {}
        self._thinking: set[asyncio.Task[None]] = set()

    def come(self) -> None:
        self._world.watchers.add(self._see)

    def go(self) -> None:
        self._world.watchers.discard(self._see)
        for task in self._thinking:
            task.cancel()

    def _see(self, event: dict[str, Any]) -> None:
        if event["type"] not in ("message", "edited") or event["message"]["from"] != "bot":
            return
        if self._world.chats[event["person"]].person.on_page:
            return
        task = asyncio.create_task(self._think(event["person"], event["message"]["message_id"]))
        self._thinking.add(task)
        task.add_done_callback(self._thinking.discard)

    async def _think(self, person: int, number: int) -> None:
        await asyncio.sleep(self._chance.uniform(*THINKING_SECONDS))
        self._answer(person, number)

    def _answer(self, person: int, number: int) -> None:
        message = self._world.chats[person].messages.get(number)
        if message is None:
            return
        buttons = {
            button["text"]: (row, column)
            for row, line in enumerate(message.buttons)
            for column, button in enumerate(line)
            if "callback_data" in button
        }
        try:
            if A_QUESTION.search(message.text):
                self._answer_question(person, number, buttons)
            elif label := next((one for one in WILLING if one in buttons), None):
                told = label if self._chance.random() < WILLING[label] else INSTEAD.get(label)
                if told:
                    self._world.tap(person, number, *buttons[told])
        except Impossible:
            return  # the message has changed meanwhile, or they have blocked the bot

    def _answer_question(self, person: int, number: int, buttons: dict[str, tuple[int, int]]) -> None:
        answers = [label for label in buttons if not label.startswith(NO_ANSWERS)]
        if "Done" in buttons and any(label.startswith("☑") for label in answers):
            self._world.tap(person, number, *buttons["Done"])
        elif answers:
            self._written.pop(person, None)
            place = min(int(self._chance.expovariate(0.6)), len(answers) - 1)
            self._world.tap(person, number, *buttons[answers[place]])
        elif words := next(self._written.setdefault(person, iter(WRITTEN)), None):
            self._world.say(person, words)
