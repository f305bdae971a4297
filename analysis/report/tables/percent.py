"""Quantiles in percent."""

from __future__ import annotations

import re

from analysis.report import numbers

_QUANTILE = re.compile(r"q=(\d\.\d+)")


def label_of(part: str) -> str:
    """Return what to call a quantile, or several.

    >>> label_of("q=0.10, q=0.90")
    '10 %, 90 %'
    """
    return _QUANTILE.sub(lambda found: numbers.percent(float(found[1]), 0), part)
