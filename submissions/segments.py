from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from events.models import Event
from notifications.segments import segment
from submissions.reminders import waiting_people


@segment("not_submitted", _("People whose team has not handed in"))
def not_submitted(event: Event) -> QuerySet[User]:
    return waiting_people(event)
