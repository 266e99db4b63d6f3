"""Publishing, unpublishing and moving events tells nothing about a few either."""

from fractions import Fraction

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.models import Event
from feedback import reports
from feedback.models import Survey
from tests.factories.events import EventFactory, SeriesFactory
from tests.factories.feedback import SurveyFactory, ToolReviewFactory
from tests.factories.submissions import ToolFactory

K = 5
pytestmark = pytest.mark.django_db


def closed(series, people, tool):
    """A closed survey whose people gave one mark each; gives the event."""
    event = EventFactory(series=series)
    survey = SurveyFactory(
        event=event, closed_at=timezone.now(), series_at_closing=series.pk
    )
    for number in range(people):
        ToolReviewFactory(
            survey=survey,
            response=None,
            tool=tool,
            meets_my_needs=1 + number % 7,
            easy_to_use=1,
        )
    return event


def can_be_solved(sums, unknowns):
    """The unknowns that follow from sums over sets of them, by Gauss's elimination."""
    rows = [[Fraction(int(u in one)) for u in unknowns] for one in sums]
    pivots = []
    for column in range(len(unknowns)):
        for row in range(len(pivots), len(rows)):
            if rows[row][column]:
                break
        else:
            continue
        rows[len(pivots)], rows[row] = rows[row], rows[len(pivots)]
        head = rows[len(pivots)]
        rows[len(pivots)] = head = [value / head[column] for value in head]
        for other in range(len(rows)):
            if other != len(pivots) and rows[other][column]:
                factor = rows[other][column]
                rows[other] = [
                    a - factor * b for a, b in zip(rows[other], head, strict=True)
                ]
        pivots.append(column)
    return {
        unknowns[row.index(1)] for row in rows if sum(bool(value) for value in row) == 1
    }


def test_gauss_solves():
    assert can_be_solved([{"a", "b"}, {"b", "c"}, {"a", "c"}], "abc") == set("abc")
    assert can_be_solved([{"a", "b"}, {"a", "b", "c"}], "abc") == {"c"}


def test_unpublishing_one_after_the_other_solves_for_nobody():
    """Three equations for three unknowns: A has one person."""
    series, tool = SeriesFactory(), ToolFactory()
    events = [closed(series, people, tool) for people in (1, 4, 4)]
    shown = {}
    for hidden in [None, *events]:
        Event.objects.update(is_published=True)
        Event.objects.filter(pk=hidden.pk if hidden else 0).update(is_published=False)
        verdict = reports.tool_report(tool).row.verdict
        shown[hidden.pk if hidden else 0] = verdict.reviewers if verdict else 0

    a, b, c = (event.pk for event in events)
    assert shown == {0: 5, a: 0, b: 0, c: 5}


moves = st.lists(
    st.tuples(st.sampled_from(["publish", "hide", "move"]), st.integers(0, 4)),
    max_size=12,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.integers(1, 7), min_size=2, max_size=5), moves)
def test_no_moment_before_and_after_isolates_a_small_group(people, moves):
    Survey.objects.all().update(closed_at=None)
    series, elsewhere, tool = SeriesFactory(), SeriesFactory(), ToolFactory()
    events = [closed(series, number, tool) for number in people]
    # Each page is a sum over events; the events themselves are the unknowns.
    sums = set()
    for what, number in [("publish", 0), *moves]:
        event = Event.objects.filter(pk=events[number % len(events)].pk)
        if what == "move":
            home = event.get().series_id == series.pk
            event.update(series=elsewhere if home else series)
        else:
            event.update(is_published=what == "publish")
        for point, _events in reports.tool_report(tool).history:
            sums.add(frozenset(point.events))
        verdict = reports.tool_report(tool).row.verdict
        of_all = frozenset(
            pk
            for point, _events in reports.tool_report(tool).history
            for pk in point.events
        )
        size = {one.pk: number for one, number in zip(events, people, strict=True)}
        assert (verdict.reviewers if verdict else 0) == sum(size[pk] for pk in of_all)
        sums.add(of_all)

    known = can_be_solved(sorted(map(sorted, sums)), [one.pk for one in events])
    assert all(size[pk] >= K for pk in known)
