{#-
grain:  one treatment, quotient, region and year of the study
method: (d_it / e_it) / (sum_i d_it / sum_i e_it), the sums over all regions of the sample
        in that year, region i included, so that the e-weighted mean over regions is 1.
        Where a region of the sample has no value the sums, and with them all quotients
        of that year, are unknown; the reason names up to three such regions.
-#}
with

quotients as (

    select * from {{ ref('quotients') }}

),

region_years as (

    select * from {{ ref('int_geography__region_years') }}
    where not is_lead_in

),

regions as (

    select * from {{ ref('regions') }}

),

needed as (

    select numerator_id as variable_id from quotients
    union
    select denominator_id as variable_id from quotients

),

variable_values as (

    select * from {{ ref('int_statistics__values') }}
    where variable_id in (select needed.variable_id from needed)

),

treatments as (

    select 'cleaned' as treatment
    union all
    select 'unreplaced' as treatment

),

paired as (

    select
        treatments.treatment,
        quotients.quotient_id,
        quotients.numerator_id,
        quotients.denominator_id,
        region_years.region_id,
        regions.name_en as region_name,
        region_years.year,
        parts.value as part,
        wholes.value as whole,
        greatest(parts.intervention, wholes.intervention) as intervention
    from treatments
    cross join quotients
    cross join region_years
    inner join regions
        on region_years.region_id = regions.region_id
    left join variable_values as parts
        on
            treatments.treatment = parts.treatment
            and quotients.numerator_id = parts.variable_id
            and region_years.region_id = parts.region_id
            and region_years.year = parts.year
    left join variable_values as wholes
        on
            treatments.treatment = wholes.treatment
            and quotients.denominator_id = wholes.variable_id
            and region_years.region_id = wholes.region_id
            and region_years.year = wholes.year

),

placed as (

    select
        *,
        sum(case when part is null then 1 else 0 end) over series as part_gap_no,
        sum(case when whole is null then 1 else 0 end) over series as whole_gap_no
    from paired
    window
        series as (
            partition by treatment, quotient_id, year
            order by region_id
            rows between unbounded preceding and current row
        )

),

totals as (

    select
        treatment,
        quotient_id,
        year,
        {{ ordered_sum('part', 'region_id') }} as all_parts,
        {{ ordered_sum('whole', 'region_id') }} as all_wholes,
        count(*) - count(part) as n_parts_missing,
        count(*) - count(whole) as n_wholes_missing,
        {{ first_names('region_name', 'region_id', 'part is null', 'part_gap_no') }}
            as without_part,
        {{ first_names('region_name', 'region_id', 'whole is null', 'whole_gap_no') }}
            as without_whole
    from placed
    group by treatment, quotient_id, year

),

quotients_by_region as (

    select
        paired.treatment,
        paired.quotient_id,
        paired.region_id,
        paired.year,
        paired.part,
        paired.whole,
        paired.intervention,
        case
            when totals.n_parts_missing = 0 and totals.n_wholes_missing = 0
                then {{ location_quotient(
                    'paired.part', 'paired.whole', 'totals.all_parts', 'totals.all_wholes'
                ) }}
        end as value,
        case
            when totals.n_parts_missing > 0
                then
                    'no value of ' || paired.numerator_id || ' in '
                    || totals.without_part
            when totals.n_wholes_missing > 0
                then
                    'no value of ' || paired.denominator_id || ' in '
                    || totals.without_whole
            when paired.whole = 0 or totals.all_wholes = 0
                then 'zero denominator: ' || paired.denominator_id
            when totals.all_parts = 0 then 'zero total: ' || paired.numerator_id
        end as reason
    from paired
    inner join totals
        on
            paired.treatment = totals.treatment
            and paired.quotient_id = totals.quotient_id
            and paired.year = totals.year

)

select * from quotients_by_region
