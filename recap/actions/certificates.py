from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from events.models import Event
from feedback.actions import people_to_ask
from judging.models import Judge
from recap import facts
from recap.models import Certificate
from teams.models import Membership

Kind = Certificate.Kind


class NotOverYet(Refused):
    message = _("The event is not over yet. Certificates say what somebody has done.")


@dataclass(frozen=True)
class Due:
    """A paper that somebody has earned."""

    kind: Certificate.Kind
    name: str
    user: User | None = None
    judge: Judge | None = None
    award: str = ""

    @property
    def key(self) -> tuple[str, int | None, int | None, str]:
        """By which a certificate is known to be of this."""
        return (
            self.kind,
            self.user.pk if self.user else None,
            self.judge.pk if self.judge else None,
            self.award,
        )


def key_of(certificate: Certificate) -> tuple[str, int | None, int | None, str]:
    return (
        certificate.kind,
        certificate.user_id,
        certificate.judge_id,
        certificate.award,
    )


def no_longer_earned(event: Event) -> set[int]:
    """Valid ones of what is true no more: results were corrected, a check-in undone.

    An organiser decides about them; nobody's paper is taken away unseen.
    """
    earned = {one.key for one in due(event)}
    valid = event.certificates.filter(revoked_at__isnull=True)
    return {one.pk for one in valid if key_of(one) not in earned}


def due(event: Event) -> Iterator[Due]:
    """Who gets what: whoever came, mentors, judges who scored, published winners."""
    mentors = {place.user_id for place in facts.mentors_who_came(event)}
    for user in people_to_ask(event):
        kind = Kind.MENTOR if user.pk in mentors else Kind.PARTICIPANT
        yield Due(kind, str(user), user)
    for judge in facts.judges_who_scored(event).select_related("user"):
        yield Due(Kind.JUDGE, judge.name, judge.user, judge)
    awards = facts.awards_of(event)
    seats = Membership.objects.filter(
        team__project__in=[award["project"] for award in awards]
    ).select_related("user", "team__project")
    for award in awards:
        for seat in seats:
            if seat.team.project.pk == award["project"]:
                won = f"{award['prize']}: {award['title']}"
                yield Due(Kind.WINNER, str(seat.user), seat.user, award=won[:250])


@transaction.atomic
def issue_certificates(event: Event, user: User | None = None) -> int:
    """Make those that are still missing; return how many. Twice is once."""
    if not event.is_over:
        raise NotOverYet
    # Two who press at once take turns.
    Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    have = {key_of(one) for one in event.certificates.all()}
    fresh = [
        Certificate(
            event=event,
            kind=one.kind,
            name=one.name[:80],
            user=one.user,
            judge=one.judge,
            award=one.award,
        )
        for one in due(event)
        if one.key not in have
    ]
    Certificate.objects.bulk_create(fresh, ignore_conflicts=True)
    if fresh:
        record(user, "recap.certificates_made", event, event=event, number=len(fresh))
    return len(fresh)


@transaction.atomic
def rename_certificate(certificate: Certificate) -> None:
    """Write the name as its owner writes it today. The code stays the same."""
    certificate.name = certificate.present_name[:80]
    certificate.save(update_fields=["name"])


@transaction.atomic
def revoke_certificate(certificate: Certificate, user: User) -> None:
    """From now on its code is not known to anybody."""
    done = Certificate.objects.filter(
        pk=certificate.pk, revoked_at__isnull=True
    ).update(revoked_at=timezone.now())
    if done:
        _note(certificate, user, "recap.certificate_revoked")


@transaction.atomic
def restore_certificate(certificate: Certificate, user: User) -> None:
    done = Certificate.objects.filter(
        pk=certificate.pk, revoked_at__isnull=False
    ).update(revoked_at=None)
    if done:
        _note(certificate, user, "recap.certificate_restored")


def _note(certificate: Certificate, user: User, verb: str) -> None:
    record(user, verb, certificate, event=certificate.event, kind=certificate.kind)
