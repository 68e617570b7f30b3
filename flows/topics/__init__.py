"""Topics: what citizens put on the agenda themselves."""
