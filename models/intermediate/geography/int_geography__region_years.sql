{#-
grain:  one region and year of the study, and of the year before it, which a growth
        rate in the study's first year reads
-#}
{%- set first_year = number_setting('first_year') -%}
{%- set last_year = number_setting('last_year', at_least=first_year) -%}
with

sample_regions as (

    select * from {{ ref('int_geography__sample_regions') }}

),

years as (
    {{ year_rows(first_year - 1, last_year) }}
),

region_years as (

    select
        sample_regions.region_id,
        years.year,
        years.year < {{ first_year }} as is_lead_in
    from sample_regions
    cross join years

)

select * from region_years
