"""Hello: language, what taking part means, help, and stopping."""
