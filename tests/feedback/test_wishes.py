"""Tools that people did not use and would like to; tools that they name themselves."""

from collections import Counter

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from feedback import actions
from feedback.actions import MOST_WISHES
from feedback.choosing import pick
from feedback.models import Answer, Response, ToolReview, Wish
from feedback.results import desired_by_tool, desired_tools
from tests.factories.feedback import (
    InvitationFactory,
    QuestionFactory,
    SurveyFactory,
    WishFactory,
)
from tests.factories.submissions import ProjectFactory, ToolFactory, ToolUseFactory
from tests.factories.teams import TeamFactory


def at(invitation, page, *args):
    return reverse(f"feedback:survey_{page}", args=[invitation.token, *args])


# --- Which are asked about ------------------------------------------------------------

catalogues = st.dictionaries(st.integers(1, 60), st.integers(1, 6), max_size=40)


@given(catalogues, st.dictionaries(st.integers(1, 60), st.integers(1, 9)), st.data())
def test_a_handful_is_chosen_the_same_for_everybody(candidates, popularity, data):
    first = data.draw(st.sets(st.sampled_from(sorted(candidates)), max_size=6)
                      if candidates else st.just(set()))  # fmt: skip
    backwards = dict(reversed(list(candidates.items())))

    chosen = pick(candidates, first=first, popularity=popularity, salt=1, most=6)

    assert chosen == pick(backwards, first=first, popularity=popularity, salt=1, most=6)
    assert len(chosen) == len(set(chosen)) == min(6, len(candidates))
    assert first <= set(chosen) <= set(candidates)


@given(catalogues)
def test_no_category_is_left_out_while_another_has_two(candidates):
    chosen = pick(candidates, popularity={}, salt=7, most=6)

    of_each = Counter(candidates[tool] for tool in chosen)
    there = Counter(candidates.values())
    for category, number in there.items():
        fewer = of_each[category] < min(number, max(of_each.values()) - 1)
        assert not fewer


def test_what_others_used_here_comes_first():
    chosen = pick(dict.fromkeys(range(1, 50), 1), popularity={40: 3}, salt=1, most=2)

    assert 40 in chosen


@pytest.fixture
def shelf(polars):
    """Eight more tools of the category of the tool that was used; one of another."""
    ToolFactory(name="Elsewhere")
    return [ToolFactory(category=polars.category) for _tool in range(8)]


def offered(client, invitation):
    return client.get(at(invitation, "wishes")).context["form"].slugs


def test_a_handful_of_the_same_categories_is_asked_about(client, invitation, shelf):
    slugs = offered(client, invitation)

    assert len(slugs) == MOST_WISHES
    assert set(slugs) < {tool.slug for tool in shelf}
    assert slugs == offered(client, invitation)


def test_whoever_used_nothing_is_asked_about_what_was_used_here(
    client, survey, polars, shelf
):
    slugs = offered(client, InvitationFactory(survey=survey))

    assert set(slugs) < {polars.slug, *(tool.slug for tool in shelf)}


def test_no_page_where_nothing_is_left_or_the_organisers_do_not_ask(
    client, invitation, polars, request
):
    assert client.get(at(invitation, "wishes")).status_code == 404

    request.getfixturevalue("shelf")
    assert client.get(at(invitation, "wishes")).status_code == 200
    invitation.survey.asks_wishes = False
    invitation.survey.save()
    assert client.get(at(invitation, "wishes")).status_code == 404
    other = polars.category.tools.exclude(pk=polars.pk).first()
    with pytest.raises(actions.UnknownQuestion):
        actions.save_answers(invitation, {"wishes": {other.slug: True}})


# --- Wishing --------------------------------------------------------------------------


def wishes():
    return dict(Wish.objects.values_list("tool__slug", "wants_it"))


def test_one_tap_answers_for_all_that_were_shown(client, invitation, shelf):
    slugs = offered(client, invitation)
    url = at(invitation, "wishes")

    answer = client.post(url, {"wanted": slugs[:2], "offered": slugs})
    assert answer.url == at(invitation, "event")
    assert wishes() == {slug: slug in slugs[:2] for slug in slugs}

    client.post(url, {"none": "on", "offered": slugs})
    assert wishes() == dict.fromkeys(slugs, False)
    form = client.get(url).context["form"]
    assert (form["none"].value(), form["wanted"].value()) == (True, [])

    client.post(url, {"offered": slugs})
    assert wishes() == {}


def test_saying_nothing_about_wishes_is_no_answer(client, invitation, shelf):
    form = client.get(at(invitation, "wishes")).context["form"]
    for as_read in ("", form["as_read"].value()):
        sent = {"offered": form.slugs, "as_read": as_read}
        answer = client.post(at(invitation, "wishes"), sent)
        assert answer.url == at(invitation, "event")

    assert not Response.objects.exists()


def test_not_wanting_any_is_an_answer(client, invitation, shelf):
    client.post(at(invitation, "wishes"), {"none": "on"})

    assert set(wishes().values()) == {False}


def test_an_answer_counts_for_what_was_seen_though_the_offer_changed(
    client, invitation, project, shelf
):
    slugs = offered(client, invitation)
    taken = next(tool for tool in shelf if tool.slug == slugs[0])
    ToolUseFactory(project=project, tool=taken)  # a teammate adds it meanwhile
    sent = {"wanted": slugs[1:2], "offered": slugs}

    assert client.post(at(invitation, "wishes"), sent).status_code == 422
    assert client.post(
        at(invitation, "wishes"), {**sent, "offered": slugs[1:]}
    ).status_code == 302  # fmt: skip

    assert set(wishes()) == set(slugs[1:])


@pytest.mark.parametrize("how", ["used", "elsewhere", "unknown", "many"])
def test_b144_what_was_not_asked_is_refused(client, invitation, polars, shelf, how):
    sent = {
        "used": [polars.slug],
        "elsewhere": ["elsewhere"],
        "unknown": ["nothing"],
        "many": [tool.slug for tool in shelf],
    }[how]

    with pytest.raises(actions.UnknownQuestion):
        actions.save_answers(invitation, {"wishes": dict.fromkeys(sent, True)})
    answer = client.post(at(invitation, "wishes"), {"wanted": sent, "offered": sent})

    assert answer.status_code == 422
    assert not Response.objects.exists()


# --- Naming tools ---------------------------------------------------------------------


def test_a_tool_that_the_team_did_not_name_is_asked_about(client, invitation, shelf):
    slug = shelf[0].slug
    assert client.get(at(invitation, "tool", slug)).status_code == 404

    answer = client.post(at(invitation, "tools"), {"tools": [slug, "polars"]})

    assert answer.status_code == 302
    assert client.get(at(invitation, "tool", slug)).status_code == 200
    assert [tool.slug for tool in actions.tools_of(invitation)].count("polars") == 1
    # The team's own list is another source, and stays as it is.
    assert not shelf[0].uses.exists()
    assert slug not in offered(client, invitation)


def test_a_tool_named_by_mistake_is_forgotten_with_what_was_said(
    client, invitation, polars, shelf
):
    url, slug = at(invitation, "tools"), shelf[0].slug
    question = QuestionFactory(survey=invitation.survey, tool=shelf[0])
    client.post(url, {"tools": [slug]})
    client.post(at(invitation, "tool", slug), {"again": "no", question.field_name: "3"})
    client.post(at(invitation, "tool", "polars"), {"again": "yes"})

    client.post(url, {})

    assert [r.tool for r in ToolReview.objects.all()] == [polars]
    assert not Answer.objects.exists()


def test_naming_nothing_or_the_unknown_is_nothing(client, invitation):
    client.post(at(invitation, "tools"), {})
    answer = client.post(at(invitation, "tools"), {"tools": ["nothing"]})

    assert answer.status_code == 422
    assert not Response.objects.exists()


def test_not_the_whole_catalogue(client, invitation, polars):
    many = [ToolFactory(category=polars.category).slug for _tool in range(20)]

    page = client.post(at(invitation, "tools"), {"tools": many})

    assert page.status_code == 422
    assert "at most 20" in page.content.decode()
    assert not Response.objects.exists()


# --- How many want it -----------------------------------------------------------------


def said(survey, tool, yes, no):
    WishFactory.create_batch(yes, survey=survey, tool=tool, wants_it=True)
    WishFactory.create_batch(no, survey=survey, tool=tool, wants_it=False)


def test_desired_is_a_share_of_those_who_were_asked(db):
    survey = SurveyFactory(closed_at=timezone.now())
    loved, plain, few = ToolFactory.create_batch(3)
    said(survey, loved, 6, 2)
    said(survey, plain, 2, 6)
    said(survey, few, 4, 0)

    assert [(d.tool, d.share.value, d.share.n) for d in desired_tools(survey)] == [
        (loved, 0.75, 8), (plain, 0.25, 8)
    ]  # fmt: skip


def test_an_open_survey_and_an_unpublished_event_tell_nothing(db):
    tool = ToolFactory()
    said(SurveyFactory(), tool, 5, 5)
    draft = SurveyFactory(event__is_published=False, closed_at=timezone.now())
    said(draft, tool, 5, 5)

    assert desired_by_tool(Wish.objects.final()) == {}
    assert desired_by_tool(Wish.objects.filter(survey__closed_at=None)) == {}


def test_small_groups_wait_for_others_of_their_series(db):
    tool = ToolFactory()
    first = SurveyFactory(closed_at=timezone.now())
    second = SurveyFactory(event__series=first.event.series, closed_at=timezone.now())
    said(first, tool, 3, 0)
    assert desired_by_tool(Wish.objects.final()) == {}

    said(second, tool, 1, 3)

    assert desired_by_tool(Wish.objects.final())[tool.pk].n == 7
    for survey in (first, second):
        assert desired_tools(survey) == []


def test_the_organisers_page_shows_them(sign_in, organiser, event, polars):
    survey = SurveyFactory(event=event, closed_at=timezone.now())
    said(survey, polars, 4, 1)

    page = sign_in(organiser).get(reverse("feedback:progress", args=[event.slug]))

    text = page.content.decode()
    assert "What they would like to use" in text
    assert "80\N{NO-BREAK SPACE}%" in text


def test_what_was_used_after_all_is_no_wish(invitation, shelf, event, end_window):
    tool = shelf[0]
    actions.save_answers(invitation, {"wishes": {tool.slug: True, shelf[1].slug: True}})
    actions.name_tools(invitation, [tool.slug])

    actions.close_survey(end_window(event))

    assert [wish.tool for wish in Wish.objects.all()] == [shelf[1]]


def test_a_project_of_another_event_offers_nothing(client, survey, polars):
    ToolUseFactory(
        project=ProjectFactory(team=TeamFactory(), submitted=True),
        tool=ToolFactory(),
    )
    ToolFactory(category=polars.category, slug="near")

    assert set(offered(client, InvitationFactory(survey=survey))) == {"polars", "near"}
