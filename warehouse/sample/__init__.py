"""The synthetic sample: raw files in the form users download them, their generator and its truth."""
