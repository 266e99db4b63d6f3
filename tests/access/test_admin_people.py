"""Who leaves, and who runs what: no series and no team is left without anybody."""

import pytest
from django.urls import reverse

from accounts.actions import erase
from accounts.forms import EraseForm
from accounts.models import User
from events.log import record
from events.models import AuditEntry, Registration, SeriesOrganiser
from tests.access.test_admin import address, client_of
from tests.access.test_admin_journal import send, sent_by
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, SeriesOrganiserFactory

ADMIN = SeriesOrganiser.Role.ADMIN


@pytest.fixture
def superuser(db):
    return UserFactory(is_superuser=True, is_staff=True)


def ways(client, user):
    yield lambda: client.post(address(User, "delete", user.pk), {"post": "yes"})
    yield lambda: client.post(
        address(User, "changelist"),
        {
            "action": "delete_selected",
            "_selected_action": user.pk,
            "index": "0",
            "post": "yes",
        },
    )


@pytest.mark.parametrize("way", [0, 1], ids=["page", "action"])
def test_whoever_is_deleted_here_leaves_as_elsewhere(
    way, superuser, captain, teammate, team
):
    record(captain, "teams.renamed", "Wrens", event=team.event)
    client = client_of(superuser)

    list(ways(client, captain))[way]()

    assert not User.objects.filter(pk=captain.pk).exists()
    assert not Registration.objects.filter(user=captain.pk).exists()
    assert team.memberships.get().role == "captain"
    entry = AuditEntry.objects.get(verb="teams.renamed")
    assert (entry.actor_name, entry.actor) == ("", None)
    deleted = AuditEntry.objects.get(verb="events.admin_deleted")
    assert deleted.actor == superuser


@pytest.mark.parametrize("way", [0, 1], ids=["page", "action"])
def test_whoever_runs_a_series_alone_is_not_deleted(way, superuser):
    role = SeriesOrganiserFactory(role=ADMIN)

    answer = list(ways(client_of(superuser), role.user))[way]()

    assert "Nobody else runs this series" in answer.content.decode()
    assert User.objects.filter(pk=role.user_id).exists()
    SeriesOrganiserFactory(series=role.series, role=ADMIN)
    list(ways(client_of(superuser), role.user))[way]()
    assert not User.objects.filter(pk=role.user_id).exists()


def test_the_only_administrator_says_that_she_knows(stranger):
    assert "leaves_it_alone" not in EraseForm(user=stranger).fields
    user = SeriesOrganiserFactory(role=ADMIN).user
    sent = {"email": user.email}

    assert "leaves_it_alone" in EraseForm(sent, user=user).errors
    form = EraseForm(sent | {"leaves_it_alone": "on"}, user=user)
    assert form.is_valid()
    assert "Nobody else runs this series" in str(form)


@pytest.mark.parametrize(
    "change",
    [
        {"organiser_roles-0-DELETE": "on"},
        {"organiser_roles-0-role": SeriesOrganiser.Role.ORGANISER},
    ],
    ids=["removed", "demoted"],
)
def test_a_series_keeps_somebody_who_runs_it(change, event):
    role = SeriesOrganiserFactory(series=event.series, role=ADMIN)
    client = client_of(role.user)
    url = address(type(event.series), "change", event.series.pk)
    _context, sent = sent_by(client, url)

    answer = send(client, url, {**sent, **change})

    assert "Somebody must run the series" in answer.content.decode()
    role.refresh_from_db()
    assert role.role == ADMIN
    SeriesOrganiserFactory(series=event.series, role=ADMIN, user__is_active=False)
    _context, sent = sent_by(client, url)
    answer = send(client, url, {**sent, **change})
    assert "Somebody must run the series" in answer.content.decode()
    SeriesOrganiserFactory(series=event.series, role=ADMIN)
    _context, sent = sent_by(client, url)
    assert sent["organiser_roles-0-id"] == str(role.pk)
    assert send(client, url, {**sent, **change}).status_code == 302
    assert not SeriesOrganiser.objects.filter(pk=role.pk, role=ADMIN).exists()


def test_what_somebody_changed_stays_when_they_leave(event, organiser):
    SeriesOrganiserFactory(series=event.series, role=ADMIN)
    client = client_of(organiser)
    url = reverse("admin:events_event_change", args=[event.pk])
    _context, sent = sent_by(client, url)
    assert send(client, url, {**sent, "tagline": "New"}).status_code == 302

    erase(organiser)

    entry = event.audit_entries.get(verb="events.admin_changed")
    assert {"field": "tagline", "old": "", "new": "New"} in entry.details["changes"]


@pytest.mark.parametrize(("role", "may"), [("admin", True), ("organiser", False)])
def test_only_who_runs_a_series_changes_it_or_deletes_its_drafts(role, may, event):
    user = SeriesOrganiserFactory(series=event.series, role=role).user
    SeriesOrganiserFactory(series=event.series, role=ADMIN)
    draft = EventFactory(series=event.series, is_published=False)
    client = client_of(user)
    series = address(type(event.series), "change", event.series.pk)
    _context, sent = sent_by(client, series)

    status = client.post(series, {**sent, "name": "Another"}).status_code
    client.post(address(type(draft), "delete", draft.pk), {"post": "yes"})

    assert client.get(series).status_code == 200
    assert status == (302 if may else 403)
    event.series.refresh_from_db()
    assert (event.series.name == "Another") == may
    assert type(draft).objects.filter(pk=draft.pk).exists() != may
