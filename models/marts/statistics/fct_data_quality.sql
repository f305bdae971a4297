{#-
grain:  one variable that has landed, that a formula needs, or that the panel shows
method: printed variables count the cells of fct_observation. Panel variables count the
        region-years of the study: observed only where all parts are.
-#}
with

raw_quality as (

    select * from {{ ref('int_quality__raw_variables') }}

),

study_quality as (

    select * from {{ ref('int_quality__study_variables') }}

),

quality as (

    select
        variable_id,
        'raw' as kind,
        unit,
        vintage,
        n_files,
        n_cells,
        observed,
        filled,
        replaced,
        missing,
        filled_gap,
        filled_edge,
        replaced_bound,
        replaced_outlier,
        reason,
        note
    from raw_quality
    union all
    select
        variable_id,
        'study' as kind,
        unit,
        cast(null as varchar) as vintage,
        cast(null as integer) as n_files,
        n_cells,
        observed,
        filled,
        replaced,
        missing,
        cast(null as integer) as filled_gap,
        cast(null as integer) as filled_edge,
        cast(null as integer) as replaced_bound,
        cast(null as integer) as replaced_outlier,
        reason,
        note
    from study_quality

),

shared as (

    select
        variable_id,
        kind,
        unit,
        vintage,
        n_files,
        n_cells,
        observed,
        filled,
        replaced,
        missing,
        filled_gap,
        filled_edge,
        replaced_bound,
        replaced_outlier,
        {{ ratio('n_cells - observed', 'n_cells') }} as share_not_observed,
        reason,
        note
    from quality

)

select * from shared
