"""What people and organisers do with mail."""

from collections.abc import Collection
from smtplib import SMTPRecipientsRefused
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import StrIndex
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.exceptions import Refused
from events.log import record
from events.models import Event
from notifications.composing import BROADCAST, example_of, title_of, words_of
from notifications.models import Broadcast, MailText, Notification, Preference
from notifications.outbox import Topic, notify, nudge
from notifications.segments import register

Status = Notification.Status


class NobodyThere(Refused):
    message = _("Nobody is in this group right now, so nothing was sent.")


class AlreadySent(Refused):
    message = _("This message has been sent already.")


def switch_off(user: User, topic: Topic) -> None:
    """No more mails of this topic; saying it twice is saying it once."""
    if topic != Topic.NECESSARY:
        Preference.objects.get_or_create(user=user, topic=topic)


def switch_off_address(digest: str, topic: Topic) -> None:
    """The same for whoever reads an address without an account."""
    if topic != Topic.NECESSARY:
        Preference.objects.get_or_create(digest=digest, topic=topic)


@transaction.atomic
def choose_topics(user: User, wanted: Collection[str]) -> None:
    """Keep exactly these topics; the necessary ones cannot be switched off."""
    for topic in Topic:
        if topic in wanted:
            Preference.objects.filter(user=user, topic=topic).delete()
        else:
            switch_off(user, topic)


def recipients(broadcast: Broadcast) -> QuerySet[User]:
    """The people of the segment, each once, as it stands now.

    Not those whose address the mail server has refused for good the last time, until
    another mail reaches them: who goes on knocking is taken for a spammer.
    """
    return _segment(broadcast).filter(Q(last_status=None) | ~REFUSED)


def unreachable(broadcast: Broadcast) -> QuerySet[User]:
    """Those who are left out of :func:`recipients`."""
    return _segment(broadcast).filter(REFUSED)


# Asked of the last mail that came to an end; the error names the address.
REFUSED = Q(
    last_status=Status.FAILED,
    last_error__startswith=SMTPRecipientsRefused.__name__,
    names_address__gt=0,
)


def _segment(broadcast: Broadcast) -> QuerySet[User]:
    who = register[broadcast.segment].who(broadcast.event)
    last = Notification.objects.filter(
        recipient=OuterRef("pk"), status__in=[Status.SENT, Status.FAILED]
    ).order_by("-pk")
    return User.objects.filter(pk__in=who.values("pk"), is_active=True).annotate(
        last_status=Subquery(last.values("status")[:1]),
        last_error=Subquery(last.values("error")[:1]),
        names_address=StrIndex("last_error", "email"),
    )


def _context(broadcast: Broadcast) -> dict[str, Any]:
    return {
        "subject": broadcast.subject,
        "text": broadcast.body,
        "path": broadcast.event.get_absolute_url(),
    }


def preview(broadcast: Broadcast, reader: User) -> tuple[str, str]:
    """Subject and text as ``reader`` would get them."""
    return words_of(
        Notification(
            event=broadcast.event,
            recipient=reader,
            template=BROADCAST,
            context=_context(broadcast),
        )
    )


@transaction.atomic
def send_broadcast(broadcast: Broadcast, user: User) -> int:
    """Owe the message to everybody in its segment; return how many. Once only."""
    broadcast = (
        Broadcast.objects.select_for_update(of=("self",))
        .select_related("event")
        .get(pk=broadcast.pk)
    )
    if broadcast.status == Broadcast.Status.SENT:
        raise AlreadySent
    people = list(recipients(broadcast))
    if not people:
        raise NobodyThere
    notify(
        people,
        BROADCAST,
        key=f"broadcast:{broadcast.pk}",
        event=broadcast.event,
        topic=Topic.NEWS,
        context=_context(broadcast),
    )
    broadcast.status = Broadcast.Status.SENT
    broadcast.sent_at = timezone.now()
    broadcast.recipients = len(people)
    broadcast.save(update_fields=["status", "sent_at", "recipients"])
    record(
        user,
        "notifications.sent",
        broadcast,
        event=broadcast.event,
        segment=broadcast.segment,
        recipients=len(people),
    )
    return len(people)


@transaction.atomic
def answer_held(event: Event, user: User, template: str, *, send: bool) -> int:
    """Let the held mails of one kind go, or drop them; return how many."""
    held = Notification.objects.filter(
        event=event, template=template, status=Status.HELD
    )
    if send:
        number = held.update(status=Status.QUEUED, send_after=timezone.now())
    else:
        number = held.cancel()
    if number:
        record(
            user,
            "notifications.released" if send else "notifications.dropped",
            title_of(template),
            event=event,
            recipients=number,
        )
        transaction.on_commit(nudge, robust=True)
    return number


@transaction.atomic
def drop_mails(rows: QuerySet[Notification], user: User) -> int:
    """Do not send what has not left yet; return how many. Sent is sent."""
    unsent = Notification.objects.filter(
        pk__in=rows.values("pk"),
        status__in=[Status.HELD, Status.QUEUED, Status.FAILED],
    )
    number = 0
    for kind in unsent.order_by().values_list("event", "template").distinct():
        event, template = kind
        dropped = unsent.filter(event=event, template=template).cancel()
        record(
            user,
            "notifications.dropped",
            title_of(template),
            event=Event.objects.filter(pk=event).first(),
            recipients=dropped,
        )
        number += dropped
    return number


@transaction.atomic
def decide(row: Notification, user: User, *, again: bool) -> bool:
    """Send a stuck mail again, or leave one that may have been sent as it is.

    Says whether there was anything to decide; twice is once.
    """
    rows = Notification.objects.filter(pk=row.pk)
    done = rows.retry() if again else rows.leave()
    if done:
        record(
            user,
            "notifications.sent_again" if again else "notifications.left",
            str(row.recipient or row.address),
            event=row.event,
            mail=row.template,
        )
        transaction.on_commit(nudge, robust=True)
    return bool(done)


def send_example(text: MailText, user: User) -> None:
    """Owe the organiser a mail in their own words, as people would get it."""
    example = example_of(text.event, text.template, user)
    notify(
        [user],
        text.template,
        key=f"example:{text.pk}:{timezone.now():%Y%m%d%H%M%S%f}",
        event=text.event,
        context=example.context,
    )


def doubt_due_mails() -> int:
    """After a restore: let organisers decide on each mail that is due."""
    return Notification.objects.doubt()
