"""Made-up identity planted in made-up texts, seeded; written without a look at what removes it.

Spellings, surnames, roads and sentences are lists of their own: nothing is taken from the masker.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

FAMILY = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡"
    "贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷"
)
DOUBLE = ("欧阳", "司马", "上官", "诸葛", "令狐", "皇甫", "尉迟", "夏侯", "东方", "慕容")
GIVEN = (
    "建国 秀英 志强 淑芬 桂兰 海燕 晓东 丽华 国庆 玉梅 俊杰 雨欣 浩然 子涵 梓萱 思远 佳怡 文博 春梅 德胜 "
    "伟 芳 娜 敏 静 磊 洋 艳 勇 军 杰 涛 明 超 霞 刚 平 燕 辉 玲 鹏 雪 立新 永福 红霞 一诺 若曦 宏图 凤英 金生"
).split()
ROADS = "解放 中山 文昌 滨河 建设 学府 青年 翠竹 朝阳 南京 长江 五一 凤凰 白云 石鼓 新华 湖滨 广福 育才 天目".split()
ESTATES = "锦绣 阳光 翡翠 金桂 枫林 御景 康乐 福星 紫荆 书香 龙湖 绿地 万科 丽景 桃源".split()
VILLAGES = "王家 李庄 石桥 大塘 柳树 上河 杏花 双井".split()
HAN = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
WIDE = {ord(c): chr(ord(c) + 0xFEE0) for c in map(chr, range(0x21, 0x7F))}


@dataclass
class Text:
    """A text with what was planted in it: kind and the letters that must not be left."""

    words: str = ""
    planted: list[tuple[str, str]] = field(default_factory=list)


def digits(r: random.Random, n: int) -> str:
    return "".join(r.choice("0123456789") for _ in range(n))


def phone(r: random.Random) -> str:
    a, b, c = (
        r.choice(["130", "139", "152", "158", "166", "177", "186", "198"]),
        *(digits(r, 4) for _ in range(2)),
    )
    line = r.choice("2345678") + digits(r, 7)
    area = r.choice(["0571", "010", "0791", "0755"])
    plain = a + b + c
    return r.choice(
        [
            plain,
            f"{a} {b} {c}",
            f"{a}-{b}-{c}",
            f"+86 {plain}",
            f"0086-{plain}",
            f"(+86){a}{b}{c}",
            " ".join(plain),
            plain.translate(WIDE),
            f"{a}－{b}－{c}",
            f"{a}.{b}.{c}",
            f"{plain[:5]} {plain[5:]}",
            f"{plain[:7]}-{plain[7:]}",
            "".join(HAN[d] for d in plain),
            f"{area}-{line}",
            f"({area}){line}",
            f"（{area}）{line}",
            f"{area} {line[:4]} {line[4:]}",
            f"{area}{line}".translate(WIDE),
        ]
    )


def card(r: random.Random) -> str:
    born = f"{r.randint(1940, 2012)}{r.randint(1, 12):02d}{r.randint(1, 28):02d}"
    head, tail = r.choice("123456") + digits(r, 5), digits(r, 3) + r.choice("0123456789Xx")
    whole = head + born + tail
    return r.choice(
        [
            whole,
            f"{head} {born} {tail}",
            f"{head}-{born}-{tail}",
            whole.translate(WIDE),
            f"{whole[:4]} {whole[4:8]} {whole[8:12]} {whole[12:16]} {whole[16:]}",
            head + born[2:] + digits(r, 3),
            f"{head}{born[:4]} {born[4:]}{tail}",
        ]
    )


def plate(r: random.Random) -> str:
    where, letter = (
        r.choice("京沪粤浙赣川苏鲁豫湘鄂皖闽冀晋辽吉黑陕甘青蒙桂贵云藏宁新琼津渝"),
        r.choice("ABCDEFGHJK"),
    )
    body = "".join(r.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(5))
    return r.choice(
        [
            f"{where}{letter}{body}",
            f"{where}{letter}·{body}",
            f"{where}{letter} {body}",
            f"{where} {letter} {body}",
            f"{where}{letter}-{body}",
            f"{where}{letter}D{digits(r, 5)}",
            f"{where}{letter}{body}".lower(),
            where + f"{letter}{body}".translate(WIDE),
            f"{where}{letter}{digits(r, 4)}" + r.choice("学警挂"),
            f"{where}{letter}•{body}",
        ]
    )


def mail(r: random.Random) -> str:
    user = r.choice(["zhao", "li.na", "wang_99", "chen-jun", "u8", "hello+x"]) + digits(r, 3)
    host = r.choice(["qq.com", "163.com", "mail.example.cn", "foxmail.com", "example.com.cn"])
    return r.choice(
        [
            f"{user}@{host}",
            f"{user} @ {host}",
            f"{user}@{host}".translate(WIDE),
            f"{user}(at){host}",
            f"{user}[at]{host}",
            f"{user}@{host}".upper(),
            f"{user}＠{host}",
            f"{user}#{host}".replace("#", "@"),
        ]
    )


def name(r: random.Random) -> str:
    family = r.choice(DOUBLE) if r.random() < 0.08 else r.choice(FAMILY)
    return family + r.choice(GIVEN)


def address(r: random.Random) -> str:
    road = r.choice(ROADS) + r.choice(["路", "街", "大道", "巷", "北路", "东街", "西路"])
    estate = r.choice(ESTATES) + r.choice(["花园", "小区", "家园", "苑", "公寓", "新村", "名邸"])
    n, m, k = r.randint(1, 400), r.randint(1, 30), r.randint(101, 3202)
    village = r.choice(VILLAGES) + "村"
    return r.choice(
        [
            f"{road}{n}号",
            f"{road} {n} 号",
            f"{road}{n}号{estate}{m}栋{k}室",
            f"{estate}{m}幢{r.randint(1, 4)}单元{k}",
            f"{estate}{m}-{r.randint(1, 4)}-{k}",
            f"{estate}{m}号楼{k}室",
            f"{road}{n}弄{m}号{k}室",
            f"{road}{n}号".translate(WIDE),
            f"{estate}{HAN[str(r.randint(2, 9))]}栋{k}",
            f"{village}{r.randint(1, 12)}组{n}号",
            f"{estate}{r.choice('ABC')}座{k}室",
            f"{road}{n}-{m}号",
        ]
    )


PLACES: dict[str, tuple[Callable[[random.Random], str], tuple[str, ...]]] = {
    "phone": (
        phone,
        ("可拨打{}找我。", "我的电话：{}，请回电。", "对方号码{}一直打不通。", "联系方式{}"),
    ),
    "card": (card, ("身份证号{}，请核实。", "证件号码是 {}。", "（{}）一直查不到社保记录。")),
    "plate": (plate, ("车牌{}长期占道。", "一辆{}的货车夜里鸣笛。", "{}堵住了消防通道。")),
    "mail": (mail, ("请回复至{}。", "邮箱 {}，谢谢。", "材料已发到{}，没有回音。")),
    "name": (
        name,
        (
            "我叫{}，住在这里十年了。",
            "本人{}，反映楼道堆物。",
            "投诉人{}称多次沟通无果。",
            "物业经理{}态度恶劣。",
            "邻居{}半夜装修。",
            "业主{}和保安发生争执。",
            "昨天{}来敲门要求赔偿。",
            "{}说押金不退了。",
            "联系人：{}。",
            "{}女士的孩子不能入学。",
            "收款人是{}，钱一直没退。",
            "房东{}把水停了。",
            "包工头{}拖欠工资三个月。",
            "我和{}签了合同。",
        ),
    ),
    "address": (
        address,
        (
            "家住{}，每晚被吵醒。",
            "地点在{}。",
            "{}门口污水横流。",
            "位于{}的饭店排油烟。",
            "{}楼上漏水。",
        ),
    ),
}
PLAIN = (
    "路灯坏了三天，晚上很黑。",
    "小区电梯经常停运，老人上下楼不便。",
    "2026年11月3日报修，至今没有人来。",
    "希望主管部门尽快处理，给居民一个答复。",
    "公司已经三个月没有发工资，合计12000元。",
    "公交车高峰时段二十分钟一班，站台挤满了人。",
    "水价从每吨2.5元涨到3.1元，没有公示。",
    "施工单位答应九点以后停工，后来没有做到。",
    "城管局回复说正在调查，请拨打12345咨询。",
    "幼儿园门口停车混乱，家长都很着急。",
    "方便的话请上门看看，谢谢工作人员。",
    "高温天气断水两天，商店也没有水卖。",
    "任何单位都应当依法处理，不能推诿。",
    "广场上跳舞的音响太大，孩子无法写作业。",
    "周边道路坑洼，白天灰尘大，雨天积水。",
)


def texts(seed: int, shares: dict[str, int]) -> list[Text]:
    """Texts in which everything asked for is planted once, among sentences that name nobody."""
    r = random.Random(seed)
    kinds = [kind for kind, n in shares.items() for _ in range(n)]
    r.shuffle(kinds)
    made = []
    for start in range(0, len(kinds), 4):
        text = Text()
        sentences = []
        for kind in kinds[start : start + 4]:
            make, places = PLACES[kind]
            said = make(r)
            text.planted.append((kind, said))
            sentences += [r.choice(places).format(said), r.choice(PLAIN)]
        text.words = "".join(sentences)
        made.append(text)
    return made
