"""Staff: colleagues, the organisation, and the state of the machinery."""
