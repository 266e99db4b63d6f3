"""Everything that can happen to a team."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Skill, User
from core.exceptions import Refused
from core.text import fold, free_slug, has_link, new_code
from events.closing import NotOpenNow
from events.log import record
from events.models import Event, Phase, Registration
from notifications.outbox import Topic, notify
from teams import hooks
from teams.models import JoinRequest, Membership, Team
from teams.tables import free_tables


class TeamsAreClosed(NotOpenNow):
    phase = Phase.TEAM_FORMATION
    message = _("Teams can only change while finding teams is open.")


class TeamIsFull(Refused):
    message = _("This team has no free seat left.")


class AlreadyInATeam(Refused):
    message = _("You are already in a team. Leave it before you join another.")


class TheyAreInATeam(Refused):
    message = _("This person is in a team by now.")


class NotRegistered(Refused):
    message = _("Please register for the event first. Then you can join a team.")


class NameIsTaken(Refused):
    message = _("Another team has this name. Please choose a different one.")


class NotInThisTeam(Refused):
    message = _("This person is not in the team.")


class CaptainStays(Refused):
    message = _("Hand over to somebody else before the captain is removed.")


class TooOften(Refused):
    message = _("That was often for one day. Please try again later.")


class TheyHaveNoPlace(Refused):
    message = _("This person has no place at the event any more.")


class RequestIsAnswered(Refused):
    message = _("This request has been answered already.")


class TooFewTables(Refused):
    message = _("There are too few tables. Name more of them on the event's page.")


class TeamIsGone(Refused):
    message = _("Everybody has left this team.")


class NameIsBeingJudged(Refused):
    message = _(
        "Judges are at work and look for the team by its name and its words, so only "
        "the organisers can change these now. Please ask them."
    )


class InvitedAlready(Refused):
    def __init__(self, guest: User) -> None:
        super().__init__()
        self.guest = guest

    def __str__(self) -> str:
        return gettext(
            "%(person)s has got the link to your team already. Another mail is sent "
            "only if you make a new code."
        ) % {"person": self.guest}


def locked(team: Team) -> Team:
    """The team as it is now, and nobody else's until this transaction ends."""
    return (
        Team.objects.select_related("event")
        .select_for_update(of=("self",))
        .get(pk=team.pk)
    )


def _must_be_forming(team: Team) -> None:
    if team.is_archived:
        raise TeamIsGone
    if not team.is_forming:
        raise TeamsAreClosed(team.event)


def _must_take_part(event: Event, user: User) -> None:
    if not event.registrations.taking_part().filter(user=user).exists():
        raise NotRegistered


def _others(team: Team, user: User) -> QuerySet[User]:
    return User.objects.filter(memberships__team=team).exclude(pk=user.pk)


def _captains(team: Team) -> QuerySet[User]:
    return User.objects.filter(
        memberships__team=team, memberships__role=Membership.Role.CAPTAIN
    )


def _take_seat(
    team: Team, user: User, role: str = Membership.Role.MEMBER
) -> Membership:
    """Seat ``user`` in a locked team with room; nobody sits in two teams.

    Nor without a place at the event: that may have been given up meanwhile.
    """
    _must_take_part(team.event, user)
    seat, is_new = Membership.objects.get_or_create(
        event=team.event, user=user, defaults={"team": team, "role": role}
    )
    if not is_new:
        raise AlreadyInATeam
    JoinRequest.objects.filter(
        user=user, team__event=team.event, status=JoinRequest.Status.WAITING
    ).update(status=JoinRequest.Status.WITHDRAWN)
    Registration.objects.filter(event=team.event, user=user).update(
        looking_for_team=False
    )
    hooks.seat_taken.tell(team, user)
    return seat


def check_founder(event: Event, user: User) -> None:
    """Raise what stands in the way of founding a team."""
    if not event.is_open_for(Phase.TEAM_FORMATION):
        raise TeamsAreClosed(event)
    _must_take_part(event, user)
    if Membership.objects.filter(event=event, user=user).exists():
        raise AlreadyInATeam


def check_newcomer(team: Team, user: User) -> None:
    """Raise what stands in the way of a seat in this team."""
    _must_be_forming(team)
    _must_take_part(team.event, user)
    if Membership.objects.filter(event=team.event, user=user).exists():
        raise AlreadyInATeam
    if team.is_full:
        raise TeamIsFull


@transaction.atomic
def create_team(
    event: Event,
    user: User,
    *,
    name: str,
    pitch: str = "",
    join_policy: str = Team.JoinPolicy.REQUEST,
    wanted_skills: Iterable[Skill] = (),
) -> Team:
    """Found a team with ``user`` as its captain; slug and code are made here.

    The lock on the event makes two founders of the same name take turns.
    """
    event = Event.objects.select_for_update().get(pk=event.pk)
    check_founder(event, user)
    if event.teams.active().filter(folded_name=fold(name)).exists():
        raise NameIsTaken
    team = Team.objects.create(
        event=event,
        name=name,
        slug=free_slug(name, event.teams.all()),
        pitch=pitch,
        join_policy=join_policy,
    )
    team.wanted_skills.set(wanted_skills)
    if event.teams.active().exclude(table="").exists():
        _seat_teams(event, [team])  # a latecomer, where tables are given out already
    _take_seat(team, user, Membership.Role.CAPTAIN)
    record(user, "teams.created", team, event=event)
    return team


def _seat_teams(event: Event, teams: list[Team]) -> int:
    """Give these teams of a locked event the next free tables; say how many got one."""
    taken = event.teams.active().values_list("table", flat=True)
    free = free_tables(event.table_names, taken)
    given = list(zip(teams, free, strict=False))
    for team, table in given:
        team.table = table
        team.save(update_fields=["table"])
    return len(given)


@transaction.atomic
def give_tables(event: Event, user: User) -> int:
    """Give each team without a table the next free one; the others keep theirs.

    Those founded first come first. Says how many got one.
    """
    event = Event.objects.select_for_update().get(pk=event.pk)
    waiting = list(event.teams.active().filter(table="").order_by("created_at", "pk"))
    given = _seat_teams(event, waiting)
    if given < len(waiting):
        raise TooFewTables
    if given:
        record(user, "teams.tables_given", event, event=event, number=given)
        hooks.tables_given.tell(event)
    return given


@transaction.atomic
def edit_team(
    team: Team,
    user: User,
    *,
    name: str,
    pitch: str,
    join_policy: str,
    wanted_skills: Iterable[Skill],
) -> Team:
    """Change what the team says about itself. Its address stays as it is."""
    team = locked(team)
    says = (team.name, team.pitch)
    if (
        (name, pitch) != says
        and team.event.is_open_for(Phase.JUDGING)
        and not user.has_perm("events.organise_event", team.event)
    ):
        raise NameIsBeingJudged
    namesakes = team.event.teams.active().filter(folded_name=fold(name))
    if namesakes.exclude(pk=team.pk).exists():
        raise NameIsTaken
    if name != team.name:
        record(user, "teams.renamed", name, event=team.event, before=team.name)
    if pitch != team.pitch:
        record(user, "teams.edited", name, event=team.event)
    team.name, team.pitch, team.join_policy = name, pitch, join_policy
    team.save(update_fields=["name", "folded_name", "pitch", "join_policy"])
    team.wanted_skills.set(wanted_skills)
    return team


@transaction.atomic
def join_team(team: Team, user: User) -> Membership:
    """Give ``user`` a seat in ``team`` and tell the others.

    The lock on the team makes people who want its last seat take turns; the constraint
    ``one_team_per_attendee`` stops one person from taking a seat in two teams at once.
    Joining the same team twice is joining it once.
    """
    team = locked(team)
    _must_be_forming(team)
    if seat := team.memberships.filter(user=user).first():
        return seat
    check_newcomer(team, user)
    seat = _take_seat(team, user)
    record(user, "teams.joined", team, event=team.event)
    notify(
        _others(team, user),
        "teams/email/member_joined",
        key=f"member-joined:{seat.pk}",
        event=team.event,
        topic=Topic.TEAM,
        context={
            "team": team.name,
            "newcomer": str(user),
            "path": team.get_absolute_url(),
        },
    )
    return seat


@transaction.atomic
def ask_to_join(team: Team, user: User, message: str = "") -> JoinRequest:
    """Ask the captain for a seat; asking twice is asking once."""
    team = locked(team)
    check_newcomer(team, user)
    request, is_new = JoinRequest.objects.get_or_create(
        team=team,
        user=user,
        status=JoinRequest.Status.WAITING,
        defaults={"message": message},
    )
    if is_new:
        notify(
            _captains(team),
            "teams/email/join_asked",
            # Asking and taking it back all day is one mail.
            key=f"join-asked:{team.pk}:{user.pk}:{timezone.localdate()}",
            event=team.event,
            topic=Topic.TEAM,
            context={
                "team": team.name,
                "asker": str(user),
                # Mail programs would make it a link, in Menlo's name; pages do not.
                "message": "" if has_link(message) else message,
                "path": team.get_absolute_url(),
            },
        )
    return request


@transaction.atomic
def answer_request(request: JoinRequest, user: User, *, accept: bool) -> None:
    """Say yes or no to a request; a yes takes the seat under the team's lock."""
    team = locked(request.team)
    _must_be_forming(team)
    request = JoinRequest.objects.select_related("user").get(pk=request.pk)
    if request.status != JoinRequest.Status.WAITING:
        raise RequestIsAnswered
    if accept:
        if team.is_full:
            raise TeamIsFull
        try:
            with transaction.atomic():
                _take_seat(team, request.user)
        except NotRegistered:
            raise TheyHaveNoPlace from None
        except AlreadyInATeam:
            raise TheyAreInATeam from None
        record(user, "teams.accepted", team, event=team.event, who=request.user)
    request.status = (
        JoinRequest.Status.ACCEPTED if accept else JoinRequest.Status.DECLINED
    )
    request.save(update_fields=["status"])
    notify(
        [request.user],
        "teams/email/join_accepted" if accept else "teams/email/join_declined",
        key=f"join-answered:{request.pk}",
        event=team.event,
        topic=Topic.TEAM,
        context={"team": team.name, "path": team.get_absolute_url()},
    )


@transaction.atomic
def invite_person(team: Team, guest: User, user: User) -> None:
    """Mail the team's link to somebody; they get it once, until the code is renewed."""
    team = locked(team)
    _must_be_forming(team)
    if team.is_full:
        raise TeamIsFull
    if Membership.objects.filter(event=team.event, user=guest).exists():
        raise TheyAreInATeam
    key = f"invited:{team.pk}:{team.join_code}"
    if guest.notifications.filter(key=f"{key}:{guest.pk}").exists():
        raise InvitedAlready(guest)
    notify(
        [guest],
        "teams/email/invited",
        key=key,
        event=team.event,
        topic=Topic.TEAM,
        context={
            "team": team.name,
            "host": str(user),
            "path": f"{team.get_absolute_url()}join/{team.join_code}/",
        },
    )
    record(user, "teams.invited", team, event=team.event, who=guest)


def withdraw_request(request: JoinRequest) -> None:
    """Take back a question that nobody has answered yet."""
    JoinRequest.objects.filter(pk=request.pk, status=JoinRequest.Status.WAITING).update(
        status=JoinRequest.Status.WITHDRAWN
    )


def _make_captain(seat: Membership) -> None:
    """Give a member of a locked team without a captain the lead, and tell them."""
    seat.role = Membership.Role.CAPTAIN
    seat.save(update_fields=["role"])
    team = seat.team
    notify(
        [seat.user],
        "teams/email/new_captain",
        key=f"new-captain:{seat.pk}:{timezone.now():%Y%m%dT%H%M%S.%f}",
        event=team.event,
        topic=Topic.TEAM,
        context={"team": team.name, "path": team.get_absolute_url()},
    )


def vacate(team: Team, user: User) -> None:
    """Free the seat of ``user`` in a locked team and keep the team in order.

    A captain's seat passes to the member who has been there longest. When the last one
    goes, the team is archived; what it handed in stays.
    """
    seat = team.memberships.filter(user=user).first()
    if seat is None:
        return
    was_captain = seat.role == Membership.Role.CAPTAIN
    seat.delete()
    heir = team.memberships.order_by("joined_at", "pk").first()
    if heir is None:
        team.is_archived = True
        team.save(update_fields=["is_archived"])
        team.join_requests.filter(status=JoinRequest.Status.WAITING).update(
            status=JoinRequest.Status.DECLINED
        )
    elif was_captain:
        _make_captain(heir)
    hooks.seat_vacated.tell(team, user)


def _leave_to_others(team: Team, user: User) -> None:
    """Free a seat in a locked team, unless the last one may not go."""
    if not team.memberships.exclude(user=user).exists():
        hooks.last_seat_leaves.tell(team)
    vacate(team, user)


@transaction.atomic
def give_up_place(event: Event, user: User) -> None:
    """Without a place at the event, no seat in a team, and no request for one.

    The teams that were asked are locked as well: one may be saying yes right now.
    """
    concerned = Q(memberships__user=user) | Q(
        join_requests__user=user, join_requests__status=JoinRequest.Status.WAITING
    )
    teams = Team.objects.filter(concerned, event=event).distinct()
    for team in list(teams.order_by("pk")):
        if locked(team).memberships.filter(user=user).exists():
            _leave_to_others(team, user)
    JoinRequest.objects.filter(
        user=user, team__event=event, status=JoinRequest.Status.WAITING
    ).update(status=JoinRequest.Status.WITHDRAWN)


@transaction.atomic
def leave_team(team: Team, user: User) -> None:
    """Leave; leaving twice is leaving once."""
    team = locked(team)
    _must_be_forming(team)
    _leave_to_others(team, user)
    record(user, "teams.left", team, event=team.event)


@transaction.atomic
def remove_member(team: Team, member: User, user: User) -> None:
    """Take somebody's seat away and tell them."""
    team = locked(team)
    _must_be_forming(team)
    seat = team.memberships.filter(user=member).first()
    if seat is None:
        raise NotInThisTeam
    if seat.role == Membership.Role.CAPTAIN:
        raise CaptainStays
    number = seat.pk
    vacate(team, member)
    record(user, "teams.removed", team, event=team.event, who=member)
    notify(
        [member],
        "teams/email/member_removed",
        key=f"member-removed:{number}",
        event=team.event,
        topic=Topic.TEAM,
        context={"team": team.name, "path": team.event.get_absolute_url()},
    )


@transaction.atomic
def hand_over(team: Team, heir: User, user: User) -> None:
    """Make ``heir`` the captain. Allowed at any time: captains may vanish."""
    team = locked(team)
    seat = team.memberships.filter(user=heir).first()
    if seat is None:
        raise NotInThisTeam
    if seat.role == Membership.Role.CAPTAIN:
        return
    team.memberships.filter(role=Membership.Role.CAPTAIN).update(
        role=Membership.Role.MEMBER
    )
    _make_captain(seat)
    record(user, "teams.handed_over", team, event=team.event, to=heir)


@transaction.atomic
def renew_code(team: Team, user: User) -> str:
    """Make the old link and code worthless; return the new code."""
    team = locked(team)
    team.join_code = new_code()
    team.save(update_fields=["join_code"])
    record(user, "teams.code_renewed", team, event=team.event)
    return team.join_code
