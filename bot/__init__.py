"""The way in and out: Telegram, the clock, the command line."""
