"""Names of places on the page, made of names that users chose."""

from __future__ import annotations

import re


def anchor(*names: str) -> str:
    """Return letters, digits and hyphens that a link can name.

    >>> anchor("paper", "durbin[none]")
    'paper-durbin-none'
    """
    return re.sub(r"[^A-Za-z0-9]+", "-", "-".join(names)).strip("-")
