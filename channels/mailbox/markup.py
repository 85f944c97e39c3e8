"""HTML of a letter -> readable text, and a view that cannot do anything.

The view keeps words, lists and tables: no scripts, styles, forms, pictures or addresses that load.
"""

import re
from html import escape, unescape

import nh3
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml import etree, html

from channels.mailbox.charsets import Decoded, codec_of, decode, forced

LONG = 1_000_000  # signs of HTML that are looked at
DEEP = 2_000  # open tags in each other; beyond it a page is shown as its bare words
QUOTE, END = "\ue0f0", "\ue0f1"  # stand on lines of their own round what a client marks as quoted
MARKS = re.compile(f"[{QUOTE}{END}]")
META = re.compile(rb"<meta[^>]{0,300}?charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([\w.:-]{1,40})", re.I)
QUOTED = (
    "//blockquote | //*[contains(concat(' ', @class, ' '), ' gmail_quote ')]"
    " | //*[contains(@class, 'ntes-mailmaster-quote')] | //*[@id='isReplyContent']"
    " | //*[contains(@class, 'yahoo_quoted')] | //*[contains(@class, 'moz-cite-prefix')]"
)
BELOW = "//*[@id='divRplyFwdMsg'] | //*[@id='appendonsend'] | //*[@id='x_divRplyFwdMsg']"
TAGS = set(
    "a abbr b blockquote br caption center code dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i ins"
    " li ol p pre q s small span strike strong sub sup table tbody td tfoot th thead tr tt u ul".split()
)
DROPPED = set(
    "script style title head noscript template svg math iframe object embed applet noembed noframes"
    " xmp plaintext textarea select option button audio video canvas map frameset".split()
)
KEPT = {
    "a": {"href"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
SILENT = re.compile(r"(?i)<(/?(?:script|style|title))\b[^<>]*>")
LINK = re.compile(r"(?i)(?:https?://|mailto:|tel:)[!-~\u00a0-\uffff]")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
CLOSING_THEMSELVES = set("p li br hr img td th tr tbody input meta link col dt dd option".split())
CONFIG = ParserConfig(display_links=False, display_images=False)


def source(data: bytes, label: str | None, charset: str | None = None) -> Decoded:
    """What stands beside the bytes goes before what the page says of itself."""
    if charset:
        return forced(data, charset)
    if not codec_of(label):
        found = META.search(data[:4096])
        label = found[1].decode("ascii", "replace") if found else label
    return decode(data, label)


def view(page: str) -> str:
    """Harmless wherever it is shown."""
    page = page[:LONG]
    if _depth(page) > DEEP:
        return f"<pre>{escape(_bare(page))}</pre>"
    return nh3.clean(
        page,
        tags=TAGS,
        clean_content_tags=DROPPED,
        attributes=KEPT,
        attribute_filter=_elsewhere,
        link_rel="noopener noreferrer nofollow",
    ).strip()


def _elsewhere(tag: str, name: str, value: str) -> str | None:
    """A link leads out: one without its scheme would lead to our own pages."""
    return value if name != "href" or LINK.match(value) else None


def text(page: str) -> str:
    """As a reader sees it, with marks round what its client quoted."""
    page = MARKS.sub("", page[:LONG]).replace("\x00", "")
    told = ""
    try:
        tree = html.document_fromstring(page.encode("utf-8", "replace"), parser=_parser())
        _mark(tree)
        told = Inscriptis(tree, CONFIG).get_text()
    except (etree.LxmlError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        pass  # what no tree can be made of still has words
    if not MARKS.sub("", told).strip():  # nor do trees hold what lies very deep
        told = _bare(page)
    return re.sub(r"\n\s*\n\s*\n", "\n\n", told.replace("\xa0", " ")).strip("\n")


def _bare(page: str) -> str:
    """The words between the tags, those of scripts and the like left out."""
    kept, inside = list[str](), ""
    for n, piece in enumerate(SILENT.split(page)):
        if n % 2:
            name = piece.lower().strip("/")
            inside = "" if piece.startswith("/") else inside or name
        elif not inside:
            kept.append(piece)
    page = re.sub(r"(?i)<(?:br|/?p|/?div|/?tr|/?li)\b[^<>]*>", "\n", "".join(kept))
    return unescape(re.sub(r"</?[a-zA-Z!][^<>]*>", "", page)).strip()


def _depth(page: str) -> int:
    """How deep tags may lie in each other, those that close themselves left out."""
    depth = deepest = 0
    for shut, name in TAG.findall(page):
        if name.lower() not in CLOSING_THEMSELVES:
            depth = max(0, depth - 1) if shut else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _parser() -> html.HTMLParser:
    return html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)


def _mark(tree: html.HtmlElement) -> None:
    for found in tree.xpath(QUOTED):
        first, last = html.Element("div"), html.Element("div")
        first.text, last.text = QUOTE, END
        first.tail, found.text = found.text, None
        found.insert(0, first)
        found.append(last)
    for found in tree.xpath(BELOW):
        first = html.Element("div")
        first.text, first.tail, found.text = QUOTE, found.text, None
        found.insert(0, first)
