from django.utils.translation import gettext_lazy as _

from core.exceptions import Refused
from submissions.models import Project
from teams import hooks
from teams.models import Team


class WorkIsHandedIn(Refused):
    message = _(
        "Nobody would be left in this team, and its project is handed in: nobody could "
        "answer for it. Withdraw it first, or wait until somebody has joined."
    )


@hooks.last_seat_leaves
def keep_somebody_with_the_work(team: Team) -> None:
    if Project.objects.in_gallery().filter(team=team).exists():
        raise WorkIsHandedIn
