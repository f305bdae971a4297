{#-
grain: one indicator of the registry
-#}
with

assessed as (

    select * from {{ ref('int_indicators__assessed') }}
    where treatment = 'cleaned'

),

formulas as (

    select * from {{ ref('int_quality__formulas') }}
    where subject = 'indicator'

),

statuses as (

    select
        assessed.indicator_id,
        assessed.dimension,
        assessed.sub_index,
        case
            when not assessed.is_selected then 'not_selected'
            when not assessed.is_used then 'incomplete'
            when assessed.is_constant then 'constant'
            else 'used'
        end as status,
        assessed.is_used,
        assessed.n_cells,
        assessed.observed,
        assessed.filled,
        assessed.replaced,
        assessed.missing,
        {{ ratio('assessed.n_cells - assessed.observed', 'assessed.n_cells') }}
            as share_not_observed,
        formulas.vintages,
        coalesce(formulas.n_vintages > 1, false) as is_vintage_mixed,
        case
            when not assessed.is_selected then 'not named by the setting indicators'
            when not assessed.is_used
                then assessed.missing || ' region-years: ' || assessed.reasons
            when assessed.is_constant
                then 'the same value everywhere: its weight is 0'
        end as reason
    from assessed
    left join formulas
        on assessed.indicator_id = formulas.formula_id

)

select * from statuses
