{#-
grain:  one treatment, region, variable and year
method: inside a series linear in the year; at its edges by `edge_rule`: the line through
        the two nearest observations, or the nearest value. A line that leaves the bounds
        says nothing about the value, and a bound itself would be an invention (a fall from
        108 to 37 does not make the next year 0): the nearest value stands instead. An edge
        gap of more than `edge_limit` years stays missing.
-#}
{%- set edge_rule = choice('edge_rule', ['linear', 'nearest', 'none']) -%}
with

treated as (

    select * from {{ ref('int_statistics__treated') }}

),

bracketed as (

    select * from {{ ref('int_statistics__bracketed') }}

),

variables as (

    select * from {{ ref('raw_variables') }}

),

lines as (

    select
        bracketed.*,
        {{ line_at('year', 'year_1', 'value_1', 'year_2', 'value_2') }} as on_line
    from bracketed

),

methods as (

    select
        lines.*,
        case
            when lines.year_1 is null then 'too_few_observations'
            when lines.is_interior then 'linear'
            when {{ edge_refusal('lines.gap_length') }} is not null
                then {{ edge_refusal('lines.gap_length') }}
            {%- if edge_rule == 'linear' %}
            when
                lines.on_line < variables.lower_bound
                or lines.on_line > variables.upper_bound
                then 'edge_nearest'
            {%- endif %}
            else 'edge_{{ edge_rule }}'
        end as method
    from lines
    inner join variables
        on lines.variable_id = variables.variable_id

),

valued as (

    select
        *,
        case method
            when 'linear' then on_line
            when 'edge_linear' then on_line
            when 'edge_nearest'
                then case when year < year_1 then value_1 else value_2 end
        end as value
    from methods

),

filled as (

    select
        treatment,
        region_id,
        variable_id,
        year,
        value_observed,
        value_kept as value,
        'observed' as value_status,
        cast(null as varchar) as rule,
        cast(null as integer) as gap_length
    from treated
    where value_kept is not null
    union all
    select
        treatment,
        region_id,
        variable_id,
        year,
        value_observed,
        value,
        case
            when value is null then 'missing'
            when replaced_by = 'bounds' then 'replaced_bound'
            when replaced_by = 'mad' then 'replaced_outlier'
            when is_interior then 'filled_gap'
            else 'filled_edge'
        end as value_status,
        concat_ws('; ', replaced_by, method) as rule,
        cast(gap_length as integer) as gap_length
    from valued

)

select * from filled
