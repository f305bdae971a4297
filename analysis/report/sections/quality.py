"""Data quality: what landed, what cleaning did, which indicators hold, what moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.report import numbers
from analysis.report.figures.heatmap import KINDS, Series, quality_map
from analysis.report.reader import NothingToShowError
from analysis.report.section import Piece, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.report.context import Context
    from analysis.report.reader import Row

_LONGEST_LIST = 200

_NOTICE = ("source_file", "variable_text", "variable_id", "region_id", "year", "next_step")

_FILES = """
select
    source_file, layout, variable_text, vintage, first_year, last_year, n_regions,
    cells_read, cells_landed, cells_rejected, status, reason, is_synthetic
from marts.landing_file
order by status = 'landed', status, source_file
"""

_REJECTS_BY_REASON = """
select reason, count(*) as n_cells, count(distinct source_file) as n_files
from marts.landing_reject
group by reason
order by n_cells desc, reason
"""

_REJECTS = """
select source_file, source_cell, value_text, reason
from marts.landing_reject
order by source_file, row_no, column_no
limit ?
"""

_BY_YEAR = """
select
    variable_id,
    year,
    count(*) as n_cells,
    count(*) filter (value_status = 'observed') as observed,
    count(*) filter (starts_with(value_status, 'filled')) as filled,
    count(*) filter (starts_with(value_status, 'replaced')) as replaced,
    count(*) filter (value_status = 'missing') as missing
from marts.fct_observation
group by variable_id, year
order by variable_id, year
"""

_VARIABLES = """
select
    variable_id, kind, unit, vintage, n_files, n_cells, observed, filled, replaced, missing,
    filled_gap, filled_edge, replaced_bound, replaced_outlier, share_not_observed, reason, note
from marts.fct_data_quality
order by kind, share_not_observed desc nulls first, variable_id
"""

_INDICATORS = """
select status.indicator_id, status.dimension, status.status, status.is_used, status.reason,
    status.share_not_observed, status.vintages
from marts.fct_indicator_status as status
order by status.is_used, status.dimension, status.indicator_id
"""

_REVISIONS = """
select
    kind,
    variable_id,
    count(*) as n_cells,
    count(distinct region_id) as n_regions,
    min(year) as first_year,
    max(year) as last_year,
    first(value_before order by size desc, region_id, year) as value_before,
    first(value_after order by size desc, region_id, year) as value_after,
    first(region_id order by size desc, region_id, year) as region_id,
    first(year order by size desc, region_id, year) as year
from (
    -- A value that came or went has no change to compare: it is shown where none moved.
    select *, coalesce(abs(change), -1) as size from marts.fct_revision
)
group by kind, variable_id
order by kind desc, variable_id
"""


def landing(context: Context) -> Mapping[str, object]:
    """Return the raw files with their counts of cells."""
    files = context.reader.rows(_FILES)
    if not files:
        raise NothingToShowError("quality.no_files")
    landed = [row for row in files if row["status"] == "landed"]
    total = {
        name: sum(row[name] or 0 for row in files)
        for name in ("cells_read", "cells_landed", "cells_rejected")
    }
    return {
        "files": files,
        "n_landed": len(landed),
        "set_aside": [row for row in files if row["status"] != "landed"],
        **total,
    }


def rejects(context: Context) -> Mapping[str, object]:
    """Return the cells that were read and not landed."""
    by_reason = context.reader.rows(_REJECTS_BY_REASON)
    return {
        "by_reason": by_reason,
        "cells": context.reader.rows(_REJECTS, _LONGEST_LIST),
        "n_cells": sum(row["n_cells"] for row in by_reason),
    }


def notices(context: Context) -> Mapping[str, object]:
    """Return the remarks of landing and measurement, grouped by topic."""
    rows: list[Row] = []
    for table in ("fct_landing_notice", "fct_measurement_notice"):
        if context.reader.has(f"marts.{table}"):
            found = context.reader.rows(f"select * from marts.{table} order by notice_no")
            rows += [dict.fromkeys(_NOTICE) | row for row in found]
    topics: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        topics.setdefault((row["severity"], row["topic"]), []).append(row)
    ordered = sorted(topics.items(), key=lambda item: (item[0][0] != "warn", item[0][1]))
    return {
        "topics": [
            {"severity": severity, "topic": topic, "rows": found[:_LONGEST_LIST], "n": len(found)}
            for (severity, topic), found in ordered
        ],
        "n": len(rows),
    }


def variables(context: Context) -> Mapping[str, object]:
    """Return the heat map of cells that are not observed, and the same as a table."""
    rows = context.reader.rows(_VARIABLES)
    by_year: dict[str, list[Row]] = {}
    for row in context.reader.rows(_BY_YEAR):
        by_year.setdefault(row["variable_id"], []).append(row)
    if not by_year:
        raise NothingToShowError("missing.rows", table="marts.fct_observation")
    raw = [row for row in rows if row["kind"] == "raw"]
    drawn = [row for row in raw if row["variable_id"] in by_year]
    series = [_series(row, by_year[row["variable_id"]], context) for row in drawn]
    years = sorted({row["year"] for found in by_year.values() for row in found})
    return {
        "figure": quality_map(series, years, context.text),
        "raw": raw,
        "study": [row for row in rows if row["kind"] == "study"],
        "kinds": KINDS,
    }


def indicators(context: Context) -> Mapping[str, object]:
    """Return which indicators the index is made of, and why others are not in it."""
    rows = context.reader.rows(_INDICATORS)
    if not rows:
        raise NothingToShowError("missing.rows", table="marts.fct_indicator_status")
    return {
        "left_out": [row for row in rows if not row["is_used"] or row["reason"]],
        "n_used": sum(1 for row in rows if row["is_used"]),
        "n": len(rows),
    }


def revisions(context: Context) -> Mapping[str, object]:
    """Return what moved in history since the build before."""
    return {"rows": context.reader.rows(_REVISIONS)}


def _series(row: Row, by_year: list[Row], context: Context) -> Series:
    name = context.variable(row["variable_id"])
    return Series(
        name=name,
        shares={one["year"]: 1 - one["observed"] / one["n_cells"] for one in by_year},
        missing={one["year"]: one["missing"] / one["n_cells"] for one in by_year},
        tips={one["year"]: _tip(name, one, context) for one in by_year},
        counts={kind: row[kind] or 0 for kind in KINDS},
    )


def _tip(name: str, row: Row, context: Context) -> str:
    counts = [
        f"{context.text(f'quality.kind_{kind}')} {numbers.integer(row[kind])}"
        for kind in KINDS
        if row[kind]
    ]
    return f"{name}, {row['year']}: {', '.join(counts)}"


SECTION = Section(
    id="quality",
    source="marts",
    pieces=(
        Piece("landing", ("marts.landing_file",), landing),
        Piece("rejects", ("marts.landing_reject",), rejects),
        Piece("variables", ("marts.fct_observation", "marts.fct_data_quality"), variables),
        Piece("indicators", ("marts.fct_indicator_status",), indicators),
        Piece("notices", ("marts.fct_landing_notice",), notices),
        Piece("revisions", ("marts.fct_revision",), revisions),
    ),
)
