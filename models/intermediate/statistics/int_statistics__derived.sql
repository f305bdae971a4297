{#-
grain:  one treatment, region, year and derived variable
method: made from filled values, so that a gap is closed once, in the printed series.
            growth           100 * (value - value before) / value before
            index_minus_100  value - 100
        The value before is the one of the year before; zero gives no growth
        rate, and says so.
-#}
with

filled as (

    select * from {{ ref('int_statistics__filled') }}

),

derived_variables as (

    select * from {{ ref('derived_variables') }}

),

sources as (

    select
        derived_variables.variable_id,
        derived_variables.kind,
        filled.treatment,
        filled.region_id,
        filled.year,
        filled.value,
        {{ intervention('filled.value_status') }} as intervention,
        lag(filled.value) over series as value_before,
        lag({{ intervention('filled.value_status') }}) over series
            as intervention_before
    from filled
    inner join derived_variables
        on filled.variable_id = derived_variables.source_variable_id
    window
        series as (
            partition by
                filled.treatment, derived_variables.variable_id, filled.region_id
            order by filled.year
        )

),

derived as (

    select
        treatment,
        region_id,
        year,
        variable_id,
        case kind
            when 'growth'
                then 100.0 * {{ ratio('(value - value_before)', 'value_before') }}
            when 'index_minus_100' then value - 100.0
        end as value,
        case
            when kind = 'growth' then greatest(intervention, intervention_before)
            else intervention
        end as intervention,
        case
            when kind = 'growth' and value_before = 0 and value is not null
                then 'zero denominator'
        end as reason
    from sources

)

select * from derived
