-- needs: marts.fct_observation (year)
-- needs: marts.fct_development_index (year)
-- needs: marts.fct_province_year (year)
create table star.dim_year (year integer primary key, first_day date not null);
comment on table star.dim_year is 'Years. One row per year that any fact has.';
comment on column star.dim_year.year is 'Calendar year.';
comment on column star.dim_year.first_day is 'Its first day, for tools that want a date on the time axis.';
insert into star.dim_year
select
    year,
    make_date(year, 1, 1)
from (
    select year from marts.fct_observation
    union
    select year from marts.fct_development_index
    union
    select year from marts.fct_province_year
)
order by year;
