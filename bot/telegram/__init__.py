"""The only rooms that know Telegram."""
