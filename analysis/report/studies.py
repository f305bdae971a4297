"""The studies whose results a database holds, each by what its newest runs left."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.report.anchors import anchor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from analysis.report.reader import Reader, Row


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of a study as its newest finished run left it.

    Attributes
    ----------
    facts
        Its row of ``results.latest_model``.
    options
        Its settings, defaults included.
    panel
        The panel of its study: schema and table, or a file.
    anchor
        Where the page describes it.
    """

    facts: Row
    options: Mapping[str, Any]
    panel: str
    anchor: str

    @property
    def study_id(self) -> str:
        """The study of the entry."""
        return str(self.facts["study_id"])

    @property
    def id(self) -> str:
        """The study entry."""
        return str(self.facts["model_id"])

    def title(self, lang: str) -> str | None:
        """Return the model in words, in a language where the study gives it; None without one."""
        titles = (self.options.get(f"title_{lang}"), self.facts["title"])
        return next((str(title) for title in titles if title), None)

    @property
    def method(self) -> str:
        """Name of the method, e.g. ``panel.within``."""
        return str(self.facts["method"])

    @property
    def table_no(self) -> str | None:
        """Printed table that the model reproduces."""
        number: str | None = self.facts["table_no"]
        return number

    @property
    def column_no(self) -> str:
        """Column of that table; empty where it has none."""
        return self.facts["column_no"] or ""

    @property
    def twin_of(self) -> str | None:
        """The model of which this is the re-run on unreplaced data."""
        original: str | None = self.facts["twin_of"]
        return original

    @property
    def columns(self) -> frozenset[str]:
        """Every text among its settings; the columns that it uses are among them."""
        return frozenset(_texts(self.options))

    @property
    def is_refused(self) -> bool:
        """Whether the data do not identify the model."""
        return bool(self.facts["status"] == "refused")


@dataclass(frozen=True, slots=True)
class Study:
    """A study and everything its latest models left.

    Attributes
    ----------
    run
        Row of ``results.run`` of the newest finished run.
    models
        In the order of the study file.
    estimates, fit, diagnostics, replication
        Rows of the ``latest_…`` views by model, in their order.
    refusals
        Row of ``results.latest_refusal`` by model.
    newer_failure
        The newest run, if it failed after the one shown.
    titles
        The study in words by language, as its file gives them.
    words
        What the study file calls its names, by language and kind: column, sample, weights.
    """

    run: Row
    models: tuple[Model, ...]
    estimates: Mapping[str, list[Row]]
    fit: Mapping[str, list[Row]]
    diagnostics: Mapping[str, list[Row]]
    replication: Mapping[str, list[Row]]
    refusals: Mapping[str, Row]
    newer_failure: Row | None
    titles: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The study's name: its file without the ending."""
        return str(self.run["study_id"])

    @property
    def study_id(self) -> str:
        """The same, as its models call it."""
        return self.id

    @property
    def panel(self) -> str:
        """Its panel: schema and table, or a file."""
        return str(self.run["panel"])

    @property
    def title(self) -> str:
        """The study in words."""
        return str(self.run["study_title"])

    @property
    def is_synthetic(self) -> bool:
        """Whether any model shown was made from the synthetic sample."""
        return bool(self.run["is_synthetic"]) or any(m.facts["is_synthetic"] for m in self.models)

    @property
    def n_runs(self) -> int:
        """How many runs made the models shown: several after a run of some models only."""
        return len({str(model.facts["run_id"]) for model in self.models})

    @property
    def outdated(self) -> list[Model]:
        """The models whose panel is not the one in the marts, or that a newer run refused."""
        return [model for model in self.models if not model.facts["is_current"]]

    @property
    def abandoned(self) -> list[Model]:
        """The models that the study file no longer has, or has with other settings."""
        return [model for model in self.models if not model.facts["is_in_study"]]

    def headline(self, model_id: str) -> list[Row]:
        """Return a model's estimates with the kind of standard error the study names first."""
        return [row for row in self.estimates.get(model_id, []) if row["is_headline"]]

    def originals(self) -> list[Model]:
        """Return the models that are no twins."""
        return [model for model in self.models if model.twin_of is None]

    def twin(self, model_id: str) -> Model | None:
        """Return the re-run of a model on unreplaced data."""
        return next((model for model in self.models if model.twin_of == model_id), None)


_NEEDED = ("results.run", "results.model", "results.latest_model")


def read_studies(reader: Reader, only: str | None = None) -> tuple[Study, ...]:
    """Return the studies with a finished run, the newest run first, or only the one named."""
    runs = [run for run in newest_runs(reader) if only in (None, run["study_id"])]
    if not runs:
        return ()
    models = _by_study(reader, "model")
    tables = {name: _by_study(reader, name) for name in _LATEST}
    failures = _newer_failures(reader)
    said = _wording(reader)
    return tuple(_study(run, models, tables, failures, said.get(run["run_id"], [])) for run in runs)


def newest_runs(reader: Reader) -> list[Row]:
    """Return the newest finished run of each study, the newest first."""
    if reader.absent(_NEEDED):
        return []
    return reader.rows(
        "select * from results.run where status = 'finished' "
        "qualify row_number() over (partition by study_id "
        "order by started_at desc, run_id desc) = 1 order by started_at desc, run_id desc"
    )


_LATEST = ("estimate", "fit_statistic", "diagnostic", "replication", "refusal")
_Grouped = dict[str, list["Row"]]


def _study(
    run: Row,
    models: _Grouped,
    tables: Mapping[str, _Grouped],
    failures: Mapping[str, Row],
    said: list[Row],
) -> Study:
    name = run["study_id"]
    of_model = {table: _grouped(rows.get(name, []), _model_id) for table, rows in tables.items()}
    return Study(
        run=run,
        models=tuple(_model(run, row, place) for place, row in enumerate(models.get(name, []), 1)),
        estimates=of_model["estimate"],
        fit=of_model["fit_statistic"],
        diagnostics=of_model["diagnostic"],
        replication=of_model["replication"],
        refusals={model: rows[0] for model, rows in of_model["refusal"].items()},
        newer_failure=failures.get(name),
        titles={row["lang"]: row["words"] for row in said if row.get("what") == "study"},
        words={
            lang: {
                kind: {row["name"]: row["words"] for row in of_kind}
                for kind, of_kind in _grouped(rows, lambda row: str(row.get("what"))).items()
            }
            for lang, rows in _grouped(said, lambda row: str(row["lang"])).items()
        },
    )


def _model(run: Row, row: Row, place: int) -> Model:
    words = anchor(row["study_id"], row["model_id"])
    # The views of an older run do not know which entries their study file still has.
    row = {"is_in_study": True, **row}
    return Model(row, json.loads(row["options"]), run["panel"], f"model-{words}-{place}")


def _by_study(reader: Reader, table: str) -> _Grouped:
    if not reader.has(f"results.latest_{table}"):
        return {}
    order = "model_id" if table == "refusal" else "model_id, position"
    order = "position, model_id" if table == "model" else order
    rows = reader.rows(f"select * from results.latest_{table} order by study_id, {order}")
    return _grouped(rows, lambda row: str(row["study_id"]))


def _wording(reader: Reader) -> _Grouped:
    """Return, by run, what its study calls itself and its names; older runs say nothing."""
    if not reader.has("results.wording"):
        return {}
    rows = reader.rows("select * from results.wording order by run_id, name, lang")
    return _grouped(rows, lambda row: str(row["run_id"]))


def _newer_failures(reader: Reader) -> dict[str, Row]:
    rows = reader.rows(
        "select * from results.run qualify row_number() over (partition by study_id "
        "order by started_at desc, run_id desc) = 1"
    )
    return {row["study_id"]: row for row in rows if row["status"] == "failed"}


def _model_id(row: Row) -> str:
    return str(row["model_id"])


def _grouped(rows: list[Row], key: Callable[[Row], str]) -> _Grouped:
    groups: _Grouped = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
