-- needs: marts.fct_indicator_status (indicator_id, status, share_not_observed, reason)
-- needs: marts.fct_indicator_weight (indicator_id, entropy, weight)
-- needs: star.dim_indicator (indicator_id)
create table star.fct_weight (
    indicator_id varchar primary key references star.dim_indicator (indicator_id),
    weight double,
    entropy double,
    status varchar not null,
    share_not_observed double,
    reason varchar
);
comment on table star.fct_weight is 'Entropy weights and what became of each indicator. One row per indicator.';
comment on column star.fct_weight.indicator_id is 'Indicator.';
comment on column star.fct_weight.weight is 'Weight in the index; weights sum to 1. Empty where the indicator is not used.';
comment on column star.fct_weight.entropy is 'Entropy of its shares over the largest possible value, from 0 to 1.';
comment on column star.fct_weight.status is 'used, constant, incomplete or not_selected.';
comment on column star.fct_weight.share_not_observed is 'Share of its cells that are filled, replaced or missing, from 0 to 1.';
comment on column star.fct_weight.reason is 'Why it is not used, or has no weight.';
insert into star.fct_weight
select
    s.indicator_id,
    w.weight,
    w.entropy,
    s.status,
    s.share_not_observed,
    s.reason
from marts.fct_indicator_status as s
left join marts.fct_indicator_weight as w on s.indicator_id = w.indicator_id;
