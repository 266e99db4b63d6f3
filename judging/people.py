from typing import Any

from django.utils.translation import gettext as _

from accounts.hooks import after_farewells, holds_personal_data, on_erasure
from accounts.models import User
from events.models import AuditEntry
from judging.actions import revoke_judge


@holds_personal_data("former teams")
def former_teams(user: User) -> list[dict[str, Any]]:
    """Kept because nobody judges a team that they were in."""
    return [
        {"team": seat.team.name, "event": seat.team.event.name}
        for seat in user.former_seats.select_related("team__event")
    ]


@holds_personal_data("judging")
def judging(user: User) -> list[dict[str, Any]]:
    """Where they judge, and what they gave."""
    return [
        {
            "event": judge.event.name,
            "name": judge.name,
            "email": judge.email,
            "scorecards": [
                {
                    "project": card.project.title,
                    "status": card.status,
                    "notes": card.notes,
                    "feedback": card.feedback,
                    "scores": {
                        score.criterion.name: score.value for score in card.scores.all()
                    },
                }
                for card in judge.scorecards.select_related("project").prefetch_related(
                    "scores__criterion"
                )
            ],
        }
        for judge in user.judgeships.select_related("event")
    ]


@on_erasure
def end_links(user: User) -> None:
    for judge in user.judgeships.select_related("event"):
        revoke_judge(judge, user)


@after_farewells
def forget_the_judge(user: User) -> None:
    """What they scored counts on, and nobody reads their name."""
    for judge in user.judgeships.all():
        entries = AuditEntry.objects.filter(chain=judge.event_id)
        named = entries.filter(actor=None, actor_name=judge.name)
        named.update(actor_name="", actor_salt="", source=None)
        for entry in entries.filter(subject=None).exclude(personal=None):
            if judge.name in (entry.personal or {}).values():
                entries.filter(pk=entry.pk).update(personal=None, subject_salt="")
        judge.name = _("A judge who has left")
        judge.email = f"judge-{judge.pk}@left.invalid"
        judge.user = None
        judge.save(update_fields=["name", "email", "user"])
