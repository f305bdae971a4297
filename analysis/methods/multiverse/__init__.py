"""One coefficient under every declared choice: the specifications of a multiverse."""

from analysis.methods.multiverse.grid import Choices, Specification, specification_grid

__all__ = ["Choices", "Specification", "specification_grid"]
