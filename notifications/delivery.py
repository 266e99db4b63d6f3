"""From one row of the outbox to one mail, and back into the row how it went."""

import logging
import random
import re
import smtplib
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from notifications.composing import compose, digest_of_address
from notifications.models import (
    MAX_ATTEMPTS,
    Notification,
    Preference,
    Topic,
)

logger = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
PERMANENT = range(500, 600)
SWEEP = 10.0  # seconds, then it is another's turn
AT_A_TIME = 5
# Of what a server calls final, this is not (RFC 3463: a full mailbox, the server's own
# state, the network and how it is used), whatever its three digits say.
NOT_FINAL = re.compile(r"\b5\.(2\.2|3\.[0125]|4\.\d+)\b")
# Many servers say it in words alone.
SAYS_LATER = re.compile(
    r"quota|limit|too many|later|tempor|try again|rate|throttl|grey ?list|full|exceed"
    r"|unavailable|busy",
    re.IGNORECASE,
)
FOR_NOW = "For now: "

Status = Notification.Status

# Apps above look at the world once more before a mail leaves: why it does not need this
# one any more, or "".
doubts: list[Callable[[Notification], str]] = []


def deliver_due() -> bool:
    """Send what is due, the most urgent first; whether time was up before all was sent.

    Looks anew every few mails: a sign-in code does not wait behind a broadcast. Several
    workers may do this at once; a row is sent by the one that claims it.
    """
    Notification.objects.park()
    end = time.monotonic() + SWEEP
    while pks := Notification.objects.most_urgent(AT_A_TIME):
        for pk in pks:
            if time.monotonic() > end:
                return True
            try:
                deliver(pk)
            except Exception:
                # It is claimed, so it is out of the others' way until its lease ends.
                logger.exception("Notification %s was not sent", pk)
    return False


def deliver(pk: int) -> None:
    """Send the notification unless it is sent, being sent, not due or not wanted."""
    notification = Notification.objects.claim(pk)
    if notification is None:
        return
    if reason := unwanted(notification):
        kept = notification.lasting_context
        settle(notification, Status.CANCELLED, error=reason, context=kept)
        return
    if quiet_until := end_of_quiet_hours(notification):
        postpone(notification, quiet_until)
        return
    try:
        mail: EmailMultiAlternatives = compose(notification)
        mail.send()
    except Exception as error:  # noqa: BLE001 -- it harms this mail alone
        # Neither its text nor a traceback: both may name the address.
        logger.warning("Notification %s was not sent: %s", pk, summary_of(error))
        after_failure(notification, error)
    else:
        kept = notification.lasting_context
        settle(notification, Status.SENT, sent_at=timezone.now(), context=kept)


def settle(notification: Notification, status: str, **fields: object) -> None:
    """Write how it ended, unless the lease ran out and another worker has it now.

    A slow worker still knows better than whoever parked its mail.
    """
    Notification.objects.filter(
        pk=notification.pk,
        status__in=[Status.SENDING, Status.UNKNOWN],
        claimed_at=notification.claimed_at,
    ).update(status=status, **fields)


def unwanted(notification: Notification) -> str:
    """Why the world does not need this mail any more; empty if it does."""
    person = notification.recipient
    if person is not None and not person.is_active:
        return "The account is closed."
    if notification.expires_at and notification.expires_at <= timezone.now():
        return "Its deadline has passed."
    if notification.topic == Topic.NECESSARY:
        return ""
    if notification.event is not None and not notification.event.is_published:
        return "The event is not published."
    reader = (
        {"user": person}
        if person
        else {"digest": digest_of_address(notification.address)}
    )
    if Preference.objects.filter(topic=notification.topic, **reader).exists():
        return "The person has switched this topic off."
    return next((why for doubt in doubts if (why := doubt(notification))), "")


def end_of_quiet_hours(notification: Notification) -> datetime | None:
    """When the person's quiet hours end, if it is quiet now; in their own time zone."""
    person = notification.recipient
    if (
        person is None
        or notification.topic == Topic.NECESSARY
        or person.quiet_from is None
        or person.quiet_until is None
        or person.quiet_from == person.quiet_until
    ):
        return None
    zone = person.zone or (notification.event.zone if notification.event else None)
    now = timezone.localtime(timezone=zone)
    start, end = person.quiet_from, person.quiet_until
    clock = now.time()
    over_midnight = start > end
    is_quiet = clock >= start or clock < end if over_midnight else start <= clock < end
    if not is_quiet:
        return None
    day = now.date() + timedelta(days=int(over_midnight and clock >= start))
    return datetime.combine(day, end, tzinfo=now.tzinfo)


def postpone(notification: Notification, until: datetime) -> None:
    """Not an attempt: the person sleeps."""
    settle(
        notification,
        Status.QUEUED,
        send_after=until,
        attempts=notification.attempts - 1,
    )


def after_failure(notification: Notification, error: Exception) -> None:
    """Try later, longer each time; give up at once on what will not get better."""
    text = f"{type(error).__name__}: {error}"
    if is_permanent(error):
        settle(notification, Status.FAILED, error=text[:1000])
        return
    text = f"{FOR_NOW}{text}"[:1000]
    if notification.attempts >= MAX_ATTEMPTS and not expires_soon(notification):
        settle(notification, Status.FAILED, error=text)
        return
    settle(
        notification,
        Status.QUEUED,
        error=text,
        send_after=timezone.now() + pause_before_next(notification),
    )


def expires_soon(notification: Notification) -> bool:
    """Then it need not be given up: it is cancelled by itself."""
    expires = notification.expires_at
    return expires is not None and expires - timezone.now() < timedelta(days=1)


def pause_before_next(notification: Notification) -> timedelta:
    """10 seconds, then twice as long each time, up to an hour: for about a day.

    What is of no use after a while is tried more often while it is: with half of what
    is left, so that a code does not lie until it is worth nothing.
    """
    pause: timedelta = min(
        FIRST_PAUSE * 2 ** (notification.attempts - 1), LONGEST_PAUSE
    )
    if notification.expires_at:
        left = notification.expires_at - timezone.now()
        pause = max(min(pause, left / 2), FIRST_PAUSE)
    return pause * random.uniform(0.5, 1.5)  # noqa: S311 -- spreads the load


def is_permanent(error: Exception) -> bool:
    """Whether the server says that asking again for this person or mail is no use.

    Only at RCPT and DATA: a wrong password or a refused sender is about us, and will
    be mended. What is full or used up will not be so for ever.
    """
    answers = answers_in(error)
    return bool(answers) and all(
        code in PERMANENT and not NOT_FINAL.search(text) and not SAYS_LATER.search(text)
        for code, text in answers
    )


def answers_in(error: Exception) -> list[tuple[int, str]]:
    """What a mail server answered about the recipient or the mail."""
    found: list[tuple[int, bytes | str]] = []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        found = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPDataError):
        found = [(error.smtp_code, error.smtp_error)]
    return [
        (code, text.decode(errors="replace") if isinstance(text, bytes) else str(text))
        for code, text in found
    ]


def summary_of(error: Exception) -> str:
    """For the log: what kind of error, with the codes of a mail server's answers."""
    codes = [code for code, _text in answers_in(error)]
    if isinstance(error, smtplib.SMTPResponseException):
        codes = [error.smtp_code]
    return " ".join([type(error).__name__, *map(str, codes)])
