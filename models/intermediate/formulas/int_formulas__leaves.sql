{#-
grain:  one indicator or study variable, side of its formula and printed variable
method: formulas opened down to what raw files print: a derived variable stands for its
        source, a location quotient for its two variables.
-#}
with

indicators as (

    select * from {{ ref('indicators') }}

),

study_variables as (

    select * from {{ ref('study_variables') }}

),

quotients as (

    select * from {{ ref('quotients') }}

),

parts as (

    select * from {{ ref('formula_parts') }}

),

derived_variables as (

    select * from {{ ref('derived_variables') }}

),

stems as (

    select
        'indicator' as subject,
        parts.formula_id,
        parts.side,
        parts.variable_id
    from parts
    inner join indicators
        on parts.formula_id = indicators.indicator_id
    union all
    select
        'study' as subject,
        parts.formula_id,
        parts.side,
        parts.variable_id
    from parts
    inner join study_variables
        on parts.formula_id = study_variables.variable_id
    where study_variables.kind = 'formula'
    union all
    select
        'study' as subject,
        study_variables.variable_id as formula_id,
        'numerator' as side,
        quotients.numerator_id as variable_id
    from study_variables
    inner join quotients
        on study_variables.reference = quotients.quotient_id
    where study_variables.kind = 'quotient'
    union all
    select
        'study' as subject,
        study_variables.variable_id as formula_id,
        'denominator' as side,
        quotients.denominator_id as variable_id
    from study_variables
    inner join quotients
        on study_variables.reference = quotients.quotient_id
    where study_variables.kind = 'quotient'

),

leaves as (

    select
        stems.subject,
        stems.formula_id,
        stems.side,
        stems.variable_id,
        coalesce(derived_variables.source_variable_id, stems.variable_id)
            as raw_variable_id
    from stems
    left join derived_variables
        on stems.variable_id = derived_variables.variable_id

)

select * from leaves
