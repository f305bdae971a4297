"""Gate `landing`: every cell of every raw file arrived, and it is known what it says.

Reads what the raw files became (``landing.*``), its staging, and the registries (``seeds``).
"""

from __future__ import annotations

from expectations.catalog import Catalog
from expectations.rules import Among, Between, NoRows, Rule, SameAs, finite, forbid, unique

CELLS = "landing.cell"
FILES = "landing.file"
REJECTS = "landing.reject"
NOTICES = "landing.notice"
STAGED = "staging.stg_landing__cells"

FILE_KEY = ("source_file",)
CELL_KEY = ("source_file", "source_cell")

# A year outside these is a misread column heading, not a year.
FIRST_YEAR, LAST_YEAR = 1800, 2200


def suite(catalog: Catalog) -> list[Rule]:
    """Return the rules of the gate.

    Raises
    ------
    InputError
        If the landed files are not in the database.
    """
    catalog.require(
        CELLS, FILES, REJECTS, STAGED, next_step="run `dbt build`, which lands the raw files"
    )
    return [
        *_files(),
        *_origins(catalog),
        *_accounting(),
        *_staging(),
        *_cells(),
        *_readings(),
        *_registries(catalog),
        *_rejects(catalog),
    ]


def _files() -> list[Rule]:
    return [
        unique(FILES, FILE_KEY),
        Rule(
            table=FILES,
            name="something_landed",
            column="status",
            judged="n_landed",
            requirement="at least one raw file landed",
            frame=f"select count(*) as n_landed from {FILES} where status = 'landed'",
            keys=(),
            expect=Between(minimum=1),
        ),
        Rule(
            table=FILES,
            name="status_known",
            column="status",
            requirement="a file is landed, set_aside or ignored",
            frame=f"select source_file, status from {FILES} order by source_file",
            keys=FILE_KEY,
            expect=Among(("landed", "set_aside", "ignored")),
        ),
        forbid(
            FILES,
            "reason_given",
            "reason",
            "a file that did not land says why",
            where="coalesce(trim(reason), '') = ''",
            among="status <> 'landed'",
            keys=(*FILE_KEY, "status"),
        ),
    ]


def _origins(catalog: Catalog) -> list[Rule]:
    return [
        forbid(
            FILES,
            "sha256_known",
            "file_sha256",
            "every file is pinned by its SHA-256",
            where="coalesce(length(file_sha256), 0) <> 64",
            keys=FILE_KEY,
        ),
        Rule(
            table=FILES,
            name="sample_not_mixed",
            column="is_synthetic",
            judged="n_kinds",
            requirement="files of the synthetic sample and other files are not mixed",
            frame=f"select count(distinct is_synthetic) as n_kinds, "
            f"count(*) filter (is_synthetic) as n_sample_files, "
            f"count(*) filter (not is_synthetic) as n_own_files "
            f"from {FILES} where status = 'landed'",
            keys=("n_sample_files", "n_own_files"),
            expect=Between(maximum=1),
            severity="warn",
        ),
        *finite(catalog, FILES, FILE_KEY),
    ]


def _accounting() -> list[Rule]:
    return [
        Rule(
            table=FILES,
            name="cells_accounted_for",
            column="cells_read",
            requirement="cells read = cells landed + cells rejected, per file",
            frame=f"select source_file, cells_read, cells_landed + cells_rejected as "
            f"cells_accounted from {FILES} order by source_file",
            keys=FILE_KEY,
            expect=SameAs("cells_accounted"),
        ),
        _stored("landed_cells_stored", CELLS, "cells_landed", "cells_stored"),
        _stored("rejected_cells_stored", REJECTS, "cells_rejected", "rejects_stored"),
        Rule(
            table=FILES,
            name="landed_file_has_cells",
            column="cells_landed",
            requirement="a landed file holds at least one cell",
            frame=f"select source_file, cells_landed from {FILES} where status = 'landed' "
            "order by source_file",
            keys=FILE_KEY,
            expect=Between(minimum=1),
        ),
        Rule(
            table=FILES,
            name="set_aside_file_has_no_cells",
            column="cells_landed",
            requirement="no cell of a file that was set aside lands",
            frame=f"select source_file, cells_landed from {FILES} where status <> 'landed' "
            "order by source_file",
            keys=FILE_KEY,
            expect=Between(maximum=0),
        ),
    ]


def _staging() -> list[Rule]:
    return [
        Rule(
            table=STAGED,
            name="every_cell_staged",
            column=None,
            judged="n_staged",
            requirement="staging holds every landed cell, once",
            frame=f"select (select count(*) from {STAGED}) as n_staged, "
            f"(select count(*) from {CELLS}) as n_landed",
            keys=(),
            expect=SameAs("n_landed"),
        ),
        forbid(
            CELLS,
            "file_listed",
            "source_file",
            "every cell comes from a file that is listed as landed",
            where=f"source_file not in (select source_file from {FILES} where status = 'landed')",
            keys=CELL_KEY,
        ),
    ]


def _stored(name: str, table: str, promised: str, counted: str) -> Rule:
    return Rule(
        table=table,
        name=name,
        column="source_file",
        judged=promised,
        requirement=f"the table holds as many rows per file as its {promised}",
        frame=f"select files.source_file, files.{promised}, count(rows.source_file) as {counted} "
        f"from {FILES} as files left join {table} as rows "
        f"on files.source_file = rows.source_file "
        f"group by files.source_file, files.{promised} order by files.source_file",
        keys=FILE_KEY,
        expect=SameAs(counted),
    )


def _cells() -> list[Rule]:
    complete = [
        forbid(
            CELLS,
            f"{column}_known",
            column,
            f"every landed cell has its {label}",
            where=f"{column} is null or trim(cast({column} as varchar)) = ''",
            keys=CELL_KEY,
        )
        for column, label in (
            ("region_id", "region"),
            ("year", "year"),
            ("variable_text", "variable"),
            ("source_cell", "place in the file"),
        )
    ]
    return [
        *complete,
        Rule(
            table=CELLS,
            name="place_unique",
            column=None,
            requirement="a cell of a file lands once",
            frame=f"select source_file, sheet, row_no, column_no, count(*) as n_rows from {CELLS} "
            "group by source_file, sheet, row_no, column_no having count(*) > 1",
            keys=("source_file", "sheet", "row_no", "column_no", "n_rows"),
            expect=NoRows(),
            scope=f"select count(*) from {CELLS}",
        ),
    ]


def _readings() -> list[Rule]:
    return [
        forbid(
            CELLS,
            "year_plausible",
            "year",
            f"a year lies between {FIRST_YEAR} and {LAST_YEAR}",
            where=f"year not between {FIRST_YEAR} and {LAST_YEAR}",
            keys=CELL_KEY,
        ),
        forbid(
            CELLS,
            "unit_known",
            "unit",
            "every cell of a registered variable has a unit",
            where="unit is null",
            among="variable_id is not null",
            keys=(*CELL_KEY, "variable_id"),
        ),
        forbid(
            CELLS,
            "number_is_a_number",
            "number_text",
            "what landed as a number is one, and finite",
            where="not coalesce(isfinite(try_cast(number_text as double)), false)",
            among="number_text is not null",
            keys=(*CELL_KEY, "value_text"),
        ),
    ]


def _registries(catalog: Catalog) -> list[Rule]:
    rules: list[Rule] = []
    for column, seed, what in (
        ("region_id", "seeds.regions", "region"),
        ("variable_id", "seeds.raw_variables", "variable"),
        ("unit", "seeds.units", "unit"),
    ):
        if catalog.has(seed, column):
            rules.append(
                forbid(
                    CELLS,
                    f"{column}_registered",
                    column,
                    f"the {what} is in the registry {seed.removeprefix('seeds.')}",
                    where=f"{column} not in (select {column} from {seed})",
                    among=f"{column} is not null",
                    keys=CELL_KEY,
                )
            )
    return [*rules, *_variables_supplied(catalog)]


def _variables_supplied(catalog: Catalog) -> list[Rule]:
    uses = [
        f"select {column} as variable_id from {seed}"
        for seed, column in (
            ("seeds.formula_parts", "variable_id"),
            ("seeds.derived_variables", "source_variable_id"),
            ("seeds.quotients", "numerator_id"),
            ("seeds.quotients", "denominator_id"),
        )
        if catalog.has(seed, column)
    ]
    if not uses or not catalog.has("seeds.raw_variables", "variable_id"):
        return []
    needed = (
        "select variable_id from seeds.raw_variables "
        f"where variable_id in ({' union all '.join(uses)})"
    )
    return [
        Rule(
            table=CELLS,
            name="variable_supplied",
            column="variable_id",
            requirement="every variable that a formula of the study needs has a landed number",
            frame=f"{needed} and variable_id not in (select variable_id from {CELLS} "
            "where variable_id is not null and number_text is not null)",
            keys=("variable_id",),
            expect=NoRows(),
            scope=f"select count(*) from ({needed})",
            severity="warn",
        )
    ]


def _rejects(catalog: Catalog) -> list[Rule]:
    rules = [
        forbid(
            REJECTS,
            "reason_given",
            "reason",
            "a rejected cell says why",
            where="coalesce(trim(reason), '') = ''",
            keys=CELL_KEY,
        )
    ]
    if catalog.has(NOTICES, "severity", "topic", "detail"):
        rules.append(
            Rule(
                table=NOTICES,
                name="no_warnings",
                column="topic",
                requirement="landing noticed nothing that a reader should look at",
                frame=f"select topic, detail from {NOTICES} where severity = 'warn'",
                keys=("topic", "detail"),
                expect=NoRows(),
                scope=f"select count(*) from {NOTICES}",
                severity="warn",
            )
        )
    return rules
