"""Figures, reports and exports in a real browser, over a generated city."""

from typing import Any

from hotline.commands import generate
from hotline.domain.shanghai import city_day
from hotline.domain.words import Role
from hotline.flow.centre import Centre
from hotline.reports.periods import PUBLIC, Kind, Wanted
from hotline.web import reportroom
from tests.journeys import test_browser
from tests.journeys.test_browser import shared_loop
from tests.makers import an_officer

pytestmark = test_browser.pytestmark
person = test_browser.person


@shared_loop
async def city(hotline: Centre) -> Centre:
    until = city_day(hotline.now())
    await generate.generated(hotline, generate.Asked(cases=3000, days=60, until=until))
    return hotline


async def test_a_director_reads_figures_and_goes_down_to_the_cases(
    person: Any, city: Centre
) -> None:
    director = await person()
    await director.signs_in("director")
    page = director.page
    await director.goes("/office/figures")
    await director.looks("figures")
    await page.get_by_role("link", name="满意率", exact=True).focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/figures/cases**")
    await director.looks("figures-cases")
    await director.goes("/office/figures/signs")
    await director.looks("figures-signs")
    await director.goes("/office/figures/sample")
    await director.looks("figures-sample")


async def test_reports_are_built_read_and_published(person: Any, city: Centre) -> None:
    today = city_day(city.now())
    month = Wanted(Kind.MONTHLY, today.replace(day=1), today, PUBLIC)
    await reportroom.build(city, month, city.now(), an_officer(Role.DIRECTOR))
    director = await person()
    await director.signs_in("director")
    page = director.page
    await director.goes("/office/figures/reports")
    await page.locator("summary").focus()
    await page.keyboard.press("Enter")
    await page.fill("#from", today.replace(day=1).isoformat())
    await page.fill("#to", today.isoformat())
    await director.looks("reports")
    await page.get_by_role("button", name="生成").press("Enter")
    await page.wait_for_url("**/reports/*")
    await director.looks("report")
    await director.goes("/office/exports")
    await page.fill("#from", today.replace(day=1).isoformat())
    await page.fill("#to", today.isoformat())
    await page.fill("#purpose", "月度分析")
    await page.get_by_role("button", name="申请导出").press("Enter")
    await page.wait_for_selector("progress")
    await director.looks("exports")
    await director.goes("/figures")
    await director.looks("public-figures")
