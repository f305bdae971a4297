{#-
grain:  one summand of a formula
method: a variable of which no value has landed leaves its formula without a value
        everywhere; such formulas are told apart here, with the names.
-#}
with

parts as (

    select * from {{ ref('formula_parts') }}

),

vintages as (

    select * from {{ ref('int_statistics__vintages') }}

),

derived_variables as (

    select * from {{ ref('derived_variables') }}

),

landed as (

    select
        vintages.variable_id,
        vintages.vintage is not null as has_landed
    from vintages
    union all
    select
        derived_variables.variable_id,
        vintages.vintage is not null as has_landed
    from derived_variables
    inner join vintages
        on derived_variables.source_variable_id = vintages.variable_id

),

absences as (

    select
        parts.formula_id,
        {{ list_text('parts.variable_id', 'parts.variable_id') }} as absent_variables
    from parts
    left join landed
        on parts.variable_id = landed.variable_id
    where not coalesce(landed.has_landed, false)
    group by parts.formula_id

),

described as (

    select
        parts.formula_id,
        parts.side,
        parts.variable_id,
        count(*) over (partition by parts.formula_id, parts.side) as n_parts,
        absences.absent_variables
    from parts
    left join absences
        on parts.formula_id = absences.formula_id

)

select * from described
