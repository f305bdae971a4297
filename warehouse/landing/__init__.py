"""What enters the warehouse: every cell of every raw file as text, with where it stood."""
