"""Where the numbers come from: the runs, and what was asked of every model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from analysis.report.reader import NothingToShowError
from analysis.report.section import Piece, Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.report.context import Context
    from analysis.report.reader import Row

# Shown by name beside the settings, or empty in most models.
_ELSEWHERE = ("method", "title", "title_zh", "table", "column", "sample")
# Settings that only some kinds of standard error use; the others hold them as defaults.
_OF_KINDS = {
    "by": ("cluster", "cr3"),
    "rule": ("driscoll_kraay", "newey_west"),
    "lag": ("driscoll_kraay", "newey_west"),
}

_CHECKS = """
select gate, table_name, rule, column_name, n_checked, n_failed, sample_keys, passed,
    severity, requirement, checked_at
from results.data_quality_check
qualify check_run_id = last_value(check_run_id) over (
    partition by gate order by checked_at, check_run_id
    rows between unbounded preceding and unbounded following
)
order by gate, position
"""


def runs(context: Context) -> Mapping[str, object]:
    """Return the runs that the models shown come from, and a newer one that failed."""
    if not context.studies:
        raise NothingToShowError("missing.no_run")
    used = {model.facts["run_id"] for study in context.studies for model in study.models}
    used |= {study.run["run_id"] for study in context.studies}
    rows = [
        {**row, "packages": json.loads(row["packages"])}
        for row in context.reader.rows("select * from results.run order by started_at desc")
        if row["run_id"] in used
    ]
    return {"rows": rows}


def entries(context: Context) -> Mapping[str, object]:
    """Return every model with its settings, its rows and what it left out."""
    if not context.studies:
        raise NothingToShowError("missing.no_run")
    return {
        "studies": [
            {
                "study": study,
                "models": [
                    {
                        "model": model,
                        "settings": list(_settings(model.options)),
                        "share": context.unobserved_share(model),
                        "refusal": study.refusals.get(model.id),
                        "twin": study.twin(model.id),
                    }
                    for model in study.originals()
                ],
            }
            for study in context.studies
        ]
    }


def checks(context: Context) -> Mapping[str, object]:
    """Return the latest look of every gate; of a panel from a file, that at the results."""
    rows = [
        row
        for row in context.reader.rows(_CHECKS)
        if context.shows_marts or row["gate"] == "results"
    ]
    if not rows:
        raise NothingToShowError("missing.rows", table="results.data_quality_check")
    gates: dict[str, list[Row]] = {}
    for row in rows:
        gates.setdefault(row["gate"], []).append(row)
    return {
        "gates": [
            {
                "gate": gate,
                "n": len(found),
                "n_failed": sum(1 for row in found if not row["passed"]),
                "n_stopping": sum(
                    1 for row in found if not row["passed"] and row["severity"] == "stop"
                ),
                "checked_at": max(row["checked_at"] for row in found),
            }
            for gate, found in gates.items()
        ],
        "failed": [row for row in rows if not row["passed"]],
    }


def _settings(options: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in options.items():
        if name not in _ELSEWHERE and value not in (None, [], {}):
            yield name, _printed(value)


def _printed(value: object) -> str:
    if isinstance(value, dict):
        given = {key: one for key, one in value.items() if _matters(key, one, value.get("kind"))}
        return " ".join(
            _printed(one) if key == "kind" else f"{key}={_printed(one)}"
            for key, one in sorted(given.items(), key=lambda item: item[0] != "kind")
        )
    if isinstance(value, list):
        joint = "; " if any(isinstance(one, dict) for one in value) else ", "
        return joint.join(_printed(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _matters(key: str, value: object, kind: object) -> bool:
    """Say whether a setting has a part in the kind of standard error it stands beside."""
    return value is not None and (key not in _OF_KINDS or kind in _OF_KINDS[key])


SECTION = Section(
    id="provenance",
    source="results",
    pieces=(
        Piece("runs", ("results.run", "results.latest_model"), runs),
        Piece("checks", ("results.data_quality_check",), checks),
        Piece("entries", ("results.latest_model",), entries),
    ),
)
