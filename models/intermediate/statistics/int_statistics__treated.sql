{#-
grain:  one treatment, region, variable and year
method: two treatments of the same observations, so that the same models make the panel
        and its twin. `cleaned` keeps what is within its bounds and no outlier;
        `unreplaced` keeps everything that was observed.
-#}
with

observed as (

    select * from {{ ref('int_statistics__observed') }}

),

outliers as (

    select * from {{ ref('int_statistics__outliers') }}
    where is_cleanable

),

judged as (

    select
        observed.region_id,
        observed.variable_id,
        observed.year,
        observed.value_observed,
        case
            when observed.is_outside_bounds then 'bounds'
            when outliers.year is not null then 'mad'
        end as replaced_by
    from observed
    left join outliers
        on
            observed.region_id = outliers.region_id
            and observed.variable_id = outliers.variable_id
            and observed.year = outliers.year

),

treated as (

    select
        'cleaned' as treatment,
        *,
        case when replaced_by is null then value_observed end as value_kept
    from judged
    union all
    select
        'unreplaced' as treatment,
        region_id,
        variable_id,
        year,
        value_observed,
        cast(null as varchar) as replaced_by,
        value_observed as value_kept
    from judged

)

select * from treated
