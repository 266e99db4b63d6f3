from collections.abc import Iterator
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import User
from events.log import record
from events.models import Event
from feedback.actions import people_to_ask
from judging.models import Judge
from recap import facts
from recap.actions.recaps import NotOver
from recap.models import Certificate
from teams.models import Membership

Kind = Certificate.Kind


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
        """By which a certificate is known to be of this. Judges may get accounts."""
        if self.judge:
            return (self.kind, None, self.judge.pk, self.award)
        return (self.kind, self.user.pk if self.user else None, None, self.award)


def key_of(certificate: Certificate) -> tuple[str, int | None, int | None, str]:
    user = None if certificate.judge_id else certificate.user_id
    return (certificate.kind, user, certificate.judge_id, certificate.award)


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
    for judge, owner in judges_with_accounts(event):
        yield Due(Kind.JUDGE, judge.name, owner, judge)
    awards = facts.awards_of(event)
    seats = Membership.objects.filter(
        team__project__in=[award["project"] for award in awards]
    ).select_related("user", "team__project")
    for award in awards:
        for seat in seats:
            if seat.team.project.pk == award["project"]:
                won = f"{award['prize']}: {award['title']}"
                yield Due(Kind.WINNER, str(seat.user), seat.user, award=won[:250])


def judges_with_accounts(event: Event) -> Iterator[tuple[Judge, User | None]]:
    """Theirs, or the one whose owner has proved the judge's address; each once."""
    judges = list(facts.judges_who_scored(event).select_related("user"))
    proved = {
        address.email.lower(): address.user
        for address in EmailAddress.objects.annotate(low=Lower("email"))
        .filter(verified=True, low__in=[judge.email.lower() for judge in judges])
        .select_related("user")
    }
    taken: set[int] = set()
    for judge in judges:
        owner = judge.user or proved.get(judge.email.lower())
        if owner and owner.pk in taken:
            owner = None
        if owner:
            taken.add(owner.pk)
        yield judge, owner


def _link_judges(event: Event, earned: list[Due]) -> None:
    """Papers of judges who have an account by now."""
    owners = {one.judge.pk: one.user for one in earned if one.judge and one.user}
    papers = event.certificates.filter(kind=Kind.JUDGE)
    have = set(papers.values_list("user", flat=True))
    for paper in papers.filter(user__isnull=True, judge__in=owners):
        owner = owners[paper.judge_id or 0]
        if owner.pk not in have:
            paper.user = owner
            paper.save(update_fields=["user"])


@transaction.atomic
def issue_certificates(event: Event, user: User | None = None) -> int:
    """Make those that are still missing; return how many. Twice is once."""
    if not event.is_over:
        raise NotOver
    # Two who press at once take turns.
    Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    earned = list(due(event))
    before = event.certificates.count()
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
        for one in earned
        if one.key not in have
    ]
    Certificate.objects.bulk_create(fresh, ignore_conflicts=True)
    _link_judges(event, earned)
    made = event.certificates.count() - before
    if made:
        record(user, "recap.certificates_made", event, event=event, number=made)
    return made


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
