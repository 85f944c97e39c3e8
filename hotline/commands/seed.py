"""The city: departments, topics, duty list and districts; with --demo accounts and complaints."""

from classifiers import catalogue as topics
from hotline import seed
from hotline.commands import demo, staff
from hotline.commands.opening import centre_of, ready_store, say, terms_of
from hotline.config import Settings
from hotline.domain.article import Draft
from hotline.domain.people import OPERATOR, Department
from hotline.flow import borders, knowledge
from hotline.flow.centre import Centre
from hotline.store import acts, catalogue, rulebooks
from hotline.store.database import Store
from hotline.wiring import MovingClock, Parts, system_clock


async def run(settings: Settings, *, with_demo: bool = False) -> int:
    terms = terms_of(settings)
    async with ready_store(settings) as (store, _):
        added = await sow(store)
    say("城市资料已写入 / the city is seeded" if added else "城市资料已在库中 / already seeded")
    say(f"期限方案 / profile: {terms.version}")
    if with_demo:
        await _demo(settings)
    return 0


async def _demo(settings: Settings) -> None:
    now = system_clock()
    lay_borders(settings)
    async with centre_of(settings) as centre:
        await staff.employ(centre)
        known = await first_stock(centre)
    if known:
        say(f"知识库写入 {known} 篇 / articles added: {known}")
    clock = MovingClock(now - demo.LONG_AGO)
    async with centre_of(settings, Parts(clock=clock, senders={})) as centre:
        say("正在写入演示诉求，约半分钟 … / leading 300 complaints through their stories")
        led = await demo.play(centre, clock, now)
        say(f"演示诉求 {led} 件 / complaints added: {led}")
        await staff.introduce(centre, settings)


def lay_borders(settings: Settings) -> None:
    """The demo's borders, where the city has given none: what lies there is never replaced."""
    at = borders.place(settings)
    if settings.boundaries is None and not at.exists():
        at.write_bytes(seed.boundaries())
        say(f"演示区县界线已写入 / the demo's (invented) borders: {at}")


async def first_stock(centre: Centre) -> int:
    """The shipped articles, once: a base that holds anything is left as it is."""
    if await knowledge.counts(centre):
        return 0
    drafts = [
        Draft(
            title=row["title"],
            body=row["body"],
            topic=row["topic"],
            department=row["department"],
            basis=row["basis"],
            keywords=tuple(row["keywords"].split("|")),
            questions=tuple(row["questions"].split("|")),
            origin="随程序提供",
        )
        for row in seed.articles()
    ]
    return await knowledge.known_articles(centre, drafts)


async def sow(store: Store) -> bool:
    """Writes what a city must know of itself; what somebody changed since is left as it is."""
    async with store.write() as connection:
        if await catalogue.departments(connection):
            return False
        await catalogue.put_departments(
            connection, [Department(**unit) for unit in seed.departments()]
        )
        await catalogue.put_topics(
            connection,
            [
                {
                    "level1": topic.level1,
                    "level2": topic.level2,
                    "level3": topic.level3,
                    "default_department": topic.department,
                }
                for topic in topics.topics()
            ],
        )
        edition = rulebooks.Edition(0, seed.duties(), seed.rule_tests(), "随程序提供")
        await rulebooks.publish(connection, edition, system_clock(), OPERATOR.name)
        await catalogue.put_districts(connection, seed.districts())
        await acts.record(connection, system_clock(), OPERATOR, "seed", {"what": "city"})
    return True


async def sown(centre: Centre) -> None:
    """For commands that need a city and may find none: the shipped one."""
    if await sow(centre.store):
        await centre.reload()
