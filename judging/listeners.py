"""A new event gets a rubric to start from; a copied one takes its rubric along."""

from copy import copy
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from events import hooks
from events.models import Event
from judging.actions import deal_cards, give_standard_rubric
from judging.models import Criterion, FormerSeat, JudgingRules, PrizeRule, Round
from judging.reveal import public_versions
from notifications.listeners import starts_of
from notifications.outbox import notify_address
from submissions import hooks as submission_hooks
from submissions.models import Project
from teams import hooks as team_hooks
from teams.models import Team

COPIED = (
    "name", "kind", "order", "shortlist_size", "method", "ties",
    "wanted_judges", "grace_minutes", "minutes_per_demo",
)  # fmt: skip


@hooks.event_created
def add_default_rubric(event: Event) -> None:
    first = Round.objects.create(event=event, name=_("Demos"))
    give_standard_rubric(first)


@hooks.event_copied
def copy_rounds(source: Event, event: Event) -> None:
    """All that organisers have set; who takes part and what came of it stays behind."""
    if rules := JudgingRules.objects.filter(event=source).first():
        rules.pk = event.pk
        rules._state.adding = True
        rules.save(force_insert=True)
    tracks = {track.name: track for track in event.tracks.all()}
    rounds: dict[int, Round] = {}
    criteria: dict[int, Criterion] = {}
    for old in source.rounds.select_related("track").order_by("pk"):
        rounds[old.pk] = Round.objects.create(
            event=event,
            track=tracks.get(old.track.name) if old.track else None,
            **{name: getattr(old, name) for name in COPIED},
        )
        for criterion in old.criteria.current().select_related("track"):
            new, track = copy(criterion), criterion.track
            new.pk, new._state.adding = None, True
            new.round = rounds[old.pk]
            new.track = tracks.get(track.name) if track else None
            new.save()
            criteria[criterion.pk] = new
    for old in source.rounds.exclude(follows=None):
        rounds[old.pk].follows = rounds[old.follows_id]  # type: ignore[index]
        rounds[old.pk].save(update_fields=["follows"])
    _copy_prize_rules(source, event, rounds, criteria)


def _copy_prize_rules(
    source: Event,
    event: Event,
    rounds: dict[int, Round],
    criteria: dict[int, Criterion],
) -> None:
    """Prizes were copied in their order: names may come twice."""
    tracks = {track.name: track for track in event.tracks.all()}
    prizes = zip(source.prizes.all(), event.prizes.order_by("pk"), strict=True)
    new_prize = {old.pk: new for old, new in prizes}
    for rule in PrizeRule.objects.filter(prize__event=source).select_related("track"):
        new = PrizeRule.objects.create(
            prize=new_prize[rule.prize_id],
            round=rounds[rule.round_id],
            track=tracks.get(rule.track.name) if rule.track else None,
        )
        new.criteria.set(criteria[c.pk] for c in rule.criteria.current())


def _tell_judges(event: Event, occasion: str, **context: Any) -> None:
    for judge in event.judges.active().filter(invited_at__isnull=False):
        notify_address(
            judge.email,
            f"notifications/email/{occasion}",
            key=f"{occasion}:judge:{judge.pk}:{event.updated_at:%Y%m%d%H%M%S%f}",
            event=event,
            context={
                "event_name": event.name,
                "name": judge.name,
                "path": judge.get_link_path(),
                **context,
            },
        )


@hooks.event_changed
def tell_judges_of_changes(event: Event, news: list[str]) -> None:
    _tell_judges(event, "event_changed", news=news, is_judge=True)


@hooks.event_called_off
def tell_judges_that_it_is_off(event: Event) -> None:
    _tell_judges(event, "event_called_off", starts=starts_of(event), path="/")


@submission_hooks.names_winners
def prizes_that_are_public(event: Event) -> dict[int, list[str]]:
    won: dict[int, list[str]] = {}
    for version in public_versions(event)[:1]:
        for award in version.snapshot.get("awards", ()):
            won.setdefault(award["project"], []).append(award["prize"])
    return won


@team_hooks.seat_vacated
def remember_the_seat(team: Team, user: User) -> None:
    """Who was in a team does not judge it later; whoever leaves may be a judge."""
    FormerSeat.objects.get_or_create(team=team, user=user)


# --- Whatever cards depend on deals again. What organisers write in the admin is heard
# of in judging.admin; actions of this app deal by themselves.


@submission_hooks.project_submitted
@submission_hooks.project_edited
@submission_hooks.project_withdrawn
def deal_again(project: Project) -> None:
    """A project gets its judges at once: its tracks say who may judge it."""
    if project.event.judges.exists():
        deal_cards(project.event)


@team_hooks.seat_taken
def keep_friends_away(team: Team, _user: User) -> None:
    """Who sits in a team, or comes from its house, does not judge it."""
    project = Project.objects.filter(team=team, status=Project.Status.SUBMITTED).first()
    if project is not None:
        deal_again(project)


@team_hooks.tables_given
def walk_by_the_tables(event: Event) -> None:
    if event.judges.exists():
        deal_cards(event)
