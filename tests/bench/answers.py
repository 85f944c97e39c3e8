"""Searching twenty thousand articles, on both databases, beside a bare indexed SELECT.

The articles are the shipped ones with places and names woven in, so that words repeat as they do
in a city's base; the questions are those of the tests.
"""

import csv
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import insert, select, text

from classifiers import terms
from hotline import seed
from hotline.domain.article import NAMED, Draft
from hotline.flow import answers
from hotline.flow.answers import Asked
from hotline.flow.centre import Centre
from hotline.store import articles, search
from hotline.store.articletables import ArticleRow, ArticleVersionRow
from hotline.wiring import MovingClock
from tests.bench.lookup import percentile
from tests.bench.ticks import opened
from tests.makers import MONDAY
from tests.support import postgres

ARTICLES, BATCH, BOUND = 20_000, 1000, 50
STANDING = {"stage": "released", "latest": 1, "released": 1, "released_at": MONDAY}
STANDING |= {"created_at": MONDAY, "used": 0, "helpful": 0, "unhelpful": 0}
WRITTEN = {"n": 1, "revision": 1, "stage": "released", "author": "a", "reviewer": "b"}
WRITTEN |= {"written_at": MONDAY, "reviewed_at": MONDAY, "note": ""}
QUESTIONS = Path(__file__).parent.parent / "seed" / "questions.csv"


def drafts(count: int) -> Iterator[Draft]:
    chance = random.Random(7)
    rows = seed.articles()
    places = [name for one in seed.districts() for name in one["places"]]
    for n in range(count):
        row, other = chance.choice(rows), chance.choice(rows)
        place = chance.choice(places)
        sentences = [*row["body"].split("。"), *other["body"].split("。")]
        chance.shuffle(sentences)
        yield Draft(
            title=f"{place}{row['title']}（{n}）",
            body="。".join(sentences[:6]),
            topic=row["topic"],
            department=row["department"],
            keywords=tuple(row["keywords"].split("|")),
        )


async def stock(centre: Centre, count: int) -> None:
    """Written at once, as released: the way there is the tests' matter, searching is this one's."""
    made = list(drafts(count))
    for start in range(0, count, BATCH):
        rows, versions, fields = [], [], {}
        for n, draft in enumerate(made[start : start + BATCH], start + 1):
            values = articles.columns(draft, [])
            named = {name: values[name] for name in NAMED}
            rows.append({"id": n, **named, **STANDING})
            versions.append({"article_id": n, **values, **WRITTEN})
            fields[n] = terms.known_by(draft.title, draft.keywords, draft.body)
        async with centre.store.write() as connection:
            await connection.execute(insert(ArticleRow), rows)
            await connection.execute(insert(ArticleVersionRow), versions)
            await search.keep_all(connection, fields)
    async with centre.store.write() as connection:
        await connection.execute(text("ANALYZE"))


def asked() -> dict[str, str]:
    """The questions, each with the title that its answer's own has in it."""
    by_id = {row["id"]: row["title"] for row in seed.articles()}
    with QUESTIONS.open(encoding="utf-8", newline="") as lines:
        return {row["question"]: by_id[row["article"]] for row in csv.DictReader(lines)}


async def right(centre: Centre) -> float:
    """How often one of three is about what was asked, among so many that are alike."""
    wanted, hits = asked(), 0
    for question, title in wanted.items():
        found = await answers.find(centre, Asked(question), 3)
        hits += any(title in one.row.title for one in found)
    return hits / len(wanted)


async def measured(centre: Centre) -> tuple[list[float], list[float], float]:
    """Seconds of each search and of a bare SELECT; and the processor's share of a search."""
    questions = list(asked())
    for question in questions[:20]:
        await answers.find(centre, Asked(question), 3)
    found, bare, used = [], [], time.process_time()
    for question in questions:
        began = time.perf_counter()
        await answers.find(centre, Asked(question), 3)
        found.append(time.perf_counter() - began)
    used = (time.process_time() - used) / len(questions)
    for n in range(200):
        began = time.perf_counter()
        async with centre.store.read() as connection:
            await connection.execute(select(ArticleRow.title).where(ArticleRow.id == n + 1))
        bare.append(time.perf_counter() - began)
    return found, bare, used


async def show(kind: str, url: str, folder: Path) -> None:
    async with opened(url, folder, MovingClock(MONDAY)) as centre:
        began = time.perf_counter()
        await stock(centre, ARTICLES)
        print(f"{kind}: {ARTICLES:,} articles released in  {time.perf_counter() - began:8.1f} s")
        found, bare, used = await measured(centre)
        share = await right(centre)
    plain = statistics.median(bare) * 1000
    print(f"{kind}: a search, median              {statistics.median(found) * 1000:10.1f} ms")
    print(f"{kind}: a search, p95 (bound {BOUND} ms)   {percentile(found, 95):10.1f} ms")
    print(f"{kind}: right among three             {share:10.3f}")
    print(f"{kind}: of it on the processor        {used * 1000:10.1f} ms")
    print(f"{kind}: a bare SELECT by id, median   {plain:10.2f} ms")
    print(f"  ratio                               {statistics.median(found) * 1000 / plain:10.1f}")


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await show("sqlite", f"sqlite:///{folder / 'answers.db'}", folder)
        if postgres.why_not():
            return
        with postgres.cluster() as server:
            await show("postgresql", server.create("answers"), folder)
