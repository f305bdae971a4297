{#-
grain: one study variable
-#}
with

study_values as (

    select * from {{ ref('int_panel__study_values') }}
    where treatment = 'cleaned'

),

study_variables as (

    select * from {{ ref('study_variables') }}

),

formulas as (

    select * from {{ ref('int_quality__formulas') }}
    where subject = 'study'

),

counts as (

    select
        variable_id,
        cast(count(*) as integer) as n_cells,
        {{ intervention_counts('value', 'intervention') }}
    from study_values
    group by variable_id

),

reasons as (

    select
        variable_id,
        {{ list_text('part', 'part') }} as reason
    from (
        select
            variable_id,
            reason || ' (' || count(*) || ' region-years)' as part
        from study_values
        where value is null
        group by variable_id, reason
    ) as parts
    group by variable_id

),

described as (

    select
        study_variables.variable_id,
        study_variables.unit,
        counts.n_cells,
        counts.observed,
        counts.filled,
        counts.replaced,
        counts.missing,
        reasons.reason,
        case
            when formulas.n_vintages > 1
                then 'its parts come from different vintages: ' || formulas.vintages
        end as note
    from study_variables
    inner join counts
        on study_variables.variable_id = counts.variable_id
    left join reasons
        on study_variables.variable_id = reasons.variable_id
    left join formulas
        on study_variables.variable_id = formulas.formula_id

)

select * from described
