from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Phase
from feedback import reminders, segments
from feedback.models import Invitation
from notifications import reminders as notifications_reminders
from notifications.composing import compose
from notifications.models import Notification
from tests.factories.feedback import InvitationFactory


def closes_in(event, **time):
    event.windows.filter(phase=Phase.SURVEY).update(
        closes_at=timezone.now() + timedelta(**time)
    )
    return type(event).objects.with_windows().get(pk=event.pk)


def asked(survey, **fields):
    """Invited when the survey opened."""
    invitation = InvitationFactory(survey=survey, **fields)
    Invitation.objects.filter(pk=invitation.pk).update(created_at=survey.opened_at)
    return invitation


@pytest.fixture
def unanswered(survey):
    """One person who has not finished; one who has; one whose account is closed."""
    asked(survey, finished_at=timezone.now())
    asked(survey, user__is_active=False)
    return asked(survey).user


def test_two_nudges_and_no_more(survey, event, unanswered):
    nudged = []
    for hours in (100, 71, 60, 30, 23, 12, 1):
        closes_in(event, hours=hours)
        # The key holds the deadline, which this test moves; a real one stays.
        Notification.objects.all().delete()
        notifications_reminders.queue_due()
        nudged.append(sorted(Notification.objects.values_list("template", "recipient")))

    first = [("feedback/email/survey_nudge", unanswered.pk)]
    last = [("feedback/email/survey_last_call", unanswered.pk)]
    assert nudged == [[], first, first, first, last, last, last]


def test_each_nudge_goes_out_once(survey, event, unanswered):
    closes_in(event, hours=48)

    for _tick in range(3):
        notifications_reminders.queue_due()

    assert Notification.objects.count() == 1


def test_nobody_is_nudged_on_the_day_of_the_invitation(survey, event, unanswered):
    survey.opened_at = timezone.now() - timedelta(hours=5)
    survey.save()
    event = closes_in(event, hours=20)

    assert reminders.survey_unanswered(event) == []
    assert reminders.survey_last_call(event) == []


def test_nobody_is_nudged_when_it_is_closed(survey, event, unanswered):
    survey.closed_at = timezone.now()
    survey.save()

    assert reminders.survey_last_call(event) == []
    assert not segments.survey_unanswered(event).exists()


def test_organisers_can_write_to_those_who_have_not_finished(survey, event, unanswered):
    people = set(segments.survey_unanswered(event).values_list("pk", flat=True))

    assert unanswered.pk in people
    assert len(people) == 2


@pytest.mark.parametrize("hours", [48, 12])
def test_the_nudges_say_when_and_where(survey, event, unanswered, hours):
    closes_in(event, hours=hours)
    notifications_reminders.queue_due()

    mail = compose(Notification.objects.get())

    assert event.name in mail.subject
    token = Invitation.objects.get(user=unanswered).token
    assert f"/survey/{token}/" in mail.body
    assert "UTC" in mail.body
