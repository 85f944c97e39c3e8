"""The filters of a list of cases, as the interface's document shows them."""

from hotline.domain.words import Channel, Kind, Party, Tongue, Urgency
from hotline.store import lights
from hotline.store.casesorts import SORTS
from hotline.web import api_staff
from hotline.web.routing import CURSOR, Param

DAY, HOUR = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d"
# A day, or a moment in ISO 8601; without an offset it is the city's.
MOMENT = {
    "type": "string",
    "maxLength": 40,
    "pattern": rf"^({DAY}(T{HOUR}(:\d\d(\.\d{{1,6}})?)?(Z|[+-]{HOUR})?)?)?$",
}

WEEKS = "改查此前这么多周的同一时段（须有 since 和 until）"


def whole(least: int, most: int) -> dict[str, object]:
    return {"type": "integer", "minimum": least, "maximum": most}


def listed() -> tuple[Param, ...]:
    """Of every list of cases; the last two page it."""

    def choice(values: list[str]) -> dict[str, object]:
        return {"type": "string", "enum": values}

    return (
        Param(
            "state",
            "query",
            "状态，可用逗号隔开多个；open 与 ended 为两大类，to_route 为待派单员处理",
        ),
        Param("department", "query", "主办单位代码"),
        Param("type", "query", "诉求类型", schema=choice([kind.value for kind in Kind])),
        Param("urgency", "query", "紧急程度", schema=choice([one.value for one in Urgency])),
        Param("topic", "query", "事项分类，任一级"),
        Param("level", "query", "督办级别不低于", schema=whole(0, 6)),
        Param("overdue", "query", "是否超期", schema=choice(["true", "false", "1", "0"])),
        Param("district", "query", "区县"),
        Param("channel", "query", "来源渠道", schema=choice([one.value for one in Channel])),
        Param("party", "query", "诉求主体", schema=choice([one.value for one in Party])),
        Param("language", "query", "语言或方言", schema=choice([one.value for one in Tongue])),
        Param("since", "query", "收到时间不早于", schema=MOMENT),
        Param("until", "query", "收到时间早于", schema=MOMENT),
        Param("weeks", "query", WEEKS, schema=whole(0, api_staff.MOST_WEEKS)),
        Param("light", "query", "今日亮过的灯", schema=choice(list(lights.KINDS))),
        Param("coming", "query", "一小时内将执行的催督级别", schema=choice(list(api_staff.RUNGS))),
        Param(
            "q",
            "query",
            "编号开头、文中词语或来电号码",
            schema={"type": "string", "maxLength": 100},
        ),
        Param("sort", "query", "排序；pressing 为紧急优先，只列未结", schema=choice(sorted(SORTS))),
        CURSOR,
        Param("limit", "query", "每页条数", schema=whole(1, 200)),
    )
