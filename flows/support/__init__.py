"""One person and staff: a question somebody opens, and answers until one of both closes it."""
