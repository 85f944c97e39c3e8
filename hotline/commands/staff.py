"""The demo city's accounts: one a role and a few departments', with first passwords to print."""

from rich.console import Console
from rich.table import Table

from hotline import seed
from hotline.commands.opening import say
from hotline.commands.user import strong_password
from hotline.config import Settings
from hotline.domain.people import OPERATOR
from hotline.domain.roster import Duty, Person, Roster
from hotline.domain.words import Role
from hotline.flow.centre import Centre
from hotline.store import accounts, acts, rosters
from hotline.store.accounts import NewOfficer
from hotline.store.work import Work
from hotline.web import auth


async def employ(centre: Centre) -> int:
    """Adds the accounts that are not there; returns how many it added."""
    async with centre.look() as look:
        missing = [
            one
            for one in seed.accounts()
            if await accounts.by_name(look.connection, one["username"]) is None
        ]
    passwords = {one["username"]: strong_password() for one in missing}
    kept = {name: await auth.hashed(password) for name, password in passwords.items()}
    async with centre.work() as work:
        await accounts.mark_demo(work.connection, [one["username"] for one in seed.accounts()])
        for one in missing:
            name = one["username"]
            await _employ(centre, work, one, kept[name], passwords[name])
        for unit, people in seed.rosters().items():
            await _stand_by(work, unit, people)
    return len(missing)


async def _stand_by(work: Work, unit: str, people: list[dict[str, str]]) -> None:
    """A unit's roster where it has none; one that somebody wrote since is left as it is."""
    if (await rosters.read(work.connection, work.cipher, unit)).version:
        return
    told = tuple(
        Person(
            one["name"],
            Duty(one["duty"]),
            one["phone"].replace("-", ""),
            deputies=tuple(name for name in one["deputies"].split("、") if name),
        )
        for one in people
    )
    await rosters.put(work.connection, work.cipher, Roster(unit, told), work.at, OPERATOR.name)
    about = {"department": unit, "after": [f"{one.duty.value}:{one.name}" for one in told]}
    await acts.record(work.connection, work.at, OPERATOR, "roster_changed", about)


async def _employ(
    centre: Centre, work: Work, one: dict[str, str], hashed: str, password: str
) -> None:
    role, unit = Role(one["role"]), one["department"] or None
    new = NewOfficer(one["username"], one["name"], role, unit, hashed, password, demo=True)
    await accounts.add(work.connection, centre.cipher, new, work.at)
    about = {"username": new.username, "role": role.value, "department": unit}
    await acts.record(work.connection, work.at, OPERATOR, "account_added", about)


async def introduce(centre: Centre, settings: Settings) -> None:
    """Where to look, and who may sign in with what."""
    async with centre.look() as look:
        first = await accounts.first_passwords(look.connection, centre.cipher)
    shown = Table("账号 username", "角色 role", "单位 department", "初始密码 first password")
    tree = centre.rules.tree
    for one in seed.accounts():
        unit = tree.top(one["department"]) if one["department"] else ""
        password = first.get(one["username"], "（已修改 / changed）")
        shown.add_row(one["username"], Role(one["role"]).zh, unit, password)
    Console(width=100).print(shown)
    say(f"市民 / citizens: {settings.base_url}/")
    say(f"工作人员 / staff:  {settings.base_url}/office/")
