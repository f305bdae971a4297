{#-
grain:  one indicator or study variable
method: which vintages its printed variables come from. Parts of different vintages do
        not describe the same accounts; undeclared vintages are not compared.
-#}
with

leaves as (

    select * from {{ ref('int_formulas__leaves') }}

),

vintages as (

    select * from {{ ref('int_statistics__vintages') }}

),

parts as (

    select distinct
        leaves.subject,
        leaves.formula_id,
        vintages.vintage
    from leaves
    inner join vintages
        on leaves.raw_variable_id = vintages.variable_id
    where vintages.vintage <> ''

),

formulas as (

    select
        subject,
        formula_id,
        count(*) as n_vintages,
        {{ list_text('vintage', 'vintage') }} as vintages
    from parts
    group by subject, formula_id

)

select * from formulas
