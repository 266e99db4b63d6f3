from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from events.models import Event
from feedback.models import Invitation
from notifications.segments import segment


@segment("survey_unanswered", _("People who have not finished the survey"))
def survey_unanswered(event: Event) -> QuerySet[User]:
    return User.objects.filter(
        survey_invitations__in=Invitation.objects.unanswered().filter(
            survey__event=event, survey__closed_at__isnull=True
        )
    )
