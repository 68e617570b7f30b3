"""What is said, and the rules of the dialogue; knows no Telegram and no SQL."""
