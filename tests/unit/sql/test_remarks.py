"""The remarks at the end of a build: plain words, an example each, no cut inside a word."""

from __future__ import annotations

import re

import duckdb
from jinja2 import Environment

from analysis.report.texts import catalogue
from tests.support import ROOT

MACROS = ROOT / "warehouse" / "macros" / "remarks.sql"
LONG = "its parts come from " + "gdp_after_5th_census " * 12


def _query() -> str:
    environment = Environment(autoescape=False, extensions=["jinja2.ext.do"])
    macros = environment.from_string(
        MACROS.read_text("utf-8"), {"kept_relation": lambda name, schema: f"{schema}.{name}"}
    )
    return str(macros.module.remark_lines())


def _lines() -> list[str]:
    with duckdb.connect() as connection:
        connection.execute(f"""
            create schema marts;
            create table marts.dim_variable as
                select 'budget' as variable_id, 'Local budget' as name_en;
            create table marts.dim_indicator as
                select 'retail' as indicator_id, 'Retail over product' as name_en;
            create table marts.fct_landing_notice as select * from (values
                (1, 'warn', 'file_set_aside', 'a.csv', null::varchar, 'Set aside: no region.'),
                (2, 'info', 'unused_variable', 'b.csv', null, 'grain is not used.'),
                (3, 'info', 'unused_variable', 'c.csv', null, 'tea is not used.'),
                (4, 'info', 'never_seen', null, null, 'anything')
            ) as t (notice_no, severity, topic, source_file, variable_id, detail);
            create table marts.fct_measurement_notice as select * from (values
                (1, 'warn', 'replaced', 'budget', 'values replaced: 1 as outliers'),
                (2, 'warn', 'vintage_mix', 'retail', '{LONG}'),
                (3, 'info', 'not_judged', 'relief', 'no scale')
            ) as t (notice_no, severity, topic, variable_id, detail);
        """)
        return [line for (line,) in connection.execute(_query()).fetchall()]


def test_each_line_is_plain_words_with_an_example() -> None:
    lines = _lines()
    cut = next(line for line in lines if line.endswith(" …"))
    assert [line for line in lines if line != cut] == [
        "warning  files set aside (1): a.csv: no region",
        "warning  variables with replaced values (1): Local budget (budget): 1 as outliers",
        "note     never seen (1): anything",
        "note     variables outside the registry (2), e.g. b.csv: grain is not used",
        "note     variables that the outlier rule cannot judge (1): relief: no scale",
    ]
    kept = cut.removesuffix(" …").partition("Retail over product (retail): ")[2]
    assert LONG.startswith(f"{kept} ")
    assert len(cut) > 180


def test_every_topic_that_the_report_knows_has_its_words() -> None:
    key = "names.topic."
    topics = {name.removeprefix(key) for name in catalogue("en") if name.startswith(key)}
    assert topics - {"duplicate"} == set(re.findall(r"when '(\w+)' then '[a-z]", _query())) - {
        "warn"
    }
