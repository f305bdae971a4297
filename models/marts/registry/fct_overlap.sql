{#-
grain:  one study variable, indicator in use and printed variable that both read
method: lineage down to printed variables. `identical` and `reciprocal` compare whole
        formulas: the same parts on the same sides, or on opposite sides.
-#}
with

leaves as (

    select * from {{ ref('int_formulas__leaves') }}

),

assessed as (

    select * from {{ ref('int_indicators__assessed') }}
    where treatment = 'cleaned' and is_used

),

study_variables as (

    select * from {{ ref('study_variables') }}

),

outlines as (

    select
        subject,
        formula_id,
        coalesce({{ list_text(
            "case when side = 'numerator' then variable_id end", 'variable_id'
        ) }}, '') as numerators,
        coalesce({{ list_text(
            "case when side = 'denominator' then variable_id end", 'variable_id'
        ) }}, '') as denominators
    from leaves
    group by subject, formula_id

),

outlined as (

    select
        leaves.*,
        outlines.numerators,
        outlines.denominators
    from leaves
    inner join outlines
        on
            leaves.subject = outlines.subject
            and leaves.formula_id = outlines.formula_id

),

shared as (

    select
        study_variables.variable_id,
        study_variables.role,
        assessed.indicator_id,
        study_parts.raw_variable_id,
        study_parts.side as side_in_variable,
        indicator_parts.side as side_in_indicator,
        case
            when study_variables.kind <> 'formula' then 'shared input'
            when
                study_parts.numerators = indicator_parts.numerators
                and study_parts.denominators = indicator_parts.denominators
                then 'identical'
            when
                study_parts.numerators = indicator_parts.denominators
                and study_parts.denominators = indicator_parts.numerators
                then 'reciprocal'
            else 'shared input'
        end as kind
    from study_variables
    inner join outlined as study_parts
        on
            study_variables.variable_id = study_parts.formula_id
            and study_parts.subject = 'study'
    inner join outlined as indicator_parts
        on
            study_parts.raw_variable_id = indicator_parts.raw_variable_id
            and indicator_parts.subject = 'indicator'
    inner join assessed
        on indicator_parts.formula_id = assessed.indicator_id

)

select * from shared
