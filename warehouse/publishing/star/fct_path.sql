-- needs: results.latest_qca_term (study_id, model_id, solution_kind, model_no, term_no, term, inclusion, pri, raw_coverage, unique_coverage, n_cases)
-- needs: star.dim_model (model_key)
create table star.fct_path (
    model_key varchar not null references star.dim_model (model_key),
    solution_kind varchar not null,
    model_no integer not null,
    term_no integer not null,
    path varchar not null,
    consistency double,
    pri double,
    raw_coverage double,
    unique_coverage double,
    n_cases integer,
    primary key (model_key, solution_kind, model_no, term_no)
);
comment on table star.fct_path is 'Paths of configurational solutions. One row per model, kind of solution, solution and path.';
comment on column star.fct_path.model_key is 'Model; dim_model says what it is.';
comment on column star.fct_path.solution_kind is 'conservative, parsimonious or intermediate.';
comment on column star.fct_path.model_no is 'Number among solutions that cover the cases equally well.';
comment on column star.fct_path.term_no is 'Number of the path in its solution.';
comment on column star.fct_path.path is 'Conditions of the path; * is and, ~ is not.';
comment on column star.fct_path.consistency is 'Consistency of the path, from 0 to 1.';
comment on column star.fct_path.pri is 'Proportional reduction in inconsistency, from 0 to 1.';
comment on column star.fct_path.raw_coverage is 'Share of the outcome that the path covers.';
comment on column star.fct_path.unique_coverage is 'Share of the outcome that this path alone covers.';
comment on column star.fct_path.n_cases is 'Cases with more than half a membership in the path.';
insert into star.fct_path
select
    study_id || '/' || model_id,
    solution_kind,
    model_no,
    term_no,
    term,
    inclusion,
    pri,
    raw_coverage,
    unique_coverage,
    n_cases
from results.latest_qca_term;
