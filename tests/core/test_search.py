"""Every search finds people as others spell them: walked over all of them."""

from importlib import import_module
from unicodedata import normalize

import pytest
from django.contrib import admin
from django.db import models
from django.db.models import F, Value
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.search import Folded, fold_words, matching
from events.models import Event
from tests.access.test_matrix import addresses
from tests.factories.accounts import UserFactory
from tests.factories.events import (
    EventFactory,
    RegistrationFactory,
    SeriesOrganiserFactory,
)
from tests.factories.submissions import (
    IdeaFactory,
    ProjectFactory,
    ToolFactory,
    ToolUseFactory,
)
from tests.factories.teams import MembershipFactory, TeamFactory

pytestmark = pytest.mark.database

# A name as it is written, and as somebody types it.
SPELT = {
    "no accents": ("José Ångström", "jose angstrom"),
    "other accents": ("José Ångström", "ängström jòse"),
    "shouted": ("José Ångström", "JOSÉ"),
    "o with a stroke": ("Søren Øberg", "oberg soren"),
    "l with a stroke": ("Łukasz Łódź", "lukasz lodz"),
    "turkish": ("Özge Demir", "demir özge"),
    "dotless i": ("Işıl İnan", "isil inan"),  # noqa: RUF001
    "sharp s": ("Anna Groß", "GROSS"),
    "both in capitals": ("Anna Groß", "anna groß"),
    "ligature": ("Ægir Þór", "thor aegir"),
    "cyrillic": ("Анна Королёва", "АННА королева"),  # noqa: RUF001
    "greek": ("Γιώργος Παππάς", "γιωργοσ ΠΑΠΠΑΣ"),
    "arabic": ("أحمد مُحَمَّد", "محمد احمد"),
    "hebrew": ("שָׁלוֹם", "שלום"),
    "chinese": ("数据 小组", "小组 数据"),
    "korean": ("김민준", "김민"),
    "taken apart": ("Jose\u0301 Nu\u0301n\u0303ez", "jos\u00e9 nunez"),
    "vietnamese": ("Nguyễn Đức", "duc nguyen"),
    "a part of a word": ("Sofía Castillo", "casti"),
    "with signs of the database": ("100% _fun_", "_FUN_ 100%"),
}
spelt = pytest.mark.parametrize(("name", "typed"), SPELT.values(), ids=SPELT)
WRONG = "Quentin"


@spelt
def test_both_databases_fold_as_python_does(name, typed, db):
    RegistrationFactory(user__display_name=name)

    folded = User.objects.annotate(folded=Folded(F("display_name")))

    assert folded.get().folded == fold_words(name)
    assert User.objects.filter(matching(typed, "display_name")).exists()
    assert not User.objects.filter(matching(f"{typed} x9x", "display_name")).exists()
    assert User.objects.filter(matching("", "display_name")).exists()


def test_folding_leaves_nothing_as_nothing(db):
    UserFactory()

    row = User.objects.annotate(
        none=Folded(Value(None, output_field=models.TextField())),
        empty=Folded(Value("")),
    ).get()

    assert (row.none, row.empty) == (None, "")


def pages(name):
    """Each page that searches, with ``name`` on it, and what is looked for there."""
    event = EventFactory(name=name, max_team_size=5)
    team = TeamFactory(event=event, name=name, slug="named")
    project = ProjectFactory(
        team=team, title=name, submitted=True, lessons_learned=f"We met {name}"
    )
    ToolUseFactory(project=project, tool=ToolFactory(name=name[:60]))
    IdeaFactory(event=event, title=name)
    guest = RegistrationFactory(
        event=event, user__display_name=name, in_directory=True
    ).user
    MembershipFactory(team=team, user=guest)
    reader = SeriesOrganiserFactory(series=event.series).user
    RegistrationFactory(event=event, user=reader)
    client = Client()
    client.force_login(reader)
    return client, {
        page: reverse(page, args=[event.slug] if needs else [])
        for page, needs in SEARCHES.items()
    }


# Whether the page is one of an event.
SEARCHES = {
    "events:list": False,
    "events:people": True,
    "events:registrations": True,
    "events:desk": True,
    "teams:list": True,
    "submissions:ideas": True,
    "submissions:gallery": True,
    "recap:lessons": False,
}


def test_every_page_that_searches_is_walked(event, organiser):
    """A form with a field ``q`` belongs to a page that is in the list above."""
    forms = {
        form
        for app in ("events", "teams", "submissions", "recap", "feedback", "mentoring")
        for form in vars(import_module(f"{app}.forms")).values()
        if isinstance(form, type) and "q" in getattr(form, "base_fields", {})
    }
    assert {form.__name__ for form in forms} == {
        "DeskForm",
        "EventFilterForm",
        "GalleryFilterForm",
        "IdeaFilterForm",
        "LessonsForm",
        "PeopleFilterForm",
        "RegistrationFilterForm",
        "TeamFilterForm",
    }
    assert set(SEARCHES) <= set(addresses())


@spelt
def test_each_page_finds_it_however_it_is_spelt(name, typed, db):
    client, found_at = pages(name)
    for page, url in found_at.items():
        some, none = (
            normalize("NFC", client.get(url, {"q": words}).content.decode())
            for words in (typed, f"{typed} {WRONG}")
        )

        shown = normalize("NFC", name)
        assert some.count(shown) > none.count(shown), page


def test_the_desk_finds_by_address_and_by_team(sign_in, event, organiser):
    guest = RegistrationFactory(event=event, user__email="zoe.q@mail.example").user
    MembershipFactory(team=TeamFactory(event=event, name="Bücherwürmer"), user=guest)
    elsewhere = EventFactory()
    RegistrationFactory(event=event, user=(other := UserFactory()))
    MembershipFactory(team=TeamFactory(event=elsewhere, name="Bücherei"), user=other)
    client = sign_in(organiser)

    def found(page, words):
        answer = client.get(reverse(page, args=[event.slug]), {"q": words})
        rows = answer.context["found" if page == "events:desk" else "object_list"]
        return [row.user for row in rows]

    for page in ("events:desk", "events:registrations"):
        assert found(page, "zoe.q@mail") == [guest]
        assert found(page, "bucherwurmer") == [guest]
        assert found(page, f"{guest.display_name} BÜCHER") == [guest]
        assert found(page, "bücherei") == []


def test_the_board_of_people_does_not_give_addresses_away(sign_in, event, attendee):
    RegistrationFactory(
        event=event, user__email="zoe.q@mail.example", in_directory=True
    )
    url = reverse("events:people", args=[event.slug])

    page = sign_in(attendee).get(url, {"q": "zoe.q@mail"})

    assert list(page.context["people"]) == []


def searchable():
    return {
        model._meta.label_lower: window
        for model, window in admin.site._registry.items()
        if window.search_fields and not model.__module__.startswith("allauth.")
    }


@pytest.mark.parametrize("label", searchable())
def test_every_list_of_the_admin_searches_alike(label, rf, db):
    window = searchable()[label]
    request = rf.get("/")
    request.user = UserFactory(is_superuser=True)

    rows, doubles = window.get_search_results(
        request, window.model.objects.all(), "angstrom josé"
    )

    assert not doubles
    sql = str(rows.query)
    folded = [name for name in window.search_fields if not name.endswith("__iexact")]
    assert sql.count("fold_words(") + sql.count("normalize(") >= 2 * len(folded)
    assert list(rows) == []


def test_the_admin_finds_a_person_in_any_order(client, db):
    person = UserFactory(display_name="Özge Demir")
    client.force_login(UserFactory(is_superuser=True, is_staff=True))

    page = client.get(reverse("admin:accounts_user_changelist"), {"q": "demir OZGE"})

    assert person.display_name in page.content.decode()
    assert Event.objects.count() == 0


def filters_of(client, url):
    """The page's chosen filters: what an address may ask for that nobody knows."""
    form = client.get(url).context["form"]
    return [
        field.html_name
        for field in form
        if hasattr(field.field, "choices") and not field.is_hidden
    ]


def test_a_filter_that_nobody_knows_finds_nothing(db):
    """It once showed everything, and dropped the words as well."""
    client, found_at = pages("Named")
    asked = []
    for page, url in found_at.items():
        if page == "events:desk":
            continue  # nothing to choose there
        for name in filters_of(client, url):
            for words in ("", "Named"):
                answer = client.get(url, {name: "nonsense", "q": words})
                asked.append(name)

                assert answer.status_code == 200
                assert not list(answer.context["page_obj"]), (page, name)
    assert {"skill", "track", "tool", "series", "status", "role"} <= set(asked)


@pytest.mark.parametrize("filters", [{"series": "nonsense"}, {"year": "1812"}])
def test_the_landscape_of_nowhere_does_not_exist(client, event, filters):
    assert client.get(reverse("feedback:landscape"), filters).status_code == 404


def test_the_gallery_offers_tools_of_what_is_handed_in_only(client, event):
    used = ToolUseFactory(project=ProjectFactory(team__event=event, submitted=True))
    draft = ToolUseFactory(project=ProjectFactory(team__event=event))
    url = reverse("submissions:gallery", args=[event.slug])

    offered = client.get(url).context["form"].fields["tool"].queryset

    assert list(offered) == [used.tool]
    assert not list(client.get(url, {"tool": draft.tool.slug}).context["page_obj"])
