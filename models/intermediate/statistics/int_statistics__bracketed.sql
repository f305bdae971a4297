{#-
grain:  one treatment, region, variable and year without a kept value
method: the line that may fill it runs through two kept observations of its series: those
        before and after a gap, or the two nearest to an edge. Empty where the series
        keeps fewer than two. An edge gap reaches to the end of the study; the year before
        the study does not lengthen it, and has a gap of its own that includes the study's.
-#}
with

treated as (

    select * from {{ ref('int_statistics__treated') }}

),

pairs as (

    select
        treatment,
        region_id,
        variable_id,
        year as year_1,
        value_kept as value_1,
        lead(year) over series as year_2,
        lead(value_kept) over series as value_2,
        lag(year) over series is null as is_first,
        lead(year, 2) over series is null as is_last
    from treated
    where value_kept is not null
    window series as (partition by treatment, variable_id, region_id order by year)

),

segments as (

    select
        *,
        case
            when is_first then {{ number_setting('first_year') }} - 2 else year_1
        end as after_year,
        case
            when is_last then {{ number_setting('last_year') }} + 1 else year_2
        end as before_year
    from pairs
    where year_2 is not null

),

bracketed as (

    select
        treated.treatment,
        treated.region_id,
        treated.variable_id,
        treated.year,
        treated.value_observed,
        treated.replaced_by,
        segments.year_1,
        segments.value_1,
        segments.year_2,
        segments.value_2,
        treated.year between segments.year_1 and segments.year_2 as is_interior,
        coalesce(
            {{ edge_gap('treated.year', 'segments.year_1', 'segments.year_2') }},
            segments.year_2 - segments.year_1 - 1
        ) as gap_length
    from treated
    left join segments
        on
            treated.treatment = segments.treatment
            and treated.region_id = segments.region_id
            and treated.variable_id = segments.variable_id
            and treated.year > segments.after_year
            and treated.year < segments.before_year
    where treated.value_kept is null

)

select * from bracketed
