"""Hostile HTML stays harmless in the view and readable as text."""

import re

import pytest
from lxml import html

from channels.mailbox.markup import KEPT, TAGS, text, view
from tests.conftest import shared

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src='http://x.example/t.gif'>",
    "<img srcset='http://x.example/t.gif 2x'>",
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<a href='&#14;javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='//x.example' onclick=alert(1) style='position:fixed'>x</a>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='x.swf'></object><embed src='x.swf'>",
    "<form action='http://x.example'><input name=password><button>x</button></form>",
    "<meta http-equiv=refresh content='0;url=http://x.example'>",
    "<base href='http://x.example/'>",
    "<link rel=stylesheet href='http://x.example/x.css'>",
    "<style>@import 'http://x.example/x.css';</style>",
    "<div style='background:url(http://x.example/t.gif)'>x</div>",
    "<table background='http://x.example/t.gif'><tr><td>x</td></tr></table>",
    "<body onload=alert(1) background=x>x",
    "<video src=x onerror=alert(1)></video><audio src=x>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><img src=x onerror=alert(1)></textarea>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?><?php echo 1 ?>",
    "<template><script>alert(1)</script></template>",
    "<xmp><p title='</xmp><script>alert(1)</script>'>",
    "<a id=x name=y class=z target=_top href=https://x.example>x</a>",
    "<a href='/office/cases/1/close'>x</a>",
    "<p\x00 onclick=alert(1)>x</p>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<set attributeName=href to=javascript:alert(1)><animate onbegin=alert(1)>",
]
HARMLESS_LINK = re.compile(r"(?i)(https?:|mailto:|tel:|$)")


def harmful(shown: str) -> list[str]:
    """Tags, attributes and addresses that the view must not have."""
    if not shown.strip():
        return []
    found = list[str]()
    for element in html.fragment_fromstring(shown, create_parent="div").iter():
        if not isinstance(element.tag, str):
            found.append("comment")
        elif element.tag not in TAGS:
            found.append(element.tag)
        else:
            allowed = KEPT.get(element.tag, set()) | ({"rel"} if element.tag == "a" else set())
            found.extend(name for name in element.attrib if name not in allowed)
            if not HARMLESS_LINK.match(element.get("href", "")):
                found.append(element.get("href", ""))
    return found


@pytest.mark.parametrize("page", HOSTILE)
def test_hostile_markup_is_harmless_and_the_words_stay(page: str) -> None:
    whole = f"<p>路灯坏了</p>{page}"
    assert not harmful(view(whole)) and "路灯坏了" in view(whole)
    assert "路灯坏了" in text(whole) and "alert(1)</script" not in view(whole)


def test_naughty_strings_are_harmless() -> None:
    for line in shared("corpora/blns/blns.txt").read_text("utf-8").splitlines():
        assert not harmful(view(f"<p>{line}</p>")), line
        text(f"<p>{line}</p>")


def test_the_check_itself_sees_harm() -> None:
    assert harmful("<img src=x>") == ["img"]
    assert harmful("<a href='javascript:alert(1)'>x</a>") and harmful("<p onclick=x>y</p>")


def test_tables_lists_and_links_stay() -> None:
    page = (
        "<table><tr><td>望江大道</td></tr></table><ul><li>一</li></ul><a href='https://x.cn'>x</a>"
    )
    shown = view(page)
    assert (
        "<td>望江大道</td>" in shown and "<li>一</li>" in shown and 'href="https://x.cn"' in shown
    )


def test_words_that_lie_too_deep_for_a_tree_are_still_read() -> None:
    page = "<div>" * 3000 + "路灯坏了"
    assert "路灯坏了" in text(page) and "路灯坏了" in view(page) and not harmful(view(page))
