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
    p_permutation_two_sided double check (p_permutation_two_sided between 0 and 1), -- the same for any autocorrelation; NULL: none asked for
    p_adjusted double check (p_adjusted between 0 and 1), -- p_one_sided adjusted for the number of periods (Holm); NULL: one test alone
    p_step_down double check (p_step_down between 0 and 1), -- p_permutation adjusted for it, dependence between periods kept (Westfall and Young); NULL: no permutations
    assumption varchar not null check (assumption in ('randomisation', 'normality')), -- behind variance, z and p
    kurtosis double check (kurtosis > 0 and kurtosis < 'infinity'), -- n sum z^4 / (sum z^2)^2 of the variable; NULL: residuals
    geary double check (geary >= 0 and geary < 'infinity'), -- Geary's C, 1 under independence, below where neighbours are alike; NULL: residuals
    geary_z double check (geary_z > '-infinity' and geary_z < 'infinity'), -- its z under the same assumption, positive where neighbours are alike; NULL: residuals
    geary_p double check (geary_p between 0 and 1), -- p of positive autocorrelation by it, normal approximation; NULL: residuals
    permutations integer not null check (permutations >= 0), -- number of permutations; 0: none
    primary key (run_id, model_id, period),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per model, period and entity: its part in the pattern, and its point in Moran's scatter plot.
create table if not exists results.local_moran (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    position integer not null, -- order in which the model gave its rows, from 1
    period varchar not null, -- the cross-section: a year
    region_id varchar not null, -- the entity, as text
    region_name varchar not null, -- the entity in words
    z double not null check (z > '-infinity' and z < 'infinity'), -- its value in standard deviations from the mean of the period
    lag double not null check (lag > '-infinity' and lag < 'infinity'), -- the weighted z of its neighbours
    i double not null check (i > '-infinity' and i < 'infinity'), -- local Moran's I
    expected double not null check (expected > '-infinity' and expected < 'infinity'), -- its mean without dependence, its own value given
    variance double not null check (variance >= 0 and variance < 'infinity'), -- its variance without dependence, its own value given
    p_value double check (p_value between 0 and 1), -- two-sided, normal approximation
    p_permutation double check (p_permutation between 0 and 1), -- two-sided, the other entities permuted; NULL: none asked for
    p_adjusted double not null check (p_adjusted between 0 and 1), -- p adjusted for the number of entities (Benjamini and Hochberg)
    quadrant varchar not null check (quadrant in ('HH', 'LH', 'LL', 'HL')), -- itself high or low, then its neighbours
    cluster varchar not null check (cluster in ('HH', 'LH', 'LL', 'HL', 'ns', 'island')), -- the quadrant where p_adjusted is small enough; ns: it is not; island: no neighbours
    primary key (run_id, model_id, period, region_id),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);

-- One row per model that uses spatial weights: what they are like.
create table if not exists results.weights_check (
    run_id varchar not null, -- the run
    model_id varchar not null, -- the model
    weights_id varchar not null, -- name of the weights in the study
    standardisation varchar not null check (standardisation in ('row', 'spectral', 'none')), -- how they were scaled
    n_units integer not null check (n_units > 1), -- entities
    n_links integer not null check (n_links > 0), -- weights that are not zero
    density double not null check (density between 0 and 1), -- share of pairs that are linked
    fewest_neighbours integer not null check (fewest_neighbours >= 0), -- of any entity
    mean_neighbours double not null check (mean_neighbours > 0 and mean_neighbours < 'infinity'), -- per entity
    most_neighbours integer not null check (most_neighbours > 0), -- of any entity
    islands varchar, -- entities without neighbours, by name; NULL: none
    is_symmetric_pattern boolean not null, -- is j a neighbour of i whenever i is one of j
    is_symmetric boolean not null, -- are the weights, before they were scaled, the same in both directions
    n_components integer not null check (n_components > 0), -- groups of entities that are not linked to each other
    components varchar, -- all but the largest group, by name; NULL: one group
    row_sum_low double not null check (row_sum_low >= 0 and row_sum_low < 'infinity'), -- smallest row sum after scaling
    row_sum_high double not null check (row_sum_high > 0 and row_sum_high < 'infinity'), -- largest row sum after scaling
    eigenvalue_low double not null check (eigenvalue_low > '-infinity' and eigenvalue_low < 'infinity'), -- smallest real eigenvalue
    eigenvalue_high double not null check (eigenvalue_high > '-infinity' and eigenvalue_high < 'infinity'), -- largest real eigenvalue
    has_real_spectrum boolean not null, -- are all eigenvalues known to be real
    rho_low double not null check (rho_low > '-infinity' and rho_low < 0), -- lower end of the admissible interval of rho and lambda
    rho_high double not null check (rho_high > 0 and rho_high < 'infinity'), -- its upper end
    primary key (run_id, model_id, weights_id),
    foreign key (run_id, model_id) references results.model (run_id, model_id)
);
