"""Everything that can happen to an idea."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Skill, User
from core.exceptions import Refused
from events.log import record
from events.models import Event
from notifications.outbox import Topic, notify
from submissions.models import Idea
from teams.actions import NotRegistered, create_team
from teams.models import Team


class IdeaIsWithdrawn(Refused):
    message = _("This idea was taken back.")


class IdeaHasATeam(Refused):
    message = _("A team works on this idea already. Ask it whether you can join.")


@transaction.atomic
def pitch_idea(
    event: Event,
    user: User,
    *,
    title: str,
    pitch: str,
    wanted_skills: Iterable[Skill] = (),
) -> Idea:
    if not event.registrations.taking_part().filter(user=user).exists():
        raise NotRegistered
    idea = Idea.objects.create(event=event, author=user, title=title, pitch=pitch)
    idea.wanted_skills.set(wanted_skills)
    record(user, "ideas.pitched", idea, event=event)
    return idea


@transaction.atomic
def edit_idea(
    idea: Idea,
    user: User,
    *,
    title: str,
    pitch: str,
    wanted_skills: Iterable[Skill],
) -> Idea:
    idea.title, idea.pitch = title, pitch
    idea.save(update_fields=["title", "pitch", "updated_at"])
    idea.wanted_skills.set(wanted_skills)
    record(user, "ideas.edited", idea, event=idea.event)
    return idea


@transaction.atomic
def withdraw_idea(idea: Idea, user: User) -> None:
    if Idea.objects.filter(pk=idea.pk, is_withdrawn=False).update(is_withdrawn=True):
        record(user, "ideas.withdrawn", idea, event=idea.event)


@transaction.atomic
def back_idea(idea: Idea, user: User) -> None:
    """Say “I would join this”. Saying it twice is saying it once."""
    idea = Idea.objects.select_for_update(of=("self",)).get(pk=idea.pk)
    if idea.is_withdrawn:
        raise IdeaIsWithdrawn
    if not idea.event.registrations.taking_part().filter(user=user).exists():
        raise NotRegistered
    _backing, is_new = idea.backings.get_or_create(user=user)
    if is_new and idea.author and idea.author != user:
        notify(
            [idea.author],
            "submissions/email/idea_backed",
            key=f"idea-backed:{idea.pk}:{user.pk}",
            event=idea.event,
            topic=Topic.TEAM,
            context={
                "idea": idea.title,
                "backer": str(user),
                "path": idea.get_absolute_url(),
            },
        )


def unback_idea(idea: Idea, user: User) -> None:
    idea.backings.filter(user=user).delete()


@transaction.atomic
def turn_into_team(idea: Idea, user: User) -> Team:
    """Found a team on an idea and tell those who backed it."""
    idea = (
        Idea.objects.select_for_update(of=("self",))
        .select_related("event")
        .get(pk=idea.pk)
    )
    if idea.is_withdrawn:
        raise IdeaIsWithdrawn
    if idea.team_id is not None:
        raise IdeaHasATeam
    team = create_team(
        idea.event,
        user,
        name=idea.title[:80],
        pitch=idea.pitch[:2000],
        wanted_skills=idea.wanted_skills.all(),
    )
    idea.team = team
    idea.save(update_fields=["team"])
    notify(
        User.objects.filter(backed_ideas__idea=idea).exclude(pk=user.pk),
        "submissions/email/idea_has_team",
        key=f"idea-team:{idea.pk}",
        event=idea.event,
        topic=Topic.TEAM,
        context={
            "idea": idea.title,
            "team": team.name,
            "path": team.get_absolute_url(),
        },
    )
    return team
