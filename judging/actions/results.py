"""What decides, prizes, and publishing: frozen, versioned, told to everybody."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from core.ledger import digest_of
from events.log import record
from events.models import Event, Phase, Prize, SeriesOrganiser
from judging.actions.arrivals import note_arrivals
from judging.actions.dealing import deal_cards
from judging.estimates import kept_verdict, verdict_on
from judging.evidence import inputs_of
from judging.models import (
    Award,
    Comparison,
    JudgingRules,
    PublishedResult,
    PublishProposal,
    Reveal,
    Round,
    Score,
    Scorecard,
)
from judging.models.rounds import TWO_STAY
from judging.reveal import are_held_back, differences
from judging.standings import evidence_of_event, snapshot
from notifications.outbox import notify
from submissions.models import Project


class NothingToPublish(Refused):
    message = _("Nobody has scored anything yet, so there is no result.")


class JudgingIsOpen(Refused):
    message = _("Judging is still open. Publish when it has closed.")


class ReasonIsMissing(Refused):
    message = _("The result has changed. Say why: everybody will read it.")


class ResultHasChanged(Refused):
    message = _("The result has changed since you looked. Look again, then publish.")


class NeedsAnother(Refused):
    message = _("You proposed this result. Another organiser must agree to it.")


class NotAFinalist(Refused):
    message = _("Only a project that is handed in can win.")


class TwoStay(Refused):
    message = TWO_STAY


class ScoresAreIn(Refused):
    message = _("The first score is in. What decides can no longer be changed.")


class PairsNeedTheEstimate(Refused):
    message = _("Comparisons have no mean. Here the estimate decides.")


@transaction.atomic
def choose_what_decides(round_: Round, method: str, ties: str, user: User) -> None:
    """Choose before judging: nobody shall pick the number that lets a friend win."""
    round_ = Round.objects.select_for_update(of=("self",)).get(pk=round_.pk)
    if (round_.method, round_.ties) == (method, ties):
        return
    if (
        Score.objects.filter(scorecard__round=round_).exists()
        or Comparison.objects.filter(round=round_).exists()
    ):
        raise ScoresAreIn
    if round_.kind == Round.Kind.PAIRWISE and method != Round.Method.ESTIMATE:
        raise PairsNeedTheEstimate
    old = {"method": round_.method, "ties": round_.ties}
    round_.method, round_.ties = method, ties
    round_.save(update_fields=["method", "ties"])
    record(
        user,
        "judging.method",
        round_,
        event=round_.event,
        method=method,
        ties=ties,
        old=old,
        new={"method": method, "ties": ties},
    )


@transaction.atomic
def change_rules(event: Event, rules: dict[str, bool], user: User) -> None:
    """Write what an organiser chose; the log keeps what it was before."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    before = JudgingRules.of(event)
    if not rules.get("needs_two_to_publish", True) and before.keeps_two:
        raise TwoStay
    changed = {
        name: value for name, value in rules.items() if getattr(before, name) != value
    }
    if not changed:
        return
    JudgingRules.objects.update_or_create(event=event, defaults=changed)
    record(
        user,
        "judging.rules",
        event,
        event=event,
        changes=", ".join(f"{n}: {'on' if v else 'off'}" for n, v in changed.items()),
        old={name: getattr(before, name) for name in changed},
        new=changed,
    )
    deal_cards(event)  # the same mail domain may be a conflict now, or no more


@transaction.atomic
def give_award(prize: Prize, project: Project | None, user: User) -> None:
    """Give a prize to a project, or take it back with ``None``."""
    old = Award.objects.filter(prize=prize).select_related("project").first()
    if project is None:
        Award.objects.filter(prize=prize).delete()
    else:
        if (
            project.event_id != prize.event_id
            or project.status != Project.Status.SUBMITTED
        ):
            raise NotAFinalist
        Award.objects.update_or_create(prize=prize, defaults={"project": project})
    record(
        user,
        "judging.award",
        prize,
        event=prize.event,
        project=str(project),
        old=str(old.project) if old else None,
        new=str(project) if project else None,
    )


@transaction.atomic
def hide_feedback(card: Scorecard, user: User, *, hide: bool) -> None:
    """Keep a judge's words from the team, or let them through again."""
    changed = Scorecard.objects.filter(pk=card.pk, is_feedback_hidden=not hide).update(
        is_feedback_hidden=hide
    )
    if changed:
        record(
            user,
            "judging.feedback_hidden" if hide else "judging.feedback_shown",
            card.project,
            event=card.judge.event,
            judge=card.judge,
        )


def publish_results(
    event: Event,
    user: User,
    reason: str = "",
    seen: str = "",
    at: datetime | None = None,
    *,
    hold_back: bool | None = None,
) -> PublishedResult | PublishProposal:
    """Freeze the result and tell everybody. Twice the same is published once.

    A changed result is a new version and needs a reason, which is public. Where two
    must agree, the first call is a proposal and the second, by another person, of
    exactly the same result, publishes it. ``seen`` is the digest of what the person
    looked at; ``at``, when it was published, if not now. ``hold_back``: whether only
    the end of the reveal shows it to everybody; ``None`` leaves that as it is. The
    arithmetic may take seconds and is done before anything is locked.
    """
    for one in evidence_of_event(event):
        verdict_on(one)
    moment = at or timezone.now()
    return _publish(
        event, user, reason.strip()[:200], seen, moment, hold_back=hold_back
    )


@transaction.atomic
def _publish(
    event: Event,
    user: User,
    reason: str,
    seen: str,
    at: datetime,
    *,
    hold_back: bool | None,
) -> PublishedResult | PublishProposal:
    event = Event.objects.select_for_update().get(pk=event.pk)
    content, inputs, digest = _as_seen(event, seen)
    latest = event.published_results.first()
    if latest is not None and latest.digest == digest:
        return latest
    proposal = PublishProposal.objects.filter(event=event, digest=digest).first()
    if proposal is not None:
        reason = proposal.reason
    if latest is not None and not reason:
        raise ReasonIsMissing
    if JudgingRules.of(event).needs_two_to_publish:
        if proposal is None:
            changes = differences(latest.snapshot, content) if latest else []
            return _propose(event, user, reason, digest, changes)
        if proposal.proposed_by_id == user.pk:
            raise NeedsAnother
    result = PublishedResult.objects.create(
        event=event,
        version=latest.version + 1 if latest else 1,
        snapshot=content,
        digest=digest,
        inputs=inputs,
        inputs_digest=digest_of(inputs),
        reason=reason,
        published_by=user,
        published_at=at,
    )
    PublishProposal.objects.filter(event=event).delete()
    note_arrivals(event)
    record(
        user,
        "judging.published",
        event,
        event=event,
        version=result.version,
        digest=digest,
        inputs_digest=result.inputs_digest,
        reason=reason,
        proposed_by=proposal.proposed_by if proposal else "",
    )
    if hold_back is not None:
        _hold_back(event, user, hold=hold_back, is_first=latest is None)
    if not are_held_back(event):
        tell_everybody(result)
    return result


def _as_seen(event: Event, seen: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Result, inputs and digest, if it may be published and is what was looked at."""
    if event.is_open_for(Phase.JUDGING):
        raise JudgingIsOpen
    content, inputs = _freeze(event)
    digest = digest_of(content)
    if seen and seen != digest:
        raise ResultHasChanged
    return content, inputs, digest


def _hold_back(event: Event, user: User, *, hold: bool, is_first: bool) -> None:
    """Let the room see it first, or not. What was public once stays public."""
    held = Reveal.objects.filter(event=event, hides_results=True)
    if hold and is_first and not held.exists():
        Reveal.objects.update_or_create(event=event, defaults={"hides_results": True})
        record(user, "judging.results_held", event, event=event)
    elif not hold and held.delete()[0]:
        record(user, "judging.results_not_held", event, event=event)


def _freeze(event: Event) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the result says, and all that it was computed from."""
    evidence = evidence_of_event(event)
    if not any(one.size for one in evidence):
        raise NothingToPublish
    if any(kept_verdict(one) is None for one in evidence):
        raise ResultHasChanged  # a score arrived at this very moment
    return snapshot(event, evidence), inputs_of(event, evidence)


def tell_everybody(result: PublishedResult) -> None:
    """Mail those who took part. Telling twice of one version is telling once."""
    event = result.event
    notify(
        User.objects.filter(registrations__in=event.registrations.taking_part()),
        "judging/email/results_published",
        key=f"results:{event.pk}:{result.version}",
        event=event,
        context={
            "path": f"{event.get_absolute_url()}results/",
            "winners": [
                f"{award['prize']}: {award['title']} ({award['team']})"
                for award in result.snapshot.get("awards", ())
            ],
        },
    )


def others_who_organise(event: Event, user: User) -> QuerySet[User]:
    """Who can agree to what this person proposes, and is mailed to do so."""
    roles = SeriesOrganiser.objects.filter(series=event.series_id)
    return User.objects.filter(organiser_roles__in=roles, is_active=True).exclude(
        pk=user.pk
    )


def _propose(
    event: Event, user: User, reason: str, digest: str, changes: list[str]
) -> PublishProposal:
    """Anything proposed before was another result, and is void.

    The others who can agree are told, with what would change.
    """
    notify(
        others_who_organise(event, user),
        "judging/email/publish_proposed",
        key=f"publish_proposed:{event.pk}:{digest}",
        event=event,
        context={
            "who": str(user),
            "changes": changes[:20],
            "path": reverse("judging:publish", args=[event.slug]),
        },
    )
    PublishProposal.objects.filter(event=event).delete()
    record(user, "judging.proposed", event, event=event, digest=digest, reason=reason)
    return PublishProposal.objects.create(
        event=event, digest=digest, reason=reason, proposed_by=user
    )


@transaction.atomic
def withdraw_proposal(event: Event, user: User) -> None:
    deleted, _rows = PublishProposal.objects.filter(event=event).delete()
    if deleted:
        record(user, "judging.proposal_withdrawn", event, event=event)
