{#-
grain: one cell that was read and not landed
-#}
with

rejects as (

    select * from {{ ref('stg_landing__rejects') }}

)

select * from rejects
