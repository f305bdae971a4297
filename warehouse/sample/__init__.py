"""The synthetic sample: raw files as users download them, their generator and its truth."""
