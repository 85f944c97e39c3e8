"""People's rights, who is kept out, and the challenge, in the browser and without its scripts."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestServer

from hotline.config import Settings
from hotline.flow.centre import Centre
from hotline.web.app import make_app
from tests.flow.orders_support import received
from tests.journeys.conftest import hotline  # noqa: F401 (fixture)
from tests.journeys.test_browser import Person, person, pytestmark, shared_loop  # noqa: F401 (fixtures)


@shared_loop
async def site(hotline: Centre, tmp_path: Path) -> AsyncIterator[str]:  # noqa: F811
    """Where the challenge is asked of everybody."""
    settings = Settings(data=tmp_path, limits={"challenge": "always"})
    server = TestServer(make_app(hotline, settings, watch=False))
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()


async def files(somebody: Person) -> None:
    page = somebody.page
    await somebody.goes("/complaints/new")
    await page.fill("#title", "路灯不亮")
    await page.fill("#content", "望江路的路灯坏了三天。")
    await page.fill("[id='contact.phone']", "13800001234")


async def test_the_check_is_done_by_the_browser_itself_and_rights_are_asked_for(
    person: Any,  # noqa: F811
    hotline: Centre,  # noqa: F811
) -> None:
    citizen = await person()
    page = citizen.page
    await files(citizen)
    await page.wait_for_selector("#challenge-said >> text=验证已完成")
    await citizen.looks("challenge")
    await page.click("button[type=submit]")
    await page.wait_for_url("**/complaints/receipt")
    from hotline.flow import intake

    while await intake.triage_pending(hotline):
        pass
    await citizen.goes("/complaints/mine")
    await page.click("text=我的个人信息")
    await citizen.looks("my-data")
    await page.check("[name=kind][value=correct]")
    await page.click("text=提交申请")
    await page.wait_for_selector("[role=alert]")
    await citizen.looks("my-data-wrong")
    await page.check("[name=kind][value=erase]")
    await page.fill("#reason", "不再需要")
    await page.click("text=提交申请")
    await page.wait_for_url("**done=yes")
    await citizen.looks("my-data-asked")
    await citizen.signs_in("director")
    await page.wait_for_selector("text=退出")
    await citizen.goes("/office/privacy")
    await citizen.looks("privacy-desk")


# Seconds that a sound lasts, once it really plays.
PLAYED = """sound => new Promise((done, failed) => {
  sound.muted = true;
  sound.ontimeupdate = () => sound.currentTime > 0.2 && done(sound.duration);
  sound.play().catch(failed);
})"""


async def test_the_digits_can_be_heard_and_typed_where_the_browser_computes_nothing(
    person: Any,  # noqa: F811
) -> None:
    """An old telephone without workers: the page stays as it is without scripts, and the sound plays."""
    citizen = await person()
    page = citizen.page
    await page.add_init_script("delete window.Worker")
    await files(citizen)
    await citizen.looks("challenge-heard")
    assert 8 < await page.eval_on_selector("#spoken audio", PLAYED) < 30
    await page.fill("#challenge_heard", "000")
    await page.press("#challenge_heard", "Enter")
    await page.wait_for_selector("#challenge_heard-wrong")
    await citizen.looks("challenge-misheard")
    assert await page.input_value("#title") == "路灯不亮"


async def test_somebody_is_kept_out_on_the_cases_page(person: Any, hotline: Centre) -> None:  # noqa: F811
    number, director = await received(hotline), await person()
    page = director.page
    await director.signs_in("director")
    await page.wait_for_selector("text=退出")
    await director.goes(f"/office/cases/{number}")
    await page.click("#interests summary")
    await page.fill("#interest-officers", "agent")
    await page.fill("#interest-reason", "亲属")
    await director.looks("interests")
    await page.click("#interests >> text=登记回避")
    await page.wait_for_selector("#interests >> text=亲属")
    await page.click("#interests >> text=解除")
    await page.wait_for_selector("#interests >> text=亲属", state="detached")
