import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from events.models import AuditEntry, Phase
from judging import actions
from judging.actions.reveal import (
    IsPublicAlready,
    NoMorePlaces,
    NothingIsRevealed,
    NotPublishedYet,
    RevealHasMoved,
)
from judging.actions.stage import (
    AlreadyMoved,
    NoMoreDemos,
    NothingIsOn,
    NotInThisRound,
    TooLong,
    sight_of,
)
from judging.models import Award, Reveal, Score, Scorecard
from judging.running import running_order
from judging.state import state_of
from notifications.models import Notification
from tests.factories.events import (
    PrizeFactory,
    RegistrationFactory,
    SeriesOrganiserFactory,
)
from tests.factories.judging import (
    CriterionFactory,
    JudgeFactory,
    RoundFactory,
    ScorecardFactory,
)
from tests.factories.submissions import ProjectFactory
from tests.races import race


@pytest.fixture
def round_(db):
    return RoundFactory()


@pytest.fixture
def host(round_):
    return SeriesOrganiserFactory(series=round_.event.series).user


@pytest.fixture
def demos(round_):
    """Three that are handed in, at tables one to three."""
    return [
        ProjectFactory(team__event=round_.event, team__table=f"T{n}", submitted=True)
        for n in (1, 2, 3)
    ]


def on(round_):
    round_.refresh_from_db()
    return round_.now_on


def path(name, round_, *args):
    return reverse(f"judging:{name}", args=[round_.event.slug, *args])


def test_next_goes_through_the_running_order_and_stops_at_its_end(round_, host, demos):
    seen = [actions.step(round_, host, 1) for _demo in demos]

    assert seen == demos
    with pytest.raises(NoMoreDemos):
        actions.step(round_, host, 1)
    assert on(round_) == demos[2]
    assert actions.step(round_, host, -1) == demos[1]


def test_a_break_remembers_where_the_order_stands(round_, host, demos):
    actions.put_on(round_, demos[1], host)
    actions.take_break(round_, host)
    actions.take_break(round_, host)  # twice is once

    assert (on(round_), round_.is_break, round_.ends_at) == (None, True, None)
    assert actions.step(round_, host, -1) == demos[1]
    actions.take_break(round_, host)
    assert actions.step(round_, host, 1) == demos[2]
    actions.clear_stage(round_, host)
    assert (on(round_), round_.is_break) == (None, False)
    assert actions.step(round_, host, 1) == demos[0]


def test_only_what_is_handed_in_here_is_put_on(round_, host, demos):
    draft = ProjectFactory(team__event=round_.event)
    elsewhere = ProjectFactory(submitted=True)

    for project in (draft, elsewhere):
        with pytest.raises(NotInThisRound):
            actions.put_on(round_, project, host)
        with pytest.raises(NotInThisRound):
            actions.move_entry(round_, project, 1, host)
    assert on(round_) is None


def test_the_clock_gains_and_loses_minutes_and_begins_anew(round_, host, demos):
    with pytest.raises(NothingIsOn):
        actions.give_minutes(round_, 1, host)
    with pytest.raises(NothingIsOn):
        actions.restart_clock(round_, host)
    actions.step(round_, host, 1)
    on(round_)
    ends_at = round_.ends_at

    actions.give_minutes(round_, 1, host)
    actions.give_minutes(round_, 1, host)
    actions.give_minutes(round_, -1, host)

    on(round_)
    assert round_.ends_at - ends_at == timezone.timedelta(minutes=1)
    with pytest.raises(TooLong):
        actions.give_minutes(round_, -7, host)
    actions.restart_clock(round_, host)
    on(round_)
    assert round_.ends_at - round_.now_on_since == timezone.timedelta(minutes=5)
    actions.take_break(round_, host)
    actions.give_minutes(round_, 5, host)
    on(round_)
    assert round_.ends_at - round_.now_on_since == timezone.timedelta(minutes=5)
    with pytest.raises(TooLong):
        actions.give_minutes(round_, -6, host)


def test_a_press_on_an_old_screen_moves_nothing(round_, host, demos):
    actions.step(round_, host, 1, seen="")

    for press in (
        lambda: actions.step(round_, host, 1, seen=""),
        lambda: actions.take_break(round_, host, seen="break"),
        lambda: actions.clear_stage(round_, host, seen=""),
        lambda: actions.give_minutes(round_, 1, host, seen=str(demos[2].pk)),
        lambda: actions.restart_clock(round_, host, seen=""),
        lambda: actions.put_on(round_, demos[2], host, seen=""),
    ):
        with pytest.raises(AlreadyMoved):
            press()

    assert on(round_) == demos[0]
    assert AuditEntry.objects.filter(event=round_.event).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_remotes_that_press_next_at_once_move_one_step(round_, host, demos):
    actions.step(round_, host, 1)
    seen = sight_of(type(round_).objects.get(pk=round_.pk))

    answers = race(*[lambda: actions.step(round_, host, 1, seen=seen)] * 4)

    assert on(round_) == demos[1]
    assert sum(isinstance(answer, AlreadyMoved) for answer in answers) == 3


def test_the_running_order_is_edited_one_place_at_a_time(round_, host, demos):
    one, two, three = demos

    actions.move_entry(round_, three, -1, host)
    assert running_order(round_) == [one, three, two]
    actions.move_entry(round_, one, -1, host)  # is the first
    actions.move_entry(round_, one, 1, host)
    assert running_order(round_) == [three, one, two]
    late = ProjectFactory(team__event=round_.event, team__table="A0", submitted=True)
    assert running_order(round_) == [three, one, two, late]


def test_rounds_with_a_track_or_a_shortlist_have_their_own_order(round_, demos):
    track = round_.event.tracks.create(name="Data")
    demos[1].tracks.add(track)
    of_track = RoundFactory(event=round_.event, track=track)
    final = RoundFactory(event=round_.event, follows=round_)
    final.entries.create(project=demos[2])

    assert running_order(of_track) == [demos[1]]
    assert running_order(final) == [demos[2]]


def test_the_remote_shows_and_presses_without_javascript(client, round_, host, demos):
    card = ScorecardFactory(round=round_, project=demos[0], status="done")
    ScorecardFactory(round=round_, project=demos[0])
    client.force_login(host)
    remote = path("remote", round_, round_.pk)

    def press(key, seen):
        url = path("on_stage", round_, round_.pk)
        return client.post(url, {"press": key, "seen": seen}, follow=True)

    assert "Nothing is on" in client.get(remote).content.decode()
    html = press("next", "").content.decode()
    assert f"On stage: {demos[0]}" in html
    assert "1 of 2 judges have scored" in html
    assert card.judge.name not in html
    assert "Somebody else pressed first" in press("next", "").content.decode()
    one = str(demos[0].pk)
    for key, word in [
        ("minutes:1", "+1 min."),
        ("restart", "anew"),
        (f"to:{demos[2].pk}", f"On stage: {demos[2]}"),
    ]:
        assert word in press(key, one).content.decode()
    three = str(demos[2].pk)
    assert "where the running order ends" in press("next", three).content.decode()
    assert f"On stage: {demos[1]}" in press("back", three).content.decode()
    assert "Break." in press("break", str(demos[1].pk)).content.decode()
    assert "Moved." in press(f"up:{demos[2].pk}", "break").content.decode()
    assert "Moved." in press(f"down:{demos[2].pk}", "break").content.decode()
    assert "The stage is clear." in press("over", "break").content.decode()
    assert press("nonsense", "").status_code == 200
    assert press("to:x", "").status_code == 404


def test_the_remote_swaps_only_what_has_changed(client, round_, host, demos):
    client.force_login(host)
    url, htmx = path("remote", round_, round_.pk), {"HX-Request": "true"}
    first = client.get(url, headers=htmx)
    state = first.context["state"]

    assert "<html" not in first.content.decode()
    assert client.get(url, {"state": state}, headers=htmx).status_code == 204
    pressed = client.post(
        path("on_stage", round_, round_.pk), {"press": "next", "seen": ""}, headers=htmx
    )
    assert demos[0].title in pressed.content.decode()
    assert client.get(url, {"state": state}, headers=htmx).status_code == 200


def stage(round_, **query):
    url = reverse("dashboard:stage", args=[round_.event.slug])
    return Client().get(url, query).content.decode()


def test_the_stage_screen_follows_the_remote(round_, host, demos):
    assert "Judging ends in" in stage(round_)
    actions.step(round_, host, 1)
    actions.give_minutes(round_, 3, host)
    on(round_)
    html = stage(round_)
    assert html.index(demos[0].title) < html.index(demos[1].title)
    assert round_.ends_at.strftime("%H:%M:%S") in html.replace("+00:00", "")
    assert "countdown--over" not in html
    other = RoundFactory(event=round_.event, name="Second room")
    actions.put_on(other, demos[2], host)
    assert demos[2].title in stage(round_).partition("stage__next")[0]
    assert demos[0].title in stage(round_, round=round_.pk).partition("stage__next")[0]
    actions.clear_stage(other, host)

    round_.now_on_since = timezone.now() - timezone.timedelta(minutes=9)
    round_.save()
    assert "countdown--over" in stage(round_)
    actions.take_break(round_, host)
    html = stage(round_)
    assert "Break" in html
    assert demos[0].title not in html
    assert demos[1].title in html
    assert all("Break" in stage(round_, round=odd) for odd in ("x", "9" * 12))


def test_phones_are_told_what_is_on_until_when_and_in_which_order(round_, host, demos):
    judge = JudgeFactory(event=round_.event)
    assert state_of(judge)["rounds"][0]["ends_at"] is None
    actions.move_entry(round_, demos[2], -1, host)
    actions.put_on(round_, demos[2], host)
    actions.give_minutes(round_, 2, host)

    state = state_of(judge)["rounds"][0]

    on(round_)
    assert state["now_on"] == demos[2].pk
    assert state["now_on_since"] == round_.now_on_since.isoformat()
    assert state["ends_at"] == round_.ends_at.isoformat()
    assert state["is_break"] is False
    assert state["order"] == [demos[0].pk, demos[2].pk, demos[1].pk]


@pytest.fixture
def judged(round_, demos):
    """Scores of 1, 5 and 5: one last place and two that share the first."""
    criterion = CriterionFactory(round=round_)
    for project, value in zip(demos, (1, 5, 5), strict=True):
        card = ScorecardFactory(
            round=round_, project=project, status=Scorecard.Status.DONE
        )
        Score.objects.create(scorecard=card, criterion=criterion, value=value)
    Award.objects.create(prize=PrizeFactory(event=round_.event), project=demos[1])
    round_.event.windows.filter(phase=Phase.JUDGING).update(
        opens_at=timezone.now() - timezone.timedelta(hours=2),
        closes_at=timezone.now() - timezone.timedelta(hours=1),
    )
    return round_.event


def test_nothing_is_revealed_before_publishing(judged, host, round_, demos):
    with pytest.raises(NotPublishedYet):
        actions.start_reveal(judged, host, 0, 3)
    with pytest.raises(NothingIsRevealed):
        actions.step_reveal(judged, host, 1, seen=0)
    with pytest.raises(NothingIsRevealed):
        actions.end_reveal(judged, host)
    actions.hold_back_results(judged, host)
    actions.hold_back_results(judged, host)
    with pytest.raises(NothingIsRevealed):
        actions.step_reveal(judged, host, 1, seen=0)

    html = stage(round_)

    assert not any(project.title in html for project in demos)
    assert AuditEntry.objects.filter(verb="judging.results_held").count() == 1


def test_places_are_revealed_from_the_last_to_the_first(judged, host, round_, demos):
    actions.publish_results(judged, host)
    with pytest.raises(IsPublicAlready):
        actions.hold_back_results(judged, host)
    with pytest.raises(NotPublishedYet):
        actions.start_reveal(judged, host, 7, 3)
    actions.start_reveal(judged, host, 0, 3)
    assert not any(project.title in stage(round_) for project in demos)

    actions.step_reveal(judged, host, 1, seen=0)
    html = stage(round_)
    assert "Place 3" in html
    assert demos[0].title in html
    assert demos[1].title not in html
    with pytest.raises(RevealHasMoved):
        actions.step_reveal(judged, host, 1, seen=0)
    actions.step_reveal(judged, host, 1, seen=1)
    html = stage(round_)
    assert "Place 1" in html
    assert all(project.title in html for project in demos)
    with pytest.raises(NoMorePlaces):
        actions.step_reveal(judged, host, 1, seen=2)
    actions.step_reveal(judged, host, -1, seen=2)
    assert demos[1].title not in stage(round_)


def test_held_results_reach_people_when_the_reveal_has_ended(
    client, judged, host, round_, demos
):
    RegistrationFactory(event=judged)
    results = reverse("judging:results", args=[judged.slug])
    actions.hold_back_results(judged, host)
    actions.publish_results(judged, host)
    actions.start_reveal(judged, host, 1, 3)  # its prizes
    actions.step_reveal(judged, host, 1, seen=0)

    assert judged.prizes.get().name in stage(round_)
    assert demos[1].title not in client.get(results).content.decode()
    assert "named on stage first" in client.get(results).content.decode()
    assert not Notification.objects.exists()
    actions.end_reveal(judged, host)

    assert demos[1].title in client.get(results).content.decode()
    assert Notification.objects.count() == 1
    assert not Reveal.objects.exists()


def test_the_reveal_has_a_remote_of_its_own(client, judged, host, round_, demos):
    client.force_login(host)
    url, press = path("reveal", round_), path("reveal_press", round_)

    def send(**fields):
        return client.post(press, fields, follow=True).content.decode()

    assert "Hold the results back" in client.get(url).content.decode()
    assert "stays closed until" in send(press="hold")
    actions.publish_results(judged, host)
    assert "Version 1 is frozen. Nobody sees it" in send(press="")
    html = send(press="start", part="0", places="3")
    assert "Next on the screen: place 3" in html
    assert demos[0].title in html
    html = send(press="next", seen="0")
    assert "Next on the screen: place 1" in html
    assert "pressed first" in send(press="next", seen="0")
    assert "Everything is on the screen" in send(press="next", seen="1")
    assert "place 1" in send(press="back", seen="2")
    part = client.post(press, {"press": "x"}, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "Tick the box" in send(press="end")
    assert Reveal.objects.exists()
    assert "results are public" in send(press="end", sure="yes")
