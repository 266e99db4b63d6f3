"""From the end of an event to everybody's links: a real worker, Redis and SMTP."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.test import Client
from django.utils import timezone

from events.models import Event
from feedback.models import Invitation, Response, Survey, ToolReview
from feedback.tasks import open_and_close_surveys
from notifications.tasks import deliver_due
from recap import actions
from recap.models import Recap
from recap.tasks import write_recaps
from tests.parts import eventually
from tests.recap.conftest import build


@pytest.mark.django_db(transaction=True)
def test_an_event_that_ends_is_asked_about_written_up_and_mailed(
    celery_worker, smtp_server, real_broker, settings
):
    world = build()
    ToolReview.objects.all().delete()
    Response.objects.all().delete()
    Survey.objects.all().delete()
    now = timezone.now()
    world.event.windows.update(closes_at=now + timedelta(hours=1))

    open_and_close_surveys.delay()
    eventually(lambda: Invitation.objects.count() == 6, what="six invitations")
    deliver_due.delay()
    eventually(lambda: len(smtp_server.mails) == 6, what="six mails about the survey")
    write_recaps.delay()

    world.event.windows.update(closes_at=now)
    open_and_close_surveys.delay()
    eventually(
        lambda: Survey.objects.filter(closed_at__isnull=False).exists(),
        what="a closed survey",
    )
    assert not Recap.objects.exists()  # not while it was open
    write_recaps.delay()
    eventually(Recap.objects.exists, what="a recap")
    eventually(lambda: world.event.certificates.count() == 9, what="certificates")
    smtp_server.mails.clear()
    event = Event.objects.get(pk=world.event.pk)
    actions.publish_recap(event, world.organiser)
    actions.send_digest(event, world.organiser)
    deliver_due.delay()
    eventually(lambda: len(smtp_server.mails) == 6, what="six mails with links")

    assert smtp_server.addresses == sorted(person.email for person in world.people)
    client = Client()
    for envelope in smtp_server.mails:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        text = mail.get_body(("plain",)).get_content()
        paths = re.findall(r"https?://[^/\s]+(/(?:events|certificates)\S+)", text)
        kinds = {path.strip("/").split("/")[0] for path in paths}
        assert kinds == {"events", "certificates"}
        for path in paths:
            if "/talks/" not in path:
                assert client.get(path).status_code == 200, path
        assert mail["List-Unsubscribe"]
