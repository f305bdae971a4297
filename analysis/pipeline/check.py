"""What is checked before anything runs: that the columns a model names are there, as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from analysis.pipeline.panel import Panel
from analysis.study.model import Entry, Study
from analysis.study.names import suggestion
from warehouse.errors import InputError

_WITH_COMMA = re.compile(r"`[+-]?\d+(,\d+)+`")


def check_columns(study: Study, entries: Iterable[Entry], panels: Mapping[str, Panel]) -> None:
    """Check the columns and samples of every model against its panel.

    Raises
    ------
    InputError
        If a column is unknown (the message names the nearest) or not numeric, or a sample
        has no rows.
    """
    for entry in entries:
        panel = panels["unreplaced" if entry.twin_of is not None else "main"]
        for role, names in entry.options.roles().items():
            for name in names:
                _check_column(study, entry, panel, role, name)
        sample = entry.options.sample
        if not panel.samples[sample].any():
            raise InputError(
                f"The sample `{sample}` leaves no row of the panel {panel.name}.",
                where=f"{entry.where}.sample",
                found=study.samples[sample],
                next_step="widen its condition",
            )


def check_words(study: Study, panel: Panel) -> None:
    """Check that what the study has words for is a column, a sample or weights.

    Raises
    ------
    InputError
        If it is none of them; the message names the nearest.
    """
    keys = {panel.entity_column, panel.time_column or panel.entity_column}
    known = {*panel.columns, *keys, *study.samples, *study.weights}
    for name in study.words:
        if name not in known:
            raise InputError(
                f"`{name}` is no column, sample or weights of the study.",
                where=study.where("words", name),
                next_step=suggestion(name, sorted(known)),
            )


def _check_column(study: Study, entry: Entry, panel: Panel, role: str, name: str) -> None:
    if name in panel.numeric:
        return
    where = study.where("models", entry.base_id, role)
    if name in panel.text:
        raise InputError(
            f"The column `{name}` of the panel {panel.name} is not numeric.",
            where=where,
            found=f"for instance {panel.text[name]}",
            next_step=_as_numbers(name, panel.text[name]),
        )
    raise InputError(
        f"The panel {panel.name} has no column `{name}`.",
        where=where,
        next_step=suggestion(name, panel.columns),
    )


def _as_numbers(name: str, example: str) -> str:
    """Say how a column of text becomes numbers."""
    if not _WITH_COMMA.match(example):
        return "choose a column of numbers, or make one under `derive:`"
    return (
        "write numbers with a decimal point and without separators of thousands; or, if the comma "
        f"is a decimal one, derive a column: `{name}_number: replace({name}, ',', '.')::double`"
    )
