-- needs: results.latest_replication (study_id, model_id, table_no, column_no, term, quantity, published, ours, same_sign, same_stars)
-- needs: star.dim_model (model_key)
create table star.fct_comparison (
    model_key varchar not null references star.dim_model (model_key),
    table_no varchar not null,
    column_no varchar not null,
    term varchar not null,
    quantity varchar not null,
    published double,
    ours double,
    same_sign boolean,
    same_stars boolean,
    primary key (model_key, table_no, column_no, term, quantity)
);
comment on table star.fct_comparison is 'Published figures beside ours. One row per model, table, column, term and quantity.';
comment on column star.fct_comparison.model_key is 'Model; dim_model says what it is.';
comment on column star.fct_comparison.table_no is 'Table of the publication.';
comment on column star.fct_comparison.column_no is 'Column of that table; empty text for none.';
comment on column star.fct_comparison.term is 'Term.';
comment on column star.fct_comparison.quantity is 'estimate, std_error, stars or a statistic.';
comment on column star.fct_comparison.published is 'Figure as printed.';
comment on column star.fct_comparison.ours is 'Figure of the model, in the same unit; empty where it has none.';
comment on column star.fct_comparison.same_sign is 'Whether both have the same sign.';
comment on column star.fct_comparison.same_stars is 'Whether both have the same stars.';
insert into star.fct_comparison
select
    study_id || '/' || model_id,
    table_no,
    coalesce(column_no, ''),
    term,
    quantity,
    published,
    ours,
    same_sign,
    same_stars
from results.latest_replication;
