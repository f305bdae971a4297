-- One row per choice of a robustness grid and what the analysis gives under it; the first is the study's own.
create table if not exists results.qca_robustness (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    cell_no integer not null check (cell_no > 0), -- number of the choice; 1: the study's own
    percentiles varchar, -- percentiles of the anchors, e.g. 10/50/90; NULL: anchors as the study gives them
    half varchar not null check (half in ('up', 'down', 'keep')), -- where memberships of exactly 0.5 went: 0.501, 0.499 or nowhere
    frequency integer not null, -- frequency cutoff, cases
    consistency double not null, -- consistency cutoff
    pri double not null, -- PRI cutoff
    n_models integer not null check (n_models >= 0), -- tied models listed; 0: no configuration
    is_complete boolean not null, -- whether these are all
    solution varchar, -- the first model; NULL: none
    same_models boolean not null, -- whether the models are those of the study's own choice
    inclusion double check (inclusion between 0 and 1), -- consistency of the first model; NULL: none
    pri_found double check (pri_found between 0 and 1), -- PRI of the first model; NULL: none or 0/0
    coverage double check (coverage between 0 and 1), -- coverage of the first model; NULL: none
    note varchar, -- why there is no model, or not all; NULL: nothing to say
    primary key (run_id, model_id, cell_no),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per configuration of the study's own choice: how often it returns under the other choices.
create table if not exists results.qca_survival (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    term varchar not null, -- the configuration
    n_exact integer not null check (n_exact >= 0), -- choices under which some model has exactly this term
    n_contained integer not null check (n_contained >= 0), -- choices under which some model has it or a term around it
    n_cells integer not null check (n_cells >= 0), -- other choices tried
    primary key (run_id, model_id, term),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per robustness grid: fit-oriented robustness of the study's own solution against the others.
create table if not exists results.qca_robustness_fit (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    solution_kind varchar not null, -- which solution is followed
    rf_cons double check (rf_cons >= 0), -- consistency of the solution over that of the core all solutions share
    rf_cov double check (rf_cov >= 0), -- coverage of the core over that of the solution
    rf_sc_min_ts double check (rf_sc_min_ts between 0 and 1), -- overlap with the intersection of the other solutions
    rf_sc_max_ts double check (rf_sc_max_ts between 0 and 1), -- overlap with their union
    rcr_typ double check (rcr_typ between 0 and 1), -- share of robust cases among members of the outcome; NULL: none
    rcr_dev double check (rcr_dev between 0 and 1), -- share of robust cases among non-members of the outcome; NULL: none
    n_shaky integer not null check (n_shaky >= 0), -- cases in the solution but not in the intersection
    n_possible integer not null check (n_possible >= 0), -- cases in the union but not in the solution
    rcc_rank integer not null check (rcc_rank between 1 and 4), -- 1: neither shaky nor possible cases, 2: possible only, 3: shaky only, 4: both
    primary key (run_id, model_id),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);
