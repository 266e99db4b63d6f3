"""A team that judges do not find at its table."""

from django.urls import reverse

from accounts.models import User
from events.log import record
from judging.models import Scorecard
from notifications.outbox import notify

# So many judges have to have been there in vain.
TELL_FROM = 2


def tell_of_absence(card: Scorecard) -> None:
    """Tell the organisers, once, when a second judge has found nobody there.

    Part of the transaction in which the card was saved as absent.
    """
    in_vain = Scorecard.objects.filter(
        round=card.round_id, project=card.project_id, status=Scorecard.Status.ABSENT
    ).count()
    if in_vain < TELL_FROM:
        return
    event, project = card.round.event, card.project
    if in_vain == TELL_FROM:
        record(None, "judging.absent", project, event=event, actor_name="Menlo")
    notify(
        User.objects.filter(organiser_roles__series=event.series_id, is_active=True),
        "judging/email/team_absent",
        key=f"absent:{card.round_id}:{card.project_id}",
        event=event,
        context={
            "project": project.title,
            "team": project.team.name,
            "table": project.team.table,
            "path": reverse("judging:coverage", args=[event.slug, card.round_id]),
        },
    )
