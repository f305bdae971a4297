{#- Every formula part is a printed or derived variable, every indicator and formula has
    parts, every quotient and index column refers to one, and the panel's columns are the
    registry's study variables. -#}
with

parts as (

    select * from {{ ref('formula_parts') }}

),

inputs as (

    select * from {{ ref('dim_variable') }}
    where kind in ('raw', 'derived')

),

indicators as (

    select * from {{ ref('indicators') }}

),

study_variables as (

    select * from {{ ref('study_variables') }}

),

quotients as (

    select * from {{ ref('quotients') }}

),

panel_columns as (
    {%- for column in adapter.get_columns_in_relation(ref('fct_province_year'))
        if column.name not in panel_keys() %}
    select '{{ column.name }}' as variable_id
    {%- if not loop.last %} union all{% endif %}
    {%- endfor %}
),

misfits as (

    select
        'a formula reads an unknown variable' as misfit,
        variable_id as name
    from parts
    where
        variable_id not in (select inputs.variable_id from inputs)
    union all
    select
        'an indicator has no formula' as misfit,
        indicator_id as name
    from indicators
    where indicator_id not in (select parts.formula_id from parts)
    union all
    select
        'a study variable has no formula' as misfit,
        variable_id as name
    from study_variables
    where
        kind = 'formula'
        and variable_id not in (select parts.formula_id from parts)
    union all
    select
        'a study variable refers to an unknown quotient' as misfit,
        variable_id as name
    from study_variables
    where
        kind = 'quotient'
        and reference not in (select quotients.quotient_id from quotients)
    union all
    select
        'a study variable refers to an unknown dimension' as misfit,
        variable_id as name
    from study_variables
    where
        kind = 'index'
        and reference <> 'total'
        and reference not in (select indicators.dimension from indicators)
    union all
    select
        'a study variable is no column of the panel' as misfit,
        variable_id as name
    from study_variables
    where variable_id not in (select panel_columns.variable_id from panel_columns)
    union all
    select
        'a column of the panel is no study variable' as misfit,
        variable_id as name
    from panel_columns
    where
        variable_id not in (select study_variables.variable_id from study_variables)

)

select * from misfits
