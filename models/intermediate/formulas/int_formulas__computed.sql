{#-
grain:  one treatment, formula, region and year of the study
method: the sum of the numerator's parts over the sum of the denominator's. The registry
        says whether there is a denominator; the data never do: one missing part or a
        zero denominator leaves the value empty, with the reason. Up to two parts add up
        alike in any order; more are added in the order of their names, so that the
        last digit is the same in every build.
-#}
with

parts as (

    select * from {{ ref('int_formulas__parts') }}

),

region_years as (

    select * from {{ ref('int_geography__region_years') }}
    where not is_lead_in

),

variable_values as (

    select * from {{ ref('int_statistics__values') }}

),

absences as (

    select distinct
        formula_id,
        absent_variables
    from parts
    where absent_variables is not null

),

treatments as (

    select 'cleaned' as treatment
    union all
    select 'unreplaced' as treatment

),

valued as (

    select
        variable_values.treatment,
        parts.formula_id,
        variable_values.region_id,
        variable_values.year,
        parts.side,
        parts.n_parts,
        variable_values.variable_id,
        variable_values.value,
        variable_values.intervention,
        case
            when variable_values.value is null
                then
                    variable_values.variable_id
                    || coalesce(' (' || variable_values.reason || ')', '')
        end as missing_variable
    from variable_values
    inner join parts
        on variable_values.variable_id = parts.variable_id
    where
        parts.absent_variables is null
        and variable_values.year >= {{ number_setting('first_year') }}

),

addends as (

    select
        treatment,
        formula_id,
        region_id,
        year,
        side,
        value,
        intervention,
        case when value is null then 1 else 0 end as n_missing,
        missing_variable
    from valued
    where n_parts <= 2
    union all
    select
        treatment,
        formula_id,
        region_id,
        year,
        side,
        {{ ordered_sum('value', 'variable_id') }} as value,
        max(intervention) as intervention,
        count(*) - count(value) as n_missing,
        min(missing_variable) as missing_variable
    from valued
    where n_parts > 2
    group by treatment, formula_id, region_id, year, side

),

sides as (

    select
        treatment,
        formula_id,
        region_id,
        year,
        sum(case when side = 'numerator' then value end) as numerator,
        sum(case when side = 'denominator' then value end) as denominator,
        max(case when side = 'denominator' then 1 else 0 end) = 1 as is_ratio,
        sum(n_missing) as n_missing,
        max(intervention) as intervention,
        min(missing_variable) as missing_variable
    from addends
    group by treatment, formula_id, region_id, year

),

computed as (

    select
        treatment,
        formula_id,
        region_id,
        year,
        case
            when n_missing > 0 then null
            when is_ratio then {{ ratio('numerator', 'denominator') }}
            else numerator
        end as value,
        case when n_missing = 0 then intervention end as intervention,
        case
            when n_missing > 1
                then 'no value of ' || missing_variable || ' and others'
            when n_missing = 1 then 'no value of ' || missing_variable
            when is_ratio and denominator = 0 then 'zero denominator'
        end as reason
    from sides
    union all
    select
        treatments.treatment,
        absences.formula_id,
        region_years.region_id,
        region_years.year,
        cast(null as double) as value,
        cast(null as integer) as intervention,
        'no file holds ' || absences.absent_variables as reason
    from treatments
    cross join region_years
    cross join absences

)

select * from computed
