import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from feedback import actions
from feedback.models import Invitation, Response, ToolReview
from tests.factories.events import EventFactory
from tests.factories.feedback import (
    InvitationFactory,
    ResponseFactory,
    SurveyFactory,
    ToolReviewFactory,
)
from tests.factories.submissions import ToolFactory, ToolUseFactory

pytestmark = pytest.mark.django_db

FULL_WIDTH_EQUALS = "\N{FULLWIDTH EQUALS SIGN}"


def at(invitation, page="", *args):
    name = f"feedback:survey_{page}" if page else "feedback:survey"
    return reverse(name, args=[invitation.token, *args])


# --- The survey -----------------------------------------------------------------------


def test_start_lists_the_tools_and_tells_what_is_answered(client, invitation, polars):
    url = at(invitation, "tool", "polars")

    page = client.get(at(invitation)).content.decode()

    assert f'href="{url}"' in page
    assert "answered</span>" not in page
    assert re.search(r">\s*Start\s*</a>", page)

    actions.save_answers(invitation, {"tools": {"polars": {"again": "yes"}}})
    page = client.get(at(invitation)).content.decode()
    assert page.count("answered</span>") == 1
    assert re.search(r">\s*Go on\s*</a>", page)


def test_somebody_without_tools_gets_the_event_questions_only(client, survey):
    invitation = InvitationFactory(survey=survey)

    page = client.get(at(invitation)).content.decode()

    assert "A few questions" in page
    assert "/tools/" not in page.split('class="survey__steps"')[1].split("</ol>")[0]
    assert at(invitation, "event") in page


def test_looking_records_nothing(client, invitation):
    pages = [
        at(invitation),
        at(invitation, "tool", "polars"),
        at(invitation, "event"),
        at(invitation, "thanks"),
    ]
    for _scanner in range(5):
        for page in pages:
            for method in (client.get, client.head):
                response = method(page)
                assert response.status_code == 200
                assert response["Referrer-Policy"] == "no-referrer"
                assert response["X-Robots-Tag"] == "noindex, nofollow"
                assert "no-store" in response["Cache-Control"]
                assert not response.cookies

    assert not Response.objects.exists()
    invitation.refresh_from_db()
    assert invitation.finished_at is None


def test_a_cut_token_is_not_found(client, invitation):
    assert client.get(at(invitation)[:-3] + "/").status_code == 404


def test_next_saves_and_goes_on(client, invitation):
    response = client.post(
        at(invitation, "tool", "polars"),
        {
            "meets_my_needs": "6",
            "again": "no",
            "helped": ["docs", "fast"],
            "in_the_way": "cost",
            "remark": "  Fine\r\nbut dear. ",
            "may_quote": "on",
        },
    )

    assert response.status_code == 302
    assert response.url == at(invitation, "event")
    review = ToolReview.objects.get()
    assert (review.meets_my_needs, review.easy_to_use, review.again) == (6, None, "no")
    assert (review.helped, review.in_the_way) == (["docs", "fast"], ["cost"])
    assert (review.remark, review.may_quote) == ("Fine\nbut dear.", True)


def test_done_finishes_and_the_answers_can_be_changed(client, invitation):
    for mark in ("3", "9"):
        response = client.post(
            at(invitation, "event"),
            {"come_again": mark, "what_to_change": "", "role": "student"},
        )
        assert response.url == at(invitation, "thanks")

    said = Response.objects.get()
    assert (said.come_again, said.role, said.is_finished) == (9, "student", True)
    invitation.refresh_from_db()
    assert invitation.finished_at is not None


def test_forms_show_what_was_said_before_on_any_device(client, invitation):
    actions.save_answers(
        invitation,
        {
            "come_again": 4,
            "role": "researcher",
            "tools": {"polars": {"easy_to_use": 2, "remark": "Hm."}},
        },
    )

    tool = client.get(at(invitation, "tool", "polars")).context["form"]
    day = client.get(at(invitation, "event")).context["form"]

    assert (tool["easy_to_use"].value(), tool["remark"].value()) == (2, "Hm.")
    assert (day["come_again"].value(), day["role"].value()) == (4, "researcher")


def test_the_role_is_offered_from_the_profile_until_one_says_otherwise(
    client, invitation
):
    invitation.user.headline_role = "student"
    invitation.user.save()

    def role():
        return client.get(at(invitation, "event")).context["form"]["role"].value()

    assert role() == "student"
    actions.save_answers(invitation, {"come_again": 1})
    assert role() == "student"
    client.post(at(invitation, "event"), {"role": ""})
    assert role() == ""


def test_a_tap_saves_itself_and_the_last_page_that_was_open_finishes(
    client, invitation
):
    finished = []
    for url, said in (
        (at(invitation, "tool", "polars"), {"easy_to_use": "7"}),
        (at(invitation, "event"), {"come_again": "7"}),
    ):
        answer = client.post(url, said, headers={"Accept": "application/json"})
        assert answer.json() == {"saved": True}
        finished.append(Response.objects.get().is_finished)

    assert finished == [False, True]
    assert ToolReview.objects.get().easy_to_use == 7
    assert not Invitation.objects.unanswered().exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"meets_my_needs": "8"},
        {"meets_my_needs": "0"},
        {"easy_to_use": "six"},
        {"again": "surely"},
        {"helped": ["docs", "beer"]},
        {"remark": "x" * 2001},
        {"remark": "nul \x00"},
        {"salary": "100"},
    ],
    ids="-".join,
)
def test_wrong_answers_are_refused_with_words(client, invitation, wrong):
    url = at(invitation, "tool", "polars")

    page = client.post(url, wrong)
    answer = client.post(url, wrong, headers={"Accept": "application/json"})

    assert page.status_code == answer.status_code == 422
    assert 'class="errorlist' in page.content.decode()
    assert answer.json()["errors"]
    assert not Response.objects.exists()


def test_ten_megabytes_are_refused(client, invitation):
    response = client.post(
        at(invitation, "tool", "polars"), {"remark": "x" * 10_000_000}
    )

    assert response.status_code in {400, 413}
    assert not Response.objects.exists()


def test_a_tool_that_is_not_theirs_is_not_found(client, invitation):
    ToolUseFactory(tool=ToolFactory(slug="other"))

    assert client.get(at(invitation, "tool", "other")).status_code == 404
    assert client.post(at(invitation, "tool", "other"), {}).status_code == 404


def test_the_link_of_one_person_leaves_the_answers_of_another_alone(
    client, invite, polars
):
    mine, yours = invite(), invite()

    client.post(at(mine, "tool", "polars"), {"again": "yes"})
    client.post(at(yours, "tool", "polars"), {"again": "no"})

    assert ToolReview.objects.get(response__invitation=mine).again == "yes"
    assert ToolReview.objects.get(response__invitation=yours).again == "no"


def test_after_the_end_there_is_a_friendly_page_and_nothing_is_saved(
    client, invitation, event, end_window
):
    url = at(invitation, "tool", "polars")
    end_window(event)

    seen, sent = client.get(url), client.post(url, {"again": "yes"})
    tapped = client.post(url, {"again": "yes"}, headers={"Accept": "application/json"})

    assert (seen.status_code, sent.status_code, tapped.status_code) == (200, 409, 409)
    assert "This survey is closed" in seen.content.decode()
    assert "closed" in tapped.json()["error"]
    assert not Response.objects.exists()


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_closing_between_looking_and_saving_is_told(
    client, invitation, monkeypatch, accept
):
    """The page saw the survey open; the action, a moment later, did not."""
    moment = invitation.survey.event.window("survey").closes_at
    before = moment - timedelta(seconds=1)
    asked = iter([before, before])  # at the door, and when the page is chosen
    monkeypatch.setattr(
        "events.models.event.timezone.now", lambda: next(asked, moment), raising=True
    )

    response = client.post(
        at(invitation, "tool", "polars"), {"again": "yes"}, headers={"Accept": accept}
    )

    assert response.status_code == (409 if accept == "application/json" else 422)
    assert "The survey is closed" in response.content.decode()
    assert not Response.objects.exists()


def test_mine_leads_to_the_personal_link(sign_in, invitation, event, stranger):
    url = reverse("feedback:mine", args=[event.slug])

    assert sign_in(invitation.user).get(url).url == at(invitation)
    assert sign_in(stranger).get(url).status_code == 404


def test_mine_asks_strangers_to_sign_in(client, event):
    response = client.get(reverse("feedback:mine", args=[event.slug]))

    assert response.status_code == 302
    assert reverse("account_login") in response.url


# --- For organisers -------------------------------------------------------------------


def test_progress_is_for_organisers(
    client, event, sign_in, invitation, organiser, other_organiser
):
    url = reverse("feedback:progress", args=[event.slug])

    assert client.get(url).status_code == 302
    assert sign_in(invitation.user).get(url).status_code == 403
    assert sign_in(other_organiser).get(url).status_code == 403
    assert sign_in(organiser).get(url).status_code == 200


def test_progress_is_live(sign_in, organiser, event, survey, invite):
    people = [invite() for _person in range(4)]
    actions.finish_survey(people[0])
    actions.save_answers(people[1], {"come_again": 2})
    url = reverse("feedback:progress", args=[event.slug])

    page = sign_in(organiser).get(url).content.decode()
    part = sign_in(organiser).get(url, headers={"HX-Request": "true"}).content.decode()

    for shown in (page, part):
        assert re.findall(r"<dd>(.*?)</dd>", shown) == ["4", "2", "1", "25 %"]
        assert "every 15s" in shown
    assert "<html" not in part


def test_progress_before_and_after(sign_in, organiser, event):
    url = reverse("feedback:progress", args=[event.slug])
    assert (
        "opens by itself when the event is over"
        in sign_in(organiser).get(url).content.decode()
    )

    survey = SurveyFactory(event=event, closed_at=timezone.now())
    ResponseFactory.create_batch(
        5, survey=survey, come_again=10, what_to_change="<b>Heat</b>"
    )

    page = sign_in(organiser).get(url).content.decode()
    assert "10.0" in page
    assert page.count("&lt;b&gt;Heat&lt;/b&gt;") == 5
    assert "every 15s" not in page


# --- What everybody may read ----------------------------------------------------------


@pytest.fixture
def report(event, project, polars):
    """A closed survey with six verdicts on Polars and four on another tool."""
    survey = SurveyFactory(event=event, closed_at=timezone.now())
    hidden = ToolUseFactory(
        project=project, tool=ToolFactory(name="=cmd()", slug="hidden")
    ).tool
    for tool, n in ((polars, 6), (hidden, 4)):
        ToolReviewFactory.create_batch(
            n,
            survey=survey,
            response=None,
            tool=tool,
            meets_my_needs=5,
            easy_to_use=6,
            again="yes",
            helped=["docs"],
            remark=f"<i>About {tool.slug}</i>",
            may_quote=True,
        )
    return survey


def test_organisers_read_what_may_not_be_quoted(sign_in, organiser, event, report):
    report.reviews.update(may_quote=False)
    private = reverse("feedback:progress", args=[event.slug])
    public = reverse("feedback:event_landscape", args=[event.slug])

    read = sign_in(organiser).get(private).content.decode()

    assert read.count("&lt;i&gt;About polars") == 6
    assert "About hidden" not in read  # four people only
    assert (
        "About" not in sign_in(organiser).get(public).content.decode().split("<h1")[1]
    )


@pytest.mark.parametrize("page", ["event", "landscape", "tool"])
def test_public_pages_show_k_and_hide_fewer(client, report, event, polars, page):
    urls = {
        "event": reverse("feedback:event_landscape", args=[event.slug]),
        "landscape": reverse("feedback:landscape"),
        "tool": polars.get_absolute_url(),
    }

    shown = client.get(urls[page]).content.decode()

    assert ">75<" in shown  # the score
    assert "style=" not in shown
    if page != "landscape":
        assert "&lt;i&gt;About polars" in shown
    assert "About hidden" not in shown


def test_the_page_of_a_tool_with_few_answers(client, report):
    page = client.get(reverse("feedback:tool", args=["hidden"])).content.decode()

    assert "Too few people" in page
    assert "About hidden" not in page


def test_csv_has_the_same_gaps_and_no_formulas(client, report, event):
    ToolUseFactory(
        project=event.projects.get(),
        tool=ToolFactory(
            name=f"{FULL_WIDTH_EQUALS}full width", slug="wide", is_open_source=True
        ),
    )

    response = client.get(reverse("feedback:event_landscape_csv", args=[event.slug]))

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert f"{event.slug}-tools.csv" in response["Content-Disposition"]
    rows = {
        row["tool"]: row
        for row in csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    }
    assert set(rows) == {"Polars", "'=cmd()", f"'{FULL_WIDTH_EQUALS}full width"}
    assert rows["Polars"]["score"] == "75.0"
    assert rows["Polars"]["sus_equivalent"] == "71.7"
    assert rows["Polars"]["again"] == "1.000"
    assert rows["Polars"]["helped"] == "docs:6"
    hidden = rows["'=cmd()"]
    assert (hidden["teams"], hidden["open_source"]) == ("1", "no")
    assert {hidden[name] for name in ("reviewers", "score", "again", "helped")} == {""}


def test_csv_leaves_out_a_question_that_too_few_answered(client, event, polars):
    survey = SurveyFactory(event=event, closed_at=timezone.now())
    ToolReviewFactory.create_batch(
        5, survey=survey, response=None, tool=polars, remark="Words only."
    )

    response = client.get(reverse("feedback:event_landscape_csv", args=[event.slug]))

    (row,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert row["reviewers"] == "5"
    assert row["score"] == row["sus_equivalent"] == row["again_low"] == ""


def test_before_the_survey_the_stacks_are_there(client, event, project, polars):
    page = client.get(reverse("feedback:event_landscape", args=[event.slug]))

    assert "Polars" in page.content.decode()
    assert "After the event we ask everybody" in page.content.decode()


def test_empty_states(client, event):
    for url in (
        reverse("feedback:event_landscape", args=[event.slug]),
        reverse("feedback:landscape"),
    ):
        assert "named its tools" in client.get(url).content.decode()
    tool = ToolFactory()
    page = client.get(tool.get_absolute_url()).content.decode()
    assert "No public project has named it yet" in page


def test_the_landscape_can_be_that_of_one_series(client, report, event):
    other = ToolUseFactory(
        tool__name="Elsewhere",
        project__status="submitted",
        project__submitted_at=timezone.now(),
    )
    assert other.project.event.series != event.series
    url = reverse("feedback:landscape")

    everything = client.get(url).content.decode()
    one = client.get(url, {"series": event.series.slug}).content.decode()
    wrong = client.get(url, {"series": "nonsense"})

    assert "Elsewhere" in everything
    assert "Elsewhere" not in one
    assert "Polars" in one
    assert wrong.status_code == 404


def test_a_draft_is_not_found(client, sign_in):
    hidden = EventFactory(is_published=False)

    for name in ("event_landscape", "event_landscape_csv"):
        url = reverse(f"feedback:{name}", args=[hidden.slug])
        assert client.get(url).status_code == 404


@pytest.mark.parametrize("more", [0, 5])
def test_pages_need_few_queries(
    client, report, event, project, polars, more, django_assert_max_num_queries
):
    for _more in range(more):
        tool = ToolUseFactory(project=project).tool
        ToolReviewFactory.create_batch(
            5, survey=report, response=None, tool=tool, again="no"
        )
    for url in (
        reverse("feedback:event_landscape", args=[event.slug]),
        reverse("feedback:landscape"),
        polars.get_absolute_url(),
    ):
        with django_assert_max_num_queries(15):
            client.get(url, headers={"Cookie": "a=b"})


@pytest.mark.parametrize("more", [0, 5])
def test_survey_pages_need_few_queries(
    client, invitation, project, more, django_assert_max_num_queries
):
    for _more in range(more):
        ToolUseFactory(project=project)
    actions.save_answers(invitation, {"tools": {"polars": {"again": "yes"}}})
    for url in (
        at(invitation),
        at(invitation, "tool", "polars"),
        at(invitation, "event"),
    ):
        with django_assert_max_num_queries(12):  # one is the door's
            client.get(url)


def test_the_personal_link_is_long_enough_to_never_be_guessed(survey):
    tokens = {InvitationFactory(survey=survey).token for _person in range(20)}

    assert len(tokens) == Invitation.objects.count() == 20
    assert min(len(token) for token in tokens) >= 32
    assert json.dumps(sorted(tokens)).isascii()
