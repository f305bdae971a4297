{#-
grain:  one treatment, region, variable and year without a kept value
method: the line that may fill it runs through two kept observations of its series: those
        before and after a gap, or the two nearest to an edge. Empty where the series
        keeps fewer than two. An edge gap reaches to the end of the variable's years.
-#}
with

treated as (

    select * from {{ ref('int_statistics__treated') }}

),

spans as (

    select
        variable_id,
        min(year) as first_year,
        max(year) as last_year
    from treated
    group by variable_id

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
        pairs.*,
        spans.first_year,
        spans.last_year,
        case when pairs.is_first then spans.first_year - 1 else pairs.year_1 end
            as after_year,
        case when pairs.is_last then spans.last_year + 1 else pairs.year_2 end
            as before_year
    from pairs
    inner join spans
        on pairs.variable_id = spans.variable_id
    where pairs.year_2 is not null

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
        case
            when treated.year < segments.year_1
                then segments.year_1 - segments.first_year
            when treated.year > segments.year_2
                then segments.last_year - segments.year_2
            else segments.year_2 - segments.year_1 - 1
        end as gap_length
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
