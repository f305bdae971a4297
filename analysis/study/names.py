"""The nearest valid spelling of a misspelt name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

_MANY = 14


def nearest(name: object, valid: Iterable[object]) -> str | None:
    """Return the valid name that `name` most likely meant, or None if none is near.

    Examples
    --------
    >>> nearest("regresors", ["outcome", "regressors"])
    'regressors'
    >>> nearest("AGG", ["agg", "wage"])
    'agg'
    """
    by_folded = {str(candidate).casefold(): str(candidate) for candidate in valid}
    folded = str(name).casefold()
    close = get_close_matches(folded, by_folded, n=1, cutoff=0.6)
    if close:
        return by_folded[close[0]]
    # A known name inside a longer one: `within` for `panel.within`.
    inside = [known for known in by_folded if folded and (folded in known or known in folded)]
    return by_folded[inside[0]] if len(inside) == 1 else None


def suggestion(name: object, valid: Collection[object]) -> str:
    """Return the advice for an unknown name: the nearest spelling, or what there is."""
    near = nearest(name, valid)
    if near is not None:
        return f"did you mean `{near}`?"
    if not valid:
        return "there are none to choose from"
    listed = sorted(str(candidate) for candidate in valid)
    more = f" and {len(listed) - _MANY} more" if len(listed) > _MANY else ""
    return f"there are: {', '.join(listed[:_MANY])}{more}"
