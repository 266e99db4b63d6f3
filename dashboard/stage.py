"""The projector: what is on, how long still, what is next, and who has won."""

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.views.generic import TemplateView

from core.pagecache import fresh_until, public_page
from core.text import whole_number
from events.models import Event, Phase, PhaseWindow
from events.views import EventMixin
from judging.models import Round
from judging.reveal import on_screen, public_versions, reveal_of
from judging.running import after, running_order
from submissions.models import Project

COMING = 2


@public_page
class StageView(EventMixin, TemplateView):
    """One page for a whole day: it follows the organiser's remote control by itself.

    ``?round=`` keeps the screen of a second room to that room's round.
    """

    template_name = "dashboard/event_stage.html"
    tab = "stage"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        event = self.event
        reveal = reveal_of(event)
        screen = on_screen(reveal) if reveal else None
        round_ = None if screen else self.round_on()
        ends_at = round_.ends_at if round_ else None
        is_over = ends_at is not None and ends_at <= timezone.now()
        if not is_over:
            fresh_until(self.request, ends_at)
        return super().get_context_data(
            screen=screen,
            round=round_,
            ends_at=ends_at,
            is_over=is_over,
            up_next=up_next(round_) if round_ else [],
            deadline=deadline_of(event),
            judging_is_over=event.current_phase in {Phase.JUDGING, Phase.RESULTS}
            and not event.is_open_for(Phase.JUDGING),
            has_results=bool(public_versions(event)),
            announcements=event.announcements.filter(on_stage=True)[:3],
            agenda=event.agenda.filter(starts_at__gte=timezone.now())[:3],
            join_url=f"{settings.SITE_URL}{event.get_absolute_url()}",
            **kwargs,
        )

    def round_on(self) -> Round | None:
        """The round that was on stage last, or that of this room."""
        chosen = whole_number(self.request.GET.get("round"))
        on = Q(now_on__isnull=False) | Q(now_on_since__isnull=False)
        rounds = self.event.rounds.filter(on).select_related("now_on__team", "event")
        if chosen and self.event.rounds.filter(pk=chosen).exists():
            rounds = rounds.filter(pk=chosen)
        return rounds.order_by("-now_on_since").first()


def deadline_of(event: Event) -> PhaseWindow | None:
    """What the room waits for: the end of judging, while that is open; else the next.

    Nobody waits for the end of the results, nor of the survey.
    """
    if event.is_open_for(Phase.JUDGING):
        return event.window(Phase.JUDGING)
    if event.current_phase in {Phase.JUDGING, Phase.RESULTS, Phase.ARCHIVE}:
        return None
    return event.next_deadline()


def up_next(round_: Round) -> list[Project]:
    """The demos after the one that is on (or was, before the break)."""
    order = running_order(round_)
    place = round_.now_on_id or round_.last_on_id
    following = (after(order, place, number) for number in range(1, COMING + 1))
    return [project for project in following if project]
