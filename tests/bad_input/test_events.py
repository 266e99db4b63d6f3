"""B31 to B45: what organisers type in the admin, by browser."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.models import Event, PhaseWindow, Sponsor
from judging.models import Criterion, Round
from tests.bad_input.admin_pages import (
    asked,
    confirm,
    edit_of,
    errors_of,
    form_of,
    submit,
)
from tests.bad_input.forms import FORM, forms_of, save
from tests.factories.events import (
    EventFactory,
    RegistrationFactory,
    SeriesOrganiserFactory,
    TrackFactory,
)
from tests.factories.judging import (
    CriterionFactory,
    JudgeFactory,
    RoundFactory,
    ScorecardFactory,
)
from tests.factories.submissions import ProjectFactory
from tests.factories.teams import MembershipFactory


def build():
    """An event, a rubric, and the pages of both as their organiser gets them."""
    event = EventFactory()
    organiser = SeriesOrganiserFactory(series=event.series).user
    rubric = CriterionFactory(round=RoundFactory(event=event), name="Fun")
    client = signed_in(organiser)
    forms = {
        url: form_of(client, url) for url in (edit_of(event), edit_of(rubric.round))
    }
    return SimpleNamespace(event=event, organiser=organiser, rubric=rubric, forms=forms)


@pytest.fixture(scope="module")
def first_stage(once):
    return once(build)


@pytest.fixture
def stage(db, first_stage):
    return deepcopy(first_stage)


@pytest.fixture
def event(stage):
    return stage.event


@pytest.fixture
def organiser(stage):
    return stage.organiser


@pytest.fixture
def rubric(stage):
    return stage.rubric


@pytest.fixture
def forms(stage):
    """For those to whom a page is what it was before the test: the forms by address."""
    return stage.forms


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client(organiser):
    return signed_in(organiser)


@pytest.fixture
def edit(event):
    return edit_of(event)


def test_an_event_is_saved_as_it_comes(client, event, edit):
    before = Event.objects.values().get(pk=event.pk)

    assert submit(client, edit).status_code == 302

    after = Event.objects.values().get(pk=event.pk)
    moved = {"updated_at", "starts_at", "ends_at"}  # seconds are not typed
    assert {k: v for k, v in after.items() if k not in moved} == {
        k: v for k, v in before.items() if k not in moved
    }


BAD_EVENTS = {
    "B31 over before it begins": (
        {"ends_at_0": "2020-01-01", "ends_at_1": "10:00:00"},
        "ends before it starts",
    ),
    "B32 a zone that is not": ({"time_zone": "Mars/Base"}, "time_zone"),
    "B32 no zone": ({"time_zone": ""}, "required"),
    "B33 an hour that is left out": (
        {
            "time_zone": "Europe/Berlin",
            "starts_at_0": "2027-03-28",
            "starts_at_1": "02:30:00",
        },
        "starts_at",
    ),
    "B33 an hour that comes twice": (
        {
            "time_zone": "Europe/Berlin",
            "starts_at_0": "2027-10-31",
            "starts_at_1": "02:30:00",
        },
        "starts_at",
    ),
    "B34 no such day": ({"starts_at_0": "2027-02-29"}, "starts_at"),
    "B34 year one": ({"starts_at_0": "0001-01-01"}, "starts_at"),
    "B34 the last year": ({"ends_at_0": "9999-12-31", "ends_at_1": "23:59"}, "ends_at"),
    "B35 fewer than none": ({"capacity": "-1"}, "capacity"),
    "B35 none": ({"capacity": "0"}, "capacity"),
    "B35 more than a number holds": ({"capacity": str(2**31)}, "capacity"),
    "B35 in words": ({"capacity": "ten"}, "capacity"),
    "B36 taken by Menlo": ({"slug": "admin"}, "taken by Menlo itself"),
    "B36 taken by Menlo, louder": ({"slug": "API"}, "small letters"),
    "B36 a path": ({"slug": "../x"}, "slug"),
    "B36 a picture": ({"slug": "🎉"}, "slug"),
    "B36 endless": ({"slug": "x" * 300}, "slug"),
    "B42 script for a website": ({"website": "javascript:alert(1)"}, "website"),
    "B42 ones own machine": ({"website": "http://127.0.0.1/"}, "website"),
    "team sizes": ({"min_team_size": "4"}, "smaller than the smallest"),
}


@pytest.mark.parametrize(("changed", "said"), BAD_EVENTS.values(), ids=BAD_EVENTS)
def test_a_bad_event_is_refused_and_the_page_kept(
    client, event, edit, forms, changed, said
):
    before = Event.objects.values().get(pk=event.pk)

    answer = submit(client, edit, forms[edit], tagline="My own words", **changed)

    assert said in errors_of(answer)
    assert "My own words" in answer.content.decode()
    assert Event.objects.values().get(pk=event.pk) == before


def test_b36_an_address_is_one_event(client, organiser, event, edit):
    taken = submit(client, edit, slug="spring-day")
    assert taken.status_code == 302
    url = reverse("admin:events_event_add")

    answer = submit(client, url, name="Other", slug="spring-day")

    assert "already exists" in errors_of(answer)


def test_b31_judging_that_ends_before_it_begins(client, event, edit):
    window = event.windows.order_by("opens_at").first()
    row = list(event.windows.all()).index(window)
    opens = timezone.localtime(window.opens_at) - timedelta(days=3)

    answer = submit(
        client,
        edit,
        **{
            f"windows-{row}-closes_at_0": f"{opens:%Y-%m-%d}",
            f"windows-{row}-closes_at_1": "00:00:00",
        },
    )

    assert "This closes before it opens" in errors_of(answer)
    assert PhaseWindow.objects.get(pk=window.pk).closes_at == window.closes_at


def test_b35_fewer_places_than_people_is_confirmed_and_drops_nobody(
    client, event, edit
):
    people = RegistrationFactory.create_batch(4, event=event)

    answer = submit(client, edit, capacity="2")

    said, _marks = asked(answer)
    assert "4 people have a place, and there would be 2" in said
    assert [str(p.user) in said for p in people] == [False, False, True, True]
    event.refresh_from_db()
    assert event.capacity is None
    # Somebody more has come meanwhile: that is another question.
    late = RegistrationFactory(event=event)
    answer = confirm(client, edit, answer)
    assert str(late.user) in asked(answer)[0]
    assert confirm(client, edit, answer).status_code == 302
    event.refresh_from_db()
    assert event.capacity == 2
    assert event.registrations.holding_a_place().count() == 5


def test_places_for_all_need_no_confirmation(client, event, edit):
    RegistrationFactory.create_batch(4, event=event)

    assert submit(client, edit, capacity="4").status_code == 302


def test_b35_smaller_teams_than_there_are_is_confirmed(client, event, edit):
    team = MembershipFactory(team__event=event, team__name="The Wrens").team
    MembershipFactory(team=team)
    submit(client, edit, min_team_size="1")

    answer = submit(client, edit, max_team_size="1")

    assert "The Wrens (2)" in asked(answer)[0]
    assert confirm(client, edit, answer).status_code == 302
    event.refresh_from_db()
    assert (event.max_team_size, team.memberships.count()) == (1, 2)


def test_b32_another_zone_lists_what_moves_and_moves_it_once(client, event, edit):
    event.starts_at = datetime(2027, 7, 3, 9, tzinfo=UTC)
    event.ends_at = datetime(2027, 7, 3, 19, tzinfo=UTC)
    event.save()
    event.windows.exclude(phase="hacking").delete()
    event.windows.update(opens_at=event.starts_at, closes_at=event.ends_at)
    event.agenda.create(title="Lunch", starts_at=datetime(2027, 7, 3, 12, tzinfo=UTC))

    answer = submit(client, edit, time_zone="Europe/Berlin")

    said, _marks = asked(answer)
    assert "from UTC to Europe/Berlin" in said
    assert "doors open: Sat 3 Jul, 09:00 UTC → Sat 3 Jul, 09:00 CEST" in said
    assert "Lunch: Sat 3 Jul, 12:00 UTC → Sat 3 Jul, 12:00 CEST" in said
    event.refresh_from_db()
    assert event.time_zone == "UTC"
    assert confirm(client, edit, answer).status_code == 302
    event.refresh_from_db()
    window, lunch = event.windows.get(), event.agenda.get()
    clocks = [event.starts_at, event.ends_at, window.opens_at, window.closes_at]
    assert [at.astimezone(event.zone).hour for at in clocks] == [9, 19, 9, 19]
    assert lunch.starts_at.astimezone(event.zone).hour == 12


def test_a_zone_with_the_same_clock_needs_no_confirmation(client, event, edit):
    assert submit(client, edit, time_zone="Africa/Abidjan").status_code == 302


def test_what_nobody_asked_is_not_confirmed_by_a_tick(client, event, edit):
    RegistrationFactory.create_batch(2, event=event)

    answer = submit(client, edit, capacity="1", confirmed="nonsense")

    assert "Nothing is saved yet" in errors_of(answer)


def test_b40_html_is_shown_as_it_is_typed(client, event, edit):
    submit(client, edit, description="<iframe src=//evil></iframe> **bold**")

    page = client.get(event.get_absolute_url()).content.decode()

    assert "<iframe" not in page
    assert "<strong>bold</strong>" in page


def test_b42_http_will_do(client, event, edit):
    assert submit(client, edit, website="http://example.org/").status_code == 302
    event.refresh_from_db()
    assert event.website == "http://example.org/"


BAD_RUBRICS = {
    "weight 0": {"criteria-0-weight": "0"},
    "weight below": {"criteria-0-weight": "-1"},
    "weight NaN": {"criteria-0-weight": "NaN"},
    "weight endless": {"criteria-0-weight": "1e309"},
    "scale of one": {"criteria-0-scale_min": "3", "criteria-0-scale_max": "3"},
    "scale upside down": {"criteria-0-scale_min": "5", "criteria-0-scale_max": "1"},
    "scale of half points": {"criteria-0-scale_max": "4.5"},
    "endless scale": {"criteria-0-scale_max": "100000"},
    "name given twice": {"criteria-TOTAL_FORMS": "2", "criteria-1-name": "Fun"},
    "no criterion": {"criteria-0-DELETE": "on"},
}


@pytest.mark.parametrize("changed", BAD_RUBRICS.values(), ids=BAD_RUBRICS)
def test_b37_a_bad_rubric_is_refused(client, rubric, forms, changed):
    url = edit_of(rubric.round)
    before = list(Criterion.objects.values())

    assert errors_of(submit(client, url, forms[url], **changed))

    assert list(Criterion.objects.values()) == before


def test_b38_a_rubric_keeps_its_scale_from_the_first_score_on(client, event, rubric):
    url = edit_of(rubric.round)
    fields = {"criteria-0-weight": "2", "criteria-0-scale_max": "9"}
    assert submit(client, url, **fields).status_code == 302
    card = ScorecardFactory(
        round=rubric.round,
        judge=JudgeFactory(event=event),
        project=ProjectFactory(team__event=event),
    )
    card.scores.create(criterion=rubric, value=3)

    names = {
        n for f in forms_of(url, client.get(url).content.decode()) for n in f.names
    }
    assert (
        not {"criteria-0-weight", "criteria-0-scale_max", "criteria-0-DELETE"} & names
    )
    answer = save(
        client,
        url,
        {
            "name": "Final",
            "kind": rubric.round.kind,
            "order": 0,
            "minutes_per_demo": 5,
            "shortlist_size": 3,
            "wanted_judges": 3,
            "method": "mean",
            "grace_minutes": 10,
            "prize_rules-TOTAL_FORMS": 0,
            "prize_rules-INITIAL_FORMS": 0,
            "criteria-TOTAL_FORMS": 2,
            "criteria-INITIAL_FORMS": 1,
            "criteria-0-id": rubric.pk,
            "criteria-0-round": rubric.round_id,
            "criteria-0-name": "Joy",
            "criteria-0-order": 0,
            "criteria-0-weight": 5,
            "criteria-0-scale_max": 99,
            "criteria-0-DELETE": "on",
            "criteria-1-name": "More",
            "criteria-1-weight": 1,
        },
    )

    assert answer.status_code == 302
    kept = Criterion.objects.get()
    assert (kept.name, kept.weight, kept.scale_max) == ("Fun", 2, 9)
    assert Round.objects.get(pk=rubric.round_id).name == "Final"


def test_b39_what_is_in_use_is_not_deleted(client, event, rubric):
    card = ScorecardFactory(
        round=rubric.round,
        judge=JudgeFactory(event=event),
        project=ProjectFactory(team__event=event),
    )
    card.scores.create(criterion=rubric, value=3)
    url = reverse("admin:judging_round_delete", args=[rubric.round_id])

    assert client.get(url).context["protected"]
    client.post(url, {"post": "yes"})

    assert Criterion.objects.filter(pk=rubric.pk).exists()


def test_b39_a_track_stays_while_projects_compete_in_it(client, event):
    track, unused = TrackFactory(event=event), TrackFactory(event=event)
    project = ProjectFactory(team__event=event)
    project.tracks.add(track)

    for row in (track, unused):
        client.post(
            reverse("admin:events_track_delete", args=[row.pk]), {"post": "yes"}
        )

    project.refresh_from_db()
    assert list(project.tracks.all()) == [track]
    assert list(event.tracks.all()) == [track]


def test_b45_an_event_is_copied_to_a_day_that_is(client, event):
    url = reverse("admin:events_event_copy", args=[event.pk])
    before = Event.objects.count()
    good = {"name": "Again", "starts_at_0": "2028-05-06", "starts_at_1": "09:00:00"}
    for bad in (
        {"name": ""},
        {"name": "x" * 300},
        {"name": "\x00"},
        {"starts_at_0": "2027-02-29"},
        {"starts_at_0": ""},
        {"starts_at_0": "0001-01-01"},
    ):
        answer = client.post(url, {**good, **bad})
        assert answer.status_code == 200
        assert answer.context["form"].errors
    gone = reverse("admin:events_event_copy", args=[event.pk + 999])
    assert client.post(gone, good).status_code == 404
    assert Event.objects.count() == before

    assert client.post(url, good).status_code == 302
    assert Event.objects.get(name="Again").starts_at.year == 2028


def test_a_sponsors_link_is_a_link(client, event, edit):
    fields = {"sponsors-0-name": "Evil", "sponsors-0-website": "javascript:alert(1)"}
    page = client.get(edit).content.decode()
    form = max(forms_of(edit, page), key=lambda form: len(form.values))
    fields["sponsors-TOTAL_FORMS"] = "1"
    body = form.body(**{**fields, "_save": "Save"})

    answer = client.post(edit, body, content_type=FORM)

    assert "website" in errors_of(answer)
    assert not Sponsor.objects.exists()
