{#-
grain: one file of the raw folder
-#}
with

files as (

    select * from {{ ref('stg_landing__files') }}

)

select * from files
