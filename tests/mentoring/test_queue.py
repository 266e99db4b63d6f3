"""The queue for help: who asks, who goes, who says thank you, and what is counted."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mentoring import actions
from mentoring.models import HelpRequest, Offer
from notifications.models import Notification
from tests.factories.events import RegistrationFactory
from tests.factories.recap import HelpRequestFactory
from tests.factories.submissions import ToolFactory, ToolUseFactory
from tests.factories.teams import MembershipFactory
from tests.races import race

Status = HelpRequest.Status


@pytest.fixture
def mentor(event):
    return RegistrationFactory(
        event=event, role="mentor", user__display_name="Minna Mentor"
    ).user


@pytest.fixture
def tool(db):
    return ToolFactory(name="DuckDB")


def url(name, event, *args):
    return reverse(f"mentoring:{name}", args=[event.slug, *args])


def page(client, event):
    return client.get(url("queue", event)).content.decode()


def test_a_team_asks_a_mentor_goes_helps_and_is_thanked(
    event, captain, team, mentor, tool, client
):
    team.table = "T7"
    team.save()
    client.force_login(captain)
    assert client.get(url("ask", event)).context["form"]["place"].initial == "T7"
    client.post(
        url("ask", event), {"topic": "Odd dates", "tool": tool.pk, "place": "T7"}
    )
    row = HelpRequest.objects.get()
    assert (row.team, row.status, row.asked_by) == (team, Status.WAITING, captain)
    assert "1 team in the queue" in page(client, event)

    client.force_login(mentor)
    text = page(client, event)
    assert "Odd dates" in text
    assert "table T7" in text
    assert "I go" in text
    do = url("do", event, row.pk)
    client.post(do, {"do": "take"})
    assert "Minna Mentor is on the way" in page(client, event)
    client.post(do, {"do": "close"})

    client.force_login(captain)
    assert "Say thank you" in page(client, event)
    for _twice in range(2):
        client.post(do, {"do": "thank"})

    row.refresh_from_db()
    assert (row.status, row.taken_by, row.is_thanked) == (Status.DONE, mentor, True)
    mail = Notification.objects.get(template="mentoring/email/thanks")
    assert mail.recipient == mentor
    assert [e.verb for e in event.audit_entries.order_by("pk")][-4:] == [
        "mentoring.asked",
        "mentoring.taken",
        "mentoring.closed",
        "mentoring.thanked",
    ]


def test_a_team_stands_in_the_queue_once(event, captain, team, client):
    actions.ask_for_help(event, captain, topic="x")

    with pytest.raises(actions.InTheQueueAlready):
        actions.ask_for_help(event, captain, topic="y")

    row = HelpRequest.objects.get()
    actions.withdraw_request(row, captain)
    actions.ask_for_help(event, captain, topic="y")
    assert HelpRequest.objects.open().count() == 1


def test_one_asks_with_a_team_and_while_the_event_is_on(event, attendee, captain):
    with pytest.raises(actions.NoTeam):
        actions.ask_for_help(event, attendee, topic="x")
    event.ends_at = timezone.now() - timedelta(minutes=1)
    with pytest.raises(actions.NotOnNow):
        actions.ask_for_help(event, captain, topic="x")


def test_refusals_are_told_in_the_form(event, captain, client):
    actions.ask_for_help(event, captain, topic="x")
    client.force_login(captain)

    answer = client.post(url("ask", event), {"topic": "y"})

    assert "in the queue already" in answer.content.decode()


def test_steps_out_of_turn_are_refused(event, team, captain, mentor):
    other = RegistrationFactory(event=event, role="mentor").user
    row = actions.ask_for_help(event, captain, topic="x")
    with pytest.raises(actions.NothingToThankFor):
        actions.thank(row, captain)
    with pytest.raises(actions.ClosedAlready):
        actions.put_back(row, mentor)
    with pytest.raises(actions.NobodyCame):
        actions.close_request(row, captain)
    with pytest.raises(actions.OwnTeam):
        actions.take_request(row, captain)
    actions.take_request(row, mentor)
    actions.take_request(row, mentor)
    with pytest.raises(actions.TakenAlready):
        actions.take_request(row, other)
    actions.put_back(row, mentor)
    row.refresh_from_db()
    assert (row.status, row.taken_by) == (Status.WAITING, None)
    actions.take_request(row, other)
    actions.close_request(row, other)
    for step in (actions.close_request, actions.withdraw_request, actions.take_request):
        with pytest.raises(actions.ClosedAlready):
            step(row, other)


def test_who_may_not_is_refused_and_nothing_changes(
    event, captain, attendee, mentor, client
):
    row = actions.ask_for_help(event, captain, topic="x")
    do = url("do", event, row.pk)
    for person, step in [
        (attendee, "take"),
        (attendee, "close"),
        (attendee, "withdraw"),
        (attendee, "thank"),
        (mentor, "close"),
        (mentor, "withdraw"),
    ]:
        client.force_login(person)
        assert client.post(do, {"do": step}).status_code == 403, step
    assert client.post(do, {"do": "nonsense"}).status_code == 302
    client.post(do, {"do": "put_back"}, follow=True)

    row.refresh_from_db()
    assert row.status == Status.WAITING


def test_a_refusal_is_told_on_the_queue(event, captain, mentor, client):
    row = actions.ask_for_help(event, captain, topic="x")
    actions.take_request(row, mentor)
    other = RegistrationFactory(event=event, role="mentor").user
    client.force_login(other)

    answer = client.post(url("do", event, row.pk), {"do": "take"}, follow=True)

    assert "Somebody else is on the way" in answer.content.decode()


def test_team_and_organisers_can_put_back_whom_nobody_came_to(
    event, captain, mentor, organiser, attendee, client
):
    row = actions.ask_for_help(event, captain, topic="x")
    actions.take_request(row, mentor)

    for user, buttons in (
        (captain, {"close", "put_back", "withdraw"}),
        (organiser, {"close", "put_back", "withdraw"}),
        (mentor, {"close", "put_back"}),
        (attendee, set()),
    ):
        client.force_login(user)
        text = page(client, event)
        names = ("close", "put_back", "withdraw")
        assert {name for name in names if f'id="{name}-{row.pk}"' in text} == buttons

    client.force_login(captain)
    client.post(url("do", event, row.pk), {"do": "put_back"})
    row.refresh_from_db()
    assert row.status == Status.WAITING


@pytest.mark.django_db(transaction=True)
def test_two_mentors_who_go_at_once_are_one(event, captain):
    row = actions.ask_for_help(event, captain, topic="x")
    mentors = [RegistrationFactory(event=event, role="mentor").user for _n in range(3)]

    answers = race(*(lambda m=m: actions.take_request(row, m) for m in mentors))

    assert sorted(type(answer).__name__ for answer in answers) == [
        "NoneType",
        "TakenAlready",
        "TakenAlready",
    ]


def test_open_pages_renew_the_queue_alone(event, captain, client):
    client.force_login(captain)
    assert 'hx-trigger="every 20s"' in page(client, event)

    part = client.get(url("queue", event), headers={"HX-Request": "true"})

    text = part.content.decode().strip()
    assert text.startswith("<section")
    assert "<html" not in text


def test_a_mentor_says_what_they_can_help_with(event, captain, team, mentor, client):
    tool = ToolUseFactory(project__team=team).tool
    unknown = ToolFactory()
    client.force_login(mentor)
    form = client.get(url("offer", event)).context["form"]
    assert list(form.fields["tools"].queryset) == [tool]

    for about in ("Odd data", "Odd data and odd dates"):
        seen = client.get(url("offer", event)).context["form"].as_read()
        client.post(
            url("offer", event),
            {"about": about, "tools": [tool.pk], "as_read": seen},
        )

    offer = Offer.objects.get()
    assert (offer.registration.user, offer.about) == (mentor, "Odd data and odd dates")
    assert list(offer.tools.all()) == [tool]
    assert unknown not in offer.tools.all()
    client.force_login(captain)
    assert "Odd data and odd dates" in page(client, event)


def test_tools_are_counted_without_names_and_without_what_was_taken_back(event, tool):
    other = ToolFactory(name="Chroma")
    for number in range(3):
        team = MembershipFactory(team__event=event).team
        HelpRequestFactory(team=team, tool=tool)
        HelpRequestFactory(
            team=MembershipFactory(team__event=event).team,
            tool=other,
            status="withdrawn" if number else "waiting",
        )
    HelpRequestFactory(team=MembershipFactory(team__event=event).team)

    assert HelpRequest.objects.filter(event=event).by_tool() == [("DuckDB", 3)]
    HelpRequestFactory(team=MembershipFactory(team__event=event).team, tool=other)
    assert HelpRequest.objects.filter(event=event).by_tool()[1] == ("Chroma", 2)


def test_the_queue_takes_the_same_queries_for_any_number(event, captain, tool, client):
    client.force_login(captain)

    def queries():
        client.get(url("queue", event))  # whatever is kept is kept now
        with CaptureQueriesContext(connection) as asked:
            client.get(url("queue", event))
        return len(asked)

    HelpRequestFactory(team=MembershipFactory(team__event=event).team, tool=tool)
    RegistrationFactory(event=event, role="mentor")
    one = queries()
    for _more in range(3):
        HelpRequestFactory(team=MembershipFactory(team__event=event).team, tool=tool)
        RegistrationFactory(event=event, role="mentor")

    assert queries() == one > 0


def test_the_way_to_the_queue_stands_in_the_header_while_the_event_is_on(
    event, captain, client
):
    client.force_login(captain)
    link = f'href="{url("queue", event)}"'
    assert link in client.get(event.get_absolute_url()).content.decode()

    event.ends_at = timezone.now() - timedelta(minutes=1)
    event.save()

    assert link not in client.get(event.get_absolute_url()).content.decode()
