-- needs: marts.fct_development_index (region_id, year, dimension, score, rank)
-- needs: marts.fct_index_rank_interval (region_id, year, rank_min, rank_max)
-- needs: star.dim_region (region_id)
-- needs: star.dim_year (year)
create table star.fct_index (
    region_id integer not null references star.dim_region (region_id),
    year integer not null references star.dim_year (year),
    dimension varchar not null,
    score double not null,
    rank integer not null,
    rank_min integer,
    rank_max integer,
    primary key (region_id, year, dimension)
);
comment on table star.fct_index is 'Development index. One row per region, year and dimension; filter dimension = ''total'' for the index itself.';
comment on column star.fct_index.region_id is 'Region.';
comment on column star.fct_index.year is 'Year.';
comment on column star.fct_index.dimension is 'Dimension of the index, or total.';
comment on column star.fct_index.score is 'Score, dimensionless; comparable across years.';
comment on column star.fct_index.rank is 'Rank in the year, 1 is best.';
comment on column star.fct_index.rank_min is 'Best rank under every variant of the index; total only.';
comment on column star.fct_index.rank_max is 'Worst rank under every variant of the index; total only.';
insert into star.fct_index
select
    i.region_id,
    i.year,
    i.dimension,
    i.score,
    i.rank,
    r.rank_min,
    r.rank_max
from marts.fct_development_index as i
left join marts.fct_index_rank_interval as r
    on i.region_id = r.region_id and i.year = r.year and i.dimension = 'total';
