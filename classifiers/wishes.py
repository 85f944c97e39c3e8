"""What the citizen wants: 咨询, 求助, 投诉, 举报, 建议, 表扬; by the words they ask with."""

import re
from collections.abc import Sequence

import numpy

from classifiers.features import Vector, run_vector
from classifiers.linear import Wishes
from classifiers.model import Label, Suggestion

# Pattern, wish, weight; the title says what is wanted more often than the body does.
SIGNS: tuple[tuple[str, str, float], ...] = (
    (
        r"举报|检举|实名反映.*(违法|违规)|偷税|贪污|受贿|行贿|黑作坊|非法(营运|经营|集资|传销|行医)|无证(经营|行医)|假冒伪劣|传销",
        "report",
        2.5,
    ),
    (r"违法建设|违章建筑|偷排|克扣|涉嫌(违法|诈骗|犯罪)", "report", 1.0),
    (
        r"投诉|维权|乱收费|乱象|扰民|欺骗|不作为|拖欠|太差|恶劣|严重影响|无人管|没人管|不合理|坑|霸王条款|违规|侵占|噪音|不退",
        "complaint",
        1.4,
    ),
    (
        r"咨询|请问|想问|问一下|如何(办理|申请|查询)|怎么(办理|申请|查询|办)|能否|是否可以|什么时候|何时|哪里(办|可以)|需要什么(材料|手续|条件)|政策",
        "consult",
        1.5,
    ),
    (
        r"(?<!听取)(?<!意见)建议|建言|提议|倡议|意见和建议|希望(增设|增加|开通|设立|规划|修建|优化)|应该(增|设|加强)",
        "suggestion",
        1.6,
    ),
    (r"感谢|表扬|点赞|致谢|锦旗|好人好事|为.{0,12}点赞", "praise", 1.6),
    (
        r"求助|请求|恳请|恳求|帮帮|帮忙|解决一下|望.{0,6}解决|请.{0,8}(处理|维修|修复|协调)|急需|停水|停电|漏水|困难",
        "help",
        1.1,
    ),
)
# What a title alone says: a question asks, an imperative wants help, an accusation reports.
TITLE_SIGNS: tuple[tuple[str, str, float], ...] = (
    (
        r"(何时|什么时候|多久|吗|呢|如何|怎样|能不能|可不可以|是否|多少|哪里|哪些).{0,14}[？?]?$|^(咨询|请问|询问|问)",
        "consult",
        1.6,
    ),
    (r"^(关于)?.{0,6}(建议|建言|提议)|的(几点|一些)?(建议|建言|设想|想法)", "suggestion", 2.4),
    (
        r"^(请求|恳请|恳求|求助|请|求|盼|望|希望|要求|急盼|跪求).{2}|急需|帮(帮|忙)|救(救|助)",
        "help",
        1.5,
    ),
    (
        r"举报|控诉|检举|揭发|利用职(务|权|位)|贪|诈骗|传销|黑恶|涉黑|非法|违法|造假|以权谋私|敛财",
        "report",
        1.8,
    ),
    (
        r"投诉|扰民|乱|差|坑|黑|霸|拖欠|不退|不给|无人管|没人管|不作为|违规|污染|质量|欺|敷衍|推诿|虚假|合理吗|谁(来)?管|困扰|反映",
        "complaint",
        1.5,
    ),
    (r"^(感谢|表扬|点赞|致谢|为.{1,14}点赞)", "praise", 4.0),
)
PATTERNS = tuple((re.compile(sign), wish, weight) for sign, wish, weight in SIGNS)
TITLE_PATTERNS = tuple((re.compile(sign), wish, weight) for sign, wish, weight in TITLE_SIGNS)
# Nearly every letter ends with thanks; only one that opens with them praises.
PRIOR = {
    "complaint": 1.0,
    "help": 0.9,
    "consult": 0.6,
    "suggestion": 0.3,
    "report": 0.2,
    "praise": 0.0,
}
POLITE = re.compile(r"(非常|万分|十分|谢谢|不胜)?感谢[！!。.您你]*$")
VERSION, TRAINED = "wishes-2", "wishes-4"
SPOKEN = "\n".join(sign for sign, _, _ in (*TITLE_SIGNS, *SIGNS))  # what a model was made by
Heard = tuple[str, float, str]  # what it speaks for, how much, and the words; none were no sign


def heard(title: str, body: str) -> list[Heard]:
    """Every sign in a fixed order: in the title twice over, then in the body."""
    body = body.strip()[:2000].replace("谢谢", "")
    told = body[:-30] + POLITE.sub("", body[-30:])
    found: list[Heard] = []
    for text, times, patterns in (
        (title[:200], 1.0, TITLE_PATTERNS),
        (title[:200], 1.2, PATTERNS),
        (told, 1.0, PATTERNS),
    ):
        for pattern, name, weight in patterns:
            match = pattern.search(text)
            worth = weight * times * (0.4 if name == "praise" and times == 1.0 else 1.0)
            found.append((name, worth, match.group()[:12] if match else ""))
    return found


def signs_of(signs: Sequence[Heard]) -> numpy.ndarray:
    return numpy.array([1.0 if words else 0.0 for _, _, words in signs], dtype=numpy.float32)


def head_of(title: str) -> Vector:
    return run_vector(f"^{title[:200]}$")


def wish(title: str, body: str, model: Wishes | None = None) -> Suggestion:
    """The likeliest type, with the words that said so: the model decides, the signs without one."""
    signs = heard(title, body)
    if model is not None:
        asked = model.ask(head_of(title), run_vector(body[:2000]), signs_of(signs))
        chances = dict(zip(model.labels, map(float, asked), strict=True))
    else:
        scored = dict(PRIOR)
        for name, worth, words in signs:
            scored[name] += worth if words else 0.0
        total = sum(2.0**score for score in scored.values())
        chances = {name: 2.0**score / total for name, score in scored.items()}
    ranked = sorted(chances.items(), key=lambda item: -item[1])
    labels = [Label(name, round(chance, 4)) for name, chance in ranked]
    said = [words for name, _, words in signs if words and name == labels[0].label]
    reasons = tuple(f"文中有“{words}”" for words in dict.fromkeys(said))[:3]
    version = TRAINED if model is not None else VERSION
    return Suggestion(labels[0].label, labels[0].confidence, tuple(labels[1:3]), reasons, version)
