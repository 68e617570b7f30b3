"""Who takes part: what the organisation asks about people, and who they are in numbers."""
