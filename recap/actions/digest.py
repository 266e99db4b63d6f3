from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from events.models import Event
from feedback.actions import people_to_ask
from feedback.models import Invitation
from notifications.outbox import Topic, notify
from recap.actions.certificates import issue_certificates
from recap.models import Certificate, Recap
from submissions.models import Project


class NotPublishedYet(Refused):
    message = _("Publish the recap first: the mail leads people to it.")


class EventIsHidden(Refused):
    message = _("Publish the event first: the links would lead nowhere.")


class AlreadySent(Refused):
    message = _("Everybody has had this mail. Nobody gets it twice.")


@transaction.atomic
def send_digest(event: Event, user: User) -> int:
    """Owe everybody who came one mail with their own links; return how many."""
    recap = Recap.objects.select_for_update(of=("self",)).filter(event=event).first()
    if recap is None or not recap.is_published:
        raise NotPublishedYet
    if not Event.objects.filter(pk=event.pk, is_published=True).exists():
        raise EventIsHidden
    if recap.digest_sent_at:
        raise AlreadySent
    issue_certificates(event, user)  # or some would get no link to theirs
    people = list(people_to_ask(event))
    projects = _projects(event)
    papers = _papers(event)
    surveys = _open_surveys(event)
    for person in people:
        notify(
            [person],
            "recap/email/digest",
            key=f"recap-digest:{event.pk}",
            event=event,
            topic=Topic.NEWS,
            context={
                "event": event.name,
                "path": reverse("recap:recap", args=[event.slug]),
                "project": projects.get(person.pk, ""),
                "certificates": papers.get(person.pk, []),
                "survey": surveys.get(person.pk, ""),
                "talks": _full(reverse("recap:talk_new", args=[event.slug])),
            },
        )
    recap.digest_sent_at = timezone.now()
    recap.save(update_fields=["digest_sent_at"])
    record(user, "recap.digest_sent", event, event=event, number=len(people))
    return len(people)


def _full(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _projects(event: Event) -> dict[int, str]:
    found = (
        Project.objects.in_gallery()
        .filter(event=event, team__memberships__isnull=False)
        .values_list("team__memberships__user", "slug")
    )
    return {
        person: _full(reverse("submissions:project", args=[event.slug, slug]))
        for person, slug in found
    }


def _papers(event: Event) -> dict[int, list[str]]:
    papers: dict[int, list[str]] = {}
    for paper in Certificate.objects.valid().filter(event=event, user__isnull=False):
        if paper.user_id:
            papers.setdefault(paper.user_id, []).append(_full(paper.get_absolute_url()))
    return papers


def _open_surveys(event: Event) -> dict[int, str]:
    waiting = (
        Invitation.objects.unanswered()
        .filter(survey__event=event)
        .select_related("survey__event")
        .prefetch_related("survey__event__windows")
    )
    return {
        one.user_id: _full(reverse("feedback:survey", args=[one.token]))
        for one in waiting
        if one.user_id and one.survey.is_open
    }
