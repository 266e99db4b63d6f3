import re
from datetime import timedelta
from functools import partial
from io import BytesIO

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from packaging.licenses import canonicalize_license_expression
from PIL import Image

from events.models import AuditEntry, Event, Phase
from notifications.models import Notification
from submissions import actions, catalogue, licences, profiles, tables
from submissions.actions.datasets import DataIsClosed, DataIsUsed
from submissions.actions.ideas import IdeaHasATeam, IdeaIsWithdrawn
from submissions.actions.projects import (
    HackingIsOver,
    NotHandedIn,
    NotInATeam,
    ThingsAreMissing,
)
from submissions.models import Dataset, Idea, Project, Tool, ToolCategory
from submissions.reminders import teams_without_a_submission
from submissions.tasks import profile_pending
from teams.actions import NotRegistered
from tests.bad_input.forms import as_read, save
from tests.factories.submissions import (
    DatasetFactory,
    IdeaFactory,
    ProjectFactory,
    ToolFactory,
    ToolUseFactory,
)
from tests.races import race

FIELDS = {
    "title": "Birdsong",
    "tagline": "Birds, talking.",
    "story": "We **did** it.",
    "lessons_learned": "",
    "made_before": "",
    "repository_url": "https://code.example.org/x",
    "demo_url": "",
    "video_url": "",
    "slides_url": "",
}


@pytest.fixture
def project(team, captain):
    project = ProjectFactory(team=team, tagline="x", story="y", demo_url=LINK)
    ToolUseFactory(project=project)
    return project


LINK = "https://a.example.org"


def close(event):
    event.windows.update(closes_at=timezone.now() - timedelta(seconds=1))


def url(name, project, *more):
    return reverse(
        f"submissions:{name}", args=[project.event.slug, project.slug, *more]
    )


def test_a_team_has_one_project(team, captain, teammate, stranger):
    first = actions.start_project(team, captain, "Birdsong")

    assert actions.start_project(team, teammate, "Other") == first
    with pytest.raises(NotInATeam):
        actions.start_project(team, stranger, "Mine")


def test_a_project_is_not_started_after_the_deadline(team, captain):
    close(team.event)

    with pytest.raises(HackingIsOver):
        actions.start_project(team, captain, "Late")


def test_an_edit_saves_the_whole_page(project, captain):
    tool = ToolFactory()

    actions.edit_project(
        project,
        captain,
        tools={tool: "all"},
        tracks=[],
        datasets=[],
        **FIELDS,
    )

    project.refresh_from_db()
    assert project.title == "Birdsong"
    assert [(u.tool, u.purpose) for u in project.tool_uses.all()] == [(tool, "all")]


def test_handing_in_names_what_is_missing(team, captain):
    bare = ProjectFactory(team=team)

    with pytest.raises(ThingsAreMissing) as refusal:
        actions.submit_project(bare, captain)

    assert "the story" in str(refusal.value)
    assert "the tools you used" in str(refusal.value)


def test_handing_in_twice_is_once_and_can_be_taken_back(project, captain, teammate):
    for _twice in range(2):
        actions.submit_project(project, captain)
    assert Notification.objects.count() == 2  # one for each of the team

    for _twice in range(2):
        actions.withdraw_project(project, captain)
    actions.submit_project(project, teammate)

    project.refresh_from_db()
    assert (project.status, project.submitted_by) == ("submitted", teammate)


def test_a_draft_cannot_be_withdrawn(project, captain):
    with pytest.raises(NotHandedIn):
        actions.withdraw_project(project, captain)


@pytest.mark.parametrize(
    ("seconds", "is_taken"), [(-1, True), (-0.000001, True), (0, False), (1, False)]
)
def test_the_deadline_is_the_servers_to_the_second(
    project, captain, time_machine, seconds, is_taken
):
    deadline = project.event.windows.get(phase=Phase.HACKING).closes_at
    time_machine.move_to(deadline + timedelta(seconds=seconds), tick=False)

    try:
        actions.submit_project(project, captain)
    except HackingIsOver:
        assert not is_taken
    else:
        assert is_taken


def test_organisers_may_change_it_later_and_the_log_says_so(
    project, captain, organiser
):
    close(project.event)
    edit = {"tools": {}, "tracks": [], "datasets": [], **FIELDS}
    with pytest.raises(HackingIsOver):
        actions.edit_project(project, captain, **edit)

    actions.edit_project(project, organiser, reason="Wrong link", **edit)

    entry = AuditEntry.objects.get(verb="projects.edited")
    assert entry.details == {"after_deadline": True, "reason": "Wrong link"}


@pytest.mark.django_db(transaction=True)
def test_two_members_hand_in_at_once():
    use = ToolUseFactory(
        project__tagline="x", project__story="y", project__demo_url=LINK
    )
    from tests.factories.teams import MembershipFactory  # noqa: PLC0415

    members = [MembershipFactory(team=use.project.team).user for _ in range(2)]

    race(*(partial(actions.submit_project, use.project, who) for who in members))

    assert AuditEntry.objects.filter(verb="projects.submitted").count() == 1
    assert Notification.objects.count() == 2


@pytest.mark.parametrize("way", ["button", "form"])
def test_a_team_that_is_too_small_is_warned_when_it_hands_in(
    sign_in, team, captain, way
):
    Event.objects.filter(pk=team.event_id).update(min_team_size=2)
    use = ToolUseFactory(
        project__team=team,
        project__tagline="x",
        project__story="y",
        project__demo_url=LINK,
    )
    place = [team.event.slug, use.project.slug]
    client = sign_in(captain)

    if way == "button":
        url = reverse("submissions:project_submit", args=place)
        done = client.post(url, follow=True)
    else:
        url = reverse("submissions:project_edit", args=place)
        sent = {**FIELDS, "submit": "", "tools": [use.tool.pk]}
        done = save(client, url, {**sent, f"purpose-{use.tool.pk}": "it"}, follow=True)

    use.project.refresh_from_db()
    assert use.project.status == "submitted"
    assert "1 person is missing" in done.content.decode()


def test_members_write_start_and_hand_in_by_browser(sign_in, team, captain):
    client, tool = sign_in(captain), ToolFactory()
    start = reverse("submissions:project_create", args=[team.event.slug])
    edit = client.post(start, {"title": "Birdsong"}).url
    assert tool.name in client.get(edit).content.decode()
    form = {**FIELDS, f"purpose-{tool.pk}": "it", "submit": ""}

    missing = save(client, edit, form, follow=True)
    assert "Saved, but not handed in" in missing.content.decode()
    done = save(client, edit, {**form, "tools": [tool.pk]}, follow=True)

    assert "Handed in. Well done!" in done.content.decode()
    assert "smaller than teams" not in done.content.decode()
    assert Project.objects.get().tool_uses.get().purpose == "it"
    withdrawn = client.post(url("project_withdraw", Project.objects.get()), follow=True)
    assert "Withdrawn." in withdrawn.content.decode()
    again = client.post(url("project_submit", Project.objects.get()), follow=True)
    assert "Handed in." in again.content.decode()


def picture(kind="PNG", size=(40, 20), **more):
    out = BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **more)
    return SimpleUploadedFile("x.png", out.getvalue())


def test_pictures_are_made_anew_without_metadata(sign_in, project, captain):
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    client = sign_in(captain)

    client.post(
        url("pictures", project),
        {"picture": picture("JPEG", exif=exif), "description": "Red"},
    )

    row = project.pictures.get()
    stored = row.image.open().read()
    row.image.close()
    assert (row.width, row.height) == (40, 20)
    assert stored[8:12] == b"WEBP"
    assert b"secret place" not in stored
    shown = client.get(url("picture", project, row.pk))
    assert b"".join(shown.streaming_content) == stored
    client.post(url("picture_remove", project, row.pk))
    assert not project.pictures.exists()


def test_lists_show_a_picture_of_a_few_kilobytes(
    sign_in, project, captain, rng, django_capture_on_commit_callbacks
):
    noise = Image.frombytes("RGB", (1920, 1080), rng.randbytes(1920 * 1080 * 3))
    photo = BytesIO()
    noise.resize((480, 270)).resize((1920, 1080)).save(photo, "PNG")
    client = sign_in(captain)
    sent = SimpleUploadedFile("x.png", photo.getvalue())
    client.post(url("pictures", project), {"picture": sent, "description": "Noise"})
    Project.objects.update(status="submitted", submitted_at=timezone.now())
    row = project.pictures.get()
    files = row.image.storage, row.image.name, row.small.name

    gallery = client.get(reverse("submissions:gallery", args=[project.event.slug]))
    (shown,) = re.findall(r'src="(/[^"]*pictures/[^"]*)"', gallery.content.decode())
    small = Image.open(BytesIO(b"".join(client.get(shown).streaming_content)))
    full = client.get(url("picture", project, row.pk)).streaming_content

    assert small.size == (480, 270)
    assert row.small.size < 40_000 < row.image.size == len(b"".join(full))
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_picture(row, captain)
    assert not any(files[0].exists(name) for name in files[1:])


@pytest.mark.parametrize(
    "body", [b"", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\nxx"]
)
def test_what_is_no_picture_is_refused(sign_in, project, captain, body):
    page = sign_in(captain).post(
        url("pictures", project),
        {"picture": SimpleUploadedFile("x.png", body), "description": "My words"},
    )

    assert "My words" in page.content.decode()
    assert not project.pictures.exists()


def test_the_gallery_shows_what_is_handed_in_and_filters(client, project, event):
    shown = ProjectFactory(team__event=event, submitted=True, story="about wrens")
    use = ToolUseFactory(project=shown)
    track = event.tracks.create(name="Data")
    shown.tracks.add(track)
    gallery = reverse("submissions:gallery", args=[event.slug])

    def found(**query):
        return list(client.get(gallery, query).context["page_obj"])

    assert found() == [shown]
    assert (
        found(q="WRENS")
        == found(tool=use.tool.slug)
        == found(track=track.pk)
        == [shown]
    )
    assert found(q="nothing of the kind") == []


def test_the_gallery_takes_the_same_queries_for_few_and_many(
    client, event, django_assert_max_num_queries
):
    gallery = reverse("submissions:gallery", args=[event.slug])
    for size in (3, 40):
        for project in ProjectFactory.create_batch(
            size, team__event=event, submitted=True
        ):
            ToolUseFactory(project=project)
        with django_assert_max_num_queries(11):
            client.get(gallery, {"q": "Project"})


def test_only_teams_without_a_submission_are_reminded(
    project, captain, teammate, attendee
):
    assert set(teams_without_a_submission(project.event)) == {captain, teammate}

    actions.submit_project(project, captain)

    assert teams_without_a_submission(project.event) == []


def test_ideas_are_pitched_backed_and_become_teams(event, attendee, captain, stranger):
    idea = actions.pitch_idea(event, attendee, title="Birds", pitch="Talk")
    with pytest.raises(NotRegistered):
        actions.pitch_idea(event, stranger, title="x", pitch="y")
    with pytest.raises(NotRegistered):
        actions.back_idea(idea, stranger)
    for _twice in range(2):
        actions.back_idea(idea, captain)
    assert Notification.objects.get().recipient == attendee

    team = actions.turn_into_team(idea, attendee)

    assert team.name == "Birds"
    with pytest.raises(IdeaHasATeam):
        actions.turn_into_team(idea, captain)
    actions.unback_idea(idea, captain)
    assert not idea.backings.exists()
    actions.withdraw_idea(idea, attendee)
    for act in (actions.back_idea, actions.turn_into_team):
        with pytest.raises(IdeaIsWithdrawn):
            act(idea, captain)


def test_the_idea_board_by_browser(sign_in, event, attendee, captain):
    client = sign_in(attendee)
    board = reverse("submissions:ideas", args=[event.slug])
    IdeaFactory(event=event, title="Other", is_withdrawn=True)
    client.post(
        reverse("submissions:idea_create", args=[event.slug]),
        {"title": "Birds", "pitch": "Let them talk", "wanted_skills": "R"},
    )
    idea = Idea.objects.get(title="Birds")

    def post(name, **data):
        path = reverse(f"submissions:{name}", args=[event.slug, idea.pk])
        if name == "idea_edit":
            data["as_read"] = as_read(client, path)
        return client.post(path, data, follow=True).content.decode()

    assert "Birds" in client.get(board, {"q": "talk", "free": "on"}).content.decode()
    assert "You back this idea" in post("idea_back")
    assert "no longer back" in post("idea_back")
    assert "Saved" in post("idea_edit", title="Wrens", pitch="Talk", wanted_skills="")
    assert "is born" in post("idea_found")
    assert "taken back" in post("idea_withdraw")
    assert "Wrens" not in client.get(board).content.decode()


def dataset_form(**changed):
    return {
        "title": "Birds",
        "licence": "CC0-1.0",
        "provenance": "Garden",
        "sensitivity": "event",
        **changed,
    }


def upload(name, body):
    return SimpleUploadedFile(name, body)


def parquet():
    out = BytesIO()
    pl.DataFrame({"n": [1, 2, None], "t": ["a", "b", "b"]}).write_parquet(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "body", "rows", "types"),
    [
        ("a.csv", b"n,t\n1,x\n,y\n3,y\n", 3, ["integer", "text"]),
        ("a.csv", b"n;t\n1.5;x\n2;y\n", 2, ["number", "text"]),
        ("a.tsv", b"n\tt\n1\tx\n", 1, ["integer", "text"]),
        ("a.csv", "n,t\n1,\u00e9\n".encode("utf-16"), 1, ["integer", "text"]),
        ("a.csv", "n,t\n1,\u00e9\n".encode("latin-1"), 1, ["integer", "text"]),
        ("a.jsonl", b'{"n": 1, "t": true}\n{"n": 2, "t": false}\n', 2, None),
        ("a.parquet", parquet(), 3, ["integer", "text"]),
    ],
)
def test_tables_are_profiled(sign_in, team, captain, name, body, rows, types):
    sign_in(captain).post(
        reverse("submissions:dataset_create", args=[team.event.slug]),
        dataset_form(upload=upload(name, body)),
    )
    dataset = Dataset.objects.get()

    profiles.profile(dataset.pk)

    dataset.refresh_from_db()
    assert (dataset.profile_status, dataset.profile.get("rows")) == ("done", rows)
    assert dataset.size == len(body)
    if types:
        assert [c["type"] for c in dataset.profile["columns"]] == types


def test_a_broken_table_gets_a_sentence_and_runs_once(sign_in, team, captain):
    client = sign_in(captain)
    client.post(
        reverse("submissions:dataset_create", args=[team.event.slug]),
        dataset_form(upload=upload("a.parquet", b"PAR1 nonsense")),
    )
    dataset = Dataset.objects.get()
    assert profiles.waiting() == [dataset.pk]

    profiles.profile(dataset.pk)
    profiles.profile(dataset.pk)

    dataset.refresh_from_db()
    assert dataset.profile_status == "failed"
    assert "no profile" in client.get(dataset.get_absolute_url()).content.decode()
    profile_pending()


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("a.csv", b"", "empty"),
        ("a.exe", b"MZ", "cannot be stored"),
        ("a.csv", b"<!doctype html><script>1</script>", "not what its name says"),
        ("a.txt", b"\x7fELF\x00\x00", "not what its name says"),
        ("a.png", b"not a png", "not what its name says"),
        ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00", "not what its name says"),
    ],
)
def test_files_that_lie_are_refused_and_nothing_typed_is_lost(
    sign_in, team, captain, name, body, sentence
):
    page = sign_in(captain).post(
        reverse("submissions:dataset_create", args=[team.event.slug]),
        dataset_form(upload=upload(name, body), provenance="My own words"),
    )

    assert sentence in page.content.decode()
    assert "My own words" in page.content.decode()
    assert not Dataset.objects.exists()


def test_a_file_too_large_is_refused(sign_in, team, captain, settings):
    settings.DATASET_MAX_BYTES = 3

    page = sign_in(captain).post(
        reverse("submissions:dataset_create", args=[team.event.slug]),
        dataset_form(upload=upload("a.csv", b"a,b\n")),
    )

    assert "too large" in page.content.decode()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({}, "give a file or a link"),
        ({"link": "http://127.0.0.1/x.csv"}, "only works on your own machine"),
        ({"link": "https://u:p@example.org/x"}, "user name or password"),
        (
            {"link": "https://example.org/x", "licence": "WTF"},
            "not one of the available",
        ),
    ],
)
def test_a_bad_data_card_says_why(sign_in, team, captain, changed, sentence):
    page = sign_in(captain).post(
        reverse("submissions:dataset_create", args=[team.event.slug]),
        dataset_form(**changed),
    )

    assert sentence in page.content.decode()


def test_a_file_is_a_download_for_those_who_may(
    sign_in, client, team, captain, attendee, stranger
):
    sign_in(captain).post(
        reverse("submissions:dataset_create", args=[team.event.slug]),
        dataset_form(upload=upload(r"..\..\b.csv", b"a,b\n1,2\n")),
    )
    dataset = Dataset.objects.get()
    file = reverse("submissions:dataset_file", args=[team.event.slug, dataset.slug])

    answer = sign_in(attendee).get(file)

    assert b"".join(answer.streaming_content) == b"a,b\n1,2\n"
    assert answer["Content-Disposition"] == 'attachment; filename="b.csv"'
    assert "sandbox" in answer["Content-Security-Policy"]
    assert sign_in(stranger).get(file).status_code == 403


def test_datasets_change_until_hacking_ends(sign_in, project, captain):
    dataset = DatasetFactory(team=project.team)
    client = sign_in(captain)
    edit = reverse("submissions:dataset_edit", args=[project.event.slug, dataset.slug])
    save(client, edit, dataset_form(title="New", link=LINK))
    dataset.refresh_from_db()
    assert dataset.title == "New"
    project.datasets.add(dataset)
    with pytest.raises(DataIsUsed):
        actions.remove_dataset(dataset, captain)
    project.datasets.clear()
    spare = DatasetFactory(team=project.team)
    client.post(
        reverse("submissions:dataset_remove", args=[project.event.slug, spare.slug])
    )
    assert list(Dataset.objects.all()) == [dataset]

    close(project.event)

    for act in (
        partial(actions.add_dataset, project.team, captain, upload=None, title="x"),
        partial(actions.edit_dataset, dataset, captain, upload=None, title="x"),
        partial(actions.remove_dataset, dataset, captain),
    ):
        with pytest.raises(DataIsClosed):
            act()


def test_the_catalogue_loads_once_and_keeps_changes(db):
    added = catalogue.load()
    Tool.objects.filter(slug="polars").update(description="Ours")

    assert catalogue.load() == 0
    assert added == Tool.objects.count() >= 80
    assert ToolCategory.objects.count() == 15
    assert Tool.objects.get(slug="polars").description == "Ours"
    assert not Tool.objects.exclude(homepage__startswith="https://").exists()


def test_a_profile_never_tells_more_values_than_rows(tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("\n".join(["code", *(f"A{number:04}" for number in range(3376))]))

    column = tables.profile_table(path, path.name)["columns"][0]

    assert 3000 < column["distinct"] <= 3376


def test_a_dataset_may_have_any_licence_of_the_spdx_list(sign_in, team, captain):
    ours = [name for name in licences.NAMES if not name.startswith("LicenseRef-")]
    every = [*ours, *licences.MORE]
    assert [canonicalize_license_expression(name) for name in every] == every
    assert len(set(every)) > 600

    card = {"title": "D", "provenance": "x", "sensitivity": "described"}
    sign_in(captain).post(
        reverse("submissions:dataset_create", args=[team.event.slug]),
        {**card, "licence": "EUPL-1.2"},
    )

    assert Dataset.objects.get().licence_name == "EUPL-1.2"


def test_a_data_card_shows_licence_and_state(client, sign_in, team, captain):
    spdx = DatasetFactory(team=team, licence="CC0-1.0", profile_status="waiting")
    owned = DatasetFactory(team=team, licence="LicenseRef-public-domain")

    waiting = client.get(spdx.get_absolute_url())
    assert waiting["Refresh"] == "5"
    assert "Creative Commons Zero 1.0" in waiting.content.decode()
    card = client.get(owned.get_absolute_url())
    assert "Refresh" not in card
    assert "Public domain" in card.content.decode()
    assert "LicenseRef" not in card.content.decode()
    edit = sign_in(captain).get(f"{owned.get_absolute_url()}edit/").content.decode()
    assert f'action="{owned.get_absolute_url()}remove/"' in edit


def test_an_idea_tells_newcomers_to_register(sign_in, event, stranger, attendee):
    idea = IdeaFactory(event=event)
    register = reverse("events:register", args=[event.slug])

    assert register in sign_in(stranger).get(idea.get_absolute_url()).content.decode()
    assert (
        register not in sign_in(attendee).get(idea.get_absolute_url()).content.decode()
    )
