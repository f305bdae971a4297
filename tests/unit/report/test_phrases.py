"""What the database says in English is said in Chinese where the catalogue knows it."""

from __future__ import annotations

import string

import pytest

from analysis.report.studies import Model
from analysis.report.texts import phrases, texts


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "mse is rss / 216 (hansen's error variance); the confidence set of 0.5 reaches the "
            "low and high end of the candidates: it is open there",
            "均方误差为 rss / 216（Hansen 的误差方差）；0.5 的置信集到达候选值的上下两端，"
            "在该端不封闭",
        ),
        (
            "the first period is past only: log-likelihood, aic, bic and rss rest on the 216 "
            "rows that are explained",
            "第一期仅作为滞后值使用：对数似然、AIC、BIC 与残差平方和基于被解释的216行",
        ),
        (
            "all entity effects are zero, given time effects",
            "在控制时间效应后，所有个体效应均为零",
        ),
        ("values replaced: 3 as outliers", "替换的数值：3个异常值"),
        (
            "the instruments are weak; F, homoskedastic errors",
            "工具变量较弱；F 检验，同方差误差",
        ),
        ("Leave out agg, press.", "请去掉agg, press。"),
        (
            "Leave out z: a constant is no instrument, whatever it is multiplied by.",
            "请去掉z：常数乘以任何序列都不能作工具变量。",
        ),
        (
            "Collinear once entity and time effects are taken out: b = 2·a.",
            "消去个体与时间效应后共线：b = 2·a。",
        ),
        ("the instruments are weak; something else", None),
        (  # a fact of the first part does not swallow the second
            "9 of 420 rows have weight below 0.5: A 2010; the slopes at q = 0.1 may not be unique",
            "420行中有9行的权重低于 0.5：A 2010；q = 0.1 处的斜率可能不唯一",
        ),
        ("cluster(entity); chi2(1) 3.07, p 0.08", "按个体聚类；卡方(1) 3.07，p = 0.08"),
        ("Something that no catalogue knows.", None),
    ],
)
def test_sentences_are_translated_whole_or_not_at_all(english: str, chinese: str | None) -> None:
    assert texts("zh").sentence(english) == chinese
    in_words = english.replace("cluster(entity)", "clustered by entity")
    assert texts("en").sentence(english) == in_words


def test_every_translation_names_the_facts_of_its_sentence() -> None:
    for pattern, translation in phrases("zh"):
        named = {name for _, name, _, _ in string.Formatter().parse(translation) if name}
        assert named == set(pattern.groupindex), pattern.pattern


def test_a_model_is_called_in_the_language_where_its_study_says_how() -> None:
    model = Model({"title": "East"}, {"title": "East", "title_zh": "东部"}, "p", "a")
    assert (model.title("en"), model.title("zh")) == ("East", "东部")
    assert Model({"title": "East"}, {"title_zh": None}, "p", "a").title("zh") == "East"
    assert Model({"title": None}, {}, "p", "a").title("en") is None
