"""Each write in the admin stands in the sealed log, with the values before and after.

Goes through whatever is registered and changes each field that a page offers.
"""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.contrib import admin
from django.utils.http import urlencode

from core.admin_journal import in_text
from events.log import NOTHING, in_words
from events.models import AuditEntry, Event, SeriesOrganiser
from feedback.models import Survey
from tests.access.test_admin import SCOPED, address, client_of, furnish, rows_of
from tests.access.test_fields import Inputs
from tests.access.world import build, with_secrets
from tests.bad_input.forms import FORM
from tests.factories.accounts import SkillFactory, UserFactory
from tests.factories.events import PrizeFactory
from tests.factories.judging import CriterionFactory, JudgeFactory, RoundFactory

WINDOWS = admin.site._registry
LOGGED_BY_ACTION = {
    "events.registration": "events.role_changed",
    "teams.team": "teams.renamed",
}


def open_long_enough(event):
    """Judging ends after hacking, as the form of an event asks for."""
    judging = event.windows.get(phase="judging")
    judging.closes_at += timedelta(hours=1)
    judging.save()


def build_with_parts():
    world = with_secrets(furnish(build("x")))
    JudgeFactory(event=world.event, email="jo@example.org")
    SkillFactory()
    open_long_enough(world.event)
    Survey.objects.update(opened_at=None)
    world.event.survey.questions.create(text="How was it?")
    user = world.users["superuser"] = UserFactory(is_superuser=True, is_staff=True)
    EmailAddress.objects.create(user=user, email=user.email)
    SocialAccount.objects.create(user=user, provider="github", uid="1")
    return world


@pytest.fixture(scope="module")
def first_world(once):
    return once(build_with_parts)


@pytest.fixture
def client(world):
    return client_of(world.users["superuser"])


def sent_by(client, url):
    page = client.get(url)
    sent = {
        name: value
        for name, value in Inputs(page.content.decode()).sent.items()
        if not name.startswith(("_", "action", "select_")) and "__prefix__" not in name
    }
    return page.context_data, sent


def another(form, name, sent):
    """What to send so that this field has another value; ``None`` if none is known."""
    field, key = form.fields[name], form.add_prefix(name)
    now = sent.get(key, "")
    if field.disabled or field.widget.is_hidden or name == "DELETE":
        return None
    match field:
        case forms.SplitDateTimeField():
            key = f"{key}_1"
            values = [f"{sent.get(key, '')[:6]}{second}" for second in (17, 18)]
            now = sent.get(key, "")
        case forms.BooleanField():
            values = ["" if now else "on"]
        case forms.ModelMultipleChoiceField():
            chosen = [row.pk for row in form.initial.get(name) or ()]
            more = field.queryset.exclude(pk__in=chosen).values_list("pk", flat=True)
            values = [[*chosen, pk] for pk in more]
        case forms.ChoiceField():
            values = [str(value) for value, _label in field.choices if str(value)]
        case forms.IntegerField() | forms.DecimalField():
            values = [str(int(float(now or 0)) + 1)]
        case forms.EmailField():
            values = ["new@example.net"]
        case _:
            values = [f"{now}x".strip()]
    return next(({key: value} for value in values if value != str(now)), None)


def forms_on(context):
    yield context["adminform"].form
    for inline in context["inline_admin_formsets"]:
        yield from inline.formset.initial_forms[:1]


def send(client, url, fields):
    """Save, and tick what the page then asks to be confirmed."""
    body = urlencode(fields, doseq=True)
    answer = client.post(url, body, content_type=FORM)
    if answer.status_code == 200:
        confirmed = answer.context_data["adminform"].form.fields.get("confirmed")
        if marks := [mark for mark, _text in getattr(confirmed, "choices", ())]:
            body = urlencode({**fields, "confirmed": marks}, doseq=True)
            answer = client.post(url, body, content_type=FORM)
    return answer


def save(client, url, form, names):
    """Change these fields; the entries that came of it, or ``None`` if refused."""
    _context, sent = sent_by(client, url)
    values = {}
    for name in names:
        values |= another(form, name, sent) or {}
    last = AuditEntry.objects.count()
    if send(client, url, {**sent, **values}).status_code != 302:
        return None
    return list(AuditEntry.objects.order_by("pk")[last:])


def check(entries, form, names, private):
    label = form._meta.model._meta.label_lower
    if label in LOGGED_BY_ACTION:
        by_action = WINDOWS[form._meta.model].logged_by_action
        assert LOGGED_BY_ACTION[label] in {entry.verb for entry in entries}
        names = [name for name in names if name not in by_action]
    told = {
        change["field"]: change
        for entry in entries
        if entry.said.get("model") == label
        for change in entry.said["changes"]
    }
    assert set(names) <= set(told)
    for name in names:
        assert (name in private) == ("old" not in told[name])
        assert name in private or told[name]["old"] != told[name]["new"]
    assert all(in_words(entry) for entry in entries)


@pytest.mark.parametrize("model", WINDOWS, ids=lambda model: model._meta.label)
def test_each_change_is_in_the_log_with_both_values(model, client, world):
    row = (rows_of(model, world) if model in SCOPED else model.objects).order_by("pk")
    row = row.filter(pk=world.event.pk).first() if model is Event else row.first()
    url = address(model, "change", row.pk)
    context, sent = sent_by(client, url)
    if "adminform" not in context or not context["has_change_permission"]:
        return
    tried = 0
    for form in forms_on(context):
        is_own = form is context["adminform"].form
        private = WINDOWS[model].private if is_own else ()
        columns = {field.name for field in form._meta.model._meta.get_fields()}
        names = [n for n in form.fields if n in columns and another(form, n, sent)]
        # All at once; where that is refused, one after the other.
        if (entries := save(client, url, form, names)) is not None:
            check(entries, form, names, private)
            tried += len(names)
            continue
        for name in names:
            if (entries := save(client, url, form, [name])) is not None:
                check(entries, form, [name], private)
                tried += 1
    assert tried


def post(client, url, **fields):
    _context, sent = sent_by(client, url)
    answer = send(client, url, {**sent, **fields})
    assert answer.status_code == 302, answer.context_data["errors"]


def last_words():
    return [in_words(entry) for entry in AuditEntry.objects.order_by("-pk")]


def test_parts_are_told_when_they_come_and_go(client, world):
    event = world.event
    prize = PrizeFactory(event=event, name="Best Data", order=3)
    judge = JudgeFactory(event=event, name="Jo", email="jo.row@example.org")
    round_ = RoundFactory(event=event, name="Empty", order=8)
    CriterionFactory(round=round_, name="Craft")
    url = address(Event, "change", event.pk)
    for row, prefix in ((prize, "prizes"), (judge, "judges"), (round_, "rounds")):
        _context, sent = sent_by(client, url)
        place = next(
            k
            for k, v in sent.items()
            if k.endswith("-id") and v == str(row.pk) and k.startswith(prefix)
        )
        post(client, url, **{place.replace("-id", "-DELETE"): "on"})
        kind = row._meta.verbose_name
        assert last_words()[0].startswith(f"deleted: {kind} “{row}” (")
    assert any(
        f"e-mail address: j…@example.org → {NOTHING}" in words for words in last_words()
    )

    _context, sent = sent_by(client, url)
    number = sent["tracks-TOTAL_FORMS"]
    post(
        client,
        url,
        **{"tracks-TOTAL_FORMS": int(number) + 1, f"tracks-{number}-name": "Health"},
    )
    assert last_words()[0].startswith("added: track “Health” (")


def test_a_deleted_row_of_a_list_is_told(client, world):
    sponsor = world.event.sponsors.create(name="Acme")
    client.post(address(type(sponsor), "delete", sponsor.pk), {"post": "yes"})
    other = world.event.sponsors.create(name="Bolt")
    client.post(
        address(type(other), "changelist"),
        {
            "action": "delete_selected",
            "_selected_action": other.pk,
            "index": "0",
            "post": "yes",
        },
    )

    assert [
        entry.said["target"] for entry in world.event.audit_entries.order_by("-pk")[:2]
    ] == [
        "Bolt",
        "Acme",
    ]


def test_who_organises_a_series_stands_in_the_log_of_each_event(client, world):
    newcomer = UserFactory(email="new@example.org")
    series = world.event.series
    number = SeriesOrganiser.objects.filter(series=series).count()

    post(
        client,
        address(type(series), "change", series.pk),
        **{
            "organiser_roles-TOTAL_FORMS": number + 1,
            f"organiser_roles-{number}-email": newcomer.email,
            f"organiser_roles-{number}-role": "admin",
        },
    )

    entry = world.event.audit_entries.order_by("-pk")[0]
    assert entry.verb == "events.admin_added"
    assert entry.said["model"] == "events.seriesorganiser"
    role = SeriesOrganiser.Role.ADMIN.label
    assert {"field": "role", "old": "", "new": role} in entry.said["changes"]


def test_rights_are_told_and_names_are_not(client, world):
    person = UserFactory(display_name="Ada Canary", email="canary@example.org")
    url = address(type(person), "change", person.pk)

    post(client, url, is_superuser="on", display_name="Ada C. Canary")

    entry = AuditEntry.objects.order_by("-pk")[0]
    assert {"field": "is_superuser", "old": "no", "new": "yes"} in entry.said["changes"]
    assert {"field": "display_name"} in entry.said["changes"]
    assert "anary" not in f"{entry.said}"


def test_phases_that_move_with_the_event_are_told(client, world):
    event = world.event
    url = address(Event, "change", event.pk)
    _context, sent = sent_by(client, url)
    year = sent["starts_at_0"][-4:]

    post(client, url, starts_at_0=f"24/12/{year}", ends_at_0=f"25/12/{year}")

    told = {entry.said.get("model") for entry in event.audit_entries.all()}
    assert {"events.event", "events.phasewindow"} <= told


def test_long_texts_are_cut():
    field = Event._meta.get_field("description")

    assert in_text(field, "x" * 2000) == "x" * 500 + "…"
