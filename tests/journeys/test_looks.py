"""Every page of every role as people set it: light and dark, elder's mode, large type, both languages."""

import re
from typing import Any

import pytest

from hotline.domain.words import Role
from hotline.flow.centre import Centre
from hotline.web import every_page
from hotline.web.routing import Route
from tests.flow.orders_support import in_hand
from tests.journeys import test_browser
from tests.journeys.test_browser import STAFF, Person

pytestmark = test_browser.pytestmark
person = test_browser.person
ROLES = {username: role for username, role, _ in STAFF}
# Not pages: files, a part of a page, letters' contents; and what another journey has to make first.
LEFT_OUT = re.compile(
    r"/files/|\.csv$|/panel$|/paper$|/reminder$|/rated$|/rate/|/marked-addresses$"
    r"|/quarantine/\{|/records/\{|/rules/of/\{|/orders/\{|/letters$|/\{id\}|/\{version\}|/receipt$|/mine$"
)
CASE = "/office/cases/{number}"
OF_SEVERAL = {  # others see less of the same
    CASE: {Role.DISPATCHER, Role.CLERK, Role.SHIFT_LEAD},
    "/office/admin": {Role.SECADMIN, Role.AUDITOR},
    "/office/departments": {Role.SECADMIN, Role.SYSADMIN},
}


def shown(role: Role | None) -> list[str]:
    """The pages a role is the first to see, and those that look different to each role."""
    routes: list[Route] = [
        one
        for one in every_page.routes()
        if one.method == "GET" and not one.api and not LEFT_OUT.search(one.path)
    ]
    taken: set[str] = set()
    for each in (None, *ROLES.values()):
        may = {one.path for one in routes if (each in one.who if each else not one.who)}
        mine = may - taken | {"/office/"} & may
        mine = {
            path for path in mine | OF_SEVERAL.keys() & may if each in OF_SEVERAL.get(path, {each})
        }
        if each is role:
            return sorted(mine)
        taken |= mine
    raise AssertionError(role)


async def looked_at(somebody: Person, path: str, name: str) -> None:
    page, joined = somebody.page, "&" if "?" in path else "?"
    for view, language in (("plain", "en"), ("elder", "zh"), ("plain", "zh")):
        await somebody.goes(f"{path}{joined}view={view}&lang={language}")
        await somebody.looks(f"{name}-{view}-{language}")
    await page.emulate_media(color_scheme="dark")
    await somebody.stands_out(f"{name}-dark")
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    await somebody.fits(f"{name}-large")
    await page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("username", [None, *ROLES])
async def test_every_page_can_be_read_in_every_look(
    person: Any, hotline: Centre, username: str | None
) -> None:
    number = await in_hand(hotline, "k")
    somebody = await person()
    if username:
        await somebody.signs_in(username)
    for path in shown(ROLES[username] if username else None):
        name = f"{username or 'anyone'}{path.replace('/', '-')}"
        asked = path.replace("{number}", number).replace("{code}", "cgj")
        await looked_at(somebody, asked, re.sub(r"[{}]", "", name))


async def test_words_that_do_not_stand_out_are_caught_after_a_page_that_was_fine(
    person: Any, hotline: Centre
) -> None:
    citizen = await person()
    await citizen.goes("/")
    await citizen.stands_out("home")
    await citizen.page.evaluate("document.querySelector('h1').style.color = '#999b9d'")
    with pytest.raises(AssertionError, match="color-contrast"):
        await citizen.stands_out("home-pale")
    await citizen.page.reload()
    await citizen.page.evaluate("document.querySelector('h1').style.opacity = 0.3")
    with pytest.raises(AssertionError, match="color-contrast"):
        await citizen.is_for_all("home-faint")


async def test_a_look_once_chosen_stays(person: Any, hotline: Centre) -> None:
    citizen = await person()
    await citizen.goes("/")
    await citizen.page.click("text=长者模式")
    assert await citizen.page.evaluate("document.documentElement.className") == "elder"
    await citizen.goes("/complaints/new")
    assert await citizen.page.locator("#type").count() == 0  # fewer choices
    await citizen.page.click("footer >> text=深色")
    await citizen.goes("/")
    root = "document.documentElement"
    assert await citizen.page.evaluate(f"{root}.dataset.theme + {root}.className") == "darkelder"
    ground = await citizen.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(20, 24, 30)"
    await citizen.page.click("text=普通模式")
    await citizen.page.click("footer >> text=跟随系统")
    await citizen.goes("/complaints/find")
    assert await citizen.page.evaluate(f"{root}.dataset.theme || {root}.className") == ""


async def test_a_printed_page_has_the_matter_and_no_buttons(person: Any, hotline: Centre) -> None:
    number = await in_hand(hotline, "k")
    somebody = await person()
    await somebody.signs_in("dispatcher")
    await somebody.goes(f"/office/cases/{number}?theme=dark")
    await somebody.page.emulate_media(media="print")
    assert not await somebody.page.locator("header nav").is_visible()
    assert not await somebody.page.locator("#actions").is_visible()
    assert await somebody.page.locator("h1").is_visible()
    ink = await somebody.page.evaluate("getComputedStyle(document.body).color")
    assert ink == "rgb(29, 33, 41)"  # dark on white paper, whatever the screen


async def test_on_a_telephone_a_desks_pages_fold_behind_one_button(
    person: Any, hotline: Centre
) -> None:
    somebody = await person()
    await somebody.signs_in("shift_lead")
    await somebody.page.set_viewport_size({"width": 360, "height": 780})
    await somebody.goes("/office/")
    page, menu = somebody.page, somebody.page.locator("#menu")
    roster, mine = page.locator("nav a[href='/office/roster']"), page.locator("nav a.kept").first
    await menu.wait_for()
    assert await mine.is_visible()
    assert not await roster.is_visible()
    assert await menu.get_attribute("aria-expanded") == "false"
    await menu.focus()
    await page.keyboard.press("Enter")
    assert await roster.is_visible() and await menu.get_attribute("aria-expanded") == "true"
    await page.keyboard.press("Escape")
    assert not await roster.is_visible()
    assert await page.evaluate("document.activeElement.id") == "menu"
    await page.set_viewport_size({"width": 1440, "height": 900})
    await roster.wait_for()
    assert not await menu.is_visible()
