{#-
grain:  one observed value within its bounds
method: three distances to a line through observed neighbours: between the one before
        and the one after; through the two before; through the two after. Lines run in
        the year, not in the row number, so that gaps do not bend them.
-#}
with

points as (

    select
        region_id,
        variable_id,
        year,
        x
    from {{ ref('int_statistics__observed') }}
    where x is not null

),

residuals as (
    {{ neighbour_residuals('points') }}
)

select * from residuals
