"""Publishing: frozen, versioned, told to everybody."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from events.models import Event, Phase, Prize
from judging.models import Award, PublishedResult
from judging.reveal import are_held_back
from judging.standings import digest_of, snapshot
from notifications.outbox import notify
from submissions.models import Project


class NothingToPublish(Refused):
    message = _("Nobody has scored anything yet, so there is no result.")


class JudgingIsOpen(Refused):
    message = _("Judging is still open. Publish when it has closed.")


class ReasonIsMissing(Refused):
    message = _("The result has changed. Say why: everybody will read it.")


class NotAFinalist(Refused):
    message = _("Only a project that is handed in can win.")


@transaction.atomic
def give_award(prize: Prize, project: Project | None, user: User) -> None:
    """Give a prize to a project, or take it back with ``None``."""
    if project is None:
        Award.objects.filter(prize=prize).delete()
    else:
        if (
            project.event_id != prize.event_id
            or project.status != Project.Status.SUBMITTED
        ):
            raise NotAFinalist
        Award.objects.update_or_create(prize=prize, defaults={"project": project})
    record(user, "judging.award", prize, event=prize.event, project=str(project))


@transaction.atomic
def publish_results(event: Event, user: User, reason: str = "") -> PublishedResult:
    """Freeze the result and tell everybody. Twice the same is published once.

    A changed result is a new version and needs a reason, which is public.
    """
    event = Event.objects.select_for_update().get(pk=event.pk)
    if event.is_open_for(Phase.JUDGING):
        raise JudgingIsOpen
    content = snapshot(event)
    if not any(round_["projects"] for round_ in content["rounds"]):
        raise NothingToPublish
    digest = digest_of(content)
    latest = event.published_results.first()
    if latest is not None and latest.digest == digest:
        return latest
    if latest is not None and not reason.strip():
        raise ReasonIsMissing
    result = PublishedResult.objects.create(
        event=event,
        version=latest.version + 1 if latest else 1,
        snapshot=content,
        digest=digest,
        reason=reason.strip()[:200],
        published_by=user,
    )
    record(
        user,
        "judging.published",
        event,
        event=event,
        version=result.version,
        digest=digest,
        reason=result.reason,
    )
    if not are_held_back(event):
        tell_everybody(result)
    return result


def tell_everybody(result: PublishedResult) -> None:
    """Mail those who took part. Telling twice of one version is telling once."""
    event = result.event
    notify(
        User.objects.filter(registrations__in=event.registrations.taking_part()),
        "judging/email/results_published",
        key=f"results:{event.pk}:{result.version}",
        event=event,
        context={"path": f"{event.get_absolute_url()}results/"},
    )
