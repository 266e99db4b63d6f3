"""After closing nothing leads from an answer to a person, nor from one to another."""

from itertools import combinations

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from feedback import actions
from feedback.models import Answer, Invitation, Question, Response, ToolReview, Wish
from feedback.results import desired_by_tool, question_results
from notifications.models import Notification
from teams.models import Membership
from tests.factories.events import EventFactory, SeriesFactory
from tests.factories.feedback import (
    AnswerFactory,
    QuestionFactory,
    SurveyFactory,
    WishFactory,
)
from tests.factories.submissions import ToolFactory

pytestmark = pytest.mark.django_db
ANSWERS = (Response, ToolReview, Answer, Wish)
# Columns that tie an answer to its writer while the survey is open.
TIES = {"invitation", "response"}


@pytest.fixture
def answered(invite, survey, polars, event, end_window):
    """Twelve people, one of them a guest, who said everything; then it closed."""
    question = QuestionFactory(survey=survey)
    about_tools = QuestionFactory(survey=survey, tool=polars, kind=Question.Kind.TEXT)
    wishes = [ToolFactory(category=polars.category).slug for _tool in range(3)]
    people = [invite() for _person in range(11)]
    people.append(Invitation.objects.create(survey=survey, address="g@example.org"))
    actions.name_tools(people[-1], ["polars"])
    for place, person in enumerate(people):
        actions.save_answers(
            person,
            {
                "role": "student",
                "come_again": place % 11,
                "what_to_change": f"wish {place}",
                "tools": {"polars": {"again": "yes", "remark": f"remark {place}"}},
                "answers": {
                    (question.pk, ""): str(place % 7 + 1),
                    (about_tools.pk, "polars"): f"words {place}",
                },
                "wishes": dict.fromkeys(wishes, place % 2 == 0),
            },
        )
        actions.finish_survey(person)
    before = {m: set(m.objects.values_list("pk", flat=True)) for m in ANSWERS}
    actions.close_survey(end_window(event))
    return before


def test_everything_is_kept_and_nothing_is_tied(answered):
    assert [m.objects.count() for m in ANSWERS] == [12, 12, 24, 36]
    for model in ANSWERS:
        ties = {f.name for f in model._meta.fields} & TIES
        assert ties
        for tie in ties:
            assert not model.objects.exclude(**{tie: None}).exists()
        assert answered[model].isdisjoint(model.objects.values_list("pk", flat=True))
    assert not Invitation.objects.exclude(address="").exists()


def test_the_order_of_new_answers_tells_nothing(answered):
    """1 / 12! that chance keeps an order, in each of the tables."""
    orders = [
        [int(text.split()[1]) for text in model.objects.order_by("pk").values_list(
            field, flat=True) if text.split()[0] == word]
        for model, field, word in (
            (Response, "what_to_change", "wish"),
            (ToolReview, "remark", "remark"),
            (Answer, "value", "words"),
        )
    ]  # fmt: skip

    assert all(sorted(order) == list(range(12)) for order in orders)
    assert all(order != list(range(12)) for order in orders)
    assert all(one != other for one, other in combinations(orders, 2))


def leads_to(model, avoiding):
    """Every table that can be reached from a row of ``model`` by its own columns."""
    found, waiting = set(), [model]
    while waiting:
        now = waiting.pop()
        if now in found:
            continue
        found.add(now)
        waiting += [
            f.related_model
            for f in now._meta.concrete_fields
            if f.is_relation and f.name not in avoiding
        ]
    return found


@pytest.mark.parametrize("model", ANSWERS, ids=lambda model: model.__name__)
def test_g28_no_path_of_columns_leads_from_an_answer_to_a_person(model):
    """The schema: without the ties, which closing empties, no join finds anybody."""
    personal = {User, Invitation, Membership, Notification}

    assert personal.isdisjoint(leads_to(model, TIES))
    assert User in leads_to(model, set())  # the search does find what is there


def test_g28_no_other_table_points_at_an_answer():
    """Nor does a moment tell who was at it when."""
    pointing = {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model in ANSWERS
    }
    assert pointing == {
        ("feedback.ToolReview", "response"),
        ("feedback.Answer", "response"),
        ("feedback.Wish", "response"),
    }
    moments = {
        field.name
        for model in ANSWERS
        for field in model._meta.concrete_fields
        if "Time" in type(field).__name__ or "Date" in type(field).__name__
    }
    assert moments == set()


def test_g28_the_database_itself_has_no_join(answered):
    """Asked in SQL, on whichever database this is: every tie is NULL in every row."""
    with connection.cursor() as cursor:
        for model in ANSWERS:
            table = model._meta.db_table
            columns = {
                column.name
                for column in connection.introspection.get_table_description(
                    cursor, table
                )
            }
            ties = columns & {"invitation_id", "response_id"}
            assert ties
            for tie in ties:
                cursor.execute(
                    f"SELECT COUNT(*) FROM {table} WHERE {tie} IS NOT NULL"  # noqa: S608
                )
                assert cursor.fetchone() == (0,)


# --- Differences of the new numbers ---------------------------------------------------

sizes = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 8), st.integers(5, 7)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=sizes)
def test_no_difference_of_wishes_over_pages_and_time_is_a_small_group(db, history):
    """Events of two series close one after the other; all pages are read each time.

    What a page tells of a tool is how many were asked. Pages contain each other: an
    event in its series, a series in all, yesterday in today. No difference is 1 to 4.
    """
    tool, series = ToolFactory(), SeriesFactory.create_batch(2)
    seen = {"all": [0]}
    for which, size, k in history:
        event = EventFactory(series=series[which], privacy_k=k)
        survey = SurveyFactory(event=event, closed_at=timezone.now())
        WishFactory.create_batch(size, survey=survey, tool=tool)
        mine = Wish.objects.final().filter(tool=tool)
        of_series = mine.filter(survey__event__series=series[which])
        pages = {
            "all": mine,
            f"series {which}": of_series,
            f"event {event.pk}": mine.filter(survey=survey),
        }
        now = {
            name: found[tool.pk].n if (found := desired_by_tool(rows)) else 0
            for name, rows in pages.items()
        }
        for name, n in now.items():
            seen.setdefault(name, [0]).append(n)
        inside = [
            (now["all"], now[f"series {which}"]),
            (now[f"series {which}"], now[f"event {event.pk}"]),
        ]
        for bigger, smaller in inside:
            assert bigger - smaller == 0 or bigger - smaller >= 5
    for numbers in seen.values():
        for early, late in combinations(numbers, 2):
            assert late - early == 0 or late - early >= 5


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.integers(0, 9), min_size=2, max_size=4), k=st.integers(5, 7))
def test_no_answer_of_a_few_can_be_had_by_subtraction(db, said, k):
    """A choice: how many answered, minus what is shown of each, is none or k."""
    event = EventFactory(privacy_k=k)
    survey = SurveyFactory(event=event, closed_at=timezone.now())
    options = [f"Option {n}" for n in range(len(said))]
    question = QuestionFactory(
        survey=survey, kind=Question.Kind.CHOICE, choices="\n".join(options)
    )
    for option, number in zip(options, said, strict=True):
        AnswerFactory.create_batch(number, question=question, value=option)

    results = question_results(survey)

    assert bool(results) == (sum(said) >= k)
    for result in results:
        shown = [count for _option, count in result.counts]
        assert sum(shown) == result.n == sum(said)
        assert all(count >= k for count in shown)


def test_the_page_adds_up_no_tools_of_a_question(db):
    """Nine people, four of them about one tool: neither nine nor four is shown."""
    survey = SurveyFactory(closed_at=timezone.now())
    big, small = ToolFactory.create_batch(2)
    question = QuestionFactory(
        survey=survey, kind=Question.Kind.YES_NO, category=big.category
    )
    AnswerFactory.create_batch(5, question=question, tool=big, value="yes")
    AnswerFactory.create_batch(4, question=question, tool=small, value="no")

    assert [(r.tool, r.n) for r in question_results(survey)] == [(big, 5)]
