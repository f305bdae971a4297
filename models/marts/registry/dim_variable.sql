{#-
grain: one variable: printed in raw files, derived from one, a column of the panel, or a
       quotient that is no column
-#}
with

raw_variables as (

    select * from {{ ref('raw_variables') }}

),

derived_variables as (

    select * from {{ ref('derived_variables') }}

),

study_variables as (

    select * from {{ ref('study_variables') }}

),

quotients as (

    select * from {{ ref('quotients') }}

),

variables as (

    select
        variable_id,
        'raw' as kind,
        cast(null as varchar) as role,
        name_en,
        name_zh,
        unit,
        lower_bound,
        upper_bound,
        is_positive_skewed,
        note,
        cast(null as integer) as position
    from raw_variables
    union all
    select
        derived_variables.variable_id,
        'derived' as kind,
        cast(null as varchar) as role,
        raw_variables.name_en || case
            when derived_variables.kind = 'growth' then ', growth'
            else ', index minus 100'
        end as name_en,
        raw_variables.name_zh || case
            when derived_variables.kind = 'growth' then '（增长率）'
            else '（指数减100）'
        end as name_zh,
        '%' as unit,
        cast(null as double) as lower_bound,
        cast(null as double) as upper_bound,
        cast(null as boolean) as is_positive_skewed,
        cast(null as varchar) as note,
        cast(null as integer) as position
    from derived_variables
    inner join raw_variables
        on derived_variables.source_variable_id = raw_variables.variable_id
    union all
    select
        variable_id,
        'study' as kind,
        role,
        name_en,
        name_zh,
        unit,
        cast(null as double) as lower_bound,
        cast(null as double) as upper_bound,
        cast(null as boolean) as is_positive_skewed,
        note,
        position
    from study_variables
    union all
    select
        quotient_id as variable_id,
        'quotient' as kind,
        cast(null as varchar) as role,
        name_en,
        name_zh,
        '1' as unit,
        cast(null as double) as lower_bound,
        cast(null as double) as upper_bound,
        cast(null as boolean) as is_positive_skewed,
        cast(null as varchar) as note,
        cast(null as integer) as position
    from quotients
    where quotient_id not in (select study_variables.variable_id from study_variables)

)

select * from variables
