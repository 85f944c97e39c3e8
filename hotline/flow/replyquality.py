"""Does a reply answer? Hints before it goes out, never a wall: the point, a date, whom to ask, by
which rule, no third person's identity, and not the same words as to everybody; pure.

A hint is a reason to read again. What is asked of a reply: 蚌埠's rules for hotline replies (answer
the point, name law or document) and the reply form that a production system uses.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from classifiers.tokens import normalise, words
from hotline.domain.redaction import redacted

LONGEST = 5000  # characters that are read of what is asked and of what is said
SHORT = 25  # characters that say something whatever they are
TERSE = 3  # so many are enough where they tell what was done, was found or is the rule
BARE = 12  # so few are an outcome without its matter, which is then the one that was asked about
COVERED = 0.2  # share of what the title is about that the reply must take up
MENTIONED = 0.12  # share of the whole complaint that is enough where the title is put otherwise
TAKEN_UP = 0.2  # the same for one of several points
NAMED_POINTS = 3  # so many points that no sentence takes up are named
SAME = 0.9  # so much in common with another reply, and it is the same words

SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
# Said to everybody, about nothing: what is left without it is what the reply says.
COURTESY = re.compile(
    r"您好|你好|收悉|已收到|感谢|谢谢|祝您|敬请谅解|请您谅解|请予理解|高度重视|欢迎.{0,8}(?:监督|批评|建议|意见)"
    r"|现(?:将|就).{0,20}(?:回复|答复)如下|^\W*网友\W|尊敬的"
)
DOING = re.compile(r"经|已|将|于\d|根据|按照|属于|符合|应当|可以|不")
# What a short reply must hold to be one: 已修复, 未发现漏水, 情况属实, 可以办理, 无需押金, 每人380元.
TELLS = re.compile(
    r"已(?:经|被|全部|全面|完成|由.{1,12}|于.{1,16}|按.{1,10}|将.{1,12}|对.{1,12}|把.{1,12})?"
    r"(?:修|更换|换|清|拆|疏通|整改|整治|恢复|解决|处理完|办结|办理|办好|补|发放|拨付|支付|退|开通|安装"
    r"|加装|增设|增加|设置|完工|竣工|通车|通水|通电|供|停|关|取缔|处罚|立案|查处|移除|撤|取消|调整"
    r"|纠正|消除|搬|封|铲|填|铺|砍|剪|洗|消|结束|到账|通过|批准|取得|签|开工|动工|施工)"
    r"|(?:不|基本|部分)?属实|未发现|没有发现|不存在|未接到|未收到|尚未|暂未|暂不|暂无|没有"
    r"|可以|可以?凭|可在|可到|不可|不能|不得|无法|不予|不需|无需|需要|须|应当|应由|属于|不属"
    r"|符合|正在|将于|预计|计划|[\d〇零一二三四五六七八九十百千万]+(?:元|天|日|年|平方|户|次|%|％)"
)
FORWARDED = re.compile(
    r"(?:已|会|将|正)?.{0,12}(?:转交|转办|移交|移送|转有关|转至|转给|转相关|交办|转由|已转|反馈给|上报).{0,40}"
    r"|稍后.{0,20}(?:回复|答复)|(?:关注|留意).{0,8}(?:后续|近期)?.{0,4}(?:回复|答复)"
    r"|(?:待|等).{0,20}(?:回复|答复|反馈)|持续关注.{0,10}"
)
DATE = re.compile(
    r"(?<!\d)(?:\d{2,4}|[〇零一二三四五六七八九OoＯ]{4})\s?[年.\-/]\s?(?:\d{1,2}(?!\d)|[一二三四五六七八九十]{1,3})"
    r"|\d{1,2}月(?:\d{1,2}日|底|初|中旬|上旬|下旬)|[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日"
    r"|\d{1,3}\s?个?(?:工作日|日内|天内|小时内|月内)|(?:今|明|年|本月|月)底前?"
)
CONTACT = re.compile(
    r"(?:电话|热线|手机|座机|联系方式|咨询|拨打)\D{0,12}\d{3,4}[-－—]?\d{3,8}|\b12\d{3}\b|0\d{2,3}[-－—]\d{7,8}"
    r"|0000-0{7,8}|1[3-9]\d{9}|联系人|请?(?:到|前往|携带.{0,20}到).{2,20}(?:窗口|大厅|中心|科|所|站|局|社区)"
)
# It refuses, denies or tells what the rules are: then the citizen may ask by which rule.
RULED = re.compile(
    r"不符合|不属于?实|不属于|不予|不能|无法|不得|不允许|不支持|不在.{0,6}范围|无权|政策规定|有关规定|相关规定"
    r"|规定的?(?:标准|条件|程序)|按规定|条件的|标准为|超出"
)
BASIS = re.compile(
    r"《[^》]{2,60}》|第[\d一二三四五六七八九十百]+条|[〔\[【（(]\s?\d{4}\s?[〕\]】）)]\s?(?:第)?\d{1,4}号"
    r"|政府令第?\d+|政府发文|[A-Z]{2}/?T?\s?\d{3,6}"
)
# Numbers of offices are to be read; what says who a person is, is not.
IDENTITY = re.compile(r"［(?:姓名|证件号|车牌|门牌|邮箱|账号)］")
CONTACT_NAME = re.compile(r"(?:联系人|负责人|咨询人|经办人)[：:\s是为]{0,3}［姓名］")
POINT = re.compile(
    r"(?:^|(?<=[\s。；;！!？?]))(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s?[、.．,，](?!\d)"
)
ASKS = re.compile(
    r"[？?]|吗|呢|请问|为什么|为何|是否|能否|能不能|如何|怎么|怎样|多少|什么时候|何时"
)
MARK = re.compile(r"\W+")


@dataclass(frozen=True)
class Hint:
    """One reason to read the reply again; `quoted`: the words it is about, the reader's own."""

    code: str
    zh: str
    en: str
    quoted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What a reply must answer, as it is kept for work (identity masked)."""

    title: str
    content: str


WORDS = {
    "empty": (
        "没有写明查到什么、做了什么或者规定是什么。",
        "It says neither what was found nor done.",
    ),
    "forwarded": ("只说转交、待回复，没有结果。", "It only says that the matter was passed on."),
    "point": ("没有回应诉求的要点。", "It does not take up what was asked."),
    "parts": ("以下各点可能没有答到。", "These points seem unanswered."),
    "date": (
        "没有日期：何时查看、何时办结或何时能办好。",
        "No date: when was it seen or will it be done.",
    ),
    "contact": ("没有联系方式：不清楚的可以问谁。", "Nobody is named whom to ask further."),
    "basis": (
        "讲到规定或不予办理，没有写明法规、文件。",
        "A rule or a refusal without the law or paper.",
    ),
    "identity": (
        "可能写出了他人的身份信息，公开前请核对。",
        "It may name a third person; check before it goes out.",
    ),
    "boilerplate": ("与本单位近 30 日的另一件答复几乎相同。", "Nearly the words of another reply."),
}
# These say that the citizen is not answered; the others that something useful is missing.
GRAVE = frozenset({"empty", "forwarded", "point", "parts"})


def hints(asked: Asked, reply: str, others: Iterable[str] = ()) -> list[Hint]:
    """What may be amiss with a reply, the gravest first; an empty one gets no hint yet.

    `others`: the unit's public replies of the last 30 days to other cases.
    """
    reply = reply[:LONGEST]
    if not reply.strip():
        return []
    said = substance(reply)
    found = _answers(asked, reply, said)
    if not DATE.search(reply):
        found.append(_hint("date"))
    if not CONTACT.search(reply):
        found.append(_hint("contact"))
    if RULED.search(said) and not BASIS.search(reply):
        found.append(_hint("basis"))
    if named := third_persons(reply):
        found.append(_hint("identity", named))
    if any(same_words(said, substance(other[:LONGEST])) for other in others):
        found.append(_hint("boilerplate"))
    return found


def complete(found: Sequence[Hint]) -> bool:
    """Nothing says that the citizen is not answered."""
    return not any(one.code in GRAVE for one in found)


def _tells(said: str) -> bool:
    """Enough words to say something, or few that say what was done, was found or is the rule."""
    length = len(MARK.sub("", said))
    return length >= SHORT or (length >= TERSE and TELLS.search(said) is not None)


def told_again(kept: Iterable[tuple[str, tuple[str, ...]]]) -> list[Hint]:
    """Hints from their codes and quotations; a code that is no more is left out."""
    return [_hint(code, quoted) for code, quoted in kept if code in WORDS]


def _hint(code: str, quoted: tuple[str, ...] = ()) -> Hint:
    return Hint(code, *WORDS[code], quoted)


def _answers(asked: Asked, reply: str, said: str) -> list[Hint]:
    """At most one of them: what tells nothing need not be told to miss the point as well."""
    told = [one for one in sentences(said) if not FORWARDED.search(one)]
    if not _tells("".join(told)):
        return [_hint("forwarded" if FORWARDED.search(reply) else "empty")]
    heard = frozenset(_pieces(reply))
    bare = len(MARK.sub("", said)) <= BARE
    if (
        not bare
        and _covered(asked.title, heard) < COVERED
        and _covered(asked.content, heard) < MENTIONED
    ):
        return [_hint("point")]
    asked_for = points(asked.content)
    missed = [one for one in asked_for if _covered(one, heard) < TAKEN_UP]
    # People also ask to complain; only where half is passed over, points are likely to be left.
    if missed and 2 * len(missed) >= len(asked_for):
        return [_hint("parts", tuple(missed[:NAMED_POINTS]))]
    return []


def sentences(text: str) -> list[str]:
    return [found.strip() for found in SENTENCE.findall(text) if found.strip()]


def substance(reply: str) -> str:
    """The reply without what is said to everybody."""
    kept = []
    for one in sentences(normalise(reply)):
        clauses = [
            part
            for part in re.split(r"(?<=[,，:：])", one)
            if not COURTESY.search(part) or (DOING.search(part) and len(part) > SHORT)
        ]
        kept.append("".join(clauses))
    dated = "".join(one for one in kept if one)
    return re.sub(r"\s*\d{4}[年.\-/]\d{1,2}[月.\-/]\d{1,2}日?\s*$", "", dated)


def points(content: str) -> list[str]:
    """What is asked for one by one: numbered items, or questions where there are several."""
    content = normalise(content[:LONGEST])
    starts = [found.start() for found in POINT.finditer(content)]
    if len(starts) > 1:
        ends = [*starts[1:], len(content)]
        items = [content[a:b].strip() for a, b in zip(starts, ends, strict=True)]
        return [" ".join(sentences(one)[:1])[:80] for one in items]
    asking = [one[:80] for one in sentences(content) if ASKS.search(one)]
    return list(dict.fromkeys(asking)) if len(asking) > 1 else []


def _pieces(text: str) -> list[str]:
    """Words, and the two-character pieces of long ones: 收费标准 is taken up by 收费 too."""
    found = []
    for word in words(text[:LONGEST]):
        found.append(word)
        found += [word[n : n + 2] for n in range(len(word) - 1)] if len(word) > 2 else []
    return found


def _covered(asked: str, heard: frozenset[str]) -> float:
    """Which share of what is asked the reply takes up; 1.0 where nothing can be told."""
    wanted = set(_pieces(asked))
    return len(wanted & heard) / len(wanted) if len(wanted) > 1 else 1.0


def third_persons(reply: str) -> tuple[str, ...]:
    """What kinds of identity it holds, as the marks that publication would put there."""
    found = CONTACT_NAME.sub("", redacted(reply))
    return tuple(dict.fromkeys(IDENTITY.findall(found)))


def same_words(one: str, other: str) -> bool:
    """Near enough to be the same text with another name in it."""
    if len(one) < SHORT or len(other) < SHORT:
        return False
    if min(len(one), len(other)) < SAME * max(len(one), len(other)):
        return False
    match = SequenceMatcher(None, one, other, autojunk=False)
    return (
        match.real_quick_ratio() >= SAME and match.quick_ratio() >= SAME and match.ratio() >= SAME
    )
