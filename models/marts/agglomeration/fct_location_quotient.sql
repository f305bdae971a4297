{#-
grain: one region, year and quotient
-#}
with

location_quotients as (

    select * from {{ ref('int_agglomeration__location_quotients') }}

),

quotients as (

    select
        region_id,
        year,
        quotient_id,
        value,
        part,
        whole,
        reason
    from location_quotients
    where treatment = 'cleaned'

)

select * from quotients
