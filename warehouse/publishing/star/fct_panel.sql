-- needs: marts.fct_observation (region_id, year, variable_id, value, value_status)
-- needs: marts.fct_province_year (region_id, year, region_name, region_name_zh, area, is_municipality)
-- needs: star.dim_region (region_id)
-- needs: star.dim_year (year)
-- needs: star.dim_variable (variable_id)
create table star.fct_panel (
    region_id integer not null references star.dim_region (region_id),
    year integer not null references star.dim_year (year),
    variable_id varchar not null references star.dim_variable (variable_id),
    value double,
    value_status varchar not null,
    primary key (region_id, year, variable_id)
);
comment on table star.fct_panel is 'Values of printed variables and of the panel''s columns. One row per region, year and variable.';
comment on column star.fct_panel.region_id is 'Region.';
comment on column star.fct_panel.year is 'Year.';
comment on column star.fct_panel.variable_id is 'Variable; dim_variable has its unit.';
comment on column star.fct_panel.value is 'Value after cleaning, in the unit of the variable; empty where missing.';
comment on column star.fct_panel.value_status is 'observed, filled, replaced or missing with its rule; computed for columns of the panel.';
insert into star.fct_panel
select
    region_id,
    year,
    variable_id,
    value,
    value_status
from marts.fct_observation
union all
select
    region_id,
    year,
    variable_id,
    value,
    'computed'
from (
    unpivot (
        select
            region_id,
            year,
            columns(* exclude (region_id, year, region_name, region_name_zh, area, is_municipality))::double
        from marts.fct_province_year
    )
    on columns(* exclude (region_id, year))
    into name variable_id value value
)
where variable_id in (select variable_id from star.dim_variable);
