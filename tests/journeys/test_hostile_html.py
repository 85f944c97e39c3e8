"""Row 13: three hundred hostile texts in every field that is shown; no script runs, nothing is fetched."""

from typing import Any

from tests.journeys.test_browser import (  # noqa: F401 (fixtures)
    Person,
    person,
    pytestmark,
    site,
)

DO = "window.owned=1"
BATCH = 100  # texts in one complaint: what costs is the way through the pages, not the texts
HANDLERS = (
    "onload",
    "onerror",
    "onclick",
    "onfocus autofocus",
    "onmouseover",
    "ontoggle",
    "onbegin",
)
TAGS = (
    "<img src=x {h}={d}>", "<svg {h}={d}>", "<body {h}={d}>", "<video src=x {h}={d}>",
    "<details open {h}={d}>", "<input {h}={d}>", "<iframe src=x {h}={d}>", "<a href=# {h}={d}>x</a>",
    "<marquee {h}={d}>", "<select {h}={d}>", "<svg><animate {h}={d} attributeName=x dur=1s>",
)  # fmt: skip
WHOLE = (
    "<script>{d}</script>", "<ScRiPt>{d}</sCrIpT>", "<script src=http://127.0.0.1:9/x></script>",
    "<iframe srcdoc='<script>parent.{d}</script>'></iframe>", "<object data='javascript:{d}'>",
    "<embed src='javascript:{d}'>", "<a href='javascript:{d}'>x</a>", "<base href=//127.0.0.1:9/>",
    "<meta http-equiv=refresh content='0;url=javascript:{d}'>", "<form action='javascript:{d}'><button>x",
    "<link rel=stylesheet href=http://127.0.0.1:9/x.css>", "<style>@import 'http://127.0.0.1:9/x'</style>",
    "<math><mi xlink:href='javascript:{d}'>x", "<noscript><p title='</noscript><img src=x onerror={d}>'>",
    "<template><script>{d}</script></template>", "<!--><img src=x onerror={d}>-->", "{{{{{d}}}}}",
    "{{% set x = {d} %}}", "${{{d}}}", "<textarea></textarea><script>{d}</script>",
    "<svg><script>{d}</script></svg>", "<img src='http://127.0.0.1:9/x.png'>",
)  # fmt: skip
OUTSIDE = ("{v}", '"{q}', "'{v}", "</textarea>{v}", "</title>{v}", "--></style></script>{v}")


def vectors() -> list[str]:
    """Each way of running in each place that a text may stand: content, attribute, title, comment."""
    inner = [tag.format(h=h, d=DO) for tag in TAGS for h in HANDLERS] + [
        w.format(d=DO) for w in WHOLE
    ]
    found = [f'" {h}={DO} x="' for h in HANDLERS] + [f"' {h}={DO} x='" for h in HANDLERS]
    for n, one in enumerate(inner):
        shapes = (OUTSIDE[(n + turn) % len(OUTSIDE)] for turn in range(3))
        found += [shape.format(v=one, q=">" + one) for shape in shapes]
    return list(dict.fromkeys(found))


async def told(citizen: Person, texts: list[str]) -> tuple[str, str]:
    """One complaint whose every field is hostile; the rest of the texts stand in its content."""
    body = {
        "title": texts[0][:100],
        "content": "\n".join(texts),
        "place": {"address": texts[-1][:100]},
        "contact": {"name": texts[1][:50], "phone": "13800001234"},
    }
    answer = await citizen.page.request.post(citizen.site + "/api/v1/complaints", data=body)
    assert answer.status == 201, await answer.text()
    found = await answer.json()
    return str(found["number"]), str(found["query_code"])


async def looked_at(somebody: Person, paths: list[str]) -> None:
    for path in paths:
        await somebody.goes(path)
        # What waits for a hand gets one: everything that can be pointed at or focused.
        await somebody.page.evaluate(
            "document.querySelectorAll('main *').forEach(e => {"
            " if (!e.closest('form, nav') && e.tagName != 'A') e.dispatchEvent(new Event('click')) })"
        )
        await somebody.page.wait_for_timeout(50)
        assert await somebody.page.evaluate("window.owned === undefined"), path
        assert not somebody.foreign, (path, somebody.foreign)
        assert not [one for one in somebody.errors if "Content Security" in one], somebody.errors


async def test_three_hundred_hostile_texts_run_nothing_anywhere(person: Any) -> None:  # noqa: F811
    texts = vectors()
    assert len(texts) >= 300
    citizen, dispatcher, auditor = await person(), await person(), await person()
    dialogs: list[str] = []
    for somebody in (citizen, dispatcher, auditor):
        somebody.page.on("dialog", lambda one: dialogs.append(one.message))
    numbers = []
    for start in range(0, len(texts), BATCH):
        numbers.append(await told(citizen, texts[start : start + BATCH]))
    await dispatcher.signs_in("dispatcher")
    for number, code in numbers:
        await looked_at(dispatcher, [f"/office/cases/{number}"])
        await citizen.goes("/complaints/find")
        await citizen.page.fill("#number", number)
        await citizen.page.fill("#code", code)
        await citizen.page.keyboard.press("Enter")
        await citizen.page.wait_for_url("**/complaints/mine")
        await looked_at(citizen, ["/complaints/mine"])
    await looked_at(dispatcher, ["/office/", "/office/messages"])
    await auditor.goes("/office/login")
    for text in texts[::10]:
        await auditor.page.fill("#username", text[:80])
        await auditor.page.fill("#password", "x")
        await auditor.page.press("#password", "Enter")
        await auditor.page.wait_for_load_state()
        assert await auditor.page.evaluate("window.owned === undefined"), text
    assert not dialogs


async def test_the_browser_would_have_told(person: Any) -> None:  # noqa: F811
    """The sabotaged twin: the same texts on a page that escapes nothing and has no policy."""
    somebody = await person()
    await somebody.page.route(
        "**/twin", lambda route: route.fulfill(content_type="text/html", body="<p>" + vectors()[14])
    )
    await somebody.goes("/twin")
    await somebody.page.wait_for_timeout(200)
    ran = 0
    for text in vectors()[14:60]:
        await somebody.page.set_content(f"<main>{text}</main>")
        await somebody.page.wait_for_timeout(10)
        ran += bool(await somebody.page.evaluate("window.owned === 1"))
        await somebody.page.evaluate("delete window.owned")
    assert ran >= 3
