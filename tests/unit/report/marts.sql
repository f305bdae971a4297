-- A country of four regions over three years, two of its four tiles hostile to a page.
create schema marts;

create table marts.dim_region as
select * from (values
    (1, 'Alpha', '甲省', '甲', 'east', true, true, 1.0, 2.0, 1, 1),
    (2, 'Beta <script>alert(1)</script>', '乙省', '乙', 'west', false, true, 1.0, 2.0, 1, 2),
    (3, 'Gamma & "Sons"', '丙省', '丙', 'west', false, true, 1.0, 2.0, 2, 1),
    (4, 'Delta', '丁省', '丁', 'east', false, true, 1.0, 2.0, 2, 2),
    (5, 'Outside', '戊省', '戊', 'east', false, false, 1.0, 2.0, 3, 3)
) as t (region_id, name_en, name_zh, name_zh_short, area, is_municipality, in_sample,
    capital_lon, capital_lat, grid_row, grid_col);

create table marts.dim_variable as
select * from (values
    ('gdp', 'raw', null, 'Product', '产值', '亿元'),
    ('staff', 'raw', null, 'Staff', '职工', '万人'),
    ('develop', 'study', 'outcome', 'Development', '发展', 'index'),
    ('agg', 'study', 'treatment', 'Agglomeration', '集聚', 'ratio'),
    ('press', 'study', 'control', 'Pressure', '压力', 'ratio')
) as t (variable_id, kind, role, name_en, name_zh, unit);

create table marts.dim_indicator as
select * from (values
    ('patents', 'innovation', 'Patents', '专利', '项', '+', 'patents', 1),
    ('roads', 'shared', 'Roads', '公路', 'km', '+', 'roads / area', 2),
    ('smoke', 'green', 'Smoke', '烟尘', 't', '-', 'smoke', 3)
) as t (indicator_id, dimension, name_en, name_zh, unit, direction, formula, position);

create table marts.landing_file as
select * from (values
    ('aa', 'gdp.csv', 'region_by_year', 'Product', '', 2001, 2003, 4, 12, 12, 0, 'landed', null, true),
    ('bb', 'staff.csv', 'long', 'Staff', 'new', 2001, 2003, 4, 12, 11, 1, 'landed', null, true),
    ('cc', 'copy <b>.csv', null, null, null, null, null, null, 12, 0, 12, 'set_aside', 'a copy of gdp.csv', true)
) as t (file_sha256, source_file, layout, variable_text, vintage, first_year, last_year, n_regions,
    cells_read, cells_landed, cells_rejected, status, reason, is_synthetic);

create table marts.landing_reject as
select * from (values
    ('bb', 'staff.csv', null, 4, 2, 'B4', '<i>n/a</i>', 'a region outside the registry')
) as t (file_sha256, source_file, sheet, row_no, column_no, source_cell, value_text, reason);

create table marts.fct_landing_notice as
select * from (values
    (1, 'warn', 'unit_magnitude', 'staff.csv', 'Staff', 'staff', 2, 2002, 'ten thousand times larger', 'check the unit')
) as t (notice_no, severity, topic, source_file, variable_text, variable_id, region_id, year, detail, next_step);

create table marts.fct_measurement_notice as
select * from (values
    (1, 'info', 'not_judged', 'gdp', null, 'no scale to judge by', 'rely on its bounds')
) as t (notice_no, severity, topic, variable_id, region_id, detail, next_step);

create table marts.fct_observation as
select
    region_id, year, variable_id,
    case
        when variable_id = 'gdp' and region_id = 2 and year = 2002 then 'filled_gap'
        when variable_id = 'gdp' and region_id = 3 and year = 2003 then 'replaced_outlier'
        when variable_id = 'staff' and region_id = 4 then 'missing'
        else 'observed'
    end as value_status
from range(1, 5) as r (region_id), range(2001, 2004) as y (year), (values ('gdp'), ('staff')) as v (variable_id);

create table marts.fct_data_quality as
select * from (values
    ('gdp', 'raw', '亿元', 'new', 1, 12, 10, 1, 1, 0, 1, 0, 0, 1, 0.1667, null, null),
    ('staff', 'raw', '万人', null, 1, 12, 9, 0, 0, 3, 0, 0, 0, 0, 0.25, 'no file holds Delta', null),
    ('develop', 'study', 'index', null, null, 12, 9, 3, 0, 0, null, null, null, null, 0.25, null, null),
    ('agg', 'study', 'ratio', null, null, 12, 12, 0, 0, 0, null, null, null, null, 0.0, null, null)
) as t (variable_id, kind, unit, vintage, n_files, n_cells, observed, filled, replaced, missing,
    filled_gap, filled_edge, replaced_bound, replaced_outlier, share_not_observed, reason, note);

create table marts.fct_indicator_status as
select * from (values
    ('patents', 'innovation', 'used', true, null, 0.0, 'new'),
    ('roads', 'shared', 'used', true, null, 0.1, null),
    ('smoke', 'green', 'incomplete', false, '3 region-years: no file holds smoke', 0.25, null)
) as t (indicator_id, dimension, status, is_used, reason, share_not_observed, vintages);

create table marts.fct_indicator_weight as
select * from (values
    ('patents', 0.4, 0.6, 0.75, false),
    ('roads', 0.8, 0.2, 0.25, false)
) as t (indicator_id, entropy, redundancy, weight, is_constant);

create table marts.fct_development_index as
with scores as (
    select
        region_id, year,
        0.01 * region_id * (year - 2000) + case when region_id = 1 then 0.05 else 0 end as innovation,
        0.02 * (5 - region_id) as shared
    from range(1, 5) as r (region_id), range(2001, 2004) as y (year)
), long as (
    select region_id, year, 'innovation' as dimension, innovation as score from scores
    union all
    select region_id, year, 'shared', shared from scores
    union all
    select region_id, year, 'total', innovation + shared from scores
)
select *, cast(rank() over (partition by year, dimension order by score desc) as integer) as rank
from long;

create table marts.fct_index_variant as
select variant_id, region_id, year, score, 5 - rank as rank
from marts.fct_development_index, (values ('equal'), ('without_roads')) as v (variant_id)
where dimension = 'total';

create table marts.fct_index_rank_interval as
select region_id, year, rank, least(rank, 5 - rank) as rank_min, greatest(rank, 5 - rank) as rank_max, 2.5 as rank_median, 2 as n_variants
from marts.fct_development_index
where dimension = 'total';

create table marts.fct_location_quotient as
select 'agg' as quotient_id, region_id, year, 0.3 * region_id + 0.1 * (year - 2001) as value, null::varchar as reason
from range(1, 5) as r (region_id), range(2001, 2004) as y (year)
union all
select 'empty', region_id, year, null, 'no file holds its numerator'
from range(1, 5) as r (region_id), range(2001, 2004) as y (year);

create table marts.fct_overlap as
select * from (values
    ('press', 'control', 'roads', 'gdp', 'numerator', 'denominator', 'reciprocal'),
    ('agg', 'treatment', 'patents', 'staff', 'numerator', 'numerator', 'shared input')
) as t (variable_id, role, indicator_id, raw_variable_id, side_in_variable, side_in_indicator, kind);

create table marts.fct_revision as
select * from (values
    (2, 2002, 'variable', 'gdp', 10.0, 11.5, 1.5),
    (3, 2002, 'index', 'total', 0.2, 0.1, -0.1),
    (3, 2002, 'variable', 'agg', null, 2.5, null)
) as t (region_id, year, kind, variable_id, value_before, value_after, change);

create table marts.fct_province_year as
select region_id, name_en as region_name, year, 0.1 * region_id as develop, 0.2 as agg
from marts.dim_region, range(2001, 2004) as y (year)
where in_sample;
