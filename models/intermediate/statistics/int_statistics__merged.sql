{#-
grain:  one region, variable, vintage and year
method: cells of the same key agree (landing refuses others) and become one value: the
        one printed with the finest resolution. Units become those of the registry by
            value * factor(printed unit) / factor(registry unit).
        The other cells that print the value are named beside it.
-#}
with

cells as (

    select * from {{ ref('stg_landing__cells') }}

),

variables as (

    select * from {{ ref('raw_variables') }}

),

units as (

    select * from {{ ref('units') }}

),

region_years as (

    select * from {{ ref('int_geography__region_years') }}

),

converted as (

    select
        cells.region_id,
        cells.variable_id,
        cells.vintage,
        cells.year,
        cells.source_file,
        cells.source_cell,
        case
            when cells.unit = variables.unit then cells.value
            else cells.value * (printed_units.factor / registry_units.factor)
        end as value,
        printed_units.factor / registry_units.factor * power(10.0, -cells.decimals)
            as resolution
    from cells
    inner join region_years
        on cells.region_id = region_years.region_id and cells.year = region_years.year
    inner join variables
        on cells.variable_id = variables.variable_id
    left join units as printed_units
        on cells.unit = printed_units.unit
    left join units as registry_units
        on variables.unit = registry_units.unit

),

ranked as (

    select
        *,
        count(value) over (
            partition by region_id, variable_id, vintage, year
        ) as n_cells,
        row_number() over (
            partition by region_id, variable_id, vintage, year
            order by
                case when value is null then 1 else 0 end,
                resolution,
                source_file,
                source_cell
        ) as precedence
    from converted

),

shared as (

    select
        region_id,
        variable_id,
        vintage,
        year,
        count(distinct source_file) as n_files,
        {{ list_text(
            "case when precedence > 1 then source_file || '!' || source_cell end",
            'precedence',
            '; '
        ) }} as other_sources
    from ranked
    where value is not null and n_cells > 1
    group by region_id, variable_id, vintage, year

),

merged as (

    select
        ranked.region_id,
        ranked.variable_id,
        ranked.vintage,
        ranked.year,
        ranked.value,
        cast(coalesce(shared.n_files, ranked.n_cells) as integer) as n_files,
        cast(ranked.n_cells as integer) as n_cells,
        ranked.source_file,
        ranked.source_cell,
        shared.other_sources
    from ranked
    left join shared
        on
            ranked.region_id = shared.region_id
            and ranked.variable_id = shared.variable_id
            and ranked.vintage = shared.vintage
            and ranked.year = shared.year
    where ranked.precedence = 1

)

select * from merged
