"""What is checked before anything runs: that the columns a model names are there, as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from analysis.pipeline.panel import Panel
from analysis.results.records import Wording
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
        If it is none of them (the message names the nearest), not the kind of thing that the
        words are for, or several of them and one text for all.
    """
    known = _named(study, panel)
    for name, words in study.words.items():
        kinds = [kind for kind, names in known.items() if name in names]
        where = study.where("words", name)
        if not kinds:
            raise InputError(
                f"`{name}` is no column, sample or weights of the study.",
                where=where,
                next_step=suggestion(name, sorted(set().union(*known.values()))),
            )
        for kind in words.of_kinds:
            if kind not in kinds:
                raise InputError(
                    f"`{name}` is no {kind} of the study, but a {' and a '.join(kinds)}.",
                    where=f"{where}.{kind}",
                    next_step="take out the words for what has not that name",
                )
        if len(kinds) > 1 and not words.of_kinds:
            one, other = kinds[:2]
            raise InputError(
                f"`{name}` is the name of a {' and of a '.join(kinds)}.",
                where=where,
                next_step=f"say which the words are for: `{name}: {{{one}: …, {other}: …}}`",
            )


def wording(study: Study, panel: Panel) -> list[Wording]:
    """Return what the study calls itself in Chinese, and its names in either language."""
    known = _named(study, panel)
    said: list[tuple[str, str, str | None, str | None]]
    said = [("study", study.study_id, None, study.title_zh)]
    for name, words in study.words.items():
        of_kinds = words.of_kinds or {kind: words for kind, names in known.items() if name in names}
        said += [(kind, name, of.en, of.zh) for kind, of in of_kinds.items()]
    return [
        Wording(what=what, name=name, lang=lang, words=text)
        for what, name, en, zh in said
        for lang, text in (("en", en), ("zh", zh))
        if text is not None
    ]


def _named(study: Study, panel: Panel) -> dict[str, set[str]]:
    """Return the names that there are, by kind."""
    keys = {panel.entity_column, panel.time_column or panel.entity_column}
    return {
        "column": {*panel.columns, *keys},
        "sample": set(study.samples),
        "weights": set(study.weights),
    }


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
