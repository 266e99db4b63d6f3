"""What a first visit costs: bytes over the network, requests, and whether it jumps."""

import pytest
from django.urls import reverse

from tests.factories.submissions import ProjectFactory, ToolUseFactory

pytestmark = pytest.mark.django_db(transaction=True)

MOST_BYTES = 60_000
MOST_REQUESTS = 12
SHIFT = """
new Promise(resolve => {
  let shift = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) shift += entry.value;
  }).observe({type: "layout-shift", buffered: true});
  document.fonts.ready.then(() => setTimeout(() => resolve(shift), 300));
})
"""


def test_a_first_visit_is_light_and_does_not_jump(start_site, open_page, event):
    for project in ProjectFactory.create_batch(
        30, team__event=event, submitted=True, story="A **story**.\n\n" * 40
    ):
        ToolUseFactory.create_batch(4, project=project)
    site = start_site()
    for path in (
        "/",
        event.get_absolute_url(),
        reverse("submissions:gallery", args=[event.slug]),
        project.get_absolute_url(),
    ):
        page = open_page(width=390)
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        weights = []
        network.on(
            "Network.loadingFinished",
            lambda done, weights=weights: weights.append(done["encodedDataLength"]),
        )
        page.goto(site.url + path, wait_until="networkidle")

        assert page.evaluate(SHIFT) < 0.01, path
        assert 3 < len(weights) <= MOST_REQUESTS, (path, weights)
        assert 10_000 < sum(weights) <= MOST_BYTES, (path, weights)
