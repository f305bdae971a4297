"""Faults of the raw files, gathered so that one message names several of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.errors import InputError

_SHOWN = 10


class Problems:
    """The faults found so far; landing goes on reading to find more, then stops once."""

    def __init__(self) -> None:
        self.found: list[InputError] = []

    def add(self, problem: InputError) -> None:
        """Note a fault and go on."""
        self.found.append(problem)

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Note the fault that ends the block and go on after it."""
        try:
            yield
        except InputError as problem:
            self.add(problem)

    def raise_if_any(self, raw_dir: Path) -> None:
        """Stop with one message that shows up to ten faults.

        Raises
        ------
        InputError
            If any fault was noted.
        """
        if not self.found:
            return
        if len(self.found) == 1:
            raise self.found[0]
        lines = [f"The raw files in {raw_dir} have {len(self.found)} faults; nothing was landed."]
        for number, problem in enumerate(self.found[:_SHOWN], start=1):
            first, *rest = str(problem).splitlines()
            lines += [f"{number}. {first}", *(f"   {line}" for line in rest)]
        if len(self.found) > _SHOWN:
            lines.append(
                f"… and {len(self.found) - _SHOWN} more, which show when these are put right."
            )
        raise InputError("\n".join(lines))
