"""Panels chosen by lot: recruiting, the draw, the seats that are offered, and renewal."""
