"""Consultations and their short surveys: asking, reminding, closing, counting."""
