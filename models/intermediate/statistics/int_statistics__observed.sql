{#-
grain:  one region, variable and year of the study, whether observed or not; the year
        before the study only where files hold it or a growth rate needs it
method: x is what the outlier rule looks at: the value, or its logarithm where the
        registry calls the variable positive and skewed. It is empty for values
        outside the registry's bounds, which are judged already.
-#}
with

merged as (

    select * from {{ ref('int_statistics__merged') }}

),

vintages as (

    select * from {{ ref('int_statistics__vintages') }}
    where vintage is not null

),

variables as (

    select * from {{ ref('raw_variables') }}

),

derived_variables as (

    select * from {{ ref('derived_variables') }}

),

region_years as (

    select * from {{ ref('int_geography__region_years') }}

),

led_in as (

    select derived_variables.source_variable_id as variable_id
    from derived_variables
    where derived_variables.kind = 'growth'
    union
    select merged.variable_id
    from merged
    inner join vintages
        on
            merged.variable_id = vintages.variable_id
            and merged.vintage = vintages.vintage
    inner join region_years
        on
            merged.region_id = region_years.region_id
            and merged.year = region_years.year
    where region_years.is_lead_in and merged.value is not null

),

spine as (

    select
        region_years.region_id,
        vintages.variable_id,
        region_years.year,
        vintages.vintage
    from region_years
    cross join vintages
    where
        not region_years.is_lead_in
        or vintages.variable_id in (select led_in.variable_id from led_in)

),

bounded as (

    select
        spine.region_id,
        spine.variable_id,
        spine.year,
        spine.vintage,
        variables.is_positive_skewed,
        merged.value as value_observed,
        coalesce(
            merged.value < variables.lower_bound
            or merged.value > variables.upper_bound,
            false
        ) as is_outside_bounds
    from spine
    inner join variables
        on spine.variable_id = variables.variable_id
    left join merged
        on
            spine.region_id = merged.region_id
            and spine.variable_id = merged.variable_id
            and spine.vintage = merged.vintage
            and spine.year = merged.year

),

observed as (

    select
        region_id,
        variable_id,
        year,
        vintage,
        value_observed,
        is_outside_bounds,
        case
            when is_outside_bounds then null
            when is_positive_skewed then {{ positive_log('value_observed') }}
            else value_observed
        end as x
    from bounded

)

select * from observed
