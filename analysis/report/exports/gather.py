"""Finds the journal tables in whatever a section hands to its template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from analysis.report.studies import Model, Study
from analysis.report.tables.three_line import ThreeLine

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEAVES = (str, bytes, Model, Study)


def tables_in(data: object) -> list[ThreeLine]:
    """Return every table inside nested mappings, sequences and dataclasses, each once.

    Parameters
    ----------
    data
        What the pieces of sections hold; studies and models are not looked into.

    Returns
    -------
    list of ThreeLine
        In the order of the page, the first of each anchor.
    """
    found: dict[str, ThreeLine] = {}
    for table in _walk(data):
        found.setdefault(table.anchor, table)
    return list(found.values())


def _walk(data: object) -> Iterator[ThreeLine]:
    if isinstance(data, ThreeLine):
        yield data
        return
    if isinstance(data, _LEAVES):
        return
    for part in _parts(data):
        yield from _walk(part)


def _parts(data: object) -> Iterable[object]:
    if isinstance(data, Mapping):
        return data.values()
    if isinstance(data, Sequence):
        return data
    if is_dataclass(data):
        return [getattr(data, field.name) for field in fields(data)]
    return ()
