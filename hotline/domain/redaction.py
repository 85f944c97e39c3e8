"""Identity taken out of a text that others will read: numbers, plates, addresses, names with a title.

Patterns find most, never all: what comes out of here is read by a second person before it is
released.
"""

import re

from hotline.domain.people import IDENTITY, PHONE

SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛"
    "奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康"
    "伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵"
    "席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁"
    "宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁荀甄曲封段富巫乌焦巴弓牧隗山谷车侯宓蓬全班仰秋仲伊"
    "宫宁仇栾刘叶黎白赖卓池乔谭劳申冉桑桂牛边温庄晏柴瞿阎连习艾容向古易廖耿满欧聂曾关游楚闫"
)
TITLES = (
    "先生|女士|小姐|同志|老师|师傅|大爷|大妈|阿姨|奶奶|爷爷|医生|经理|局长|科长|主任|书记|某某|某"
)
RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (IDENTITY, "［证件号］"),
    (PHONE, "［电话］"),
    (re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"), "［电话］"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII), "［邮箱］"),
    (re.compile(r"(?<!\d)\d(?:[ -]?\d){13,18}(?!\d)"), "［号码］"),
    (
        re.compile(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·• ]?"
            r"[A-Z0-9]{4,5}[A-Z0-9挂学警港澳]"
        ),
        "［车牌］",
    ),
    (re.compile(r"(?:微信|QQ|qq|微信号)[号:： ]{0,3}[A-Za-z0-9_-]{5,20}"), "［账号］"),
    (
        re.compile(
            r"\d{1,5}\s*(?:号楼|号|栋|幢|弄|座)(?:\s*\d{1,3}\s*单元)?(?:\s*\d{1,5}\s*(?:室|号|户))?"
            r"|\d{1,3}\s*单元\s*\d{1,5}\s*(?:室|户)?|(?<!\d)\d{3,4}\s*室"
        ),
        "［门牌］",
    ),
    (
        re.compile(rf"(?:[{SURNAMES}]|欧阳|上官|司马|诸葛)[一-鿿]{{0,2}}?(?={TITLES})(?:{TITLES})"),
        "［姓名］",
    ),
    (re.compile(rf"(?<=我叫)[{SURNAMES}][一-鿿]{{1,2}}|(?<=姓名[：:])[一-鿿]{{2,4}}"), "［姓名］"),
)


def redacted(text: str) -> str:
    """The text with what may say who somebody is replaced by what it was."""
    for pattern, instead in RULES:
        text = pattern.sub(instead, text)
    return text
