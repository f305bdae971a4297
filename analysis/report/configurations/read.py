"""The rows that fsQCA and NCA models left, model by model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.report.reader import NotAskedForError

if TYPE_CHECKING:
    from analysis.report.context import Context
    from analysis.report.reader import Row
    from analysis.report.studies import Model, Study


@dataclass(frozen=True, slots=True)
class Analysis:
    """One model with the rows it left.

    Attributes
    ----------
    study, model
        Whose they are.
    rows
        By result table, in their order.
    """

    study: Study
    model: Model
    rows: Mapping[str, Sequence[Row]]

    def of(self, table: str) -> Sequence[Row]:
        """Return the rows of one result table."""
        return self.rows.get(table, ())

    @property
    def conditions(self) -> list[str]:
        """The conditions, in the study's order."""
        return [str(name) for name in self.model.options["conditions"]]

    @property
    def outcome(self) -> str:
        """The outcome, with a tilde where its negation is studied."""
        return str(self.model.facts["outcome"])

    @property
    def replication(self) -> Mapping[tuple[str, str, str], Row]:
        """Published figures with ours, by column, term and quantity."""
        return {
            (row["column_no"], row["term"], row["quantity"]): row
            for row in self.study.replication.get(self.model.id, [])
        }


def analyses(
    context: Context,
    methods: Sequence[str],
    tables: Mapping[str, str],
    *,
    twins: bool = False,
) -> list[Analysis]:
    """Return the models of some methods with rows of some tables.

    Parameters
    ----------
    context
        The database and its studies.
    methods
        Names of methods.
    tables
        Result tables, each with the order of its rows (SQL).
    twins
        The re-runs on unreplaced data instead of the originals.

    Raises
    ------
    NothingToShowError
        If no study has such a model, or the data made no sets of all of them.
    """
    found = {table: _by_model(context, table, order) for table, order in tables.items()}
    shown = [
        Analysis(
            study,
            model,
            {table: rows.get((study.id, model.id), []) for table, rows in found.items()},
        )
        for study in context.studies
        for model in study.models
        if model.method in methods and not model.is_refused and (model.twin_of is not None) == twins
    ]
    if not shown:
        raise NotAskedForError("configurations.none")
    return shown


def of_table(found: Sequence[Analysis]) -> list[list[Analysis]]:
    """Return the models that stand in one table: of one printed table, or of like cases."""
    groups: dict[tuple[object, ...], list[Analysis]] = {}
    for one in found:
        of = one.model.table_no or tuple(one.conditions)
        key = (one.study.id, of, one.model.options["cases"])
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def outcome_words(one: Analysis, context: Context) -> str:
    """Return the outcome in words: high, or not high."""
    name = one.outcome.removeprefix("~")
    words = context.of(one.study).variable(name)
    key = "not_high" if one.outcome.startswith("~") else "high"
    return context.text(f"configurations.{key}", name=words)


def numbered(group: Sequence[Analysis], title: str, context: Context) -> str:
    """Return a caption, with the number of the printed table where there is one."""
    number = group[0].model.table_no
    return context.text("models.numbered", number=number, title=title) if number else title


def _by_model(context: Context, table: str, order: str) -> dict[tuple[str, str], list[Row]]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in context.reader.rows(f"select * from results.latest_{table} order by {order}"):
        groups.setdefault((row["study_id"], row["model_id"]), []).append(row)
    return groups
