{#-
grain:  one printed variable that has landed or that a formula needs
method: counts of its cells by what was done to them, and why cells are missing
-#}
{%- set statuses = [
    'observed', 'filled_gap', 'filled_edge', 'replaced_bound', 'replaced_outlier', 'missing'
] -%}
with

filled as (

    select * from {{ ref('int_statistics__filled') }}
    where treatment = 'cleaned'

),

merged as (

    select * from {{ ref('int_statistics__merged') }}

),

vintages as (

    select * from {{ ref('int_statistics__vintages') }}

),

variables as (

    select * from {{ ref('raw_variables') }}

),

leaves as (

    select * from {{ ref('int_formulas__leaves') }}

),

counts as (

    select
        variable_id,
        {%- for status in statuses %}
        cast(count(case when value_status = '{{ status }}' then 1 end) as integer)
            as {{ status }},
        {%- endfor %}
        cast(count(*) as integer) as n_cells
    from filled
    group by variable_id

),

missing_rules as (

    select
        variable_id,
        {{ list_text('part', 'part') }} as missing_text
    from (
        select
            variable_id,
            rule || ' in ' || count(distinct region_id) || ' regions' as part
        from filled
        where value_status = 'missing'
        group by variable_id, rule
    ) as rules
    group by variable_id

),

file_counts as (

    select
        variable_id,
        vintage,
        cast(count(distinct source_file) as integer) as n_files
    from merged
    where value is not null
    group by variable_id, vintage

),

described as (

    select
        variables.variable_id,
        variables.unit,
        vintages.vintage,
        coalesce(file_counts.n_files, 0) as n_files,
        coalesce(counts.n_cells, 0) as n_cells,
        {%- for status in statuses %}
        coalesce(counts.{{ status }}, 0) as {{ status }},
        {%- endfor %}
        coalesce(counts.filled_gap + counts.filled_edge, 0) as filled,
        coalesce(counts.replaced_bound + counts.replaced_outlier, 0) as replaced,
        case
            when vintages.n_vintages = 0
                then 'no file has a value of it for the regions and years of the study'
            when vintages.vintage is null
                then
                    'files hold the vintages ' || vintages.held_vintages
                    || ' and none of them is chosen'
            else missing_rules.missing_text
        end as reason,
        case
            when vintages.is_substitute
                then
                    'vintage ''' || vintages.vintage
                    || ''' is used: no file has the chosen '''
                    || vintages.chosen_vintage || ''''
        end as note
    from variables
    inner join vintages
        on variables.variable_id = vintages.variable_id
    left join counts
        on variables.variable_id = counts.variable_id
    left join missing_rules
        on variables.variable_id = missing_rules.variable_id
    left join file_counts
        on
            vintages.variable_id = file_counts.variable_id
            and vintages.vintage = file_counts.vintage
    where
        vintages.n_vintages > 0
        or variables.variable_id in (select leaves.raw_variable_id from leaves)

)

select * from described
