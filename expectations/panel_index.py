"""Rules of the gate `panel` on scores, weights and the index made of them."""

from __future__ import annotations

from expectations.catalog import Catalog
from expectations.rules import NoRows, Rule, forbid

SCORES = "marts.fct_indicator_score"
WEIGHTS = "marts.fct_indicator_weight"
INDEX = "marts.fct_development_index"
VARIANTS = "marts.fct_index_variant"
INDICATORS = "marts.dim_indicator"

# Weights and dimension scores are sums of at most a few dozen doubles below 1.
EXACT = 1e-12

# The setting `zero_shift` adds the same constant to every min-max score: the lowest score
# of the panel is that constant, the highest 1 above it.
HIGHEST = f"1 + {EXACT} + (select coalesce(greatest(min(score), 0), 0) from {SCORES})"


def index_rules(catalog: Catalog) -> list[Rule]:
    """Return the rules on ``fct_indicator_*``, ``fct_development_index`` and its variants."""
    return [
        *_scores(),
        *_weights(),
        *_each_weight(),
        *_index(),
        *_sums(),
        *_ranks(),
        *_variants(catalog),
    ]


def _scores() -> list[Rule]:
    return [
        forbid(
            SCORES,
            "score_between_0_and_1",
            "score",
            "a min-max score lies in [0, 1], `zero_shift` apart",
            where=f"score not between 0 and {HIGHEST}",
            keys=("indicator_id", "region_id", "year"),
        ),
        forbid(
            SCORES,
            "weighted_score_present",
            "score",
            "an indicator with a weight has a score in every region and year",
            where="score is null",
            among=f"indicator_id in (select indicator_id from {WEIGHTS} where weight > 0)",
            keys=("indicator_id", "region_id", "year"),
        ),
        Rule(
            table=SCORES,
            name="regions_by_years_complete",
            column="score",
            requirement="every weighted indicator covers the regions and years of the panel",
            frame=f"select weights.indicator_id, count(scores.score) as n_rows from {WEIGHTS} "
            f"as weights left join {SCORES} as scores on weights.indicator_id = "
            "scores.indicator_id where weights.weight > 0 group by weights.indicator_id having "
            "count(scores.score) <> (select count(*) from marts.fct_province_year)",
            keys=("indicator_id",),
            expect=NoRows(),
            scope=f"select count(*) from {WEIGHTS} where weight > 0",
        ),
    ]


def _weights() -> list[Rule]:
    return [
        Rule(
            table=WEIGHTS,
            name="weights_sum_to_1",
            column="weight",
            requirement=f"the weights sum to 1 (to {EXACT:g}), or no indicator has one",
            frame=f"select sum(weight) as sum_of_weights from {WEIGHTS} "
            f"having max(abs(weight)) > 0 and not abs(sum(weight) - 1) <= {EXACT}",
            keys=("sum_of_weights",),
            expect=NoRows(),
            scope=f"select count(*) from {WEIGHTS}",
        ),
        Rule(
            table=WEIGHTS,
            name="index_exists",
            column="weight",
            requirement="at least one indicator carries the index",
            frame=f"select count(*) as n_indicators from {WEIGHTS} "
            "having coalesce(max(weight), 0) = 0",
            keys=("n_indicators",),
            expect=NoRows(),
            scope=f"select count(*) from {WEIGHTS}",
            severity="warn",
        ),
    ]


def _each_weight() -> list[Rule]:
    return [
        forbid(
            WEIGHTS,
            "weight_between_0_and_1",
            "weight",
            "a weight lies in [0, 1]",
            where="weight is null or weight not between 0 and 1",
            keys=("indicator_id",),
        ),
        forbid(
            WEIGHTS,
            "entropy_between_0_and_1",
            "entropy",
            f"an entropy lies in [0, 1] (to {EXACT:g})",
            where=f"entropy not between {-EXACT} and {1 + EXACT}",
            keys=("indicator_id",),
        ),
        forbid(
            WEIGHTS,
            "indicator_informative",
            "weight",
            "no indicator is constant: a constant one carries no weight",
            where="weight = 0",
            keys=("indicator_id",),
            severity="warn",
        ),
        forbid(
            WEIGHTS,
            "indicator_registered",
            "indicator_id",
            "every weighted indicator is in dim_indicator",
            where=f"indicator_id not in (select indicator_id from {INDICATORS})",
            keys=("indicator_id",),
        ),
    ]


def _index() -> list[Rule]:
    return [
        forbid(
            INDEX,
            "index_between_0_and_1",
            "score",
            f"the index and its parts lie in [0, 1] (to {EXACT:g}), `zero_shift` apart",
            where=f"score is null or score not between {-EXACT} and {HIGHEST}",
            keys=("dimension", "region_id", "year"),
        ),
        Rule(
            table=INDEX,
            name="total_complete",
            column="score",
            requirement="the index has a total for every region and year of the panel, or none",
            frame="select panel.region_id, panel.year, index.score from "
            f"marts.fct_province_year as panel left join (select * from {INDEX} "
            "where dimension = 'total') as index on panel.region_id = index.region_id and "
            "panel.year = index.year where index.score is null "
            f"and exists (select 1 from {INDEX} where dimension = 'total')",
            keys=("region_id", "year"),
            expect=NoRows(),
            scope="select count(*) from marts.fct_province_year",
        ),
    ]


def _sums() -> list[Rule]:
    parts = f"select region_id, year, sum(score) as score from {INDEX} where dimension <> 'total'"
    resum = (
        "select scores.region_id, scores.year, sum(weights.weight * scores.score) as score "
        f"from {SCORES} as scores inner join {WEIGHTS} as weights "
        "on scores.indicator_id = weights.indicator_id where weights.weight > 0"
    )
    return [
        _adds_up(
            "dimensions_add_up",
            f"the dimension scores add up to the total (to {EXACT:g})",
            f"{parts} group by region_id, year",
        ),
        _adds_up(
            "index_is_weighted_sum",
            f"the total is the weighted sum of the indicator scores (to {EXACT:g})",
            f"{resum} group by scores.region_id, scores.year",
        ),
    ]


def _adds_up(name: str, requirement: str, parts: str) -> Rule:
    return Rule(
        table=INDEX,
        name=name,
        column="score",
        requirement=requirement,
        frame=f"select total.region_id, total.year, total.score, parts.score as sum_of_parts "
        f"from {INDEX} as total left join ({parts}) as parts on total.region_id = "
        "parts.region_id and total.year = parts.year where total.dimension = 'total' "
        f"and not coalesce(abs(total.score - parts.score) <= {EXACT}, false)",
        keys=("region_id", "year"),
        expect=NoRows(),
        scope=f"select count(*) from {INDEX} where dimension = 'total'",
    )


def _ranks() -> list[Rule]:
    return [
        Rule(
            table=INDEX,
            name="ranks_follow_scores",
            column="rank",
            requirement="within a year and dimension rank 1 has the highest score, and so on",
            frame=f"select region_id, year, dimension, rank, score from {INDEX} qualify "
            "rank <> rank() over (partition by year, dimension order by score desc)",
            keys=("dimension", "region_id", "year"),
            expect=NoRows(),
            scope=f"select count(*) from {INDEX}",
        )
    ]


def _variants(catalog: Catalog) -> list[Rule]:
    if not catalog.has(VARIANTS, "variant_id", "score"):
        return []
    return [
        Rule(
            table=VARIANTS,
            name="regions_by_years_complete",
            column="score",
            requirement="every variant covers the regions and years of the panel",
            frame=f"select variant_id, count(score) as n_rows from {VARIANTS} group by variant_id "
            "having count(score) <> (select count(*) from marts.fct_province_year)",
            keys=("variant_id",),
            expect=NoRows(),
            scope=f"select count(distinct variant_id) from {VARIANTS}",
        )
    ]
