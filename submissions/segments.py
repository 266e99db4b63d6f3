from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from events.models import Event
from notifications.segments import segment
from submissions.reminders import teams_without_a_submission


@segment("not_submitted", _("People whose team has not handed in"))
def not_submitted(event: Event) -> QuerySet[User]:
    waiting = teams_without_a_submission(event)
    return User.objects.filter(pk__in=[user.pk for user in waiting])
