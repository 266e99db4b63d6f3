"""G18: whoever is killed while publishing has published all of it or nothing.

Smoke size here; ``make chaos`` asks for more by ``PUBLISH_KILLS``.
"""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.models import AuditEntry, Phase
from judging.management.commands.recompute import faults_of
from judging.models import PublishedResult
from notifications.models import Notification
from tests.factories.events import RegistrationFactory, SeriesOrganiserFactory
from tests.factories.judging import (
    CriterionFactory,
    JudgeFactory,
    RoundFactory,
    ScorecardFactory,
)
from tests.factories.submissions import ProjectFactory
from tests.factories.teams import MembershipFactory
from tests.parts import eventually
from tests.phones import report

KILLS = int(os.environ.get("PUBLISH_KILLS", "3"))
TOKEN = "t" * 32
MAIL = "judging/email/results_published"


def judged_event():
    """Closed, with six projects and three judges who have scored all of them."""
    round_ = RoundFactory()
    criteria = [CriterionFactory(round=round_, name=f"C{n}") for n in range(3)]
    judges = [JudgeFactory(event=round_.event) for _judge in range(3)]
    for number in range(6):
        project = ProjectFactory(team__event=round_.event, submitted=True)
        user = RegistrationFactory(event=round_.event).user
        MembershipFactory(team=project.team, user=user)
        for place, judge in enumerate(judges):
            card = ScorecardFactory(
                round=round_, judge=judge, project=project, status="done"
            )
            for criterion in criteria:
                value = 1 + (number + place) % 5
                card.scores.create(criterion=criterion, value=value)
    now = timezone.now()
    round_.event.windows.filter(phase=Phase.JUDGING).update(
        opens_at=now - timezone.timedelta(hours=2),
        closes_at=now - timezone.timedelta(hours=1),
    )
    return round_.event


def publish(site, event):
    """The button, to be pressed: gives the answer's status, 0 if nobody answered."""
    client = Client()
    client.force_login(SeriesOrganiserFactory(series=event.series).user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    request = Request(  # noqa: S310 -- ours
        site.url + reverse("judging:publish", args=[event.slug]),
        data=b"when=now",
        headers={
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; "
            f"{settings.CSRF_COOKIE_NAME}={TOKEN}",
            "X-CSRFToken": TOKEN,
        },
    )

    def press():
        try:
            with urlopen(request, timeout=60) as answer:  # noqa: S310
                return answer.status
        except (URLError, OSError):
            return 0

    return press


def workers_of(site):
    children = Path(f"/proc/{site.pid}/task/{site.pid}/children").read_text()
    return [int(pid) for pid in children.split()]


def answers(site):
    try:
        with urlopen(f"{site.url}/healthz/", timeout=5) as answer:  # noqa: S310
            return answer.status == 200
    except (URLError, OSError):
        return False


@pytest.fixture
def shorter_chain():
    """Not here: the site counts on all draws."""


@pytest.mark.django_db(transaction=True)
def test_who_is_killed_while_publishing_published_all_or_nothing(start_site, rng):
    site = start_site()
    started = time.monotonic()
    assert publish(site, judged_event())() == 200
    takes = time.monotonic() - started
    public = 0
    with ThreadPoolExecutor(max_workers=1) as pool:
        for _kill in range(KILLS):
            event = judged_event()
            pressed = pool.submit(publish(site, event))
            time.sleep(rng.uniform(0, takes))
            for pid in workers_of(site):
                os.kill(pid, signal.SIGKILL)
            pressed.result()
            eventually(lambda: answers(site), what="the site")

            mails = Notification.objects.filter(event=event, template=MAIL)
            logged = AuditEntry.objects.filter(event=event, verb="judging.published")
            if PublishedResult.objects.filter(event=event).exists():
                public += 1
            else:
                assert not mails.exists()
                assert not logged.exists()
                assert publish(site, event)() == 200  # and then it can be done
            assert faults_of(PublishedResult.objects.get(event=event)) == []
            assert logged.count() == 1
            told = list(mails.values_list("recipient", flat=True))
            assert len(told) == len(set(told)) == 6
    report(f"G18: killed {KILLS} times, published {public} times, 0 by half")
