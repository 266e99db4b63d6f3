"""G25 and G28 for the survey: who is asked, by which link, how often, until when."""

import json
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.hooks import personal_data
from events.models import AuditEntry, Phase
from feedback import actions, tasks
from feedback.models import Answer, Invitation, Response, Survey, ToolReview, Wish
from notifications import reminders
from notifications.composing import compose
from notifications.delivery import deliver
from notifications.models import Notification, Preference, Topic
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, RegistrationFactory
from tests.factories.feedback import (
    InvitationFactory,
    QuestionFactory,
    SurveyFactory,
)
from tests.factories.submissions import ToolFactory
from tests.races import race

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def press(client, event, button, **fields):
    return client.post(reverse(f"feedback:{button}", args=[event.slug]), fields)


def send_all():
    """What the workers do: each mail that is due."""
    for row in Notification.objects.filter(status="queued").order_by("pk"):
        deliver(row.pk)


def link_in(message):
    return re.search(r"/survey/([\w-]+)/", message.body)[0]


# --- Opening and closing by hand ------------------------------------------------------


@pytest.fixture
def going_on(db):
    """An event in its last hour, whose survey would open tomorrow."""
    now = timezone.now()
    event = EventFactory(phases=[], starts_at=now - DAY, ends_at=now + DAY / 24)
    event.windows.create(
        phase=Phase.SURVEY, opens_at=now + DAY, closes_at=now + 5 * DAY
    )
    return event


def test_an_organiser_opens_it_before_people_have_left(
    sign_in, organiser, going_on, mailoutbox
):
    organiser.organiser_roles.create(series=going_on.series)
    user = RegistrationFactory(event=going_on).user
    closes_at = going_on.windows.get().closes_at

    answer = press(sign_in(organiser), going_on, "open_now")
    send_all()

    assert answer.status_code == 302
    window = going_on.windows.get()
    assert window.opens_at <= timezone.now()
    assert window.closes_at == closes_at
    assert Survey.objects.get(event=going_on).is_open
    assert [message.to[0].endswith(f"<{user.email}>") for message in mailoutbox] == [1]
    entry = AuditEntry.objects.get(verb="feedback.survey_opened")
    assert entry.actor == organiser


def test_the_button_is_there_from_the_event_to_the_opening(sign_in, organiser, event):
    url = reverse("feedback:progress", args=[event.slug])
    button = reverse("feedback:open_now", args=[event.slug])
    client = sign_in(organiser)

    def has_button():
        return button in client.get(url).content.decode()

    assert has_button()
    actions.open_survey(event)
    assert not has_button()
    Survey.objects.all().delete()
    event.starts_at, event.ends_at = timezone.now() + DAY, timezone.now() + 2 * DAY
    event.save()
    assert not has_button()


@pytest.mark.parametrize("window", ["none", "over"])
def test_opening_by_hand_gives_two_weeks_where_no_window_is_left(
    event, organiser, window, sign_in
):
    event.windows.update(closes_at=timezone.now() - timedelta(hours=1))
    if window == "none":
        event.windows.all().delete()

    assert actions.open_now(event, organiser)
    press(sign_in(organiser), event, "open_now")

    survey_window = event.windows.get(phase=Phase.SURVEY)
    left = survey_window.closes_at - timezone.now()
    assert timedelta(days=13) < left <= timedelta(days=14)


def test_it_does_not_open_before_the_event_or_for_a_draft(event, organiser):
    to_come = EventFactory(
        starts_at=timezone.now() + DAY, ends_at=timezone.now() + 2 * DAY
    )
    draft = EventFactory(
        is_published=False, starts_at=timezone.now() - DAY, ends_at=timezone.now()
    )

    for one in (to_come, draft):
        with pytest.raises(actions.NotBegun):
            actions.open_now(one, organiser)
        with pytest.raises(actions.NotOpen):
            actions.close_now(one, organiser)
    assert not Survey.objects.exists()


def test_an_organiser_closes_it_and_reads_at_once(sign_in, organiser, invitation):
    event = invitation.survey.event
    actions.save_answers(invitation, {"come_again": 4})
    client = sign_in(organiser)

    press(client, event, "close_now")
    twice = client.post(
        reverse("feedback:close_now", args=[event.slug]), follow=True
    ).content.decode()

    survey = Survey.objects.get()
    assert survey.closed_at is not None
    assert not event.windows.filter(closes_at__gt=timezone.now()).exists()
    assert not Response.objects.exclude(invitation=None).exists()
    assert AuditEntry.objects.get(verb="feedback.survey_closed").actor == organiser
    assert "not open" in twice
    with pytest.raises(actions.IsClosed):
        actions.open_now(event, organiser)
    with pytest.raises(actions.IsClosed):
        actions.invite_addresses(event, ["a@example.org"], organiser)


def test_the_way_to_the_builder_prepares_a_survey(sign_in, organiser, event):
    answer = press(sign_in(organiser), event, "questions")

    survey = Survey.objects.get(event=event)
    assert answer.url == reverse("admin:feedback_survey_change", args=[survey.pk])
    assert survey.opened_at is None


@pytest.mark.django_db(transaction=True)
def test_by_hand_and_by_the_clock_at_the_same_moment_is_once(event, organiser):
    RegistrationFactory.create_batch(3, event=event)

    race(
        *[lambda: actions.open_now(event, organiser)] * 2,
        *[lambda: actions.open_survey(event)] * 2,
    )

    assert Invitation.objects.count() == 3
    assert Notification.objects.filter(topic="survey").count() == 3


# --- People without an account --------------------------------------------------------


def test_a_guest_answers_by_the_link_in_the_mail(
    sign_in, organiser, survey, client, mailoutbox
):
    event = survey.event
    page = press(
        sign_in(organiser), event, "ask_more", addresses="Judy <Judy@Example.org>\n\n"
    )
    send_all()

    assert page.status_code == 302
    (message,) = mailoutbox
    assert message.to == ["judy@example.org"]
    client.logout()
    link = link_in(message)
    assert client.get(link).status_code == 200
    answer = client.post(f"{link}event/", {"come_again": "9", "role": ""})
    assert answer.url == f"{link}thanks/"
    assert Response.objects.get().come_again == 9
    assert Invitation.objects.get().finished_at is not None


def test_each_address_is_asked_once_and_accounts_by_their_account(
    survey, organiser, invitation
):
    member = UserFactory(email="member@example.org")
    asked = [
        "a@example.org", "A@example.org", "member@example.org", invitation.user.email
    ]  # fmt: skip

    news = [
        actions.invite_addresses(survey.event, asked, organiser) for _twice in range(2)
    ]

    assert news == [2, 0]
    new = Invitation.objects.exclude(pk=invitation.pk)
    assert {(i.user, i.address) for i in new} == {(None, "a@example.org"), (member, "")}


def test_before_it_opens_they_are_noted_and_get_their_link_with_the_others(
    event, organiser
):
    came = RegistrationFactory(event=event).user
    noted = ["guest@example.org", came.email]

    assert actions.invite_addresses(event, noted, organiser) == 1
    assert not Notification.objects.filter(topic="survey").exists()
    actions.open_survey(event)

    mails = Notification.objects.filter(topic="survey")
    assert {(m.recipient, m.address) for m in mails} == {
        (None, "guest@example.org"), (came, "")
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong", ["nobody", "a@b", "x y@z", "@example.org", "a @x.org"]
)
def test_what_is_no_address_is_named_and_nobody_is_asked(
    sign_in, organiser, survey, wrong
):
    page = press(sign_in(organiser), survey.event, "ask_more", addresses=wrong)

    assert page.status_code == 422
    assert "not an e-mail address" in page.content.decode()
    assert not Invitation.objects.exists()


PASTED = """
1. kai@example.org
- Lee Wong <lee@example.org>
Mona\tmona@example.org\tjudge
"Otto, Dr." <otto@example.org>; pia@example.org, quin@example.org.
mailto:rui@example.org
no address here
sue@nowhere, tom@example.org
"""


def test_a_pasted_list_is_read_line_by_line_and_odd_lines_stay(
    sign_in, organiser, survey
):
    page = press(sign_in(organiser), survey.event, "ask_more", addresses=PASTED)

    asked = Invitation.objects.values_list("address", flat=True)
    assert sorted(asked) == [
        f"{name}@example.org"
        for name in ("kai", "lee", "mona", "otto", "pia", "quin", "rui", "tom")
    ]
    html = page.content.decode()
    assert "8 more people are asked" in html
    box = page.context["addresses"]["addresses"].value()
    assert box == "no address here\nsue@nowhere, tom@example.org"


def test_there_are_only_so_many(sign_in, organiser, survey):
    many = "\n".join(f"p{n}@example.org" for n in range(501))

    page = press(sign_in(organiser), survey.event, "ask_more", addresses=many)

    assert page.status_code == 422
    assert "At most 500" in page.content.decode()
    assert not Invitation.objects.exists()


def test_closing_forgets_the_addresses(survey, organiser, end_window):
    actions.invite_addresses(survey.event, ["a@example.org", "b@x.org"], organiser)

    actions.close_survey(end_window(survey.event))

    assert set(Invitation.objects.values_list("user", "address")) == {(None, "")}
    assert Invitation.objects.count() == 2


def test_every_wrong_link_gets_the_same_answer(client, invitation):
    """Nothing tells a link that never was from one that is cut, or of another."""
    gone = InvitationFactory(survey=invitation.survey)
    token = gone.token
    gone.user.delete()
    wrong = [token, token[:-1], "x", "%00", "x" * 300, invitation.token.swapcase()]

    def plain(answer):
        text = re.sub(r'content="20[^"]+"', "", answer.content.decode())
        return text.replace(answer.request["PATH_INFO"], "PATH")

    pages = [
        (answer.status_code, plain(answer), dict(answer.headers))
        for page in ("", "event/", "wishes/", "tools/", "tools/polars/", "thanks/")
        for answer in [client.get(f"/survey/{one}/{page}") for one in wrong]
    ]

    assert {status for status, _content, _headers in pages} == {404}
    assert len({content for _status, content, _headers in pages}) == 1
    assert len({str(sorted(headers)) for _status, _content, headers in pages}) == 1


def test_who_tries_links_is_slowed_down(client, survey, settings):
    answers = {client.get("/survey/guess/").status_code for _try in range(125)}

    assert answers == {404, 429}


# --- Nudges ---------------------------------------------------------------------------


def move_window(event, **left):
    event.windows.update(closes_at=timezone.now() + timedelta(**left))


def asked_long_ago(invitation):
    Invitation.objects.filter(pk=invitation.pk).update(
        created_at=timezone.now() - 2 * DAY
    )
    return invitation


def test_two_nudges_at_most_however_often_the_end_moves(
    survey, event, organiser, mailoutbox
):
    person = asked_long_ago(InvitationFactory(survey=survey))
    actions.invite_addresses(event, ["guest@example.org"], organiser)
    guest = asked_long_ago(Invitation.objects.get(user=None))
    Notification.objects.all().delete()  # the invitation itself

    for hours in (70, 60, 90, 65, 20, 10, 80, 68, 22, 2):
        move_window(event, hours=hours)
        reminders.queue_due()
        send_all()

    links = sorted(link_in(message) for message in mailoutbox)
    assert links == sorted([f"/survey/{i.token}/" for i in (person, guest)] * 2)
    assert all("works without signing in" in message.body for message in mailoutbox)


@pytest.mark.parametrize("why", ["answered", "unsubscribed", "closed"])
@pytest.mark.parametrize("has_account", [True, False], ids=["account", "address"])
def test_a_nudge_that_waits_is_dropped_when_it_is_not_wanted_any_more(
    survey, event, organiser, client, mailoutbox, why, has_account
):
    if has_account:
        invitation = InvitationFactory(survey=survey)
    else:
        actions.invite_addresses(event, ["guest@example.org"], organiser)
        invitation = Invitation.objects.get()
        send_all()
    asked_long_ago(invitation)
    mailoutbox.clear()
    move_window(event, hours=60)
    reminders.queue_due()
    nudge = Notification.objects.get(template="feedback/email/survey_nudge")

    match why:
        case "answered":
            actions.finish_survey(invitation)
        case "closed":
            actions.close_now(event, organiser)
        case _:
            url = compose(nudge).extra_headers["List-Unsubscribe"].strip("<>")
            path = url[url.index("/", 9) :]
            assert client.get(path).status_code == 200
            assert not Preference.objects.exists()
            for _twice in range(2):
                assert client.post(path).status_code == 200
            assert client.post(path[:-2] + "/").status_code == 404
            preference = Preference.objects.get()
            assert preference.topic == Topic.SURVEY
            assert bool(preference.user) is has_account
    send_all()

    assert mailoutbox == []
    nudge.refresh_from_db()
    assert nudge.status == "cancelled"


def test_who_switched_surveys_off_by_address_is_not_asked_at_the_next_event(
    survey, organiser, mailoutbox
):
    other = SurveyFactory(event__series=survey.event.series)
    actions.invite_addresses(survey.event, ["guest@example.org"], organiser)
    send_all()
    url = mailoutbox[0].extra_headers["List-Unsubscribe"].strip("<>")
    Client().post(url[url.index("/", 9) :])
    mail.outbox.clear()

    actions.invite_addresses(other.event, ["Guest@example.org"], organiser)
    send_all()

    assert mail.outbox == []
    assert "guest" not in str(list(Preference.objects.values()))


# --- One answer set -------------------------------------------------------------------


@pytest.fixture
def everything(invitation, polars):
    """The person's pages, and what they answer on each."""
    question = QuestionFactory(survey=invitation.survey)
    wish = ToolFactory(category=polars.category).slug
    link = reverse("feedback:survey", args=[invitation.token])
    return {
        f"{link}tools/": {"tools": []},
        f"{link}tools/polars/": {"again": "yes"},
        f"{link}wishes/": {"wanted": [wish], "offered": [wish]},
        f"{link}event/": {"come_again": "3", question.field_name: "6"},
    }


def counts():
    return [m.objects.count() for m in (Response, ToolReview, Answer, Wish)]


@pytest.mark.no_cover
def test_g28_a_hundred_visits_of_scanners_record_nothing(
    client, everything, invitation
):
    for _scanner in range(13):
        for page in everything:
            assert client.get(page).status_code == 200
            assert client.head(page).status_code == 200

    assert counts() == [0, 0, 0, 0]
    invitation.refresh_from_db()
    assert invitation.finished_at is None


@pytest.mark.django_db(transaction=True)
def test_g28_double_submits_and_two_devices_make_one_answer_set(everything, invitation):
    statuses = race(
        *[
            lambda page=page, said=said: Client().post(page, said).status_code
            for page, said in everything.items()
            for _device in range(3)
        ]
    )

    assert set(statuses) == {302}
    assert counts() == [1, 1, 1, 1]


def test_g28_a_page_left_open_does_not_undo_what_was_tapped_elsewhere(
    client, invitation, polars
):
    url = reverse("feedback:survey_tool", args=[invitation.token, "polars"])

    def page():
        form = client.get(url).context["form"]
        return {"as_read": form["as_read"].value()}

    laptop = page()
    client.post(url, page() | {"meets_my_needs": "6", "remark": "From the phone"})
    client.post(url, laptop | {"again": "no"})  # the rest as it was read: empty

    review = ToolReview.objects.get()
    assert (review.meets_my_needs, review.remark) == (6, "From the phone")
    assert review.again == "no"

    # Who empties a field on purpose empties it.
    client.post(url, page() | {"meets_my_needs": "6", "again": "no"})
    assert ToolReview.objects.get().remark == ""


def test_what_was_tapped_and_taken_back_counts_on_any_page(client, invitation):
    """The answer to the first tap was lost on its way: the page knows it touched it."""
    url = reverse("feedback:survey_tool", args=[invitation.token, "polars"])
    as_read = client.get(url).context["form"]["as_read"].value()
    quietly = {"Accept": "application/json"}
    sent = {"as_read": as_read, "easy_to_use": "3", "touched": ["easy_to_use"]}
    client.post(url, sent, headers=quietly)

    client.post(url, sent | {"easy_to_use": ""}, headers=quietly)

    assert ToolReview.objects.get().easy_to_use is None


def test_b144_nothing_is_saved_after_closing(client, everything, organiser, invitation):
    actions.save_answers(invitation, {"come_again": 5})
    actions.close_now(invitation.survey.event, organiser)

    for page, said in everything.items():
        assert client.post(page, said).status_code == 409
        assert "is closed" in client.get(page).content.decode()
    assert counts() == [1, 0, 0, 0]


def test_b144_ten_megabytes_are_refused_on_every_page(client, everything):
    for page, said in everything.items():
        answer = client.post(page, said | {"what_to_change": "x" * 10_000_000})
        assert answer.status_code in {400, 413}
    assert counts() == [0, 0, 0, 0]


def test_the_beat_opens_what_organisers_have_prepared(event):
    survey = actions.prepare_survey(event)
    RegistrationFactory(event=event)

    tasks.open_and_close_surveys()

    survey.refresh_from_db()
    assert survey.opened_at is not None
    assert Invitation.objects.count() == 1


def test_ones_answers_are_ones_data_until_they_are_nobodys(
    everything, invitation, client, organiser
):
    for page, said in everything.items():
        client.post(page, said)
    export = personal_data["surveys"]

    (survey,) = export(invitation.user)
    (said,) = survey["answers"]
    assert (survey["finished"], said["come_again"]) == (True, 3)
    assert [tool["again"] for tool in said["tools"]] == ["yes"]
    assert [answer["answer"] for answer in said["questions"]] == ["6"]
    assert list(said["wishes"].values()) == [True]
    assert json.dumps(survey)

    actions.close_now(invitation.survey.event, organiser)
    assert export(invitation.user)[0]["answers"] == []
