{#-
grain:  one treatment, study variable, region and year of the study
method: a study variable is a dimension of the index (`total` or one of its dimensions), a
        location quotient, or a formula over printed variables. The index of unreplaced
        observations has their own scores and weights.
-#}
with

study_variables as (

    select * from {{ ref('study_variables') }}

),

region_years as (

    select * from {{ ref('int_geography__region_years') }}
    where not is_lead_in

),

treatments as (

    select 'cleaned' as treatment
    union all
    select 'unreplaced' as treatment

),

dimension_scores as (

    select * from {{ ref('int_indicators__dimension_scored') }}

),

computed as (

    select * from {{ ref('int_formulas__computed') }}

),

location_quotients as (

    select * from {{ ref('int_agglomeration__location_quotients') }}

),

found as (

    select
        study_variables.variable_id,
        computed.treatment,
        computed.region_id,
        computed.year,
        computed.value,
        computed.intervention,
        computed.reason
    from study_variables
    inner join computed
        on study_variables.variable_id = computed.formula_id
    where study_variables.kind = 'formula'
    union all
    select
        study_variables.variable_id,
        location_quotients.treatment,
        location_quotients.region_id,
        location_quotients.year,
        location_quotients.value,
        location_quotients.intervention,
        location_quotients.reason
    from study_variables
    inner join location_quotients
        on study_variables.reference = location_quotients.quotient_id
    where study_variables.kind = 'quotient'
    union all
    select
        study_variables.variable_id,
        case
            when dimension_scores.scoring = 'headline' then 'cleaned'
            else 'unreplaced'
        end as treatment,
        dimension_scores.region_id,
        dimension_scores.year,
        dimension_scores.score as value,
        dimension_scores.intervention,
        cast(null as varchar) as reason
    from study_variables
    inner join dimension_scores
        on study_variables.reference = dimension_scores.dimension
    where
        study_variables.kind = 'index'
        and dimension_scores.scoring in ('headline', 'no_outlier_rule')

),

study_values as (

    select
        treatments.treatment,
        study_variables.variable_id,
        region_years.region_id,
        region_years.year,
        found.value,
        found.intervention,
        case
            when study_variables.kind = 'index' and found.value is null
                then 'no indicator is complete and varies'
            else found.reason
        end as reason
    from treatments
    cross join study_variables
    cross join region_years
    left join found
        on
            treatments.treatment = found.treatment
            and study_variables.variable_id = found.variable_id
            and region_years.region_id = found.region_id
            and region_years.year = found.year

)

select * from study_values
