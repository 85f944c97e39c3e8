"""Chinese text -> place names and the district they lie in."""

import re
from collections.abc import Iterator, Mapping, Sequence

from classifiers.model import Suggestion

VERSION = "places-2"
KINDS = (
    "大道|大街|街道|路|街|巷|小区|花园|家园|新村|社区|广场|大厦|学校|小学|中学|医院|村|镇|公园|市场"
)
LEAST, MOST_OF_IT = 2, 8  # letters of a name before what kind of thing it is
NAME = re.compile(rf"[一-鿿A-Za-z0-9]{{{LEAST},{MOST_OF_IT}}}?(?:{KINDS})")
# One letter is taken and the rest looked at: a kind may begin inside another.
KIND = re.compile("|".join(f"{kind[0]}(?={kind[1:]})" for kind in KINDS.split("|")))
# 省、市、县、区 in front of a name say where it lies; 小区 and 社区 are names, 区域 is a word.
ABOVE = re.compile(
    r"^(?:[一-鿿A-Z0-9]{1,6}?(?:[省市县]|(?<![小社园景校片])区(?![域别间分里内]))(?=...))+"
)
LEADING = re.compile(
    r"^(?:我是|我们|我|位于|住在|住|在|到|从|于|和|与|及|的|是|对|向|请问|投诉|反映|关于|请|把|这个|市|区|县)+"
)
MOST = 8


def places(text: str) -> tuple[str, ...]:
    """Roads, estates, schools of a normalised text; in the order they appear, each once."""
    found: dict[str, None] = {}
    for match in _named(text):
        name = ABOVE.sub("", LEADING.sub("", match.group()))
        if len(name) >= 3:
            found.setdefault(name)
    return tuple(list(found)[:MOST])


def _named(text: str) -> Iterator[re.Match[str]]:
    """What NAME finds in a text from left to right; it is tried only where a kind is near."""
    end = 0
    for kind in KIND.finditer(text):
        for start in range(max(end, kind.start() - MOST_OF_IT), kind.start() - LEAST + 1):
            match = NAME.match(text, start)
            if match is not None:
                end = match.end()
                yield match
                break


def district(text: str, gazetteer: Mapping[str, Sequence[str]]) -> Suggestion:
    """The district that is named, else the one whose known places are; only of the city's own."""
    for name in gazetteer:
        if name in text or (len(name) > 2 and name.rstrip("区县市") in text):
            return Suggestion(name, 0.95, (), (f"文中有“{name}”",), VERSION, sure=True)
    for name, known in gazetteer.items():
        for place in known:
            if len(place) >= 3 and place in text:
                return Suggestion(name, 0.85, (), (f"“{place}”在{name}",), VERSION, sure=True)
    return Suggestion("", 0.0, (), (), VERSION)
