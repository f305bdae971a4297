"""The parts of publishing: who allows it, the copy, its audit, and the swap."""
