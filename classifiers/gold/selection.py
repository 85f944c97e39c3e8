"""Which messages were read: drawn with a fixed seed, so that the choice can be made again."""

import random
import re
from collections.abc import Iterable, Mapping

from classifiers.gold.rows import Key, Message

SEED = 12345
RANDOM, URGENT = 450, 150
SECOND_RANDOM, SECOND_URGENT = 70, 30
# Words that may, not must, stand for an urgent matter; many hits are ordinary on reading.
WORDS = re.compile(
    "停水|断水|没水用|停电|断电|跳闸|停气|停暖|漏气|煤气味|燃气泄漏|煤气泄漏|天然气泄漏"
    "|着火|起火|火灾|失火|爆炸|自燃|坍塌|倒塌|垮塌|塌方|塌陷|滑坡|泥石流|决堤|内涝|水淹|被淹|倒灌"
    "|跳楼|自杀|轻生|寻死|不想活|同归于尽|打人|殴打|砍人|持刀|家暴|虐待|猥亵|性侵|强奸|绑架|失踪"
    "|中毒|晕倒|昏迷|呕吐|腹泻|死亡|死了|丧命|身亡|受伤|触电|漏电|坠落|掉落|困人|电梯坠|溺水"
    "|井盖|校园欺凌|校园暴力|体罚|欠薪|拖欠工资|农民工工资|讨薪|聚集|堵路|静坐|拉横幅|罢工|群体事件"
    "|疫情|校车|学生安全|救命|人命|生命危险|抢救"
)


def chosen(found: Mapping[Key, Message]) -> tuple[list[Key], list[Key]]:
    """450 at random, then 150 at random of those with an urgent word; no text twice."""
    once = sorted({key[1]: key for key in sorted(found, reverse=True)}.values())
    draw = random.Random(SEED)
    drawn = draw.sample(once, RANDOM)
    taken = set(drawn)
    hits = [key for key in once if key not in taken and WORDS.search(found[key].text)]
    return drawn, draw.sample(hits, URGENT)


def twice(drawn: Iterable[Key], urgent: Iterable[Key]) -> list[Key]:
    """The hundred that a second reader reads without seeing the first one's labels."""
    draw = random.Random(SEED + 1)
    some = [*draw.sample(list(drawn), SECOND_RANDOM), *draw.sample(list(urgent), SECOND_URGENT)]
    draw.shuffle(some)
    return some
