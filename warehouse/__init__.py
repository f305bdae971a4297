"""The database as a thing: what enters it and what leaves it."""
