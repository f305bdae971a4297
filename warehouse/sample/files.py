"""Which variable comes in which file: the plan of the raw folder."""

from __future__ import annotations

from decimal import Decimal

from warehouse.sample import formats
from warehouse.sample.faults import Fault, Texts
from warehouse.sample.folder import Folder
from warehouse.sample.printing import PRINTED
from warehouse.sample.regions import YEARS, Regions
from warehouse.sample.workbooks import Rows, xls, xlsx

FIRST, LAST = 2009, int(YEARS[-1])
STUDY = tuple(range(LAST, FIRST - 1, -1))  # sites list the newest year first
GDP, POPULATION = "gdp_after_5th_census", "population_after_2020_census"
RETAIL = "retail_revised"
GDP_NOTE = "注：地区生产总值历史数据按照经济普查结果进行了系统修订。"
UNIT_NOTES = (
    "注：1.城镇单位数据不含私营单位。",
    "　　　2.2012年行业采用新的分类标准，与前期不可比。",
)
# Regions whose budget items a user downloaded one by one, from pages that do not name the region.
SINGLE_REGIONS = (110000, 460000, 540000, 640000)
NORTH_WEST = 610000  # codes from here on
BUDGET_ITEMS = (
    "spending_environment",
    "spending_health",
    "spending_housing",
    "spending_social_security",
)
YEARLY = (
    "internet_penetration",
    "public_transport_vehicles",
    "green_coverage",
    "treatment_plants",
    "road_length",
)


def _header(years: tuple[int, ...], corner: str = "地区") -> list[str]:
    return [corner, *(f"{year}年" for year in years)]


def _titled(variable: str) -> str:
    return f"{PRINTED[variable].name}({PRINTED[variable].unit})"


def add_old_site(folder: Folder) -> None:
    """Add old-site exports: an empty newest year, and a first one that lies before the study."""
    years = (LAST + 1, *STUDY, FIRST - 1)
    vintages = {
        "gdp": GDP,
        "population_urban": POPULATION,
        "population_rural": POPULATION,
        "retail_sales": RETAIL,
    }
    forms = {"budget_expenditure": formats.thousands, "wastewater": formats.full_width}
    plan = (
        "gdp",
        "population_urban",
        "population_rural",
        "retail_sales",
        "budget_revenue",
        "budget_expenditure",
        "employed_total",
        "labour_compensation",
        "wastewater",
        "foreign_firms",
    )
    names = folder.regions.names
    spelt = {"labour_compensation": tuple(map(formats.spaced, folder.regions.short_names))}
    for k, variable in enumerate(plan):
        file = f"old_site/分省年度数据{f' ({k})' if k else ''}.csv"
        notes = {"gdp": (GDP_NOTE,), "employed_total": UNIT_NOTES}.get(variable, ())
        body = folder.grid(
            file, variable, years, spelt.get(variable, names), forms.get(variable, str)
        )
        folder.contents[file] = formats.old_site(_titled(variable), _header(years), body, notes)
        if variable in vintages:
            folder.declare(file, "region_by_year", variable, vintage=vintages[variable])


def add_earlier_gdp(folder: Folder) -> None:
    """Add GDP before the last census: one to three percent lower and ending in 2019."""
    years = tuple(range(2019, FIRST - 1, -1))
    file = "old_site/分省年度数据_gdp_2019.csv"
    body = [
        [name, *(_lower(folder.texts["gdp", code, year], k) for year in years)]
        for k, (name, code) in enumerate(zip(folder.regions.names, folder.codes, strict=True))
    ]
    folder.contents[file] = formats.old_site(_titled("gdp"), _header(years), body)
    folder.declare(file, "region_by_year", "gdp", vintage="gdp_after_4th_census")


def _lower(text: str, k: int) -> str:
    try:
        return f"{Decimal(text) * (99 - k % 3) / 100:.1f}"
    except ArithmeticError:
        return text


def add_new_site(folder: Folder) -> None:
    """Add new-site exports: the file names neither variable nor unit, ``sources.csv`` does."""
    plan = (
        "spending_science",
        "technology_market_turnover",
        "patents_accepted",
        "patents_accepted_invention",
        "patents_accepted_utility",
        "patents_accepted_design",
        "spending_education",
        "spending_general_public_services",
        "gdp_index",
        "disposable_income",
    )
    years = (LAST + 2, LAST + 1, *STUDY)
    for k, variable in enumerate(plan, start=1):
        file = f"new_site/分省年度数据_{k}.csv"
        body = folder.grid(file, variable, years, folder.regions.names)
        folder.contents[file] = formats.new_site(f"{FIRST}年-{LAST + 2}年", _header(years), body)
        folder.declare(file, "region_by_year", variable)
    again = "new_site/分省年度数据 (3).csv"
    folder.contents[again] = folder.contents["new_site/分省年度数据_3.csv"]
    folder.declared.append((again, "duplicate", "", "", "", "", "second download"))


def add_cut_titles(folder: Folder) -> None:
    """Add files with title lines cut off; two encodings and short region names."""
    plan = {
        "second_industry": ("value_added_secondary", "gb18030"),
        "third_industry": ("value_added_tertiary", "gb18030"),
        "college": ("college_students", "utf-8"),
        "consume_town": ("consumption_urban", "gb18030"),
        "consume_village": ("consumption_rural", "utf-8-sig"),
    }
    for stem, (variable, encoding) in plan.items():
        file = f"cut_titles/{stem}.csv"
        body = folder.grid(file, variable, STUDY, folder.regions.short_names)
        folder.contents[file] = formats.cut_titles(_header(STUDY), body, encoding=encoding)
        vintage = GDP if stem.endswith("industry") else ""
        folder.declare(file, "region_by_year", variable, vintage=vintage)


def add_yearly(folder: Folder) -> None:
    """Add several variables in the columns of one year's file."""
    header = ["地区", *(f"{PRINTED[v].name} ({PRINTED[v].unit}) " for v in YEARLY)]
    for year in range(FIRST, LAST + 1):
        file = f"year_by_indicator/分省年度数据{year}.csv"
        body = [
            [name, *(folder.cell(file, variable, code, year) for variable in YEARLY)]
            for name, code in zip(folder.regions.names, folder.codes, strict=True)
        ]
        folder.contents[file] = formats.new_site(f"{year}年", header, body)


def add_single_regions(folder: Folder) -> None:
    """Add budget items of one region per file, variables in rows, the region not named."""
    for k, code in enumerate(SINGLE_REGIONS):
        file = f"single_region/分省年度数据 ({k + 1}).csv"
        body = [
            [f"{_titled(variable)} ", *(folder.cell(file, variable, code, year) for year in STUDY)]
            for variable in BUDGET_ITEMS
        ]
        folder.contents[file] = formats.new_site("最近15年", _header(STUDY, "指标"), body)
        folder.declare(
            file, "variable_by_year", region=folder.regions.names[folder.codes.index(code)]
        )


def _ten_thousands(text: str) -> str:
    try:
        return f"{Decimal(text) * 10000:.0f}"
    except ArithmeticError:
        return text


def add_long(folder: Folder) -> None:
    """Add tidy tables: the other regions' budget items in 10,000 yuan, and firms by owner."""
    rest = [code for code in folder.codes if code not in SINGLE_REGIONS]
    file = "tidy/地方财政支出.csv"
    body = [
        [
            folder.regions.names[folder.codes.index(code)],
            str(year),
            PRINTED[variable].name,
            "万元",
            folder.cell(file, variable, code, year, _ten_thousands),
        ]
        for variable in BUDGET_ITEMS
        for code in rest
        for year in range(FIRST, LAST + 1)
    ]
    folder.contents[file] = formats.delimited(
        [["地区", "年份", "指标", "单位", "数值"], *body], encoding="utf-8-sig"
    )
    file = "tidy/firms.parquet"
    body = [
        [
            folder.regions.names_en[folder.codes.index(code)],
            str(year),
            PRINTED[variable].name,
            PRINTED[variable].unit,
            folder.cell(file, variable, code, year),
        ]
        for variable in ("firms_private", "firms_state", "firms_collective")
        for code in folder.codes
        for year in range(FIRST, LAST + 1)
    ]
    folder.contents[file] = formats.parquet(["region", "year", "variable", "unit", "value"], body)


def add_investment(folder: Folder) -> None:
    """Add investment twice: tidy rows for the north-west, a wide sheet for the other regions."""
    variables = ("investment_pollution_control", "investment_ecology")
    file = "tidy/投资_西北.xlsx"
    rows: Rows = [["地区", "年份", "指标", "单位", "数值"]]
    rows += [
        [
            formats.stray(folder.regions.short_names[folder.codes.index(code)], year),
            year,
            PRINTED[variable].name,
            PRINTED[variable].unit,
            formats.number(folder.cell(file, variable, code, year)),
        ]
        for variable in variables
        for code in folder.codes
        if code >= NORTH_WEST
        for year in range(FIRST, LAST + 1)
    ]
    folder.contents[file] = xlsx({"数据": rows})
    file = "research/investment.xlsx"
    rows = [["地区", "年份", *map(_titled, variables)]]
    rows += [
        [
            folder.regions.names[folder.codes.index(code)],
            year,
            *(formats.number(folder.cell(file, variable, code, year)) for variable in variables),
        ]
        for code in folder.codes
        if code < NORTH_WEST
        for year in range(FIRST, LAST + 1)
    ]
    folder.contents[file] = xlsx({"panel": rows})


def add_workbooks(folder: Folder) -> None:
    """Add Excel files: a sheet per variable with title lines, years in rows, old binary form."""
    file = "excel/新产品.xlsx"
    folder.contents[file] = xlsx(
        {
            PRINTED[variable].name[-7:]: _titled_sheet(folder, file, variable)
            for variable in ("new_product_projects", "new_product_expenditure")
        }
    )
    file = "excel/平均工资.xlsx"
    rows: Rows = [["年份", *folder.regions.short_names]]
    for year in range(FIRST, LAST + 1):
        rows.append(
            [
                f"{year}年",
                *(
                    formats.number(folder.cell(file, "wage_urban_units", code, year))
                    for code in folder.codes
                ),
            ]
        )
    folder.contents[file] = xlsx({"Sheet1": rows})
    folder.declare(file, "region_by_year", "wage_urban_units", note="years in rows")
    for stem, variable in (
        ("软件业就业", "employed_digital"),
        ("进出口", "trade_total"),
        ("废气", "waste_gas"),
    ):
        file = f"excel/{stem}.xls"
        folder.contents[file] = xls({"分省年度数据": _titled_sheet(folder, file, variable)})


def _titled_sheet(folder: Folder, file: str, variable: str) -> Rows:
    rows: Rows = [
        ["数据库：分省年度数据"],
        [f"指标：{_titled(variable)}"],
        [f"时间：{FIRST}-{LAST}"],
        list(_header(STUDY)),
    ]
    for row in folder.grid(file, variable, STUDY, folder.regions.names):
        rows.append([row[0], *(formats.number(text) for text in row[1:])])
    rows.append([formats.SOURCE_LINE])
    return rows


def add_research_panel(folder: Folder) -> None:
    """Add a colleague's panel: English region names, one column per variable, some with units."""
    columns = {
        "market_index": "市场化指数",
        "foreign_investment_share": "外商投资比重(%)",
        "commodity_markets": "亿元以上商品交易市场数量(个)",
        "terrain_relief": "地形起伏度",
    }
    file = "research/panel.csv"
    body = [
        [name, str(year), *(folder.cell(file, variable, code, year) for variable in columns)]
        for name, code in zip(folder.regions.names_en, folder.codes, strict=True)
        for year in range(FIRST, LAST + 1)
    ]
    folder.contents[file] = formats.delimited(
        [["province", "year", *columns.values()], *body], newline="\n"
    )


def add_overlap(folder: Folder) -> None:
    """Add one year again in another layout, GDP in whole numbers: equal cells that merge."""
    variables = ("gdp", "value_added_secondary")
    year = next(
        year
        for year in STUDY
        if not any(
            (variable, code, year) in folder.faulty
            for variable in variables
            for code in folder.codes
        )
    )
    file = f"year_by_indicator/分省年度数据{year}_gdp.csv"
    body = [
        [
            name,
            f"{Decimal(folder.texts['gdp', code, year]):.0f}",
            folder.texts["value_added_secondary", code, year],
        ]
        for name, code in zip(folder.regions.names, folder.codes, strict=True)
    ]
    header = ["地区", *(f"{PRINTED[v].name} ({PRINTED[v].unit}) " for v in variables)]
    folder.contents[file] = formats.new_site(f"{year}年", header, body)
    folder.declare(file, "region_by_variable", vintage=GDP, note=f"one year: {year}")


def add_set_aside(folder: Folder) -> None:
    """Add what the registry does not hold: a national table and an unregistered variable."""
    header = _header(STUDY, "指标")
    rows = [
        [
            "全国居民消费价格指数(上年=100) ",
            *(f"{101.6 + (year * 7 % 11) / 10:.1f}" for year in STUDY),
        ],
        ["城镇新增就业人数(万人) ", *(str(1100 + year * 37 % 190) for year in STUDY)],
    ]
    lines = formats.new_site("最近15年", header, rows).decode()
    file = "national/年度数据.csv"
    folder.contents[file] = lines.replace("分省年度数据", "年度数据").encode()
    folder.declare(file, "variable_by_year", region="全国", note="a national table")
    file = "old_site/分省年度数据 (10).csv"
    body = [
        [name, *(f"{300 + 40 * k + (year * 13 + k * 7) % 29}.{k % 10}" for year in STUDY)]
        for k, name in enumerate(folder.regions.names)
    ]
    folder.contents[file] = formats.old_site("粮食产量(万吨)", _header(STUDY), body)


def build_folder(regions: Regions, texts: Texts, faults: list[Fault]) -> Folder:
    """Fill the folder with every file of the plan."""
    folder = Folder(regions, texts, {(f.variable, f.region, f.year) for f in faults})
    for add in (
        add_old_site,
        add_earlier_gdp,
        add_new_site,
        add_cut_titles,
        add_yearly,
        add_single_regions,
        add_long,
        add_investment,
        add_workbooks,
        add_research_panel,
        add_overlap,
        add_set_aside,
    ):
        add(folder)
    return folder
