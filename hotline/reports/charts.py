"""Plain charts as SVG: the same drawing on a page, in a PDF and, set as an image, in Word; pure."""

from collections.abc import Sequence
from html import escape

WIDE, HIGH, LEFT, RIGHT, FOOT, TOP = 640, 220, 44, 12, 30, 14
LABEL, SLIM = 14, 290  # signs of a name; what a lying bar and its figure have beside the name
FACE = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, SimSun, sans-serif"
COLOUR, QUIET = "#0b4f8f", "#5b6570"


def bars(title: str, labels: Sequence[str], values: Sequence[float]) -> str:
    """Upright bars, each with its value; labels are thinned where they would run together."""
    most = max([*values, 1])
    room = (WIDE - LEFT - RIGHT) / max(len(values), 1)
    every = -(-len(values) // 12) or 1
    drawn = []
    for n, (label, value) in enumerate(zip(labels, values, strict=True)):
        x, tall = LEFT + n * room, (HIGH - FOOT - TOP) * value / most
        y = HIGH - FOOT - tall
        wide = max(room * 0.7, 1)
        drawn.append(_rect(x + room * 0.15, y, wide, tall))
        if n % every == 0:
            drawn.append(_text(x + room / 2, HIGH - 12, label, QUIET))
        if len(values) <= 16:
            drawn.append(_text(x + room / 2, y - 3, f"{value:g}", COLOUR))
    drawn += [_text(LEFT - 6, TOP + 8, f"{most:g}", QUIET, "end")]
    drawn += [_text(LEFT - 6, HIGH - FOOT, "0", QUIET, "end")]
    return _svg(title, HIGH, drawn)


def lying(
    title: str, labels: Sequence[str], values: Sequence[float], wide_open: bool = False
) -> str:
    """Lying bars, for names that are long; on a page so narrow that a phone shows them whole."""
    most, row = max([*values, 1]), 24
    start = 22 + 12 * min(LABEL, max((len(label) for label in labels), default=0))
    across = WIDE if wide_open else start + SLIM
    drawn = []
    for n, (label, value) in enumerate(zip(labels, values, strict=True)):
        y = TOP + n * row
        wide = (across - start - 60) * value / most
        drawn.append(_text(start - 8, y + 13, label[:LABEL], QUIET, "end"))
        drawn.append(_rect(start, y, wide, 16))
        drawn.append(_text(start + wide + 6, y + 13, f"{value:g}", COLOUR, "start"))
    return _svg(title, TOP * 2 + row * len(values), drawn, across)


def _rect(x: float, y: float, wide: float, tall: float) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="{COLOUR}"/>'


def _text(x: float, y: float, text: str, colour: str, anchor: str = "middle") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" fill="{colour}"'
        f' text-anchor="{anchor}">{escape(text)}</text>'
    )


def _svg(title: str, high: int, drawn: Sequence[str], across: int = WIDE) -> str:
    slim = ' class="slim"' if across < WIDE else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across} {high}"{slim} role="img"'
        f' font-family="{FACE}"'
        f' aria-label="{escape(title)}"><title>{escape(title)}</title>{"".join(drawn)}</svg>'
    )
