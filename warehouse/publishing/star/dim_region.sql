-- needs: marts.dim_region (region_id, name_en, name_zh, name_zh_short, area, is_municipality, in_sample, capital_lon, capital_lat, grid_row, grid_col)
create table star.dim_region (
    region_id integer primary key,
    region varchar not null,
    region_zh varchar,
    area varchar,
    is_municipality boolean,
    in_sample boolean,
    longitude double,
    latitude double,
    map_row integer,
    map_column integer
);
comment on table star.dim_region is 'Regions. One row per region of the registry.';
comment on column star.dim_region.region_id is 'Administrative code of the region.';
comment on column star.dim_region.region is 'Name in English.';
comment on column star.dim_region.region_zh is 'Short name in Chinese.';
comment on column star.dim_region.area is 'Area of the country: east, central, west, northeast.';
comment on column star.dim_region.is_municipality is 'Whether the region is a municipality.';
comment on column star.dim_region.in_sample is 'Whether the study''s sample has the region.';
comment on column star.dim_region.longitude is 'Longitude of the capital, degrees east.';
comment on column star.dim_region.latitude is 'Latitude of the capital, degrees north.';
comment on column star.dim_region.map_row is 'Row of the region on the tile-grid map, from the top.';
comment on column star.dim_region.map_column is 'Column of the region on the tile-grid map, from the left.';
insert into star.dim_region
select
    region_id,
    coalesce(name_en, name_zh, region_id::varchar),
    coalesce(name_zh_short, name_zh),
    area,
    is_municipality,
    in_sample,
    capital_lon,
    capital_lat,
    grid_row,
    grid_col
from marts.dim_region;
