"""News from the organisers."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from events import hooks
from events.log import record
from events.models import Announcement, Event

# The same words from the same person so soon are a second click, not more news.
DOUBLE_CLICK = timedelta(minutes=1)


@transaction.atomic
def publish_announcement(
    event: Event, user: User, *, text: str, on_stage: bool, by_mail: bool
) -> Announcement:
    """Put news on the event's page; on the stage screen and by mail if wished."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    just_said = event.announcements.filter(
        author=user, text=text, published_at__gt=timezone.now() - DOUBLE_CLICK
    ).first()
    if just_said is not None:
        return just_said
    announcement = Announcement.objects.create(
        event=event, author=user, text=text, on_stage=on_stage
    )
    record(user, "events.announced", announcement, event=event, by_mail=by_mail)
    hooks.announcement_published.tell(announcement, by_mail)
    return announcement
