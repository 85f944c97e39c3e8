"""The cockpit in a browser: read at both widths and in the dark; a figure opens its cases by keyboard."""

from typing import Any

from hotline.flow.centre import Centre
from tests.journeys import test_browser
from tests.journeys.test_looks import looked_at
from tests.web.test_cockpit import climbing, spread

pytestmark = test_browser.pytestmark
person = test_browser.person


async def test_the_director_goes_from_a_figure_to_its_cases(person: Any, hotline: Centre) -> None:
    await climbing(hotline, await spread(hotline))
    director = await person()
    await director.signs_in("director")
    await looked_at(director, "/office/cockpit", "cockpit")
    figure = director.page.locator("#board a").first
    await figure.focus()
    await director.page.keyboard.press("Enter")
    await director.page.wait_for_url("**since=**")
    assert await director.page.locator("table.cases tbody tr").count() > 0
    await director.looks("cockpit-list")
