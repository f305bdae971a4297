-- One row per calibrated set.
create table if not exists results.qca_calibration (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    set_name varchar not null, -- column that was calibrated
    kind varchar not null, -- direct, indirect, bell, crisp, or none when the column held memberships
    full_out double check (full_out > '-infinity' and full_out < 'infinity'), -- anchor of full non-membership, in the column's unit; NULL: none
    crossover double check (crossover > '-infinity' and crossover < 'infinity'), -- anchor of 0.5; NULL: none
    full_in double check (full_in > '-infinity' and full_in < 'infinity'), -- anchor of full membership; NULL: none
    percentiles varchar, -- percentiles that the three anchors are, e.g. 5/50/95; NULL: anchors given as numbers, or none
    right_full_in double, -- anchor of full membership on the falling side of a bell; NULL: no bell
    right_crossover double, -- anchor of 0.5 on the falling side of a bell; NULL: no bell
    right_full_out double, -- anchor of full non-membership on the falling side of a bell; NULL: no bell
    log_odds double check (log_odds > 0 and log_odds < 'infinity'), -- log-odds at the outer anchors; NULL: none
    n_half integer not null check (n_half >= 0), -- memberships of exactly 0.5 that were moved
    primary key (run_id, model_id, set_name),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per case and set: the calibrated membership.
create table if not exists results.qca_membership (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    region_id varchar not null, -- the case's entity, as text
    year integer not null, -- the case's period; 0 when a case is an entity over all periods
    set_name varchar not null, -- calibrated column
    membership double not null check (membership between 0 and 1), -- degree of membership, 0 to 1
    primary key (run_id, model_id, region_id, year, set_name),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per expression tested for necessity.
create table if not exists results.qca_necessity (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    expression varchar not null, -- condition, ~negation, or several joined by + or *
    consistency double not null check (consistency between 0 and 1), -- sum min(x, y) / sum y
    coverage double check (coverage between 0 and 1), -- sum min(x, y) / sum x; NULL: the set is empty
    ron double check (ron between 0 and 1), -- relevance of necessity, sum(1 - x) / sum(1 - min(x, y)); NULL: 0/0
    primary key (run_id, model_id, expression),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per combination of conditions: the truth table.
create table if not exists results.qca_truth_table (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    row_no bigint not null, -- row of the truth table, from 1
    conditions varchar not null, -- presence of each condition in the study's order, e.g. 110101
    n integer not null check (n >= 0), -- cases with membership above 0.5
    inclusion double check (inclusion between 0 and 1), -- raw consistency; NULL: no membership at all
    pri double check (pri between 0 and 1), -- proportional reduction in inconsistency; NULL: 0/0
    n_with_outcome integer not null check (n_with_outcome >= 0), -- of these cases, members of the outcome (above 0.5); neither none nor all: contradictory cases
    out varchar not null check (out in ('1', '0', 'C', '?')), -- coded outcome: 1, 0, C contradiction, ? remainder
    cases varchar, -- the cases by name; NULL: none
    primary key (run_id, model_id, row_no),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per minimised solution, ties included.
create table if not exists results.qca_solution (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    solution_kind varchar not null, -- conservative, parsimonious, intermediate, or stated: configurations that the study names for comparison
    model_no integer not null check (model_no > 0), -- which of the tied models, from 1; a solution without models has one row without numbers
    is_complete boolean not null, -- false: there are more tied models than were listed
    n_models bigint, -- how many tied models there are; 0: no configuration; NULL: not all were counted
    note varchar, -- what a reader of an empty or incomplete list must know; NULL: nothing
    inclusion double check (inclusion between 0 and 1), -- solution consistency; NULL: no configuration
    pri double check (pri between 0 and 1), -- solution PRI; NULL: no configuration or 0/0
    coverage double check (coverage between 0 and 1), -- solution coverage; NULL: no configuration
    primary key (run_id, model_id, solution_kind, model_no),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per term (configuration) of a solution.
create table if not exists results.qca_term (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    solution_kind varchar not null, -- conservative, parsimonious, intermediate, or stated: configurations that the study names for comparison
    model_no integer not null, -- which of the tied models
    term_no integer not null check (term_no > 0), -- term within the solution, from 1
    term varchar not null, -- the configuration, e.g. gov1*~inf2
    inclusion double check (inclusion between 0 and 1), -- consistency of the term
    pri double check (pri between 0 and 1), -- PRI of the term; NULL: 0/0
    raw_coverage double check (raw_coverage between 0 and 1), -- share of the outcome the term covers
    unique_coverage double check (unique_coverage between 0 and 1), -- share that only this term covers
    n_cases integer check (n_cases >= 0), -- cases with membership above 0.5 in the term
    label varchar, -- what the chart calls the configuration; NULL: not in the chart
    cases varchar, -- these cases by name; NULL: none
    unique_cases varchar, -- those that are in no other term of the model; NULL: none
    parents varchar, -- the parsimonious terms around the configuration, which decide what is core; NULL: none
    primary key (run_id, model_id, solution_kind, model_no, term_no),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per condition of a term: the chart of configurations.
create table if not exists results.qca_condition_role (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    solution_kind varchar not null, -- conservative, parsimonious, intermediate, or stated: configurations that the study names for comparison
    model_no integer not null, -- which of the tied models
    term_no integer not null, -- term within the solution
    condition varchar not null, -- the condition
    presence varchar not null check (presence in ('present', 'absent', 'either')), -- present, absent, or not in the term
    role varchar check (role in ('core', 'peripheral', 'undefined', 'disputed')), -- core, peripheral, undefined (no parsimonious term around the configuration) or disputed (tied parsimonious models disagree); NULL: not in the term
    primary key (run_id, model_id, solution_kind, model_no, term_no, condition),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per case and configuration of the solution in the chart: the data of its XY plots.
create table if not exists results.qca_case (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    term_no integer not null check (term_no >= 0), -- term within the first intermediate model; 0: the whole solution
    region_id varchar not null, -- the case's entity, as text
    year integer not null, -- the case's period; 0 when a case is an entity over all periods
    membership double not null check (membership between 0 and 1), -- membership in the configuration, 0 to 1
    outcome double not null check (outcome between 0 and 1), -- membership in the outcome (negated where its negation is studied), 0 to 1
    case_group varchar not null check (case_group in ('typical', 'deviant_degree', 'deviant_kind', 'deviant_coverage', 'irrelevant', 'undecided')), -- typical; deviant consistency in degree or in kind; deviant coverage; irrelevant; undecided at exactly 0.5
    is_unique boolean not null, -- whether no other configuration of the solution holds the case
    primary key (run_id, model_id, term_no, region_id, year),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per remainder or row that an assumption is about: easy and difficult counterfactuals, and untenable ones.
create table if not exists results.qca_assumption (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    model_no integer not null check (model_no >= 0), -- intermediate model that rests on it (one of the first 20); 0: of the whole analysis
    row_no bigint not null, -- row of the truth table
    conditions varchar not null, -- presence of each condition in the study's order, e.g. 110101
    kind varchar not null check (kind in ('easy', 'difficult', 'contradictory', 'against_necessity', 'impossible', 'both_sufficient')), -- easy or difficult counterfactual; assumed for the outcome and its negation; against a claimed necessity; impossible; observed and sufficient for both
    is_barred boolean not null, -- whether it was taken out before minimising
    primary key (run_id, model_id, model_no, row_no, kind),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per finding of the Boolean check of a printed solution; fault `none` where there is nothing to find.
create table if not exists results.qca_self_check (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    solution_kind varchar not null, -- conservative, parsimonious, intermediate, or stated
    model_no integer not null, -- which of the tied models
    finding_no integer not null check (finding_no > 0), -- number within the solution, from 1
    fault varchar not null check (fault in ('none', 'merge', 'nested', 'redundant_term', 'redundant_literal')), -- merge: two terms differ in one literal; nested: one lies inside another; redundant_term, redundant_literal: the solution is the same without it
    terms varchar, -- the terms concerned, the one at fault first; NULL: none
    statement varchar not null, -- the finding in words
    primary key (run_id, model_id, solution_kind, model_no, finding_no),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per expression and group of cases: pooled, between (per period) and within (per entity) fit.
create table if not exists results.qca_panel_fit (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    relation varchar not null check (relation in ('sufficient', 'necessary')), -- what the expression is held to be for the outcome
    expression varchar not null, -- a condition, a configuration, or the solution, its terms joined by +
    level varchar not null check (level in ('pooled', 'between', 'within')), -- all cases, one period, or one entity
    group_id varchar not null, -- the period or entity, as text; all: every case
    consistency double check (consistency between 0 and 1), -- consistency among these cases; NULL: 0/0
    coverage double check (coverage between 0 and 1), -- coverage among these cases; NULL: 0/0
    primary key (run_id, model_id, relation, expression, level, group_id),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per expression and level: how far the groups' consistencies lie apart.
create table if not exists results.qca_panel_distance (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    relation varchar not null, -- sufficient or necessary
    expression varchar not null, -- as in qca_panel_fit
    level varchar not null check (level in ('between', 'within')), -- between periods or within entities
    distance double check (distance >= 0), -- distance of the groups' shares of consistency from equal shares, 0: all agree; NULL: fewer than two groups
    adjusted_distance double check (adjusted_distance >= 0), -- distance over sqrt(n / (n^2 + 3n + 2)) with n groups; above 0.2 is read as a group effect
    n_undefined integer not null check (n_undefined >= 0), -- groups without a consistency, left out
    primary key (run_id, model_id, relation, expression, level),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

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
