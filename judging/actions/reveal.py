"""Results on the big screen: held back, revealed from the last place to the first."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from events.models import Event
from judging.actions.results import tell_everybody
from judging.models import Reveal
from judging.reveal import parts_of, steps_of


class NotPublishedYet(Refused):
    message = _("There is nothing to reveal yet: publish the results first.")


class IsPublicAlready(Refused):
    message = _("The results are public already, so they cannot be held back.")


class NothingIsRevealed(Refused):
    message = _("Nothing is being revealed now.")


class RevealHasMoved(Refused):
    message = _("Somebody else pressed first. This is what the screen shows now.")


class NoMorePlaces(Refused):
    message = _("Everything has been revealed.")


def _locked(event: Event) -> Event:
    return Event.objects.select_for_update().get(pk=event.pk)


@transaction.atomic
def hold_back_results(event: Event, user: User) -> None:
    """Before publishing: let the room see the result first. Twice is once."""
    event = _locked(event)
    if event.published_results.exists():
        raise IsPublicAlready
    _reveal, is_new = Reveal.objects.get_or_create(
        event=event, defaults={"hides_results": True}
    )
    if is_new:
        record(user, "judging.results_held", event, event=event)


@transaction.atomic
def start_reveal(event: Event, user: User, part: int, places: int) -> Reveal:
    """Show the empty board of one part of the latest result. What was held stays so."""
    event = _locked(event)
    result = event.published_results.first()
    if result is None:
        raise NotPublishedYet
    parts = parts_of(result.snapshot, places)
    if not (0 <= part < len(parts) and parts[part].steps):
        raise NotPublishedYet
    reveal, _is_new = Reveal.objects.update_or_create(
        event=event,
        defaults={"result": result, "part": part, "places": places, "shown": 0},
    )
    record(user, "judging.reveal_began", parts[part].name, event=event)
    return reveal


@transaction.atomic
def step_reveal(event: Event, user: User, by: int, *, seen: int) -> Reveal:
    """Show one more step, or take one back. ``seen`` is how many the remote showed."""
    event = _locked(event)
    reveal = Reveal.objects.select_related("result").filter(event=event).first()
    if reveal is None or reveal.result is None:
        raise NothingIsRevealed
    if reveal.shown != seen:
        raise RevealHasMoved
    if not 0 <= reveal.shown + by <= len(steps_of(reveal)):
        raise NoMorePlaces
    reveal.shown += by
    reveal.save(update_fields=["shown"])
    record(user, "judging.revealed", event, event=event, step=reveal.shown)
    return reveal


@transaction.atomic
def end_reveal(event: Event, user: User) -> None:
    """Clear the screen. A published result that was held back is now everybody's."""
    event = _locked(event)
    reveal = Reveal.objects.filter(event=event).first()
    if reveal is None:
        raise NothingIsRevealed
    reveal.delete()
    result = event.published_results.first()
    if result is not None and reveal.hides_results:
        tell_everybody(result)
    record(user, "judging.reveal_ended", event, event=event)
