"""Standing panels: who sits on them, for how long, and who comes next."""
