-- One row per condition and ceiling line of a necessary condition analysis.
create table if not exists results.nca_ceiling (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    condition varchar not null, -- the condition
    ceiling varchar not null, -- ceiling line: ce_fdh or cr_fdh
    scope double not null check (scope >= 0 and scope < 'infinity'), -- area that the data could fill, condition unit times outcome unit
    effect_size double not null check (effect_size between 0 and 1), -- empty zone over scope
    p_permutation double check (p_permutation between 0 and 1), -- p over seeded permutations; NULL: none asked for
    p_accuracy double check (p_accuracy >= 0), -- half-width of the 95 % interval of that p over other shuffles; NULL: none asked for
    n_permutations integer not null check (n_permutations >= 0), -- shuffles
    zone double not null check (zone >= 0), -- empty area above the ceiling, in the unit of scope
    accuracy double not null check (accuracy between 0 and 1), -- share of cases on or below the ceiling
    slope double, -- of the straight ceiling; NULL: step ceiling, or no line
    intercept double, -- of the straight ceiling; NULL: step ceiling, or no line
    x_low double not null, -- lower end of the scope, condition unit
    x_high double not null, -- upper end of the scope, condition unit
    y_low double not null, -- lower end of the scope, outcome unit
    y_high double not null, -- upper end of the scope, outcome unit
    note varchar, -- why there is no line; NULL: nothing to say
    primary key (run_id, model_id, condition, ceiling),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per outcome level: how much of the condition it requires.
create table if not exists results.nca_bottleneck (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    condition varchar not null, -- the condition
    ceiling varchar not null, -- ceiling line: ce_fdh or cr_fdh
    outcome_level double not null check (outcome_level between 0 and 1), -- level of the outcome, as a fraction of its range
    required_level double check (required_level between 0 and 1), -- level of the condition it requires, as a fraction; NULL: none required
    requirement varchar not null check (requirement in ('required', 'not_necessary', 'not_available')), -- required; not_necessary (NN): reached at the lowest level already; not_available (NA): the ceiling never gets there
    primary key (run_id, model_id, condition, ceiling, outcome_level),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per corner of a step ceiling: the cases that carry it.
create table if not exists results.nca_peer (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    condition varchar not null, -- the condition
    peer_no integer not null check (peer_no > 0), -- by rising condition, from 1
    x double not null, -- the condition there, in its unit
    y double not null, -- the outcome there, in its unit
    primary key (run_id, model_id, condition, peer_no),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per case and variable of a necessary condition analysis: the points of its plots.
create table if not exists results.nca_case (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    region_id varchar not null, -- the case's entity, as text
    year integer not null, -- the case's period; 0 when a case is an entity over all periods
    variable varchar not null, -- the condition or outcome
    value double not null, -- its value as analysed: calibrated, or in the variable's unit
    primary key (run_id, model_id, region_id, year, variable),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);
