"""What people answered stays readable."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core.deletion import stays_because
from events.models import RegistrationQuestion, Series, SeriesOrganiser


@stays_because(User)
def runs_a_series_alone(user: User) -> str | None:
    """Nobody else could ever name another organiser."""
    admins = SeriesOrganiser.objects.filter(role=SeriesOrganiser.Role.ADMIN)
    others = admins.filter(user__is_active=True).exclude(user=user).values("series")
    series = Series.objects.filter(pk__in=admins.filter(user=user).values("series"))
    if alone := ", ".join(map(str, series.exclude(pk__in=others))):
        return _(
            "Nobody else runs this series: %(series)s. Name another administrator on "
            "its page first."
        ) % {"series": alone}
    return None


@stays_because(RegistrationQuestion)
def was_answered(question: RegistrationQuestion) -> str | None:
    key = str(question.pk)
    answers = question.event.registrations.values_list("answers", flat=True)
    number = sum(given.get(key) not in (None, "", []) for given in answers.iterator())
    if not number:
        return None
    return ngettext(
        "“%(question)s” has %(number)d answer. Stop asking it instead.",
        "“%(question)s” has %(number)d answers. Stop asking it instead.",
        number,
    ) % {"question": question, "number": number}
