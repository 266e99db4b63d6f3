import random
from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Event
from feedback import reports
from feedback.models import Survey
from tests.factories.events import EventFactory, SeriesFactory
from tests.factories.feedback import ResponseFactory, SurveyFactory, ToolReviewFactory
from tests.factories.submissions import (
    ProjectFactory,
    ToolCategoryFactory,
    ToolFactory,
    ToolUseFactory,
)
from tests.factories.teams import TeamFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tool():
    return ToolFactory(name="Polars", slug="polars")


def closed(event=None, *, days_ago=1, **fields):
    """A survey that closed; its answers are tied to nobody."""
    event = event or EventFactory(phases=[], **fields)
    return SurveyFactory(
        event=event, closed_at=timezone.now() - timedelta(days=days_ago)
    )


def review(survey, tool, n=1, **answers):
    for _person in range(n):
        ToolReviewFactory(survey=survey, response=None, tool=tool, **answers)


def used(tool, event, n=1, **fields):
    for _team in range(n):
        ToolUseFactory(
            tool=tool,
            project=ProjectFactory(
                team=TeamFactory(event=event), **{"submitted": True} | fields
            ),
        )


def row_of(stacks, tool):
    return next(row for row in stacks.rows if row.tool == tool)


def test_an_event_shows_verdicts_of_k_people(tool):
    survey = closed()
    review(
        survey, tool, 4, meets_my_needs=7, easy_to_use=7, again="yes", helped=["docs"]
    )
    review(
        survey,
        tool,
        2,
        meets_my_needs=1,
        easy_to_use=1,
        again="no",
        helped=["docs", "fast"],
        in_the_way=["slow"],
        remark="Meh.",
    )
    review(survey, tool, 1, remark="Quote me.", may_quote=True)

    verdict = row_of(reports.event_report(survey.event).stacks, tool).verdict

    assert verdict.reviewers == 7
    assert (verdict.score.value, verdict.score.n) == (pytest.approx(400 / 6), 6)
    assert verdict.sus == pytest.approx(0.65 * 400 / 6 + 22.9)
    assert (verdict.again.value, verdict.again.n) == (pytest.approx(4 / 6), 6)
    assert [(t.slug, t.count) for t in verdict.helped] == [("docs", 6), ("fast", 2)]
    assert [(t.slug, t.count) for t in verdict.in_the_way] == [("slow", 2)]
    assert verdict.quotes == ("Quote me.",)


def test_fewer_than_k_are_not_shown(tool):
    survey = closed(privacy_k=6)
    review(survey, tool, 5, again="yes", remark="Secret.", may_quote=True)
    used(tool, survey.event)

    row = row_of(reports.event_report(survey.event).stacks, tool)

    assert (row.teams, row.verdict) == (1, None)


def test_each_question_needs_its_own_k(tool):
    survey = closed()
    review(survey, tool, 4, meets_my_needs=7, easy_to_use=7)
    review(survey, tool, 1, meets_my_needs=7)
    review(survey, tool, 5, again="yes")

    verdict = row_of(reports.event_report(survey.event).stacks, tool).verdict

    assert (verdict.reviewers, verdict.score) == (10, None)
    assert verdict.sus is None
    assert (verdict.again.n, verdict.helped, verdict.quotes) == (5, (), ())


def test_nothing_is_shown_before_the_survey_is_closed(tool):
    survey = SurveyFactory()
    review(survey, tool, 9, again="yes")
    used(tool, survey.event, 2)

    report = reports.event_report(survey.event)

    assert report.answers == 0
    assert not report.stacks.has_verdicts
    assert not reports.landscape().stacks.has_verdicts
    assert reports.tool_report(tool).row.verdict is None


def test_the_landscape_does_not_reveal_a_small_event(tool):
    """Total minus the shown event would be the two of the hidden one."""
    series = SeriesFactory()
    big, small = closed(series=series), closed(series=series)
    review(big, tool, 7, again="yes")
    review(small, tool, 2, again="no")

    for report in (reports.landscape(), reports.landscape(series)):
        verdict = row_of(report.stacks, tool).verdict
        assert (verdict.reviewers, verdict.again.value) == (7, 1.0)
    assert reports.tool_report(tool).row.verdict.reviewers == 7


def test_small_events_of_a_series_are_shown_together(tool):
    series = SeriesFactory()
    first, second = closed(series=series), closed(series=series)
    review(first, tool, 3, again="yes")
    review(second, tool, 2, again="no")

    for survey in (first, second):
        assert reports.event_report(survey.event).stacks.rows == ()
    assert reports.tool_report(tool).row.verdict.again.n == 5


def test_one_question_of_a_small_event_does_not_leak_through_another(tool):
    """Both events have k reviewers, but only one has k scores."""
    series = SeriesFactory()
    first, second = closed(series=series), closed(series=series)
    review(first, tool, 6, meets_my_needs=4, easy_to_use=4)
    review(second, tool, 5, again="yes")
    review(second, tool, 2, meets_my_needs=1, easy_to_use=1)

    verdict = reports.tool_report(tool).row.verdict

    assert (verdict.reviewers, verdict.score.n, verdict.score.value) == (13, 6, 50)


def test_drafts_count_nowhere_in_public(tool):
    hidden = closed(is_published=False)
    review(hidden, tool, 9, again="yes")
    used(tool, hidden.event, 3)

    assert reports.landscape().rooms == ()
    assert reports.tool_report(tool).row == reports.ToolRow(tool, 0, 0, None)


def test_only_projects_in_the_gallery_count(tool):
    event = EventFactory()
    used(tool, event, 2)
    used(tool, event, submitted=False)

    report = reports.event_report(event)

    assert row_of(report.stacks, tool).teams == report.stacks.projects == 2
    assert report.stacks.most_teams == 2


def test_rooms_and_open_source_share():
    pipelines = ToolCategoryFactory(order=1)
    stores = ToolCategoryFactory(order=0)
    polars = ToolFactory(category=pipelines, is_open_source=True)
    dbt = ToolFactory(category=pipelines)
    qdrant = ToolFactory(category=stores, is_open_source=True)
    event, other = EventFactory(), EventFactory()
    used(polars, event, 2)
    used(polars, other)
    used(dbt, event)
    used(qdrant, event)

    report = reports.landscape()

    assert [room.category for room in report.rooms] == [stores, pipelines]
    assert [(r.tool, r.teams, r.events) for r in report.rooms[1].rows] == [
        (polars, 3, 2),
        (dbt, 1, 1),
    ]
    assert report.rooms[1].open_source.value == pytest.approx(3 / 4)
    assert report.open_source.value == pytest.approx(4 / 5)
    assert report.events == 2
    assert reports.landscape(other.series).stacks.projects == 1


def test_used_together():
    a, b, c = (ToolFactory(name=name) for name in "abc")
    event = EventFactory()
    for tools in ([a, b], [a, b, c], [c], [b, c]):
        project = ProjectFactory(team=TeamFactory(event=event), submitted=True)
        for tool in tools:
            ToolUseFactory(project=project, tool=tool)

    stacks = reports.event_report(event).stacks

    assert [(t.tools, t.count) for t in stacks.together] == [((a, b), 2), ((b, c), 2)]
    assert stacks.together[0].lift == pytest.approx(2 * 4 / (2 * 3))
    by_tool = {row.tool: row.cells for row in stacks.matrix}
    assert sorted(cell.count for cell in by_tool[b]) == [2, 2, 3]
    assert [cell.lift for cell in by_tool[b]].count(None) == 1
    assert [(t.tools, t.count) for t in reports.tool_report(a).goes_with] == [((b,), 2)]
    assert [(t.tools, t.count) for t in reports.tool_report(c).goes_with] == [((b,), 2)]


def test_who_answered_hides_small_roles():
    survey = closed()
    for role, n in (("student", 6), ("researcher", 5), ("product", 2), ("", 1)):
        for _person in range(n):
            ResponseFactory(survey=survey, invitation=None, role=role)

    report = reports.event_report(survey.event)

    assert report.answers == 14
    assert [(role.slug, role.count) for role in report.roles] == [("student", 6)]
    assert report.other_roles == 7


def test_too_few_answers_are_not_even_counted():
    survey = closed()
    ResponseFactory.create_batch(4, survey=survey, invitation=None, role="student")

    report = reports.event_report(survey.event)

    assert (report.answers, report.roles, report.other_roles) == (0, (), 0)


def test_progress_counts_while_open_and_tells_when_closed():
    survey = SurveyFactory()
    ResponseFactory.create_batch(5, survey=survey, come_again=8, what_to_change="Heat.")

    assert reports.progress(survey) == reports.Progress(5, 5, 0, None, ())

    survey.closed_at = timezone.now()
    told = reports.progress(survey)
    assert (told.come_again.value, told.come_again.n) == (8, 5)
    assert told.wishes == ("Heat.",) * 5
    survey.event.privacy_k = 6
    hidden = reports.progress(survey)
    assert (hidden.come_again, hidden.wishes) == (None, ())


def test_response_rate():
    assert reports.Progress(8, 5, 3, None, ()).rate == 38
    assert reports.Progress(0, 0, 0, None, ()).rate == 0


def test_no_pages_of_a_random_history_differ_by_a_small_group(tool):
    """The real reports over real rows: every pair of totals, one inside the other."""
    chance = random.Random(7)
    series = SeriesFactory.create_batch(2)
    for day in range(8):
        survey = closed(series=chance.choice(series), days_ago=20 - day)
        review(survey, tool, chance.randint(0, 8), again="yes")

    def reviewers(report):
        rows = [row for row in report.stacks.rows if row.verdict]
        return rows[0].verdict.reviewers if rows else 0

    for one in series:
        events = sum(
            reviewers(reports.event_report(event))
            for event in Event.objects.filter(series=one)
        )
        total = reviewers(reports.landscape(one))
        assert total - events == 0 or total - events >= 5
    assert reviewers(reports.landscape()) == sum(
        reviewers(reports.landscape(one)) for one in series
    )


def test_reports_ask_the_same_number_of_queries_however_much_there_is(
    tool, django_assert_num_queries
):
    survey = closed()
    used(tool, survey.event, 2)
    review(survey, tool, 6, again="yes")
    event, beside = survey.event, ToolFactory()
    for project in event.projects.all():
        ToolUseFactory(project=project, tool=beside)

    with django_assert_num_queries(9):
        reports.event_report(event)
    with django_assert_num_queries(8):
        reports.landscape()
    with django_assert_num_queries(12):
        reports.tool_report(tool)

    for _more in range(3):
        other = ToolFactory()
        used(other, event, 2)
        ToolUseFactory(project=event.projects.first(), tool=other)
        review(survey, other, 6, again="yes")
        used(tool, closed().event)

    with django_assert_num_queries(9):
        reports.event_report(event)
    with django_assert_num_queries(8):
        reports.landscape()
    with django_assert_num_queries(12):
        reports.tool_report(tool)
    assert Survey.objects.count() == 4
