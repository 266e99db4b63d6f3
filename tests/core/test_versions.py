"""G19: two people edit the same thing; the second sees what the first saved."""

from functools import partial

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from core.versioned_admin import VersionedAdminMixin
from core.versions import canonical
from events.models import Faq
from tests.bad_input.forms import FORM, forms_of
from tests.factories.events import SeriesOrganiserFactory, TrackFactory
from tests.factories.judging import CriterionFactory, RoundFactory
from tests.factories.submissions import (
    DatasetFactory,
    IdeaFactory,
    ProjectFactory,
    ToolFactory,
)
from tests.races import race

pytestmark = pytest.mark.django_db


class Editor:
    """Somebody with a page open, who may take their time."""

    def __init__(self, client, url):
        self.client, self.url = client, url
        self.read(client.get(url))

    def read(self, answer):
        self.answer = answer
        self.html = answer.content.decode()
        self.form = max(
            (f for f in forms_of(self.url, self.html) if f.method == "post"),
            key=lambda form: len(form.values),
        )
        return answer

    def save(self, **changed):
        buttons = {n: None for n in self.form.names if n.startswith("_")}
        buttons |= {n: None for n in self.form.names if n == "take_theirs"}
        body = self.form.body(**{**buttons, "_save": "", **changed})
        answer = self.client.post(self.url, body, content_type=FORM)
        return self.read(answer) if answer.status_code != 302 else answer

    def field(self, name):
        return dict(self.form.values)[name].removeprefix("\n")  # of a textarea


@pytest.fixture
def open_twice(client, organiser):
    """Two tabs of one page; ``as_`` says who has them, else the organiser."""

    def open_twice(url, as_=None):
        client.force_login(as_ or organiser)
        return Editor(client, url), Editor(client, url)

    return open_twice


def team_page(team):
    return reverse("teams:edit", args=[team.event.slug, team.slug]), team


def idea_page(team):
    idea = IdeaFactory(event=team.event)
    return reverse("submissions:idea_edit", args=[team.event.slug, idea.pk]), idea


def dataset_page(team):
    data = DatasetFactory(team=team, event=team.event, link="https://example.org/x")
    page = reverse("submissions:dataset_edit", args=[team.event.slug, data.slug])
    return page, data


def project_page(team):
    project = ProjectFactory(team=team, event=team.event)
    page = reverse("submissions:project_edit", args=[team.event.slug, project.slug])
    return page, project


def event_page(team):
    return reverse("admin:events_event_change", args=[team.event.pk]), team.event


PAGES = {
    # page: a text of it that both change, and one that only the first does
    team_page: ("name", "pitch"),
    idea_page: ("title", "pitch"),
    dataset_page: ("title", "description"),
    project_page: ("title", "story"),
    event_page: ("name", "tagline"),
}


@pytest.mark.parametrize(("page", "fields"), PAGES.items())
def test_the_second_editor_sees_what_the_first_saved_and_decides(
    page, fields, team, captain, open_twice
):
    url, row = page(team)
    both, other = fields
    first, second = open_twice(url)
    assert first.save(**{both: "From the first", other: "Also new"}).status_code == 302

    answer = second.save(**{both: "From the second"})

    row.refresh_from_db()
    assert answer.status_code == 409
    assert getattr(row, both) == "From the first"
    assert "From the first" in second.html  # theirs, beside …
    assert second.field(both) == "From the second"  # … what was typed
    assert second.field(other) == "Also new"  # left alone, so it follows

    assert second.save().status_code == 302

    row.refresh_from_db()
    assert (getattr(row, both), getattr(row, other)) == ("From the second", "Also new")


@pytest.mark.no_cover
@pytest.mark.parametrize(("page", "fields"), PAGES.items())
def test_one_can_keep_theirs(page, fields, team, captain, open_twice):
    url, row = page(team)
    both, other = fields
    first, second = open_twice(url)
    first.save(**{both: "From the first"})
    second.save(**{both: "From the second", other: "Mine"})

    assert second.save(take_theirs=both).status_code == 302

    row.refresh_from_db()
    assert (getattr(row, both), getattr(row, other)) == ("From the first", "Mine")


def test_a_page_that_does_not_say_what_it_was_made_from_overwrites_nothing(
    team, captain, open_twice
):
    url, _team = team_page(team)
    first, second = open_twice(url)
    first.save(name="From the first")

    for forged in (None, "", "nonsense", "eyJhIjoiYiJ9:x:y"):
        assert second.save(name="From the second", as_read=forged).status_code == 409

    team.refresh_from_db()
    assert team.name == "From the first"


def test_saving_the_same_words_twice_is_no_clash(team, captain, open_twice):
    first, second = open_twice(team_page(team)[0])

    assert first.save(name="Same").status_code == 302
    assert second.save(name="Same").status_code == 302


def test_a_third_save_meanwhile_is_seen_as_well(team, captain, open_twice):
    first, second = open_twice(team_page(team)[0])
    first.save(name="One")
    second.save(name="Mine")
    Editor(first.client, first.url).save(name="Two")

    assert second.save().status_code == 409
    assert "Two" in second.html
    assert second.save().status_code == 302


def test_tools_and_skills_are_compared_too(team, captain, open_twice):
    url, project = project_page(team)
    tool, other = ToolFactory(name="Hammer"), ToolFactory(name="Tongs")
    first, second = open_twice(url)
    first.save(tools=str(tool.pk), **{f"purpose-{tool.pk}": "nails"})

    assert second.save(tools=str(other.pk)).status_code == 409
    assert "Hammer (nails)" in second.html
    assert second.save(take_theirs="tools").status_code == 302

    assert [(u.tool, u.purpose) for u in project.tool_uses.all()] == [(tool, "nails")]


def test_a_new_file_is_no_surprise_to_who_keeps_the_old_one(
    team, captain, open_twice, tmp_path
):
    url, dataset = dataset_page(team)
    _first, second = open_twice(url)
    dataset.file.name, dataset.filename, dataset.sha256 = "datasets/a", "a.csv", "f" * 8
    dataset.save()

    assert second.save(title="Mine").status_code == 409
    assert "a.csv" in second.html
    assert second.save().status_code == 302

    dataset.refresh_from_db()
    assert (dataset.title, dataset.filename) == ("Mine", "a.csv")


def test_a_profile_in_two_tabs(stranger, open_twice):
    first, second = open_twice(reverse("accounts:profile"), as_=stranger)
    first.save(about="On the phone", skills="Python")

    assert second.save(about="On the laptop").status_code == 409
    assert second.field("skills") == "Python"


@pytest.mark.no_cover
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("page", "fields"), PAGES.items())
def test_of_two_who_save_at_the_same_moment_one_is_asked(
    page, fields, team, captain, organiser
):
    url, row = page(team)
    field = fields[0]
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(organiser)
    tabs = [Editor(client, url) for client in clients]

    answers = race(
        *(partial(tab.save, **{field: f"From {n}"}) for n, tab in enumerate(tabs))
    )

    assert sorted(answer.status_code for answer in answers) == [302, 409]
    winner = [answer.status_code for answer in answers].index(302)
    row.refresh_from_db()
    assert getattr(row, field) == f"From {winner}"


# --- The admin's inlines --------------------------------------------------------------


@pytest.mark.no_cover
def test_a_row_of_an_event_that_both_change(event, open_twice):
    track = TrackFactory(event=event, name="Health")
    first, second = open_twice(event_page_of(event))
    first.save(**{"tracks-0-name": "Care"})

    assert second.save(**{"tracks-0-name": "Medicine"}).status_code == 409
    assert "Care" in second.html
    assert second.field("tracks-0-name") == "Medicine"
    track.refresh_from_db()
    assert track.name == "Care"

    key = f"tracks:{track.pk}.name"
    assert second.save(take_theirs=key).status_code == 302
    track.refresh_from_db()
    assert track.name == "Care"


def event_page_of(event):
    return reverse("admin:events_event_change", args=[event.pk])


def test_a_row_that_the_other_removed_is_named_and_the_rest_kept(event, open_twice):
    gone = Faq.objects.create(event=event, question="Parking?", answer="None")
    kept = Faq.objects.create(event=event, question="Food?", answer="Yes")
    first, second = open_twice(event_page_of(event))
    places = {first.field(f"faqs-{n}-id"): n for n in (0, 1)}
    first.save(**{f"faqs-{places[str(gone.pk)]}-DELETE": "on"})
    changed = {
        f"faqs-{places[str(gone.pk)]}-answer": "Behind the house",
        f"faqs-{places[str(kept.pk)]}-answer": "Pizza",
    }

    assert second.save(**changed).status_code == 409
    assert "Behind the house" in second.html
    assert second.save().status_code == 302

    assert list(event.faqs.values_list("answer", flat=True)) == ["Pizza"]


@pytest.mark.no_cover
def test_a_row_that_the_other_added_is_named(event, open_twice):
    first, second = open_twice(event_page_of(event))
    Faq.objects.create(event=event, question="Dogs?", answer="No")

    assert second.save(tagline="Mine").status_code == 409
    assert "Dogs?" in second.html
    assert second.save().status_code == 302
    assert event.faqs.count() == 1
    assert first.save(tagline="Again").status_code == 409


@pytest.mark.no_cover
def test_removing_what_the_other_changed_is_asked_about(event, open_twice):
    TrackFactory(event=event, name="Health")
    first, second = open_twice(event_page_of(event))
    first.save(**{"tracks-0-name": "Care"})

    assert second.save(**{"tracks-0-DELETE": "on"}).status_code == 409
    assert event.tracks.get().name == "Care"


def test_a_rubric_in_two_tabs(event, open_twice):
    criterion = CriterionFactory(round=RoundFactory(event=event), name="Idea")
    page = reverse("admin:judging_round_change", args=[criterion.round.pk])
    first, second = open_twice(page)
    first.save(**{"criteria-0-weight": "3"})

    assert (
        second.save(**{"criteria-0-weight": "2", "name": "Finals"}).status_code == 409
    )
    criterion.refresh_from_db()
    assert criterion.weight == 3
    assert second.save().status_code == 302
    criterion.refresh_from_db()
    assert criterion.weight == 2


def test_nobody_is_told_of_changes_to_what_they_may_not_edit(client, event):
    client.force_login(SeriesOrganiserFactory().user)

    answer = client.post(event_page_of(event), {"name": "Stolen"})

    assert answer.status_code in {302, 403}
    assert event.name not in answer.content.decode()


# --- What is said once for all --------------------------------------------------------


def test_no_list_of_the_admin_is_a_form():
    """A list that can be edited would overwrite what others saved meanwhile."""
    windows = [
        window
        for model, window in admin.site._registry.items()
        if not model.__module__.startswith("allauth.")
    ]

    assert [w for w in windows if w.list_editable] == []
    assert [w for w in windows if not isinstance(w, VersionedAdminMixin)] == []


@pytest.mark.parametrize(
    ("stored", "typed"),
    [(None, ""), (1.50, 1.5), ([2, 1], [1, 2]), ({"a": 1}, {"a": 1})],
)
def test_what_is_stored_and_what_was_typed_compare_equal(stored, typed):
    assert canonical(stored) == canonical(typed)
