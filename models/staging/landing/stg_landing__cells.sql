{#-
grain: one printed cell of one raw file; the cell as text, its sheet, row and column stay
       in the landing
-#}
with

source as (

    select * from {{ source('landing', 'cell') }}

),

typed as (

    select
        -- keys, as the readers resolved them
        region_id,
        variable_id,
        year,
        coalesce(vintage, '') as vintage,

        -- measures: number_text is empty where the file prints a mark for "missing"
        cast(number_text as double) as value,
        length(split_part(number_text, '.', 2)) as decimals,
        unit,

        -- provenance
        source_file,
        source_cell
    from source

)

select * from typed
