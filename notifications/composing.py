"""The words of a mail: templates, organisers' own texts, headers.

People's names and texts are only ever values: never templates, never headers, never
links. ``{placeholders}`` of organisers' texts are a fixed list, replaced as strings.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.signing import BadSignature, Signer
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, linebreaks
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.text import BIDI_CONTROLS
from events.models import Event
from notifications.models import MailText, Notification, Topic

PLACEHOLDERS = ("name", "event", "team", "deadline", "link")
EVERYWHERE = ("name", "event", "link")  # what each mail of an event can say
# Written anew each time, or about an account and no event.
BROADCAST = "notifications/email/broadcast"
ACCOUNT = "notifications/email/account"
FIXED = (ACCOUNT, BROADCAST)
# Folders of mails about an account, whose words are not an event's.
NOT_OF_EVENTS = ("account", "mfa", "socialaccount")
_PLACEHOLDER = re.compile(r"\{([^{}\s]*)\}")
_signer = Signer(salt="notifications.unsubscribe")


def placeholders_of(template: str) -> tuple[str, ...]:
    """Which placeholders have a value in this mail; the others would leave a hole."""
    if template == BROADCAST:
        return EVERYWHERE
    words = " ".join(usual_words(template))
    return tuple(
        name for name in PLACEHOLDERS if name in EVERYWHERE or f"{{{name}}}" in words
    )


def check_placeholders(text: str, template: str) -> None:
    """Refuse a text that asks for what this mail does not know, naming it."""
    known = placeholders_of(template)
    for name in _PLACEHOLDER.findall(text):
        if name not in known:
            raise ValidationError(
                _("{%(name)s} is not known in this mail. You can use: %(known)s."),
                params={"name": name, "known": in_braces(known)},
            )


def in_braces(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def fill(text: str, values: dict[str, Any]) -> str:
    """Replace the known placeholders; leave everything else as it is."""
    return _PLACEHOLDER.sub(
        lambda match: (
            str(values.get(match[1], "")) if match[1] in PLACEHOLDERS else match[0]
        ),
        text,
    )


def digest_of_address(address: str) -> str:
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


def unsubscribe_token(notification: Notification) -> str:
    who = notification.recipient_id or f"@{digest_of_address(notification.address)}"
    return _signer.sign(f"{who}-{notification.topic}")


def read_unsubscribe_token(token: str) -> tuple[int | str, Topic] | None:
    """The topic, and the person or an address's digest; whatever the token's age."""
    try:
        who, _dash, topic = _signer.unsign(token).partition("-")
        reader = who.removeprefix("@") if who.startswith("@") else int(who)
        return reader, Topic(topic)
    except (BadSignature, ValueError):
        return None


def known_templates() -> list[str]:
    """The mails of events whose words organisers may replace."""
    folder = settings.BASE_DIR / "templates"
    found = sorted(folder.glob("*/email/*_message.txt"))
    names = [
        str(path.relative_to(folder)).removesuffix("_message.txt") for path in found
    ]
    return [
        name
        for name in names
        if name not in FIXED and name.partition("/")[0] not in NOT_OF_EVENTS
    ]


def example_of(event: Event, template: str, reader: User) -> Notification:
    """A mail to ``reader`` such as they may get it: not saved, for looking at."""
    closes = timezone.now().astimezone(event.zone)
    return Notification(
        event=event,
        recipient=reader,
        template=template,
        context={
            "team": _("The Wren Watchers"),
            "deadline": f"{date_format(closes, 'l j F, H:i')} {closes.tzname()}",
            "path": event.get_absolute_url(),
        },
    )


class _Gaps(dict[str, str]):
    """Values for every name there is: a template with gaps to look at."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return "…"


def usual_words(template: str) -> tuple[str, str]:
    """Our own words, with the placeholders in the places of what they stand for."""
    values = _Gaps({name: f"{{{name}}}" for name in PLACEHOLDERS}, event_name="{event}")
    return (
        _one_line(render_text(f"{template}_subject.txt", values)),
        render_text(f"{template}_message.txt", values).strip(),
    )


def title_of(template: str) -> str:
    """What organisers read in lists of kinds of mail."""
    if template in FIXED:
        about_people = template == BROADCAST
        return gettext("A message of yours") if about_people else gettext("An account")
    title = fill(
        usual_words(template)[0],
        {
            "name": gettext("a person"),
            "event": gettext("your event"),
            "team": gettext("a team"),
            "deadline": gettext("the deadline"),
        },
    )
    return capfirst(title)


def values_of(notification: Notification) -> dict[str, Any]:
    """What templates and placeholders may say."""
    context = dict(notification.context)
    path = str(context.pop("path", ""))
    return {
        "name": str(notification.recipient or context.pop("name", "")),
        "event": notification.event.name if notification.event else "",
        **context,
        "link": f"{settings.SITE_URL}{path}" if path else "",
    }


def subject_of(notification: Notification) -> str:
    """In our own words, without looking for the organisers'.

    A mail about an account has its sign-in code in the subject: nobody else reads it.
    """
    if notification.template == ACCOUNT:
        return title_of(ACCOUNT)
    values = values_of(notification)
    subject = render_text(f"{notification.template}_subject.txt", values)
    if notification.template == BROADCAST:
        subject = fill(subject, values)
    return _one_line(subject) or notification.template


def words_of(notification: Notification) -> tuple[str, str]:
    """Subject and text, in the organisers' words where they wrote their own."""
    values = values_of(notification)
    if notification.template == BROADCAST:  # an organiser's words, for this once
        for part in ("subject", "text"):
            values[part] = fill(str(values.get(part, "")), values)
    own = (
        MailText.objects.filter(
            event=notification.event, template=notification.template
        ).first()
        if notification.event
        else None
    )
    if own is not None:
        return _one_line(fill(own.subject, values)), fill(own.body, values)
    subject = render_text(f"{notification.template}_subject.txt", values)
    body = render_text(f"{notification.template}_message.txt", values)
    return _one_line(subject), body.strip()


def render_text(template: str, values: dict[str, Any]) -> str:
    """A text template, in which nothing is HTML and so nothing is escaped."""
    text: str = get_template(template).template.render(  # type: ignore[attr-defined]
        Context(values, autoescape=False)
    )
    return text


def _one_line(text: str) -> str:
    """Fit for a header, whatever the row says: no control, nothing turned around."""
    plain = "".join(
        " " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char
        for char in text
        if char not in BIDI_CONTROLS
    )
    # What looks like an encoded word (RFC 2047) would be decoded, line ends and all.
    return " ".join(plain.split()).replace("=?", "=\u2060?")[:200]


def compose(notification: Notification) -> EmailMultiAlternatives:
    """The mail as it goes out; the Message-ID is the same at every attempt."""
    subject, body = words_of(notification)
    domain = settings.SITE_URL.rpartition("/")[2].partition(":")[0]
    headers = {
        "Message-ID": f"<{notification.message_id}@{domain}>",
        "Auto-Submitted": "auto-generated",
    }
    unsubscribe = ""
    if notification.topic != Topic.NECESSARY:
        path = reverse(
            "notifications:unsubscribe", args=[unsubscribe_token(notification)]
        )
        unsubscribe = f"{settings.SITE_URL}{path}"
        headers["List-Unsubscribe"] = f"<{unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    frame = {
        "body": body,
        "html_body": mark_safe(linebreaks(escape(body))),  # noqa: S308 -- escaped here
        "link": values_of(notification)["link"],
        "event": notification.event,
        "topic": Topic(notification.topic).label,
        "unsubscribe": unsubscribe,
        "subject": subject,
    }
    person = notification.recipient
    # Whoever answers a mail of an event writes to its organisers.
    contact = notification.event.contact_email if notification.event else ""
    mail = EmailMultiAlternatives(
        subject=subject,
        body=render_text("email/frame.txt", frame),
        to=[
            formataddr((_one_line(str(person)), person.email))
            if person
            else notification.address
        ],
        reply_to=[contact] if contact else None,
        headers=headers,
    )
    mail.attach_alternative(render_to_string("email/frame.html", frame), "text/html")
    return mail
