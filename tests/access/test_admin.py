"""The admin: organisers of one series, and the rows of another, everywhere.

Goes through whatever is registered, so a new window is tried without a line here.
Each refusal has its matching success by the series' own organisers and a superuser.
"""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import User
from events.scoping import ScopedModelAdmin
from judging.models import PublishedResult, Recusal
from notifications.models import MailText
from tests.access.writing import written
from tests.factories.accounts import SkillFactory, UserFactory
from tests.factories.events import (
    AnnouncementFactory,
    TrackFactory,
)
from tests.factories.submissions import ProjectFactory

REFUSED = {302, 403, 404}
SCOPED = {
    model: window
    for model, window in admin.site._registry.items()
    if isinstance(window, ScopedModelAdmin)
}
NAMES = [model._meta.label_lower for model in SCOPED]
# For superusers only: people are not an event's rows.
CLOSED = ["accounts.user", "accounts.skill"]


def furnish(world):
    """What the world lacks so that every window has a row in it."""
    event, canary = world.event, world.canary
    AnnouncementFactory(event=event, text=f"news {canary}")
    TrackFactory(event=event, name=f"track {canary}")
    event.sponsors.create(name=f"sponsor {canary}")
    event.audit_entries.create(verb="teams.joined", target=canary)
    Recusal.objects.create(
        judge=world.judge, project=ProjectFactory(team__event=event), reason=canary
    )
    MailText.objects.create(
        event=event, template="teams/email/find_a_team", subject=canary, body=canary
    )
    PublishedResult.objects.create(
        event=event,
        version=1,
        snapshot={"rounds": [], "awards": []},
        digest=canary,
        reason=canary,
    )
    return world


@pytest.fixture(scope="module")
def first_world(once, first_world):
    return once(furnish, first_world)


@pytest.fixture(scope="module")
def second_world(once, second_world):
    return once(furnish, second_world)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def rows_of(model, world):
    series = world.event.series
    path = SCOPED[model].series_path
    return model.objects.filter(**{path: series.pk if path == "pk" else series})


def address(model, page, *args):
    label = f"{model._meta.app_label}_{model._meta.model_name}"
    return reverse(f"admin:{label}_{page}", args=args)


def everything():
    """Every row there is, but for sessions and the admin's own diary."""
    return {
        model: list(model.objects.order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.app_label not in {"sessions", "contenttypes", "auth"}
        and model not in {LogEntry, User}
    }


def text_of(answer):
    return b"" if answer.streaming else answer.content.decode()


@pytest.mark.parametrize("name", NAMES)
def test_pages_of_a_row_open_for_its_organisers_alone(name, world, neighbour):
    model = apps.get_model(name)
    row = rows_of(model, neighbour).first()
    assert row is not None, f"furnish() has no {name}"
    own, other = (client_of(w.users["organiser"]) for w in (neighbour, world))
    superuser = client_of(UserFactory(is_superuser=True, is_staff=True))
    attendee = client_of(neighbour.users["attendee"])

    for page in ("change", "history", "delete"):
        url = address(model, page, row.pk)
        allowed = 200
        if page == "delete" and not SCOPED[model].may_delete:
            allowed = 403
        # A published event with people in it: not by a slip of the mouse.
        kept = page == "delete" and name == "events.event"
        with written() as tables:
            assert own.get(url).status_code == (403 if kept else allowed), page
            assert superuser.get(url).status_code == allowed, page
            for client in (other, attendee):
                for query in ({}, {"_popup": "1"}, {"_to_field": "id"}):
                    answer = client.get(url, query)
                    assert answer.status_code in REFUSED, page
                    assert neighbour.canary not in text_of(answer)
            assert other.post(url, {"post": "yes"}).status_code in REFUSED
        assert not tables, page


@pytest.mark.parametrize("name", NAMES)
def test_lists_searches_and_filters_show_ones_own_rows(name, world, neighbour):
    model, window = apps.get_model(name), SCOPED[apps.get_model(name)]
    client = client_of(world.users["organiser"])
    own = client_of(neighbour.users["organiser"])
    row = rows_of(model, neighbour).first()
    queries = [{}, {"q": "of"}, {"o": "1"}, {"all": ""}, {"pk": row.pk}, {"id": row.pk}]
    queries += [{"q": row.pk}, {"_popup": "1"}, {"e": "1"}]
    for path in window.list_filter:
        queries.append({f"{path}__id__exact": neighbour.event.pk})
        queries.append({f"{path}__exact": neighbour.event.pk})

    link = f'/{row.pk}/change/"'
    assert link in own.get(address(model, "changelist")).content.decode()
    for query in queries:
        answer = client.get(address(model, "changelist"), query, follow=True)
        html = answer.content.decode()
        assert link not in html, query
        assert neighbour.canary not in html, query
        assert neighbour.event.name not in html.replace(world.event.name, ""), query


@pytest.mark.parametrize("name", NAMES)
def test_forms_offer_ones_own_rows_only(name, world, neighbour):
    model = apps.get_model(name)
    client = client_of(world.users["organiser"])
    pages = [address(model, "change", rows_of(model, world).first().pk)]
    if SCOPED[model].may_add:
        pages.append(address(model, "add"))

    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200 or page == "/admin/events/series/add/"
        html = answer.content.decode().replace(world.event.name, "")
        assert neighbour.canary not in html, page
        assert neighbour.event.name not in html, page


@pytest.mark.parametrize("name", NAMES)
def test_bulk_actions_leave_foreign_rows_alone(name, world, neighbour):
    model, window = apps.get_model(name), SCOPED[apps.get_model(name)]
    client = client_of(world.users["organiser"])
    foreign = rows_of(model, neighbour)
    before = list(foreign.order_by("pk").values_list())
    names = [a if isinstance(a, str) else a.__name__ for a in window.actions or ()]

    for action in (*names, "delete_selected"):
        answer = client.post(
            address(model, "changelist"),
            {
                "action": action,
                "_selected_action": [row.pk for row in foreign],
                "index": "0",
                "post": "yes",
            },
            follow=True,
        )
        assert answer.status_code in {200, 403}
        assert neighbour.canary not in answer.content.decode(), action

    assert list(foreign.order_by("pk").values_list()) == before


def test_autocomplete_finds_ones_own_rows_only(world, neighbour):
    client = client_of(world.users["organiser"])
    for model, window in SCOPED.items():
        for field in window.get_autocomplete_fields(None):
            answer = client.get(
                reverse("admin:autocomplete"),
                {
                    "app_label": model._meta.app_label,
                    "model_name": model._meta.model_name,
                    "field_name": field,
                    "term": "",
                },
            )
            assert neighbour.canary not in answer.content.decode()
            assert neighbour.event.name not in answer.content.decode()


def test_a_row_of_another_series_cannot_be_posted_into_a_form(world, neighbour):
    client = client_of(world.users["organiser"])
    before = everything()
    for model, window in SCOPED.items():
        if not window.may_change:
            continue
        row = rows_of(model, world).first()
        foreign = {
            field.name: rows_of(field.related_model, neighbour).first().pk
            for field in model._meta.fields
            if field.related_model in SCOPED
        }
        if not foreign:
            continue
        for url in (address(model, "change", row.pk), address(model, "add")):
            client.post(url, foreign)
        kept = model.objects.get(pk=row.pk)
        assert all(getattr(kept, f"{name}_id") != pk for name, pk in foreign.items())
    assert everything() == before


def test_an_inline_does_not_take_a_foreign_row(world, neighbour):
    """As in CVE-2026-87975: the number of another event's row in one's own form."""
    client = client_of(world.users["organiser"])
    track = neighbour.event.tracks.get()
    url = address(type(world.event), "change", world.event.pk)
    page = client.get(url)
    data = {}
    for form in [page.context_data["adminform"].form] + [
        inline.formset.management_form
        for inline in page.context_data["inline_admin_formsets"]
    ]:
        for field in form:
            value = field.value()
            if hasattr(field.field.widget, "decompress"):
                for n, part in enumerate(field.field.widget.decompress(value)):
                    data[f"{field.html_name}_{n}"] = "" if part is None else str(part)
            elif value not in (None, False):
                data[field.html_name] = value
    data |= {
        "tracks-TOTAL_FORMS": "1",
        "tracks-INITIAL_FORMS": "1",
        "tracks-0-id": track.pk,
        "tracks-0-event": world.event.pk,
        "tracks-0-name": "Taken over",
    }

    client.post(url, data)

    track.refresh_from_db()
    assert (track.name, track.event) == (f"track {neighbour.canary}", neighbour.event)


@pytest.mark.parametrize("name", CLOSED)
def test_people_are_the_superusers_alone(name, world):
    model = apps.get_model(name)
    organiser = client_of(world.users["organiser"])
    superuser = client_of(UserFactory(is_superuser=True, is_staff=True))
    SkillFactory()
    row = model.objects.first()
    before = list(model.objects.values_list())

    for url in (
        address(model, "changelist"),
        address(model, "add"),
        address(model, "change", row.pk),
    ):
        answer = organiser.get(url)
        if answer.status_code == 302:  # to the page that anybody may ask for
            assert answer.url == reverse("accounts:person", args=[row.pk])
        else:
            assert answer.status_code == 403, url
        assert organiser.post(url, {"email": "me@example.org"}).status_code == 403
        assert superuser.get(url).status_code == 200, url
    assert list(model.objects.values_list()) == before


def test_organisers_cannot_make_themselves_more(world):
    organiser = world.users["organiser"]
    client = client_of(organiser)
    series = world.event.series
    role = series.organiser_roles.get(user=organiser)
    role.role = "organiser"
    role.save()

    client.post(
        address(type(series), "change", series.pk),
        {
            "name": series.name,
            "slug": series.slug,
            "organiser_roles-TOTAL_FORMS": "1",
            "organiser_roles-INITIAL_FORMS": "1",
            "organiser_roles-0-id": role.pk,
            "organiser_roles-0-series": series.pk,
            "organiser_roles-0-email": organiser.email,
            "organiser_roles-0-role": "admin",
        },
    )

    role.refresh_from_db()
    assert role.role == "organiser"
