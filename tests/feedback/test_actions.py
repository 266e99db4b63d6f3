from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from events.models import AuditEntry, Phase, Registration
from feedback import actions, tasks
from feedback.models import Invitation, Response, Survey, ToolReview
from notifications.models import Notification
from tests.factories.events import EventFactory, RegistrationFactory
from tests.factories.feedback import InvitationFactory, SurveyFactory
from tests.factories.submissions import ToolFactory, ToolUseFactory
from tests.races import race

CHECKED_IN = Registration.Status.CHECKED_IN


def check_in(event):
    return RegistrationFactory(
        event=event, status=CHECKED_IN, checked_in_at=timezone.now()
    ).user


def invited(event):
    return set(
        Invitation.objects.filter(survey__event=event).values_list("user", flat=True)
    )


# --- Opening --------------------------------------------------------------------------


def test_opening_invites_those_who_came(event):
    came = check_in(event)
    RegistrationFactory(event=event)

    assert actions.open_survey(event)

    assert invited(event) == {came.pk}
    mail = Notification.objects.get()
    token = Invitation.objects.get().token
    assert mail.recipient == came
    assert mail.topic == "survey"
    assert mail.context["path"] == f"/survey/{token}/"
    assert mail.expires_at == event.window(Phase.SURVEY).closes_at
    assert AuditEntry.objects.get().verb == "feedback.survey_opened"


def test_opening_invites_the_confirmed_where_nobody_was_checked_in(event):
    confirmed = RegistrationFactory(event=event).user
    RegistrationFactory(event=event, status=Registration.Status.CANCELLED)
    RegistrationFactory(event=event, status=Registration.Status.WAITLISTED)
    RegistrationFactory(event=event, user__is_active=False)

    actions.open_survey(event)

    assert invited(event) == {confirmed.pk}


def test_opening_twice_is_opening_once(event):
    check_in(event)

    assert [actions.open_survey(event), actions.open_survey(event)] == [True, False]

    assert Survey.objects.count() == Invitation.objects.count() == 1
    assert Notification.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"is_published": False},
        {"ends_at": timezone.now() + timedelta(days=300)},
        {"phases": []},
    ],
    ids=["draft", "still on", "no window"],
)
@pytest.mark.django_db
def test_opening_too_early_is_refused(fields):
    past = timezone.now() - timedelta(days=2)
    given = {
        "starts_at": past,
        "ends_at": past + timedelta(days=1),
        "phases": [Phase.SURVEY],
    }
    event = EventFactory(**given | fields)

    with pytest.raises(actions.TooEarly):
        actions.open_survey(event)

    assert not Survey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_open_once(event):
    for _person in range(5):
        check_in(event)

    answers = race(*[lambda: actions.open_survey(event)] * 4)

    assert sorted(answers) == [False, False, False, True]
    assert Invitation.objects.count() == Notification.objects.count() == 5


# --- Answering ------------------------------------------------------------------------


def test_saving_keeps_some_and_leaves_the_others(invitation, polars):
    actions.save_answers(
        invitation, {"role": "student", "tools": {"polars": {"easy_to_use": 6}}}
    )
    actions.save_answers(
        invitation, {"tools": {"polars": {"again": "yes", "helped": ["docs"]}}}
    )
    actions.save_answers(invitation, {"come_again": 0})

    response = Response.objects.get()
    review = ToolReview.objects.get()
    assert (response.invitation, response.survey) == (invitation, invitation.survey)
    assert (response.role, response.come_again) == ("student", 0)
    assert (review.response, review.survey, review.tool) == (
        response,
        invitation.survey,
        polars,
    )
    assert (review.easy_to_use, review.again, review.helped) == (6, "yes", ["docs"])
    assert not response.is_finished


def test_saving_again_changes_the_answer(invitation, polars):
    for answer in ("yes", "no", "no"):
        actions.save_answers(invitation, {"tools": {"polars": {"again": answer}}})

    assert ToolReview.objects.get().again == "no"


def test_nothing_said_is_nothing_kept(invitation):
    actions.save_answers(
        invitation,
        {"come_again": None, "tools": {"polars": {"again": "", "may_quote": False}}},
    )

    assert not Response.objects.exists()


def test_zero_is_an_answer(invitation):
    actions.save_answers(invitation, {"come_again": 0})

    assert Response.objects.get().come_again == 0


def test_an_answer_can_be_taken_back(invitation):
    actions.save_answers(invitation, {"tools": {"polars": {"again": "no"}}})
    actions.save_answers(invitation, {"tools": {"polars": {"again": ""}}})

    assert not ToolReview.objects.get().says_something


@pytest.mark.parametrize(
    "cleaned", [{"password": "x"}, {"tools": {"polars": {"response": 3}}}]
)
def test_unknown_questions_are_refused(invitation, cleaned):
    with pytest.raises(actions.UnknownQuestion):
        actions.save_answers(invitation, cleaned)

    assert not Response.objects.exists()


def test_a_tool_of_another_project_is_refused(invitation):
    ToolUseFactory(tool=ToolFactory(slug="other"))

    with pytest.raises(actions.NotYourTool):
        actions.save_answers(invitation, {"tools": {"other": {"again": "yes"}}})

    assert not Response.objects.exists()


def test_a_tool_stays_askable_once_answered(invitation, polars, project):
    actions.save_answers(invitation, {"tools": {"polars": {"again": "yes"}}})

    project.tool_uses.all().delete()

    assert list(actions.tools_of(invitation)) == [polars]


def test_tools_of_another_event_are_not_asked(invitation, polars):
    other = ToolUseFactory().project
    other.team.memberships.create(user=invitation.user, event=other.event)

    assert list(actions.tools_of(invitation)) == [polars]


def test_somebody_without_a_team_is_asked_about_no_tool(survey):
    assert list(actions.tools_of(InvitationFactory(survey=survey))) == []


def test_finishing_is_repeatable_and_not_the_end(invitation):
    actions.finish_survey(invitation)
    invitation.refresh_from_db()
    first = invitation.finished_at
    actions.save_answers(invitation, {"come_again": 7})
    actions.finish_survey(invitation)

    invitation.refresh_from_db()
    assert invitation.finished_at == first is not None
    response = Response.objects.get()
    assert (response.is_finished, response.come_again) == (True, 7)


@pytest.mark.parametrize(
    "act",
    [
        lambda invitation: actions.save_answers(invitation, {"come_again": 3}),
        actions.finish_survey,
    ],
)
def test_nothing_is_answered_after_the_window(invitation, end_window, act):
    end_window(invitation.survey.event)

    with pytest.raises(actions.SurveyIsClosed):
        act(invitation)

    assert not Response.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_double_finish_and_two_devices_make_one_answer_set(invitation):
    race(
        *[lambda: actions.finish_survey(invitation)] * 3,
        *[lambda: actions.save_answers(invitation, {"come_again": 9})] * 3,
        *[
            lambda: actions.save_answers(
                invitation, {"tools": {"polars": {"again": "yes"}}}
            )
        ]
        * 3,
    )

    response = Response.objects.get()
    assert (response.is_finished, response.come_again) == (True, 9)
    assert ToolReview.objects.get().again == "yes"


def test_the_database_knows_the_scales(invitation):
    for wrong in ({"easy_to_use": 8}, {"meets_my_needs": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            actions.save_answers(invitation, {"tools": {"polars": wrong}})


# --- Closing --------------------------------------------------------------------------


def answered(invite, n):
    """``n`` people who answered in the order of their invitations."""
    people = [invite() for _person in range(n)]
    for place, invitation in enumerate(people):
        actions.save_answers(
            invitation,
            {
                "role": "student",
                "come_again": place % 11,
                "what_to_change": f"wish {place}",
                "tools": {"polars": {"again": "yes", "remark": f"remark {place}"}},
            },
        )
    return people


def test_closing_cuts_every_link_to_people(invite, polars, event, end_window):
    people = answered(invite, 8)
    for person in people[:3]:
        actions.finish_survey(person)
    old_responses = set(Response.objects.values_list("pk", flat=True))
    old_reviews = set(ToolReview.objects.values_list("pk", flat=True))

    assert actions.close_survey(end_window(event))

    responses, reviews = list(Response.objects.all()), list(ToolReview.objects.all())
    assert {r.what_to_change for r in responses} == {f"wish {n}" for n in range(8)}
    assert {r.remark for r in reviews} == {f"remark {n}" for n in range(8)}
    assert sum(r.is_finished for r in responses) == 3
    assert [r.invitation for r in responses] == [None] * 8
    assert [r.response for r in reviews] == [None] * 8
    assert old_responses.isdisjoint(r.pk for r in responses)
    assert old_reviews.isdisjoint(r.pk for r in reviews)
    survey = Survey.objects.get()
    finished = Invitation.objects.filter(finished_at__isnull=False)
    assert {i.pk for i in finished} == {i.pk for i in people[:3]}
    assert {i.finished_at for i in finished} == {survey.closed_at}
    assert survey.series_at_closing == event.series_id


def test_the_order_of_the_numbers_tells_nothing(invite, polars, event, end_window):
    answered(invite, 30)

    actions.close_survey(end_window(event))

    in_order = [f"remark {n}" for n in range(30)]
    wishes = [f"wish {n}" for n in range(30)]
    by_number = list(ToolReview.objects.order_by("pk").values_list("remark", flat=True))
    responses = list(
        Response.objects.order_by("pk").values_list("what_to_change", flat=True)
    )
    # 1 / 30! that chance keeps an order.
    assert by_number != in_order
    assert responses != wishes
    assert [int(r.split()[1]) for r in by_number] != [
        int(w.split()[1]) for w in responses
    ]


def test_no_column_ties_an_answer_to_a_person_after_the_cut(
    invite, polars, event, end_window
):
    """Whatever may be joined: no foreign key of an answer leads anywhere but away."""
    answered(invite, 3)

    actions.close_survey(end_window(event))

    personal = {"response", "invitation"}
    for model in (Response, ToolReview):
        keys = {
            f.name for f in model._meta.get_fields() if f.is_relation and f.concrete
        }
        assert keys - personal <= {"survey", "tool"}
        for name in keys & personal:
            assert not model.objects.filter(**{f"{name}__isnull": False}).exists()
        times = [f.name for f in model._meta.fields if "Time" in type(f).__name__]
        assert times == []


def test_an_empty_review_is_not_kept(invitation, event, end_window):
    actions.save_answers(invitation, {"tools": {"polars": {"again": "no"}}})
    actions.save_answers(invitation, {"tools": {"polars": {"again": ""}}})

    actions.close_survey(end_window(event))

    assert not ToolReview.objects.exists()
    assert Response.objects.count() == 1


def test_closing_twice_is_closing_once(invitation, event, end_window):
    actions.save_answers(invitation, {"come_again": 4})
    event = end_window(event)

    assert [actions.close_survey(event), actions.close_survey(event)] == [True, False]

    assert Response.objects.get().come_again == 4
    assert AuditEntry.objects.filter(verb="feedback.survey_closed").count() == 1


def test_closing_while_the_window_is_open_is_refused(survey):
    with pytest.raises(actions.StillOpen):
        actions.close_survey(survey.event)

    survey.refresh_from_db()
    assert survey.closed_at is None


def test_a_closed_survey_stays_closed_when_the_window_is_moved(
    invitation, event, end_window
):
    actions.close_survey(end_window(event))
    event.windows.update(closes_at=timezone.now() + timedelta(days=9))

    with pytest.raises(actions.SurveyIsClosed):
        actions.save_answers(invitation, {"come_again": 1})

    tasks.open_and_close_surveys()
    assert Survey.objects.get().closed_at is not None
    assert not Notification.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_answers_and_closing_at_the_same_moment(invite, polars, event, end_window):
    """Who was in time is kept and cut; who was not is told. Nothing stays tied."""
    people = [invite() for _person in range(4)]
    # The savers still see the window open: they asked just before it closed.
    closing = end_window(event)
    event.windows.update(closes_at=timezone.now() + timedelta(days=1))

    answers = race(
        *[
            lambda person=person: actions.save_answers(person, {"come_again": 5})
            for person in people
        ],
        *[lambda: actions.close_survey(closing)] * 2,
    )

    saved = sum(answer is None for answer in answers[:4])
    assert sorted(answers[4:]) == [False, True]
    assert Response.objects.count() == saved
    assert not Response.objects.filter(invitation__isnull=False).exists()
    refused = [a for a in answers[:4] if a is not None]
    assert all(isinstance(a, actions.SurveyIsClosed) for a in refused)


# --- The beat -------------------------------------------------------------------------


def test_the_beat_opens_and_closes(event, end_window):
    check_in(event)

    tasks.open_and_close_surveys()
    tasks.open_and_close_surveys()

    survey = Survey.objects.get()
    assert (survey.opened_at is not None, survey.closed_at) == (True, None)
    assert Notification.objects.count() == 1

    end_window(event)
    tasks.open_and_close_surveys()
    tasks.open_and_close_surveys()

    survey.refresh_from_db()
    assert survey.closed_at is not None
    assert AuditEntry.objects.filter(verb="feedback.survey_closed").count() == 1


def test_the_beat_leaves_others_alone(db):
    past = timezone.now() - timedelta(days=2)
    EventFactory(phases=[Phase.SURVEY])  # is still on
    EventFactory(
        phases=[Phase.SURVEY],
        starts_at=past,
        ends_at=past + timedelta(days=1),
        is_published=False,
    )
    EventFactory(phases=[], starts_at=past, ends_at=past + timedelta(days=1))

    tasks.open_and_close_surveys()

    assert not Survey.objects.exists()


def test_one_broken_event_does_not_stop_the_others(event, caplog):
    """An event whose survey row cannot be written, by a rule of the database."""
    check_in(event)
    past = timezone.now() - timedelta(days=2)
    broken = EventFactory(
        phases=[Phase.SURVEY], starts_at=past, ends_at=past + timedelta(days=1)
    )
    check_in(broken)
    with connection.execute_wrapper(
        fail_on('INSERT INTO "feedback_survey"', about=broken.pk)
    ):
        tasks.open_and_close_surveys()

    assert invited(event) != set()
    assert f"The survey of event {broken.pk} did not open" in caplog.text


def test_a_broken_closing_does_not_stop_the_others(survey, event, end_window, caplog):
    end_window(event)

    with connection.execute_wrapper(fail_on('INSERT INTO "events_auditentry"')):
        tasks.open_and_close_surveys()

    survey.refresh_from_db()
    assert survey.closed_at is None
    assert f"The survey of event {event.pk} did not close" in caplog.text


@pytest.mark.parametrize("was_open", [True, False], ids=["closing", "opening"])
def test_a_window_that_is_moved_while_the_beat_looks(
    event, end_window, caplog, was_open
):
    """The organiser saves between the beat's question and its action: no error."""
    caplog.set_level("INFO", logger="feedback.tasks")
    now = timezone.now()
    if was_open:
        SurveyFactory(event=event)
        end_window(event)
    moved = now + timedelta(days=9) if was_open else now

    def move(execute, sql, params, many, context):
        if sql.startswith('SELECT "events_phasewindow"'):
            event.windows.update(closes_at=moved)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(move):
        tasks.open_and_close_surveys()

    assert not Survey.objects.exclude(closed_at=None, event=event).exists()
    assert Survey.objects.exists() is was_open
    assert [record.levelname for record in caplog.records] == ["INFO"]


def fail_on(start, *, about=None):
    """A database that breaks at one kind of statement."""

    def wrapper(execute, sql, params, many, context):
        if sql.startswith(start) and (about is None or about in params):
            raise IntegrityError
        return execute(sql, params, many, context)

    return wrapper


def test_deleting_an_account_keeps_the_answers_and_forgets_the_person(invitation):
    actions.save_answers(invitation, {"tools": {"polars": {"again": "yes"}}})

    invitation.user.delete()

    assert Response.objects.get().invitation is None
    assert ToolReview.objects.get().again == "yes"
