"""Who leaves is gone from every table: the whole database is searched for them."""

from contextlib import suppress
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, models, transaction
from django.urls import reverse

from accounts.actions import erase, export_data
from accounts.models import User
from core.ledger import drop_guards
from events import audit
from events.actions import check_in, undo_check_in
from events.log import record
from events.models import AuditEntry, Registration
from judging.actions import invite_judge, record_conflict
from judging.models import Judge
from notifications.delivery import deliver
from notifications.models import Notification
from notifications.people import queue_account_mail
from teams.actions import invite_person, remove_member
from tests.access.world import build
from tests.factories.events import RegistrationFactory
from tests.factories.judging import JudgeFactory

CANARY = "Zebulon"
ADDRESS = "zebulon@canary.example"


def tables_with(word):
    """Every table and column whose rows hold the word, letters of either case."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            rows = model._base_manager.values_list(field.attname, flat=True)
            if any(word.casefold() in str(value).casefold() for value in rows):
                found.add(f"{model._meta.label}.{field.name}")
    return found


def own_rows(user):
    """Rows that go with the account, by the schema."""
    for relation in User._meta.related_objects:
        if relation.on_delete is models.CASCADE:
            yield from relation.related_model._base_manager.filter(
                **{relation.field.name: user}
            )


def fill(row):
    """The canary in every text of a row that takes it, and in every JSON."""
    for field in row._meta.concrete_fields:
        is_text = isinstance(field, models.CharField | models.TextField)
        if isinstance(field, models.JSONField):
            value = {"said": CANARY}
        elif is_text and not (field.choices or field.unique):
            value = CANARY[: field.max_length]
        else:
            continue
        with suppress(IntegrityError), transaction.atomic():  # no text may stand there
            type(row)._base_manager.filter(pk=row.pk).update(**{field.name: value})


@pytest.fixture
def leaver(db):
    """Somebody who did everything, and to whom everything was done."""
    world = build("other")
    user = world.users["member"]
    user.display_name, user.email, user.about = CANARY, ADDRESS, CANARY
    user.save()
    world.user = user
    return world


def live(world, client):
    """All that writes a name: their own acts, those of others, the admin, mails."""
    user, organiser = world.user, world.users["organiser"]
    captain, event = world.users["captain"], world.event
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True, primary=True)
    client.force_login(user)
    client.get(reverse("accounts:profile"), headers={"user-agent": CANARY})
    UserSession.objects.get_or_create(
        user=user, session_key=client.session.session_key, ip="192.0.2.7"
    )
    seat = event.registrations.get(user=user)
    check_in(seat, organiser)
    undo_check_in(seat, organiser)
    team = user.memberships.get().team
    remove_member(team, user, captain)
    invite_person(team, user, captain)
    record(organiser, "events.admin_changed", str(seat), event=event, about=seat,
           model="events.registration",
           changes=[{"field": "pitch", "old": CANARY, "new": "x"}])  # fmt: skip
    judge = JudgeFactory(event=event, user=user, name=CANARY, email=ADDRESS)
    invite_judge(judge, organiser)
    project = event.projects.first()
    record_conflict(judge, project, organiser, "Knows them")
    record(None, "judging.conflict", project, event=event, actor_name=judge.name,
           judge=judge, reason="Knows them")  # fmt: skip
    LogEntry.objects.create(
        user=organiser,
        content_type=ContentType.objects.get_for_model(Registration),
        object_id=seat.pk,
        object_repr=str(seat),
        action_flag=CHANGE,
        change_message=f"Changed {ADDRESS}",
    )
    queue_account_mail(ADDRESS, "Code", f"Hello {CANARY}", timedelta(days=1))
    audit.seal(event.pk)
    # What is not sealed yet when they leave.
    record(user, "teams.joined", team, event=event)


def test_an_erased_person_is_in_no_table(leaver, client, settings):
    live(leaver, client)
    for row in own_rows(leaver.user):
        fill(row)
    for mail in Notification.objects.filter(status="queued"):
        deliver(mail.pk)
    before = tables_with(CANARY)
    assert before >= {
        "accounts.User.display_name",
        "events.AuditEntry.actor_name",
        "events.AuditEntry.personal",
        "events.Registration.pitch",
        "notifications.Notification.address",
        "judging.Judge.name",
        "judging.Judge.email",
        "admin.LogEntry.object_repr",
    }
    sessions = Session.objects.count()

    erase(leaver.user)

    assert tables_with(CANARY) == set()
    assert Session.objects.count() == sessions - 1
    assert Judge.objects.filter(revoked_at=None, name__contains="left").count() == 0
    audit.seal_all()
    assert audit.verify(leaver.event.pk) is None
    said = {one.said["target"] for one in leaver.event.audit_entries.all()}
    assert "somebody who has left" in said
    assert not AuditEntry.objects.filter(actor=None, actor_name="", number=None)


def test_a_name_apart_is_covered_by_the_chain(event, organiser):
    seat = RegistrationFactory(event=event, user__display_name="Ada")
    check_in(seat, organiser)
    audit.seal(event.pk)
    entry = event.audit_entries.get(verb="events.checked_in")
    assert (entry.target, entry.subject, entry.personal) == (
        "",
        seat.user,
        {"target": str(seat)},
    )

    drop_guards()
    event.audit_entries.filter(pk=entry.pk).update(personal={"target": "Eve"})

    assert "about somebody else" in str(audit.verify(event.pk))


def test_the_export_holds_what_is_held(leaver, client):
    live(leaver, client)

    data = export_data(leaver.user)

    assert data["sign-in"]["addresses"][0]["email"] == ADDRESS
    assert data["sign-in"]["sessions"][0]["from"] == "192.0.2.7"
    assert data["judging"][0]["name"] == CANARY
    assert any("checked in" in line["what"] for line in data["log"])


def test_what_is_deleted_is_overwritten(db):
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete")
            assert cursor.fetchone() == (1,)
