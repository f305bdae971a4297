{#-
grain: one cell that was read and not landed
-#}
with

rejects as (

    select * from {{ ref('stg_landing__rejects') }}

),

described as (

    select
        source_file,
        source_cell,
        sheet,
        row_no,
        column_no,
        value_text,
        reason,
        file_sha256
    from rejects

)

select * from described
