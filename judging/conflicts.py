"""Which projects a judge must not score. Holds for everybody, superusers included.

A judge is in conflict with a team they sit in or sat in, by account or by one of its
addresses; with a project they step back from, or from which organisers keep them; and,
where the event says so, with a team in which somebody has an address at their domain.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Length, Lower, Right
from django.db.models.lookups import Exact

from events.models import Event
from judging.models import FormerSeat, Judge, JudgingRules, Recusal
from submissions.models import Project
from teams.models import Membership

# Anybody can have an address there, so it says nothing about who knows whom.
PUBLIC_MAIL = frozenset(
    Path(__file__).with_name("public_mail.txt").read_text("utf-8").split()
)


# No address ends like this.
NO_DOMAIN = "?"


def domain_of(address: str) -> str:
    """The part after the sign in small letters; empty where everybody has addresses."""
    domain = address.rpartition("@")[2].lower()
    return "" if domain in PUBLIC_MAIL else domain


def _ends_with(address: Any, end: str) -> Exact:
    return Exact(Right(address, Length(Value(end))), Value(end))


def what_is_in_conflict(
    judge: int, event: int, user: int, email: str, at_domain: str, below_domain: str
) -> Q:
    """As a condition on projects, whose SQL is the same for every judge."""
    address = Lower("user__email")
    own = Q(user=user) | Q(Exact(address, Value(email)))
    own |= Q(
        Exact(Lower("user__emailaddress__email"), Value(email)),
        user__emailaddress__verified=True,
    )
    colleague = Q(_ends_with(address, at_domain) | _ends_with(address, below_domain))
    rules = JudgingRules.objects.filter(event=event, same_domain_is_conflict=True)
    seats = own | colleague & Q(Exists(rules))
    team = OuterRef("team")  # so that its few people are looked at, not the event's
    return Q(
        Exists(Membership.objects.filter(seats, team=team))
        | Exists(FormerSeat.objects.filter(own, team=team))
        | Exists(Recusal.objects.filter(judge=judge, project=OuterRef("pk")))
    )


def known_of(judge: Judge) -> dict[str, int | str]:
    """What :func:`what_is_in_conflict` asks about a judge."""
    domain = domain_of(judge.email) or NO_DOMAIN
    return {
        "judge": judge.pk,
        "event": judge.event_id,
        "user": judge.user_id or 0,
        "email": judge.email.lower(),
        "at_domain": f"@{domain}",
        "below_domain": f".{domain}",
    }


def in_conflict(judge: Judge) -> Q:
    """As a condition on projects, without a query of its own."""
    return what_is_in_conflict(**known_of(judge))  # type: ignore[arg-type]


def conflicts_of(judge: Judge) -> set[int]:
    """Numbers of the projects that this judge does not score."""
    projects = Project.objects.filter(in_conflict(judge), event=judge.event_id)
    return set(projects.values_list("pk", flat=True))


def conflicts_at(event: Event, judges: Iterable[Judge]) -> dict[int, set[int]]:
    """The same for many judges of one event, in as many queries as for one."""
    seats = list(
        Membership.objects.filter(event=event).values_list(
            "team_id", "user_id", "user__email"
        )
    )
    former = list(
        FormerSeat.objects.filter(team__event=event).values_list(
            "team_id", "user_id", "user__email"
        )
    )
    people = {user for _team, user, _address in [*seats, *former]}
    addresses: dict[int, set[str]] = defaultdict(set)
    for user, address in EmailAddress.objects.filter(
        user__in=people, verified=True
    ).values_list("user_id", "email"):
        addresses[user].add(address.lower())
    teams_of: dict[object, set[int]] = defaultdict(set)
    for team, user, address in [*seats, *former]:
        for name in {user, address.lower(), *addresses[user]}:
            teams_of[name].add(team)
    if JudgingRules.objects.filter(event=event, same_domain_is_conflict=True).exists():
        for team, _user, address in seats:
            labels = address.lower().rpartition("@")[2].split(".")
            for start in range(len(labels)):
                teams_of["@" + ".".join(labels[start:])].add(team)
    project_of = dict(Project.objects.filter(event=event).values_list("team_id", "pk"))
    found: dict[int, set[int]] = defaultdict(set)
    for recusal in Recusal.objects.filter(judge__event=event):
        found[recusal.judge_id].add(recusal.project_id)
    for judge in judges:
        domain = domain_of(judge.email)
        names = {judge.email.lower(), judge.user_id, domain and f"@{domain}"}
        for name in names - {None, ""}:
            found[judge.pk] |= {
                project_of[team] for team in teams_of[name] if team in project_of
            }
    return found
