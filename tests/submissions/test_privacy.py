"""Who sees what of a team's data, and that nothing of it stays behind."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from events.models import AuditEntry
from submissions import actions, files, profiles
from submissions.models import Dataset, Project
from tests.bad_input.forms import as_read
from tests.bad_input.forms import save as save_page
from tests.factories.submissions import (
    DatasetFactory,
    ProjectFactory,
    ToolFactory,
    ToolUseFactory,
)
from tests.factories.teams import TeamFactory


def upload(name, body):
    return files.check_dataset(SimpleUploadedFile(name, body))


def bring(team, user, body, **fields):
    card = {"title": "D", "licence": "MIT", "provenance": "x", "sensitivity": "event"}
    return actions.add_dataset(
        team, user, upload=upload("a.csv", body), **{**card, **fields}
    )


def edit_address(project):
    return reverse("submissions:project_edit", args=[project.event.slug, project.slug])


def page_of(client, dataset):
    return client.get(dataset.get_absolute_url()).content.decode()


@pytest.fixture
def secret(team):
    """Of another team at the same event, for that team only."""
    other = TeamFactory(event=team.event)
    return DatasetFactory(team=other, title="Our little secret", sensitivity="team")


@pytest.fixture
def project(team):
    return ProjectFactory(team=team)


def save(client, project, **fields):
    url = edit_address(project)
    fields = {"title": "Birds", "as_read": as_read(client, url), **fields}
    return client.post(url, fields)


def test_a_project_form_offers_no_data_that_is_not_ones_own_to_see(
    sign_in, project, captain, secret
):
    client = sign_in(captain)

    form = client.get(edit_address(project)).content.decode()
    answer = save(client, project, datasets=[secret.pk])

    assert secret.title not in form
    assert answer.status_code == 200
    assert secret.title not in answer.content.decode()
    assert not project.datasets.exists()


def test_data_that_somebody_else_chose_stays_chosen(sign_in, project, captain, secret):
    project.datasets.add(secret)

    save(sign_in(captain), project, datasets=[secret.pk])

    assert list(project.datasets.all()) == [secret]


@pytest.mark.parametrize("odd", ["²", "x", "-1", "", "9" * 30])
def test_an_odd_number_of_a_tool_is_refused_in_a_sentence(
    sign_in, project, captain, odd
):
    answer = save(sign_in(captain), project, tools=[odd], tagline="typed before")

    assert answer.status_code == 200
    assert "typed before" in answer.content.decode()
    assert not project.tool_uses.exists()


def test_a_link_is_for_those_who_may_have_the_data(
    sign_in, team, captain, attendee, stranger
):
    shared = DatasetFactory(team=team, link="https://a.org/d.csv", sensitivity="event")
    kept = DatasetFactory(
        team=team, link="https://a.org/e.csv", sensitivity="described"
    )

    for reader in (sign_in(captain), sign_in(attendee)):
        assert shared.link in page_of(reader, shared)
    for reader in (Client(), sign_in(stranger)):
        assert shared.link not in page_of(reader, shared)
        assert "for the people of the event" in page_of(reader, shared)
    assert kept.link in page_of(sign_in(captain), kept)
    assert kept.link not in page_of(sign_in(attendee), kept)


def test_examples_are_for_those_who_may_have_the_data(sign_in, team, captain, attendee):
    dataset = bring(team, captain, b"name\nMargaret\n")
    profiles.profile(dataset.pk)

    assert "Margaret" in page_of(sign_in(attendee), dataset)
    assert "Margaret" not in page_of(Client(), dataset)
    assert "name" in page_of(Client(), dataset)


def test_nothing_of_a_removed_dataset_stays_on_the_disk(
    team, captain, django_capture_on_commit_callbacks
):
    dataset = bring(team, captain, "n,t\n1,é\n".encode("latin-1"))
    file = Path(dataset.file.path)

    def kept():
        return set(file.parent.glob(f"{file.name}*"))

    profiles.profile(dataset.pk)
    dataset.refresh_from_db()
    assert dataset.profile_status == Dataset.ProfileStatus.DONE
    assert kept() == {file}

    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_dataset(dataset, captain)
    assert not kept()


def test_a_new_file_replaces_the_old_and_is_profiled_at_once(
    team, captain, django_capture_on_commit_callbacks
):
    dataset = bring(team, captain, b"a,b\n1,2\n")
    old = Path(dataset.file.path)
    Dataset.objects.update(profile_claimed_at=timezone.now())

    with django_capture_on_commit_callbacks(execute=True):
        dataset = actions.edit_dataset(
            dataset, captain, upload=upload("b.csv", b"c,d\n3,4\n")
        )

    assert not old.exists()
    assert Path(dataset.file.path).read_bytes() == b"c,d\n3,4\n"
    assert profiles.waiting() == [dataset.pk]


def test_describing_only_takes_the_file_back(
    sign_in, team, captain, django_capture_on_commit_callbacks
):
    dataset = bring(team, captain, b"a,b\n1,2\n")
    file = Path(dataset.file.path)
    address = reverse("submissions:dataset_edit", args=[team.event.slug, dataset.slug])
    card = {"title": "D", "licence": "MIT", "provenance": "x"}

    with django_capture_on_commit_callbacks(execute=True):
        save_page(sign_in(captain), address, {**card, "sensitivity": "described"})

    dataset.refresh_from_db()
    assert (dataset.sensitivity, dataset.file.name) == ("described", "")
    assert (dataset.sha256, dataset.size, dataset.profile_status) == ("", None, "none")
    assert not file.exists()


def test_what_organisers_do_after_the_deadline_is_in_the_log(
    sign_in, team, captain, organiser
):
    project = ProjectFactory(
        team=team, tagline="x", story="y", demo_url="https://a.org"
    )
    ToolUseFactory(project=project, tool=ToolFactory())
    team.event.windows.all().delete()

    why = {"reason": "Their wifi was down"}
    actions.submit_project(project, organiser, **why)
    actions.add_picture(
        *(project, organiser, files.make_picture(Image.new("RGB", (9, 9))), "A bird"),
        **why,
    )
    actions.remove_picture(project.pictures.get(), organiser, **why)
    actions.withdraw_project(project, organiser, **why)

    logged = AuditEntry.objects.filter(verb__startswith="projects.")
    assert logged.count() == 4
    assert all(entry.details == {"after_deadline": True} | why for entry in logged)


def test_a_picture_of_a_withdrawn_project_is_not_kept_for_long(client, project):
    Project.objects.update(status="submitted", submitted_at=timezone.now())
    picture = project.pictures.create(
        image=SimpleUploadedFile("p.webp", b"x"), width=1, height=1, description="x"
    )
    address = reverse(
        "submissions:picture", args=[project.event.slug, project.slug, picture.pk]
    )

    answer = client.get(address)
    assert b"".join(answer.streaming_content) == b"x"
    assert answer["Cache-Control"] == "public, max-age=300"
    Project.objects.update(status="withdrawn")
    assert client.get(address).status_code == 404
