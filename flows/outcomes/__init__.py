"""Outcomes: what was decided, told to everybody who was asked; and what is still owed."""
