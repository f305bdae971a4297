"""What a defect is, on which a gate must turn red."""

from __future__ import annotations

from typing import NamedTuple


class Breakage(NamedTuple):
    """A defect of the data and the rule that guards against it."""

    gate: str
    table: str
    rule: str
    sql: str
    names: str = ""  # a piece of the offending row's key that the message must hold
