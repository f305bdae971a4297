"""One defect per rule of the gate `landing`, and which rule must say so."""

from __future__ import annotations

from tests.unit.gates.breakage import Breakage

LANDING = [
    Breakage(
        "landing",
        "landing.file",
        "key_unique",
        "insert into landing.file select * from landing.file limit 1",
        "n_rows 2",
    ),
    Breakage(
        "landing",
        "landing.file",
        "something_landed",
        "update landing.file set status = 'set_aside', reason = 'x'",
    ),
    Breakage(
        "landing",
        "landing.file",
        "status_known",
        "update landing.file set status = 'lost' where source_file = 'raw/notes.csv'",
        "raw/notes.csv",
    ),
    Breakage(
        "landing",
        "landing.file",
        "status_known",
        "update landing.file set status = null where source_file = 'raw/notes.csv'",
        "status missing",
    ),
    Breakage(
        "landing",
        "landing.file",
        "reason_given",
        "update landing.file set reason = ' '",
        "raw/notes.csv",
    ),
    Breakage(
        "landing", "landing.file", "sha256_known", "update landing.file set file_sha256 = 'abc'"
    ),
    Breakage(
        "landing",
        "landing.file",
        "sample_not_mixed",
        "update landing.file set is_synthetic = false where source_file = 'raw/workers.csv'",
        "n_own_files 1",
    ),
    Breakage(
        "landing",
        "landing.file",
        "cells_accounted_for",
        "update landing.file set cells_read = 10 where source_file = 'raw/workers.csv'",
        "raw/workers.csv",
    ),
    Breakage(
        "landing",
        "landing.cell",
        "landed_cells_stored",
        "delete from landing.cell where source_cell = 'R2C2'",
        "cells_stored 8",
    ),
    Breakage(
        "landing",
        "landing.reject",
        "rejected_cells_stored",
        "insert into landing.reject values ('raw/workers.csv', 'A1', 'x', 'a footnote')",
        "raw/workers.csv",
    ),
    Breakage(
        "landing",
        "landing.file",
        "landed_file_has_cells",
        "update landing.file set status = 'landed' where source_file = 'raw/notes.csv'",
    ),
    Breakage(
        "landing",
        "landing.file",
        "set_aside_file_has_no_cells",
        "update landing.file set status = 'set_aside' where source_file = 'raw/workers.csv'",
    ),
    Breakage(
        "landing",
        "staging.stg_landing__cells",
        "every_cell_staged",
        "delete from staging.stg_landing__cells where source_cell = 'R2C2'",
        "n_staged 16",
    ),
    Breakage(
        "landing",
        "landing.cell",
        "file_listed",
        "delete from landing.file where source_file = 'raw/workers.csv'",
        "source_cell R2C2",
    ),
    *(
        Breakage(
            "landing",
            "landing.cell",
            f"{column}_known",
            f"update landing.cell set {column} = null where source_file = 'raw/workers.csv'",
        )
        for column in ("region_id", "year", "variable_text", "source_cell")
    ),
    Breakage(
        "landing",
        "landing.cell",
        "place_unique",
        "insert into landing.cell select * from landing.cell where source_cell = 'R2C2'",
        "row_no 2",
    ),
    Breakage(
        "landing",
        "landing.cell",
        "year_plausible",
        "update landing.cell set year = 20211 where year = 2021",
        "20211",
    ),
    Breakage(
        "landing",
        "landing.cell",
        "unit_known",
        "update landing.cell set unit = null where year = 2021",
        "variable_id workers",
    ),
    Breakage(
        "landing",
        "landing.cell",
        "number_is_a_number",
        "update landing.cell set number_text = '1O' where source_cell = 'R2C2'",
        "1O",
    ),
    Breakage(
        "landing", "landing.cell", "region_id_registered", "update landing.cell set region_id = 99"
    ),
    Breakage(
        "landing",
        "landing.cell",
        "variable_id_registered",
        "update landing.cell set variable_id = 'workrs'",
        "workrs",
    ),
    Breakage("landing", "landing.cell", "unit_registered", "update landing.cell set unit = 'ell'"),
    Breakage(
        "landing",
        "landing.cell",
        "variable_supplied",
        "insert into seeds.raw_variables values ('roads', 0, 1); "
        "insert into seeds.quotients values ('density', 'roads', 'workers')",
        "roads",
    ),
    Breakage(
        "landing",
        "landing.reject",
        "reason_given",
        "insert into landing.reject values ('raw/workers.csv', 'A1', 'x', null)",
        "A1",
    ),
    Breakage(
        "landing",
        "landing.notice",
        "no_warnings",
        "insert into landing.notice values ('warn', 'unit_magnitude', 'ten thousand fold')",
        "ten thousand fold",
    ),
]
