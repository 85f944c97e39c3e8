"""The shipped city holds together: its tree, its duty list, its accounts, what citizens are told."""

import csv
import re
from pathlib import Path

import pytest

import classifiers
from hotline import seed
from hotline.commands import demo
from hotline.domain.words import Party, Tongue
from hotline.web import rosterforms
from tests.makers import MONDAY

KINDS = set(
    "住房城乡建设 自然资源规划 城市管理 公安 教育 人力资源社会保障 卫生健康 生态环境 交通运输 "
    "市场监管 民政 农业农村 水利 发展改革 财政税务 医疗保障 文化旅游 供水供电供气 公共交通".split()
)
ROLES = (
    "agent dispatcher clerk leader supervisor callback inspector shift_lead director "
    "sysadmin secadmin auditor"
).split()
INFORMED = {"纪检监察机关", "信访局", "110联动"}
CODES = (
    "EMERGENCY LITIGATION REVIEW DISCIPLINE XINFANG OGI IN_PROGRESS DONE SECRET OUT_OF_DUTY "
    "UNLAWFUL OUT_OF_AREA PARTY_MILITARY ABUSE"
).split()
UNITS = {row["code"]: row for row in seed.departments()}
DUTIES = seed.duties()


def catalogue() -> list[dict[str, str]]:
    path = Path(classifiers.__file__).parent / "catalogue.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def first(levels: tuple[str, str, str], text: str = "") -> dict[str, object]:
    for duty in DUTIES:
        wanted = (duty["level1"], duty["level2"], duty["level3"])
        fits = all(w in ("", "*", have) for w, have in zip(wanted, levels, strict=True))
        if fits and (not duty["words"] or re.search(duty["words"], text)):
            return duty
    raise AssertionError(f"no duty for {levels}")


def test_every_department_of_the_catalogue_is_there_under_its_own_name() -> None:
    bureaus = {row["name"] for row in UNITS.values() if row["level"] == "bureau"}
    assert bureaus == {topic["default_department"] for topic in catalogue()}
    assert len(bureaus) == 53


def test_codes_and_telephones_are_used_once_and_lead_nowhere_real() -> None:
    rows = seed.departments()
    assert len(UNITS) == len(rows) == len({row["phone"] for row in rows})
    assert len({row["name"] for row in rows}) == len(rows)
    assert all(re.fullmatch(r"0000-1234\d{4}", row["phone"]) for row in rows)
    assert all(re.fullmatch(r"[a-z0-9-]{2,12}", code) for code in UNITS)


def test_the_tree_has_no_unknown_parent_and_no_circle() -> None:
    for code in UNITS:
        seen, above = {code}, UNITS[code]["parent"]
        while above is not None:
            assert above in UNITS and above not in seen, code
            seen.add(above)
            above = UNITS[above]["parent"]


def test_a_unit_is_of_its_parents_line_and_of_its_parents_district() -> None:
    for row in UNITS.values():
        if row["level"] == "bureau":
            assert not row["district"]
            continue
        above = UNITS[row["parent"]]
        assert row["district"] in {place["name"] for place in seed.districts()}
        assert row["kind"] == above["kind"]
        assert above["district"] in ("", row["district"])


def test_kinds_are_the_nineteen_that_real_answers_name() -> None:
    assert {row["kind"] for row in UNITS.values()} - {""} == KINDS


def test_those_only_informed_are_never_dispatched_to() -> None:
    assert {row["name"] for row in UNITS.values() if not row["dispatchable"]} == INFORMED
    for duty in DUTIES:
        informed = UNITS[duty["department"]]["name"] in INFORMED
        assert duty["action"] == ("inform" if informed else "dispatch"), duty["id"]
        assert all(UNITS[code]["dispatchable"] for code in duty["co_departments"]), duty["id"]


def test_every_topic_is_routed_to_the_catalogues_department() -> None:
    """Without words that call for caution; the dispatcher's list and the catalogue agree."""
    for topic in catalogue():
        levels = (topic["level1"], topic["level2"], topic["level3"])
        found = UNITS[str(first(levels)["department"])]["name"]
        assert found == topic["default_department"], levels


def test_every_duty_names_known_departments_a_ground_and_a_reason() -> None:
    assert len({duty["id"] for duty in DUTIES}) == len(DUTIES)
    for duty in DUTIES:
        assert {duty["department"], *duty["co_departments"]} <= set(UNITS), duty["id"]
        assert duty["department"] not in duty["co_departments"], duty["id"]
        assert duty["basis"] and duty["reason"], duty["id"]
        re.compile(duty["words"])


NOISE = ("环境保护", "噪声污染", "社会生活噪声")


@pytest.mark.parametrize(
    ("levels", "text", "code"),
    [
        (NOISE, "楼上装修，早上六点就开始敲墙", "jdxz"),
        (NOISE, "工地半夜打桩", "zjj"),
        (NOISE, "工地装修阶段夜里还在切割", "zjj"),
        (NOISE, "广场舞音响开到十点", "gaj"),
        (NOISE, "河边酒吧唱到凌晨", "gaj"),
        (NOISE, "隔壁厂房的冷却塔整夜响", "sthj"),
        (NOISE, "半夜有摩托车炸街", "jjzd"),
        (("环境保护", "大气污染", "工业废气异味"), "烧烤店油烟", "cgj"),
        (("城市管理", "犬类与动物", "犬只扰民伤人"), "孩子被狗咬伤", "gaj"),
        (("城市管理", "犬类与动物", "犬只扰民伤人"), "草坪上全是狗屎", "cgj"),
        (("农村农业", "农业生产与防疫", "动物防疫"), "狗的疫苗在哪里打", "nyj"),
        (("城市管理", "犬类与动物", "流浪动物"), "流浪狗成群", "cgj"),
        (("教育文体", "教学与管理", "教师行为"), "班主任收礼", "jyj"),
        (("城乡建设", "房屋质量与修缮", "危旧房屋安全"), "科长向我索要红包才给鉴定", "jjjc"),
        (("交通运输", "客货运输", "货运物流"), "老板拖欠司机工资三个月", "rsj"),
    ],
)
def test_cautions_of_routing_come_before_the_topics_default(
    levels: tuple[str, str, str], text: str, code: str
) -> None:
    assert first(levels, text)["department"] == code


def test_a_duty_below_the_city_finds_a_unit_in_some_district() -> None:
    lines = {row["parent"] for row in UNITS.values() if row["level"] == "district"}
    below = {duty["department"] for duty in DUTIES if duty["district_level"]}
    assert below <= lines


def test_districts_have_places_of_their_own_and_lie_close_together() -> None:
    places = [place for row in seed.districts() for place in row["places"]]
    assert len(places) == len(set(places)) and all(places)
    for row in seed.districts():
        assert 115.5 < row["lon"] < 116.5 and 29.3 < row["lat"] < 29.9
        streets = {
            unit["name"].removeprefix(row["name"]).removesuffix("办事处").removesuffix("人民政府")
            for unit in UNITS.values()
            if unit["level"] == "street" and unit["district"] == row["name"]
        }
        assert len(streets) == 5 and streets <= set(row["places"])


def test_there_is_an_account_a_role_and_departments_for_those_who_need_one() -> None:
    rows = seed.accounts()
    assert len({row["username"] for row in rows}) == len(rows)
    assert set(ROLES) == {row["role"] for row in rows}
    for row in rows:
        assert re.fullmatch(r"[a-z][a-z-]{2,31}", row["username"])
        assert (row["role"] in ("clerk", "leader")) == bool(row["department"])
        assert not row["department"] or UNITS[row["department"]]["dispatchable"]


def test_every_reason_of_not_being_accepted_tells_a_proper_way_in_both_languages() -> None:
    told = seed.told_elsewhere()
    assert list(told) == CODES
    for row in told.values():
        assert all(row[field] for field in ("zh", "en", "told_zh", "told_en"))
        assert len(row["told_zh"]) >= 40 and row["told_zh"].endswith("。")


def test_the_privacy_notice_is_one_version_in_both_languages() -> None:
    chinese, english = seed.privacy("zh"), seed.privacy("en")
    assert chinese[0] == english[0] and re.fullmatch(r"\d{4}-\d{2}-\d{2}", chinese[0])
    assert all(article in chinese[1] for article in ("第十三条", "第十七条", "第三十五条"))
    assert len(seed.notices()) >= 2 and seed.notices()[0] == chinese[0]
    for version in seed.notices():
        assert "版本" not in seed.privacy("zh", version)[1] and seed.privacy("en", version)[1]


def test_no_two_demo_complaints_share_a_sentence() -> None:
    """They were written one by one; a pattern filled in three hundred times would read so."""
    seen: dict[str, str] = {}
    shared = []
    for row in seed.complaints():
        own = set()
        for field in ("title", "content", "public_reply", "turn", "turn_more", "note", "contact"):
            own |= {one for one in re.split(r"[。！？；\n]", row[field]) if len(one) >= 10}
        shared += [(seen[one], row["id"], one) for one in own if one in seen]
        seen |= dict.fromkeys(own, row["id"])
    assert not shared


def test_a_demo_reply_answers_where_one_is_told_and_says_why_where_nothing_was_solved() -> None:
    replied = ("reply_review", "follow_up", "closed", "archived", "reopened", "rework", "answered")
    for row in seed.complaints():
        assert bool(row["public_reply"]) is (row["story"] in replied), row["id"]
        if row["public_reply"] and row["story"] != "answered":
            assert row["internal_account"] and row["found"], row["id"]
            assert row["solved"] or row["unsolved_reason"], row["id"]


def test_the_demo_rosters_pass_what_a_leader_may_write() -> None:
    """Known units, telephones that are nobody's, deputies on the same list."""
    codes = {unit["code"] for unit in seed.departments()}
    for unit, people in seed.rosters().items():
        assert unit in codes
        told = [
            {
                **{name: one[name] for name in ("name", "duty", "phone")},
                "deputies": [name for name in one["deputies"].split("、") if name],
            }
            for one in people
        ]
        assert len(rosterforms.read({"version": 0, "people": told})[1]) == len(people)
        assert all(one["phone"].startswith("0000-") for one in people)


def test_the_demo_tells_of_enterprises_and_of_dialects_as_their_citizens_did() -> None:
    """Both are facts of a case with a limit or a seat behind them: a demo without one hides them."""
    told = [demo.incoming_of(row, MONDAY) for row in seed.complaints()]
    enterprises = [one for one in told if one.party == Party.ENTERPRISE]
    assert len(enterprises) >= 5 and "小吃店" in " ".join(one.title for one in enterprises)
    assert {one.party for one in told} == {None, "enterprise"}
    spoken = {one.language for one in told} - {None}
    assert len(spoken) >= 3 and spoken <= {tongue.value for tongue in Tongue}
