-- One row per model and period: spatial autocorrelation.
create table if not exists results.moran (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    position integer not null, -- order in which the model gave its rows, from 1
    period varchar not null, -- the cross-section: a year, or pooled
    i double not null check (i > '-infinity' and i < 'infinity'), -- Moran's I
    expected double not null check (expected > '-infinity' and expected < 'infinity'), -- its mean under independence, -1/(N-1)
    variance double not null check (variance > 0 and variance < 'infinity'), -- its variance under the assumption the study names
    z double not null check (z > '-infinity' and z < 'infinity'), -- (i - expected) / sqrt(variance)
    p_one_sided double check (p_one_sided between 0 and 1), -- p of positive autocorrelation, normal approximation
    p_two_sided double check (p_two_sided between 0 and 1), -- p of any autocorrelation, normal approximation
    p_permutation double check (p_permutation between 0 and 1), -- p of positive autocorrelation over seeded permutations; NULL: none asked for
    primary key (run_id, model_id, period),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);
