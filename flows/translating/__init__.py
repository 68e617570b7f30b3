"""What staff wrote, put into the languages and plain words that citizens read."""
