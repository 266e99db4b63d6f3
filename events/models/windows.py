"""From when to when what is open."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.wall_clock import move, to_the_quarter
from events.models.event import Event
from events.models.phases import HEADLINE, WINDOWED, Phase
from events.models.series import validate_day


class PhaseWindow(models.Model):
    """When one phase of an event is open: from ``opens_at`` to before ``closes_at``."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="windows")
    phase = models.CharField(
        _("phase"), max_length=20, choices=[(p.value, p.label) for p in WINDOWED]
    )
    opens_at = models.DateTimeField(_("opens"), validators=[validate_day])
    closes_at = models.DateTimeField(_("closes"), validators=[validate_day])

    class Meta:
        ordering = ["opens_at"]
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "phase"], name="one_window_per_phase"
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="phase_closes_after_it_opens",
                violation_error_message=_("This closes before it opens."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_phase_display())

    def is_open(self, at: datetime | None = None) -> bool:
        return self.opens_at <= (at or timezone.now()) < self.closes_at


def default_windows(
    starts_at: datetime, ends_at: datetime, zone: tzinfo
) -> dict[Phase, tuple[datetime, datetime]]:
    """Sensible windows for an event between these two moments (the day's doors).

    Registration opens six weeks before and closes at the doors; hacking ends when a
    quarter of the time (at most three hours) is left for demos and judging. Weeks are
    counted on the clock of ``zone``, and shares of the day rounded to a quarter of an
    hour.
    """

    def inside(at: datetime) -> datetime:
        rounded = to_the_quarter(at, zone)
        return rounded if starts_at < rounded < ends_at else at

    starts_at, ends_at = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    demos = min(timedelta(hours=3), (ends_at - starts_at) / 4)
    demos_at = inside(ends_at - demos)
    return {
        Phase.REGISTRATION: (move(starts_at, -timedelta(weeks=6), zone), starts_at),
        Phase.TEAM_FORMATION: (
            move(starts_at, -timedelta(weeks=4), zone),
            inside(starts_at + (demos_at - starts_at) / 2),
        ),
        Phase.HACKING: (starts_at, demos_at),
        Phase.JUDGING: (demos_at, ends_at),
        Phase.RESULTS: (ends_at, move(ends_at, timedelta(weeks=2), zone)),
        Phase.SURVEY: (ends_at, move(ends_at, timedelta(weeks=2), zone)),
    }


def windows_in_order(windows: Iterable[PhaseWindow]) -> list[str]:
    """Sentences about windows that contradict one another; empty if all is well."""
    by_phase = {Phase(window.phase): window for window in windows}
    problems: list[str] = []
    for earlier, later in pairwise(HEADLINE):
        first, second = by_phase.get(earlier), by_phase.get(later)
        if first and second and second.opens_at < first.opens_at:
            problems.append(
                str(_("%(later)s cannot open before %(earlier)s."))
                % {"later": later.label, "earlier": earlier.label}
            )
    hacking, judging = by_phase.get(Phase.HACKING), by_phase.get(Phase.JUDGING)
    if hacking and judging and judging.closes_at <= hacking.closes_at:
        problems.append(str(_("Judging cannot end before hacking does.")))
    return problems
