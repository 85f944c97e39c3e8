"""Brings the database to the newest schema; safe to run twice and from two nodes at once."""

from hotline.commands.opening import check_schema, say, store_of
from hotline.config import Settings
from hotline.store import migrations


async def run(settings: Settings) -> int:
    async with store_of(settings) as store:
        found = await migrations.current(store)
        if found is not None and found not in migrations.revisions():
            await check_schema(store, make=False)
        before, after = await migrations.upgrade(store)
    if before == after:
        say(f"数据库结构已是最新（{after}） / the schema is the newest already")
    else:
        say(f"数据库结构已更新：{before or '空'} → {after} / the schema was brought up to date")
    return 0
