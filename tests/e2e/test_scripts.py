"""What scripts add to pages, and that the pages do without them."""

import pytest

from submissions.models import Project
from tests.factories.accounts import UserFactory
from tests.factories.events import AnnouncementFactory, EventFactory
from tests.factories.submissions import ToolFactory
from tests.parts import sign_in_browser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def event():
    return EventFactory(name="Garage Day")


def test_a_day_without_javascript(live_server, open_page, event):
    ToolFactory(name="Polars", slug="polars")
    ada = UserFactory(display_name="Ada")
    page = open_page(width=390, java_script_enabled=False)
    sign_in_browser(page, ada, live_server.url)
    base = f"{live_server.url}{event.get_absolute_url()}"

    page.goto(base)
    page.get_by_role("link", name="Register").first.click()
    for box in page.locator("main form input[type=checkbox]").all():
        box.check()
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(f"{base}registration/")
    page.goto(f"{base}teams/new/")
    page.get_by_label("name").fill("Two Birds")
    page.get_by_role("button", name="Found the team").click()
    page.get_by_role("heading", name="Two Birds").wait_for()
    page.goto(f"{base}projects/new/")
    page.get_by_label("title").fill("Birdsong")
    page.get_by_role("button", name="Start").click()
    page.get_by_label("one sentence about it").fill("Birds, talking.")
    page.get_by_label("story").fill("We made **birds** talk.")
    page.locator("#id_repository_url").fill("https://code.example.org/birds")
    page.locator("details:has([data-search^=polars]) > summary").click()
    page.locator("[data-search^=polars] [type=checkbox]").check()
    page.get_by_role("button", name="Save and hand in").click()
    page.get_by_text("Handed in. Well done!").wait_for()
    page.goto(f"{base}projects/")
    page.get_by_label("Search").fill("birdsong")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Birdsong").click()

    assert page.locator("strong", has_text="birds").is_visible()
    project = Project.objects.get(status=Project.Status.SUBMITTED)
    assert [use.tool.name for use in project.tool_uses.all()] == ["Polars"]


def test_an_announcement_reaches_a_page_that_is_open(live_server, open_page, event):
    page = open_page()
    page.goto(live_server.url + event.get_absolute_url())
    assert not page.get_by_text("Pizza is here").is_visible()

    AnnouncementFactory(event=event, text="Pizza is here")
    # As every 20 seconds, and when somebody comes back to the page.
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    page.get_by_text("Pizza is here").wait_for()
