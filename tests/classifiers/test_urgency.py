"""What must not wait: told from what is feared, past, asked about, or said of others."""

import pytest

from classifiers.urgency import sensitive, signs, urgency


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("我家楼上着火了，浓烟很大", "critical"),
        ("有人落水，快来救人", "critical"),
        ("再不解决我只能跳楼了", "critical"),
        ("楼道里有很浓的煤气味", "critical"),
        ("数百名业主现在堵路", "critical"),
        ("全区突然停水，没有通知", "critical"),
        ("小区停电两天了", "urgent"),
        ("老人被困在电梯里", "urgent"),
        ("路口井盖不见了", "urgent"),
        ("暴雨后地下车库现在被淹", "urgent"),
    ],
)
def test_what_happens_now_is_urgent(text: str, level: str) -> None:
    assert urgency("", text).label == level


@pytest.mark.parametrize(
    "text",
    [
        "消防通道被占，一旦发生火灾后果不堪设想",
        "电线老化，容易引发火灾",
        "没有人员伤亡，只是想问赔偿",
        "希望加强防火演练，避免火灾",
        "担心孩子受伤",
        "去年这里曾发生爆炸",
        "停车场存在坍塌隐患",
        "这个消息像爆炸性新闻",
        "查一下工伤保险情况",
    ],
)
def test_what_is_feared_or_past_is_not(text: str) -> None:
    assert urgency("", text).label == "normal"


def test_reasons_are_the_words_of_the_text() -> None:
    found = urgency("停水三天", "小区停水三天了")
    assert any("停水" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("老板拖欠工资三个月", "wages"),
        ("老师经常殴打孩子", "minors"),
        ("我不想活了", "self_harm"),
        ("家里停气三天", "utilities"),
    ],
)
def test_sensitive_matters_are_named_with_their_words(text: str, kind: str) -> None:
    found = [one for one in sensitive("", text) if one.kind == kind]
    assert found and all(word in text for one in found for word in one.words)


def test_unpaid_wages_are_sensitive_but_no_emergency() -> None:
    assert urgency("", "老板拖欠工资三个月").label == "normal"


def test_a_sign_is_tried_wherever_it_could_be_found() -> None:
    """Its marks are a shortcut: without them the same signs are seen."""
    told = [
        "着火了", "煤气泄漏", "停水三天", "电梯故障困人", "井盖缺失", "拖欠工资", "老师殴打孩子", "路面塌陷",
        "只能跳楼", "全镇停电", "暖气不热", "水管爆了", "孩子集体呕吐", "地下室倒灌", "几百人围堵大门", "恐吓业主",
    ]  # fmt: skip
    for text in told:
        tried = {sign.name for sign in signs() if sign.pattern.search(text)}
        marked = {sign.name for sign in signs() if any(mark in text for mark in sign.marks)}
        assert tried and tried <= marked


@pytest.mark.parametrize(
    "text",
    [
        "几台电梯频繁出故障，一直没人修",
        "小区电梯发生多次掉层事故",
        "楼顶掉下水泥块，险些砸中居民",
        "施工导致我们村地表塌陷",
        "路口的监控杆锈断倒下了",
        "整栋房屋沉降，墙体移位",
        "小区两个月没有水用",
        "一下雨污水就灌进屋里",
        "下水井没有盖，小孩差点掉下去",
        "业主没有交押金，物业强行停水停电",
        "一下雨楼下积水就有一米深",
        "我们村断了三年的水",
        "至今还靠消防车送水过日子",
        "新楼的电梯隔三差五就罢工",
        "打开门整个房间全是粪水",
        "楼道配电箱漏电",
        "后山一直滑坡，挨着我家房子",
        "班上水痘感染了好几个孩子",
    ],
)
def test_dangers_are_heard_in_other_words_too(text: str) -> None:
    assert urgency("", text).label == "urgent"


def test_long_past_or_feared_alone_calls_nobody_out() -> None:
    assert urgency("", "车祸一年了没有赔偿").label == "normal"
    assert urgency("", "高压线旁学生担心触电").label == "normal"
    assert urgency("", "停水三个月了").label == "urgent"


@pytest.mark.parametrize(
    "text",
    [
        "小区没有停水",
        "物业要停电梯来催费",
        "高利贷逼死了许多人，应当取缔",
        "水库截流，我们村断水库的水浇地",
    ],
)
def test_what_only_looks_like_a_danger_is_not(text: str) -> None:
    assert urgency("", text).label == "normal"


def test_violence_of_today_is_critical_and_of_last_month_is_not() -> None:
    assert urgency("", "今天上午保安打伤业主").label == "critical"
    assert urgency("", "上个月保安打伤业主").label == "normal"


def test_an_outage_told_in_passing_is_no_emergency() -> None:
    """Of such letters read outside the gold set 2 of 12 were pressing."""
    body = "物业费涨了，账目从不公示，业主多次要求公开都被拒绝。" * 8
    body += "去过几次也没有人理。小区还停电停水。电梯厅脏乱，小区又停水。"
    assert urgency("物业收费不透明", body).label == "normal"
    assert urgency("物业收费不透明，小区停水", body).label == "urgent"
