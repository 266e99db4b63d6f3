"""The survey on a phone, in a real browser, against a real server."""

import sys
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from feedback import actions
from feedback.models import Answer, Response, ToolReview, Wish
from submissions.catalogue import load
from submissions.models import Tool, ToolUse
from tests.factories.feedback import (
    InvitationFactory,
    QuestionFactory,
    SurveyFactory,
    ToolReviewFactory,
)
from tests.factories.submissions import ProjectFactory, ToolUseFactory
from tests.factories.teams import TeamFactory
from tests.parts import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844, "has_touch": True}
# Reading a short question and tapping an answer.
SECONDS_PER_TAP = 3.5


def tap(page, question, answer):
    page.get_by_role("group", name=question).get_by_label(answer, exact=True).tap()


def saved(page):
    page.get_by_role("status").get_by_text("Saved", exact=True).wait_for()


def test_a_tap_before_the_script_is_there_is_saved_too(
    live_server, open_page, invitation
):
    phone, late = open_page(**PHONE), []
    phone.route("**/feedback/survey*.js", lambda route: late.append(route))  # noqa: PLW0108
    phone.goto(live_server.url + reverse("feedback:survey", args=[invitation.token]))
    phone.get_by_role("link", name="Start").tap(no_wait_after=True)

    tap(phone, "meet my requirements", "6")
    assert len(late) == 1
    late[0].continue_()

    saved(phone)
    assert ToolReview.objects.get().meets_my_needs == 6


def test_taps_save_themselves_survive_a_dead_network_and_go_on_elsewhere(
    live_server, open_page, invitation
):
    phone = open_page(**PHONE)
    phone.goto(live_server.url + reverse("feedback:survey", args=[invitation.token]))
    phone.get_by_role("link", name="Start").tap()

    tap(phone, "meet my requirements", "6")
    saved(phone)
    assert ToolReview.objects.get().meets_my_needs == 6

    tap(phone, "meet my requirements", "6")  # again: taken back
    eventually(lambda: ToolReview.objects.get().meets_my_needs is None)

    phone.context.set_offline(True)
    tap(phone, "easy to use", "3")
    tap(phone, "What helped?", "Good documentation")
    phone.get_by_text("Not saved yet").wait_for()
    phone.context.set_offline(False)
    saved(phone)
    review = ToolReview.objects.get()
    assert (review.easy_to_use, review.helped) == (3, ["docs"])

    laptop = open_page()
    laptop.goto(phone.url)
    assert (
        laptop.get_by_role("group", name="easy to use")
        .get_by_label("3", exact=True)
        .is_checked()
    )
    laptop.get_by_label("In your own words").fill("It did what it should.")
    saved(laptop)

    laptop.get_by_role("button", name="Next").click()
    laptop.get_by_role("button", name="Done").click()
    laptop.get_by_role("heading", name="Thank you!").wait_for()
    assert ToolReview.objects.get().remark == "It did what it should."
    assert Response.objects.get().is_finished


def test_two_minutes_on_a_phone(live_server, open_page, invite, project, capsys):
    """Four tools of the catalogue, nothing skipped but free text: taps are counted."""
    load()
    for name in ("DuckDB", "LangChain", "Qdrant", "Langfuse"):
        ToolUseFactory(project=project, tool=Tool.objects.get(name=name))
    invitation = invite()
    invitation.survey.delete()
    survey = actions.prepare_survey(project.event)
    survey.opened_at = timezone.now()
    survey.save()
    invitation = InvitationFactory(survey=survey, user=invitation.user)
    phone = open_page(**PHONE)
    phone.goto(live_server.url + reverse("feedback:survey", args=[invitation.token]))
    taps = []

    def touch(target):
        target.tap()
        taps.append(target)

    begun = time.monotonic()
    touch(phone.get_by_role("link", name="Start"))
    total = 4 + 2
    for number in range(1, total):
        phone.get_by_text(f"{number} of {total}").wait_for()
        for group in phone.get_by_role("group").all():
            choices = group.locator("label")
            # As people do: not the first, a bit of everything.
            touch(choices.nth(min(len(taps) % 7, choices.count() - 1)))
        assert phone.evaluate("document.documentElement.scrollWidth") == 390
        touch(phone.get_by_role("button", name="Next"))
    phone.get_by_text(f"{total} of {total}").wait_for()
    for group in phone.get_by_role("group").all():
        touch(group.locator("label").nth(5))
    touch(phone.get_by_role("button", name="Done"))
    phone.get_by_role("heading", name="Thank you!").wait_for()
    seconds = time.monotonic() - begun

    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(taps)} taps: {seconds:.1f} s by a machine, "
            f"about {len(taps) * SECONDS_PER_TAP:.0f} s by a person\n"
        )
    assert len(taps) * SECONDS_PER_TAP <= 120
    assert ToolReview.objects.exclude(again="").count() == 4
    assert Answer.objects.count() == 4
    assert Wish.objects.count() == 6
    assert Response.objects.get().is_finished


def test_it_works_without_javascript(live_server, open_page, invitation):
    phone = open_page(**PHONE, java_script_enabled=False)
    phone.goto(
        live_server.url
        + reverse("feedback:survey_tool", args=[invitation.token, "polars"])
    )

    tap(phone, "Would you use it again?", "No")
    phone.get_by_role("button", name="Next").tap()
    tap(phone, "come again", "10")
    phone.get_by_role("button", name="Done").tap()

    phone.get_by_role("heading", name="Thank you!").wait_for()
    assert ToolReview.objects.get().again == "no"
    assert Response.objects.get().come_again == 10


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_and_nothing_overflows(
    live_server, open_page, invitation, event, dark
):
    actions.save_answers(invitation, {"come_again": 5})
    told = SurveyFactory(closed_at=timezone.now())
    for team in range(12):  # half of them: so the charts have a line to draw
        project = ProjectFactory(team=TeamFactory(event=told.event), submitted=True)
        for tool in ("polars", "other") if team % 2 else ("third",):
            use = ToolUseFactory.build(project=project)
            use.tool, _is_new = type(use.tool).objects.get_or_create(
                slug=tool,
                defaults={
                    "name": tool.title(),
                    "category": invitation.survey.event.projects.get()
                    .tool_uses.get()
                    .tool.category,
                },
            )
            use.save()
    ToolReviewFactory.create_batch(
        6,
        survey=told,
        response=None,
        tool=ToolUse.objects.filter(tool__slug="other")[0].tool,
        meets_my_needs=5,
        easy_to_use=6,
        again="yes",
        helped=["docs"],
        remark="Quick.",
        may_quote=True,
    )
    page = open_page(**PHONE, dark=dark)
    QuestionFactory(survey=invitation.survey)
    for path in (
        reverse("feedback:survey", args=[invitation.token]),
        reverse("feedback:survey_tool", args=[invitation.token, "polars"]),
        reverse("feedback:survey_event", args=[invitation.token]),
        reverse("feedback:survey_wishes", args=[invitation.token]),
        reverse("feedback:survey_tools", args=[invitation.token]),
        reverse("feedback:survey_thanks", args=[invitation.token]),
        reverse("feedback:event_landscape", args=[told.event.slug]),
        reverse("feedback:event_landscape", args=[event.slug]),
        reverse("feedback:landscape"),
        ToolUse.objects.filter(tool__slug="other")[0].tool.get_absolute_url(),
    ):
        assert page.goto(live_server.url + path).ok
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") == 390, path
