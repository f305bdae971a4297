"""A database of three regions and three years in which every gate finds nothing to say.

Small enough to break one row at a time, and made by SQL of its own, so that a defect of the
project's models cannot hide a defect of the gates.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from analysis.results import schema
from warehouse.connection import connect

_SEEDS = """
create schema seeds;
create table seeds.regions as select unnest([11, 12, 13]) as region_id;
create table seeds.units as select unnest(['persons', 'yuan']) as unit;
create table seeds.raw_variables as
    select * from (values ('workers', 0.0, 1000.0), ('workers_all', 0.0, 1e6))
    as t (variable_id, lower_bound, upper_bound);
create table seeds.quotients as
    select 'agg' as quotient_id, 'workers' as numerator_id, 'workers_all' as denominator_id;
"""

_LANDING = """
create schema landing;
create table landing.cell as
    select
        repeat('a', 64) as file_sha256, 'raw/' || v.variable_id || '.csv' as source_file,
        null::varchar as sheet, r.region_id - 9 as row_no, y.year - 2018 as column_no,
        'R' || (r.region_id - 9) || 'C' || (y.year - 2018) as source_cell,
        r.region_id::varchar as region_text, r.region_id, v.variable_id as variable_text,
        v.variable_id, y.year, 'persons' as unit_text, 'persons' as unit, '' as vintage,
        v.number::varchar as value_text, v.number::varchar as number_text
    from range(11, 14) as r (region_id), range(2020, 2023) as y (year),
        lateral (values
            ('workers', (r.region_id - 10) * 10 + (y.year - 2020) * (14 - r.region_id)),
            ('workers_all', 100 * (r.region_id - 9))
        ) as v (variable_id, number);
create table landing.file as
    select
        repeat('a', 64) as file_sha256, source_file, 'landed' as status, null::varchar as reason,
        count(*)::int as cells_read, count(*)::int as cells_landed, 0 as cells_rejected,
        true as is_synthetic
    from landing.cell group by source_file
    union all select repeat('b', 64), 'raw/notes.csv', 'ignored', 'marked ignore', 0, 0, 0, true;
create table landing.reject (
    source_file varchar, source_cell varchar, value_text varchar, reason varchar
);
create table landing.notice (severity varchar, topic varchar, detail varchar);
create schema staging;
create table staging.stg_landing__cells as select * from landing.cell;
"""

_MARTS = """
create schema marts;
create table marts.dim_region (region_id int primary key, name_en varchar not null);
insert into marts.dim_region select region_id, 'Region ' || region_id from seeds.regions;
comment on table marts.dim_region is 'One row per region; the registry''s words.';
comment on column marts.dim_region.name_en is 'Name in English.';
create table marts.dim_indicator as select unnest(['one', 'two']) as indicator_id;
create table marts.dim_variable as select * from seeds.raw_variables;
create table marts.landing_file as select * from landing.file;
create table marts.landing_reject as select * from landing.reject;
create table marts.fct_observation (
    region_id int references marts.dim_region (region_id), variable_id varchar, year int,
    value_observed double, value double, value_status varchar, source_file varchar,
    source_cell varchar, primary key (region_id, variable_id, year)
);
insert into marts.fct_observation
    select region_id, variable_id, year, number_text::double, number_text::double, 'observed',
        source_file, source_cell
    from landing.cell;
create table marts.fct_data_quality as
    select variable_id, 9 as observed, 0 as filled, 0 as replaced, 0 as missing
    from seeds.raw_variables;
create table marts.fct_location_quotient as
    select w.region_id, w.year, 'agg' as quotient_id,
        (w.value / a.value)
        / (sum(w.value) over (partition by w.year) / sum(a.value) over (partition by w.year))
        as value
    from marts.fct_observation as w inner join marts.fct_observation as a
        on w.region_id = a.region_id and w.year = a.year
    where w.variable_id = 'workers' and a.variable_id = 'workers_all';
create table marts.fct_indicator_score as
    select region_id, year, indicator_id, number as value,
        (number - min(number) over (partition by indicator_id))
        / (max(number) over (partition by indicator_id)
            - min(number) over (partition by indicator_id)) as score
    from (
        select region_id, year, if(variable_id = 'workers', 'one', 'two') as indicator_id,
            value + if(variable_id = 'workers', 0, year) as number
        from marts.fct_observation
    );
create table marts.fct_indicator_weight as
    select indicator_id, entropy::double as entropy, redundancy::double as redundancy,
        weight::double as weight
    from (values ('one', 0.9, 0.1, 0.25), ('two', 0.7, 0.3, 0.75))
    as t (indicator_id, entropy, redundancy, weight);
create table marts.fct_development_index as
    with parts as (
        select s.region_id, s.year, s.score * w.weight as score,
            if(s.indicator_id = 'one', 'innovation', 'green') as dimension
        from marts.fct_indicator_score as s inner join marts.fct_indicator_weight as w
            on s.indicator_id = w.indicator_id
    ),
    every as (
        select region_id, year, dimension, score from parts
        union all
        select region_id, year, 'total', sum(score) from parts group by all
    )
    select *, rank() over (partition by year, dimension order by score desc) as rank from every;
create table marts.fct_index_variant as
    select 'equal' as variant_id, region_id, year, score, rank
    from marts.fct_development_index where dimension = 'total';
create table marts.fct_province_year as
    select i.region_id, i.year, i.score as develop, q.value as agg,
        0.4::double as second, 0.5::double as third
    from marts.fct_development_index as i inner join marts.fct_location_quotient as q
        on i.region_id = q.region_id and i.year = q.year
    where i.dimension = 'total';
create table marts.fct_revision (
    region_id int, year int, kind varchar, variable_id varchar, value_before double,
    value_after double
);
create table marts.brg_region_neighbour as
    select * from (values
        ('contiguity', 11, 12, 1.0::double), ('contiguity', 12, 11, 1.0),
        ('contiguity', 12, 13, 1.0), ('contiguity', 13, 12, 1.0)
    ) as t (weights_id, region_id, neighbour_id, weight);
"""

_RESULTS = """
insert into results.run
    select 'run_1', timestamp '2024-01-01', timestamp '2024-01-01', 'finished', 'study', 'Study',
        repeat('c', 64), 'marts.fct_province_year', panel_sha256, '1.0.0', 1, true, '{}'
    from results.current_panel;
insert into results.model by name
    select 'run_1' as run_id, unnest(['base', 'lost']) as model_id, unnest([1, 2]) as position,
        'panel.pooled' as method, 'develop' as outcome, 'all' as sample,
        'true' as sample_filter, '{}' as options, unnest(['done', 'refused']) as status,
        9 as n_sample, unnest([9, 0]) as n_used, true as is_balanced,
        panel, panel_sha256
    from results.current_panel where panel = 'marts.fct_province_year';
insert into results.estimate by name
    select 'run_1' as run_id, 'base' as model_id, 1 as position, 'main' as part, 'agg' as term,
        0.5 as estimate, 0.25 as std_error, 'conventional' as std_error_kind,
        true as is_headline, 2.0 as statistic, 7.0 as df, 0.0856 as p_value,
        -0.09 as ci_low, 1.09 as ci_high;
insert into results.fit_statistic by name
    select 'run_1' as run_id, 'base' as model_id, unnest([1, 2, 3, 4]) as position,
        'main' as part, unnest(['n_obs', 'n_entities', 'n_periods', 'r2_overall']) as name,
        unnest([9.0, 3.0, 3.0, 0.36]) as value;
insert into results.refusal values ('run_1', 'lost', 'no variation', 'drop the column', false);
"""


def make_small_database(path: Path, *, with_results: bool = True) -> Path:
    """Write the database and return its path."""
    connection = connect(path)
    fill_small_database(connection, with_results=with_results)
    connection.close()
    return path


def fill_small_database(
    connection: duckdb.DuckDBPyConnection, *, with_results: bool = True
) -> None:
    """Write the tables through a connection to an empty database."""
    for script in (_SEEDS, _LANDING, _MARTS):
        connection.execute(script)
    if with_results:
        schema.ensure(connection)
        connection.execute(_RESULTS)
