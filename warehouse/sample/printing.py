"""How each variable is printed: the name and unit a yearbook or download uses, and its decimals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warehouse.sample.regions import Floats

PATENTS = tuple(f"patents_accepted_{kind}" for kind in ("invention", "utility", "design"))


@dataclass(frozen=True, slots=True)
class Printed:
    """One variable as files print it.

    Attributes
    ----------
    name, unit
        As printed.
    factor
        Printed value = value in the registry's unit x factor.
    decimals
        Digits after the point.
    """

    name: str
    unit: str
    factor: float
    decimals: int


# Units differ from the registry's on purpose wherever real downloads differ (yuan for 10,000 yuan,
# persons for 10,000 persons, kilometres for 10,000 km): the landing converts them. Digital
# employment is printed in persons because one decimal of 10,000 persons would round a small
# region's quotient by several percent.
PRINTED: dict[str, Printed] = {
    "gdp": Printed("地区生产总值", "亿元", 1, 1),
    "value_added_secondary": Printed("第二产业增加值", "亿元", 1, 1),
    "value_added_tertiary": Printed("第三产业增加值", "亿元", 1, 1),
    "gdp_index": Printed("地区生产总值指数", "上年=100", 1, 1),
    "retail_sales": Printed("社会消费品零售总额", "亿元", 1, 1),
    "population_urban": Printed("城镇人口", "万人", 1, 0),
    "population_rural": Printed("乡村人口", "万人", 1, 0),
    "budget_revenue": Printed("地方财政一般预算收入", "亿元", 1, 2),
    "budget_expenditure": Printed("地方财政一般预算支出", "亿元", 1, 2),
    "spending_general_public_services": Printed("地方财政一般公共服务支出", "亿元", 1, 2),
    "spending_education": Printed("地方财政教育支出", "亿元", 1, 2),
    "spending_science": Printed("地方财政科学技术支出", "亿元", 1, 2),
    "spending_health": Printed("地方财政医疗卫生支出", "亿元", 1, 2),
    "spending_housing": Printed("地方财政住房保障支出", "亿元", 1, 2),
    "spending_social_security": Printed("地方财政社会保障和就业支出", "亿元", 1, 2),
    "spending_environment": Printed("地方财政环境保护支出", "亿元", 1, 2),
    "treatment_plants": Printed("生活垃圾无害化处理厂数", "座", 1, 0),
    "investment_pollution_control": Printed("工业污染治理完成投资", "万元", 1e4, 0),
    "investment_ecology": Printed("生态建设与保护本年完成投资", "万元", 1e4, 0),
    "green_coverage": Printed("建成区绿化覆盖率", "%", 1, 1),
    "wastewater": Printed("废水排放总量", "万吨", 1, 0),
    "waste_gas": Printed("废气排放量", "吨", 1e4, 0),
    "foreign_firms": Printed("外商投资企业数", "户", 1, 0),
    "foreign_investment_share": Printed("外商投资比重", "%", 1, 2),
    "trade_total": Printed("进出口总额", "万元", 1e4, 0),
    "market_index": Printed("市场化指数", "index", 1, 2),
    "labour_compensation": Printed("劳动者报酬", "亿元", 1, 1),
    "disposable_income": Printed("全体居民人均可支配收入", "元", 1, 0),
    "consumption_urban": Printed("城镇居民人均消费支出", "元", 1, 0),
    "consumption_rural": Printed("农村居民人均消费支出", "元", 1, 0),
    "employed_digital": Printed("信息传输、软件和信息技术服务业城镇单位就业人员", "人", 1e4, 0),
    "employed_total": Printed("城镇单位就业人员", "万人", 1, 1),
    "wage_urban_units": Printed("城镇单位就业人员平均工资", "元", 1e4, 0),
    "road_length": Printed("高速等级路公路里程", "公里", 1e4, 0),
    "college_students": Printed("普通高等学校在校学生数", "万人", 1e4, 2),
    "firms_private": Printed("私人控股企业法人单位数", "个", 1, 0),
    "firms_state": Printed("国有控股企业法人单位数", "个", 1, 0),
    "firms_collective": Printed("集体控股企业法人单位数", "个", 1, 0),
    "commodity_markets": Printed("亿元以上商品交易市场数量", "个", 1, 0),
    "internet_penetration": Printed("互联网普及率", "%", 1, 1),
    "public_transport_vehicles": Printed("每万人拥有公共交通车辆", "标台", 1, 2),
    "terrain_relief": Printed("地形起伏度", "index", 1, 2),
    "new_product_projects": Printed("规模以上工业企业新产品项目数", "项", 1, 0),
    "new_product_expenditure": Printed("规模以上工业企业开发新产品经费", "万元", 1, 0),
    "patents_accepted": Printed("国内专利申请受理量", "项", 1, 0),
    "patents_accepted_invention": Printed("国内发明专利申请受理量", "项", 1, 0),
    "patents_accepted_utility": Printed("国内实用新型专利申请受理量", "项", 1, 0),
    "patents_accepted_design": Printed("国内外观设计专利申请受理量", "项", 1, 0),
    "technology_market_turnover": Printed("技术市场成交额", "亿元", 1, 2),
}


def text_of(value: float, variable: str) -> str:
    """Return the number as printed, for instance ``12345.6``."""
    form = PRINTED[variable]
    return f"{value * form.factor:.{form.decimals}f}"


def as_printed(values: dict[str, Floats]) -> dict[str, Floats]:
    """Round every variable to what its files print, still in the registry's units.

    The total of patents is the sum of the three rounded types.
    """
    rounded = {
        name: np.round(values[name] * form.factor, form.decimals) / form.factor
        for name, form in PRINTED.items()
    }
    rounded["patents_accepted"] = np.sum([rounded[name] for name in PATENTS], axis=0)
    return rounded
