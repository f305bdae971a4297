"""Journal tables as data: what stands in each cell, free of any output format."""
