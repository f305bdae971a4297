{#-
grain:  one treatment, region, variable and year
method: two treatments of the same observations, so that the same models make the panel
        and its twin. `cleaned` keeps what is within its bounds and no outlier, and the
        outliers that nothing can replace: their series keeps fewer than two others, or
        they lie in an edge gap that `edge_limit` or `edge_rule` leaves open. An edge gap
        is judged once, with its first outlier. `unreplaced` keeps everything observed.
-#}
with

observed as (

    select * from {{ ref('int_statistics__observed') }}

),

outliers as (

    select * from {{ ref('int_statistics__outliers') }}
    where is_cleanable and not is_kept_end

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

kept_spans as (

    select
        region_id,
        variable_id,
        min(year) as first_kept,
        max(year) as last_kept,
        count(*) as n_kept
    from judged
    where value_observed is not null and replaced_by is null
    group by region_id, variable_id

),

outlier_spans as (

    select
        region_id,
        variable_id,
        min(year) as first_outlier
    from judged
    where replaced_by = 'mad'
    group by region_id, variable_id

),

gaps as (

    select
        judged.*,
        coalesce(kept_spans.n_kept, 0) as n_kept,
        {{ edge_gap(
            'case when judged.year < kept_spans.first_kept'
            ~ ' then outlier_spans.first_outlier else judged.year end',
            'kept_spans.first_kept',
            'kept_spans.last_kept'
        ) }} as edge_gap
    from judged
    left join kept_spans
        on
            judged.region_id = kept_spans.region_id
            and judged.variable_id = kept_spans.variable_id
    left join outlier_spans
        on
            judged.region_id = outlier_spans.region_id
            and judged.variable_id = outlier_spans.variable_id

),

replaceable as (

    select
        *,
        coalesce(replaced_by = 'mad', false)
        and (n_kept < 2 or {{ edge_refusal('edge_gap') }} is not null)
            as is_irreplaceable
    from gaps

),

treated as (

    select
        'cleaned' as treatment,
        region_id,
        variable_id,
        year,
        value_observed,
        case when not is_irreplaceable then replaced_by end as replaced_by,
        case
            when replaced_by is null or is_irreplaceable then value_observed
        end as value_kept,
        is_irreplaceable
    from replaceable
    union all
    select
        'unreplaced' as treatment,
        region_id,
        variable_id,
        year,
        value_observed,
        cast(null as varchar) as replaced_by,
        value_observed as value_kept,
        false as is_irreplaceable
    from judged

)

select * from treated
