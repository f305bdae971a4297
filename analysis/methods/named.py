"""Coefficients by name."""

from __future__ import annotations


class Named:
    """A fit whose coefficients have names, one each.

    Attributes
    ----------
    terms
        Names of the coefficients, in their order.
    """

    __slots__ = ()

    terms: tuple[str, ...]

    def position(self, term: str) -> int:
        """Where `term` stands among the coefficients.

        Raises
        ------
        ValueError
            If the model has no such term.
        """
        if term not in self.terms:
            raise ValueError(f"no term {term!r}; the model has {', '.join(self.terms)}")
        return self.terms.index(term)
