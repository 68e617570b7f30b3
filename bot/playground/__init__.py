"""A local Bot API server and a chat page: the demo, and the peer of the end-to-end tests."""
