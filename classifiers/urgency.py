"""Words and patterns that make a complaint urgent or sensitive, with the reason.

Conservative on purpose: a false alarm calls out a department at night. A word taken back, asked
about in general, or used as a figure of speech does not count.
"""

import re

from classifiers.model import Label, Suggestion

VERSION = "urgency-1"

CRITICAL: tuple[tuple[str, str], ...] = (
    (r"(正在|突然|发生|已经)?(着火|起火|火灾)(了|，|。|！|$)|冒(浓烟|明火)|爆炸", "火情或爆炸"),
    (
        r"(有人|人员|工人|孩子|老人).{0,6}(伤亡|死亡|被埋|被困水|落水|溺水|昏迷|坠楼|中毒)|坍塌|塌方|踩踏",
        "人身危险",
    ),
    (
        r"(想|要|准备|打算)(自杀|跳楼|轻生|自残|喝农药)|不想活了|活不下去了|同归于尽",
        "轻生或极端言行",
    ),
    (
        r"燃气泄漏|天然气泄漏|煤气泄漏|(闻到|有)(很)?(浓|大|重|刺鼻)的?(燃气|煤气|天然气)味",
        "燃气泄漏",
    ),
    (
        r"(上百|几百|数百|上千|数十)(名|个|位)?(人|业主|工人|家长|群众).{0,10}(聚集|堵路|堵门|围堵|围住)|聚众|打砸",
        "群体性事件",
    ),
    (r"(全城|全市|全区|整个(城区|片区)).{0,6}(停水|停电|停气|停暖)", "大面积停供"),
)
URGENT: tuple[tuple[str, str], ...] = (
    (
        r"(停水|停电|停气|断水|断电|断气)(了|已|好几|[0-9一二两三四五六七八九十]+(天|个?小时))|(突然|今天|昨晚|目前|现在|一直|又)(停水|停电|停气|断水|断电)",
        "水电气停供",
    ),
    (r"(暖气|供暖|供热).{0,6}(不热|没有|停了|断了|冰凉)", "停暖"),
    (r"(困|卡)在电梯|电梯.{0,4}(困人|困住|坠落|急坠)", "电梯险情"),
    (r"(道路|小区|家里|地下车库|隧道|涵洞).{0,6}(内涝|被淹|严重积水)|水漫|洪水", "内涝"),
    (r"食物中毒|(集体|多人|几个人|孩子们?).{0,6}(上吐下泻|呕吐腹泻)", "食物中毒"),
    (r"(水管|主管|供水管|热力管|管道)(爆裂|爆管|破裂)|爆管", "管网爆裂"),
    (
        r"井盖.{0,6}(丢失|缺失|不见|没了|破损)|路面(塌陷|塌了)|(电线|高压线)(掉落|断落|垂落)",
        "公共设施险情",
    ),
)
FIGURE = re.compile(
    r"(没有|不存在|无|并未|未|防止|预防|避免|以防|演练|如果|万一|容易|可能|担心|隐患|险些|曾经|以前|去年)[^，。！？]{0,8}$"
)
LEVELS = (("critical", CRITICAL), ("urgent", URGENT))
COMPILED = tuple(
    (level, tuple((re.compile(pattern), reason) for pattern, reason in rules))
    for level, rules in LEVELS
)


def urgency(title: str, body: str) -> Suggestion:
    """critical, urgent or normal; 疑难 is never suggested, it is approved."""
    text = f"{title[:200]}\n{body[:2000]}"
    for level, rules in COMPILED:
        reasons = tuple(_found(text, rules))
        if reasons:
            sure = 0.9 if len(reasons) > 1 else 0.8
            return Suggestion(level, sure, (Label("normal", round(1 - sure, 2)),), reasons, VERSION)
    return Suggestion("normal", 0.95, (Label("urgent", 0.04), Label("critical", 0.01)), (), VERSION)


def _found(text: str, rules: tuple[tuple[re.Pattern[str], str], ...]) -> list[str]:
    told = []
    for pattern, reason in rules:
        for match in pattern.finditer(text):
            if not FIGURE.search(text[max(0, match.start() - 12) : match.start()]):
                told.append(f"{reason}：“{match.group()[:16]}”")
                break
    return told
