"""G30: nobody can write in our name. Whatever people are called, a mail is ours."""

import email
import re
from email import policy
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.template.base import VariableNode
from django.template.loader import get_template

from notifications import composing
from notifications.composing import compose
from notifications.models import MailText, Topic
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory
from tests.factories.notifications import NotificationFactory
from tests.parts import own_half

EVIL = "evil.example"
BASE = [
    f"Eve\r\nBcc: all@{EVIL}",
    f"Eve\nTo: all@{EVIL}\n\nOther body",
    "Eve\r\n\r\n<html>",
    "Eve\x0bX: y",
    "Eve\u2028Bcc: x",
    "{{ 7*7 }}",
    "{% debug %}",
    "{% include 'accounts/profile.html' %}",
    "{{ user.password }}",
    "${7*7}",
    "#{7*7}",
    "%(name)s %s %d",
    "{0} {0.__class__}",
    "{event.owner.password}",
    "{name.__class__.__init__.__globals__}",
    "{link}",
    "{unknown}",
    f"[our page](https://{EVIL}/)",
    f"![x](https://{EVIL}/x.png)",
    f"<https://{EVIL}/>",
    f"https://{EVIL}/verify",
    f"www.{EVIL}",
    f"<a href='https://{EVIL}/'>Verify</a>",
    f'"><a href="https://{EVIL}/">x</a>',
    f"<img src=https://{EVIL}/x>",
    "<script>alert(1)</script>",
    "<style>*{display:none}</style>",
    f"<form action=https://{EVIL}/><input name=password>",
    "</body></html>",
    "<!-- ",
    "]]>",
    "\u202egnihsihp\u202c",
    "\u2066hidden\u2069",
    "=?utf-8?B?QmNjOiBhbGxAZXZpbC5leGFtcGxl?=",
    "=?utf-8?Q?=0D=0ABcc:_x=40evil.example?=",
    '"Menlo" <menlo@evil.example>',
    "a@evil.example, b",
    "Menlo Security <x@evil.example>",
    "=cmd|'/C calc'!A0",
    "x" * 10_000,
    "é" * 3_000,
    "👩‍👩‍👧‍👦" * 200,
    "&lt;b&gt;",
    "&#x0d;&#x0a;Bcc: x",
    ".\r\nQUIT",
    "From me",
    "\t tabs \t",
    "'--",
    "\\r\\nBcc: x",
    "javascript:alert(1)",
]
ALLOWED = {
    "Content-Type",
    "MIME-Version",
    "Subject",
    "From",
    "To",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Id",
    "Precedence",
    "X-Auto-Response-Suppress",
}
MAILS = [*composing.known_templates(), *composing.FIXED]


def variables_of(template):
    """The names that the mail's templates show, with what stands behind the dot."""
    found = set()
    for ending in ("_subject.txt", "_message.txt"):
        nodes = get_template(f"{template}{ending}").template.nodelist
        for node in nodes.get_nodes_by_type(VariableNode):
            found.add(str(node.filter_expression.var).split(".")[0])
    return found - {"link", "name", "event"}


def parts_of(mail):
    """Headers, text and HTML, as they come out of the wire format."""
    parsed = email.message_from_bytes(mail.message().as_bytes(), policy=policy.default)
    text = parsed.get_body(("plain",)).get_content()
    html = parsed.get_body(("html",)).get_content()
    return parsed, text, html


class Seen(HTMLParser):
    """What a mail program makes of it."""

    def __init__(self):
        super().__init__()
        self.tags, self.links, self.words = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [v for k, v in attrs if k in {"href", "src", "action"}]

    def handle_data(self, data):
        self.words.append(data)

    @classmethod
    def text_of(cls, html):
        seen = cls()
        seen.feed(html)
        return "".join(seen.words)


def check(mail, person):
    parsed, text, html = parts_of(mail)
    assert set(parsed.keys()) <= ALLOWED
    assert len(parsed.keys()) == len(set(parsed.keys()))
    assert [address.addr_spec for address in parsed["To"].addresses] == [person.email]
    assert [a.addr_spec for a in parsed["From"].addresses] == [
        email.utils.parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    ]
    assert len(str(parsed["Subject"]).strip()) <= 200
    assert not re.search(r"[\r\n\u202a-\u202e\u2066-\u2069]", str(parsed["Subject"]))
    seen = Seen()
    seen.feed(html)
    assert not seen.tags & {"script", "img", "form", "iframe", "input"}
    for link in seen.links:
        assert link.startswith(settings.SITE_URL), link
    assert "49" not in str(parsed["Subject"])
    return parsed, text, html


@pytest.fixture
def person(db):
    return UserFactory(email="ada@example.org", time_zone="UTC")


@pytest.mark.no_cover
@pytest.mark.parametrize("template", MAILS)
def test_whatever_people_are_called_the_mail_is_ours(template, person):
    """Each database gets every other payload: it has no part in a mail."""
    names = variables_of(template)
    event = EventFactory()
    row = NotificationFactory(
        recipient=person, event=event, template=template, topic=Topic.NEWS
    )
    for payload in own_half(BASE):
        person.display_name = event.name = payload[:200]
        row.context = {**dict.fromkeys(names, payload), "path": "/me/"}

        _parsed, text, html = check(compose(row), person)

        if names & {"text", "message"} and "\r" not in payload:
            shown = payload.strip().splitlines()[0]
            assert shown[:500] in text.replace("=\n", "")
            if len(shown) < 70:
                assert " ".join(shown.split()) in " ".join(Seen.text_of(html).split())


def test_organisers_own_words_are_words_too(person):
    event = EventFactory()
    row = NotificationFactory(
        recipient=person, event=event, template=MAILS[0], context={"path": "/me/"}
    )
    own = MailText.objects.create(event=event, template=MAILS[0], subject="x", body="x")
    for payload in BASE:
        own.subject, own.body = payload[:150], f"{payload}\n{{name}}\n{{link}}"
        own.save()
        person.display_name = "{link} {event} <b>{name}</b>"

        _parsed, text, _html = check(compose(row), person)

        assert "{link} {event} <b>{name}</b>" in text


def test_the_list_of_payloads_is_long_enough():
    assert len(set(BASE)) >= 50
    assert len(MAILS) > 15
