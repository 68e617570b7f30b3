"""The reference: python-telegram-bot as it is installed, echoing what people say. It remembers nothing."""

from __future__ import annotations

import os
from typing import Any

from telegram import Update
from telegram.ext import Application, MessageHandler, filters


async def echo(update: Update, _context: Any) -> None:
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


def main() -> None:
    application = Application.builder().token(os.environ["TOKEN"]).base_url(f"{os.environ['API_URL']}/bot").build()
    application.add_handler(MessageHandler(filters.ALL, echo))
    application.run_polling(stop_signals=None)


if __name__ == "__main__":
    main()
