-- needs: results.latest_estimate (study_id, model_id, position, part, term, std_error_kind, is_headline, estimate, std_error, p_value, ci_low, ci_high)
-- needs: star.dim_model (model_key)
create table star.fct_estimate (
    model_key varchar not null references star.dim_model (model_key),
    part varchar not null,
    term varchar not null,
    std_error_kind varchar not null,
    is_headline boolean not null,
    position integer,
    estimate double,
    std_error double,
    p_value double,
    ci_low double,
    ci_high double,
    stars varchar not null,
    primary key (model_key, part, term, std_error_kind)
);
comment on table star.fct_estimate is 'Estimates. One row per model, part, term and kind of standard error; filter is_headline for one row per term.';
comment on column star.fct_estimate.model_key is 'Model; dim_model says what it is.';
comment on column star.fct_estimate.part is 'Part of a model with several: a regime, a quantile, a direct or indirect effect; main otherwise.';
comment on column star.fct_estimate.term is 'Term that the estimate belongs to.';
comment on column star.fct_estimate.std_error_kind is 'Kind of standard error.';
comment on column star.fct_estimate.is_headline is 'Whether this kind of error is the one that the study reports.';
comment on column star.fct_estimate.position is 'Place of the row in the output of its model.';
comment on column star.fct_estimate.estimate is 'Estimate, in units of the outcome per unit of the term.';
comment on column star.fct_estimate.std_error is 'Standard error.';
comment on column star.fct_estimate.p_value is 'Two-sided p-value.';
comment on column star.fct_estimate.ci_low is 'Lower end of the confidence interval.';
comment on column star.fct_estimate.ci_high is 'Upper end of the confidence interval.';
comment on column star.fct_estimate.stars is '*** p < 0.01, ** p < 0.05, * p < 0.10.';
insert into star.fct_estimate
select
    study_id || '/' || model_id,
    part,
    term,
    std_error_kind,
    is_headline,
    position,
    estimate,
    std_error,
    p_value,
    ci_low,
    ci_high,
    case when p_value < 0.01 then '***' when p_value < 0.05 then '**' when p_value < 0.10 then '*' else '' end
from results.latest_estimate;
