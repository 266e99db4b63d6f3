"""The mail with everybody's own links, and offers to talk at the next meetup."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.hooks import personal_data
from feedback.models import Invitation, Response, Survey, ToolReview
from notifications.composing import compose
from notifications.delivery import deliver
from notifications.models import Notification, Preference
from recap import actions
from recap.actions.digest import EventIsHidden
from recap.actions.talks import NoLongerOffered
from recap.models import TalkProposal
from tests.factories.accounts import UserFactory
from tests.factories.events import RegistrationFactory
from tests.factories.recap import HelpRequestFactory

Status = TalkProposal.Status


@pytest.fixture
def told(over):
    actions.make_recap(over.event, over.organiser)
    actions.publish_recap(over.event, over.organiser)
    return over


def test_everybody_who_came_gets_their_own_links_once(told):
    RegistrationFactory(event=told.event, status="confirmed")  # did not come

    number = actions.send_digest(told.event, told.organiser)

    mails = {
        mail.recipient: compose(mail)
        for mail in Notification.objects.filter(template="recap/email/digest")
    }
    assert number == len(mails) == 6
    winner, other = told.people[2], told.people[0]
    text = mails[winner].body
    assert told.projects[1].get_absolute_url() in text
    assert text.count("Your certificate") == 2
    assert text.count("/recap/") == 1
    assert "survey" not in text
    for paper in other.certificates.all():
        assert paper.code in mails[other].body
        assert paper.code not in text
    assert "List-Unsubscribe" in mails[winner].extra_headers
    with pytest.raises(actions.AlreadySent):
        actions.send_digest(told.event, told.organiser)
    assert Notification.objects.count() == 6


def test_it_waits_for_the_recap_to_be_public(over):
    with pytest.raises(actions.NotPublishedYet):
        actions.send_digest(over.event, over.organiser)
    actions.make_recap(over.event, over.organiser)
    with pytest.raises(actions.NotPublishedYet):
        actions.send_digest(over.event, over.organiser)


def test_nobody_is_led_to_an_event_that_is_hidden(told):
    told.event.is_published = False
    told.event.save()

    with pytest.raises(EventIsHidden):
        actions.send_digest(told.event, told.organiser)
    assert not Notification.objects.exists()


def test_who_has_not_answered_is_led_to_the_survey_while_it_is_open(told):
    Survey.objects.update(closed_at=None)
    told.event.windows.update(closes_at=timezone.now() + timezone.timedelta(days=1))
    waiting = told.survey.invitations.create(user=told.people[0])
    told.survey.invitations.create(user=told.people[1], finished_at=timezone.now())

    actions.send_digest(told.event, told.organiser)

    texts = {m.recipient: compose(m).body for m in Notification.objects.all()}
    assert waiting.token in texts[told.people[0]]
    assert "two minutes" not in texts[told.people[1]]


def test_who_switched_news_off_gets_no_mail(told, mailoutbox):
    Preference.objects.create(user=told.people[0], topic="news")
    actions.send_digest(told.event, told.organiser)

    for row in Notification.objects.order_by("pk"):
        deliver(row.pk)

    assert {mail.to[0].rpartition("<")[2].rstrip(">") for mail in mailoutbox} == {
        person.email for person in told.people[1:]
    }


# --- Talks ----------------------------------------------------------------------------


def offer_page(over):
    return reverse("recap:talk_new", args=[over.event.slug])


def test_a_talk_is_offered_with_ones_name_and_agreement(over, sign_in):
    client = sign_in(over.people[0])
    words = {"title": "Wheat in DuckDB", "tool": over.tool.pk, "about": "Fast"}

    refused = client.post(offer_page(over), words)
    assert refused.status_code == 200
    assert not TalkProposal.objects.exists()

    client.post(offer_page(over), {**words, "agrees": "on"})
    twice = client.post(offer_page(over), {**words, "title": "Again", "agrees": "on"})

    talk = TalkProposal.objects.get()
    assert (talk.user, talk.tool, talk.status) == (over.people[0], over.tool, "offered")
    assert talk.consented_on == timezone.now().date()
    assert "You offered this already" in twice.content.decode()


def test_only_people_who_took_part_can_offer(over):
    with pytest.raises(actions.NotThere):
        actions.offer_talk(over.event, UserFactory(), title="x", about="")


def test_what_is_taken_back_is_forgotten(over, sign_in):
    talk = actions.offer_talk(
        over.event, over.people[0], title="Unique words", about="Mine", tool=over.tool
    )
    client = sign_in(over.people[0])
    url = reverse("recap:talk_withdraw", args=[over.event.slug, talk.pk])

    for _twice in range(2):
        client.post(url)

    talk.refresh_from_db()
    assert (talk.status, talk.title, talk.about) == (Status.WITHDRAWN, "", "")
    assert talk.tool is None
    client.force_login(over.organiser)
    page = client.get(reverse("recap:talks", args=[over.event.slug])).content.decode()
    assert "Nobody has offered one yet" in page
    log = over.event.audit_entries.values_list("target", "details")
    assert "Unique words" not in str(list(log))
    assert not over.event.audit_entries.filter(verb="recap.talk_offered").exists()
    answer = reverse("recap:talk_answer", args=[over.event.slug, talk.pk])
    assert client.post(answer, {"do": "accept"}).status_code == 404
    assert not Notification.objects.exists()


def test_the_organisers_answer_and_the_person_hears_of_it(over, sign_in):
    talk = actions.offer_talk(over.event, over.people[0], title="Wheat", about="")
    client = sign_in(over.organiser)
    url = reverse("recap:talk_answer", args=[over.event.slug, talk.pk])

    for _twice in range(2):
        client.post(url, {"do": "accept"})
    mail = Notification.objects.get()
    assert mail.recipient == over.people[0]
    assert "Retrieval Night" in compose(mail).body
    assert "Wheat" not in f"{compose(mail).body} {mail.context}"  # kept for good

    client.post(url, {"do": "decline"})
    talk.refresh_from_db()
    assert talk.status == Status.DECLINED
    assert Notification.objects.count() == 2
    client.post(url, {"do": "accept"})
    assert Notification.objects.count() == 3


def test_nothing_ties_a_talk_to_answers(over, client):
    """No key leads from one to the other, and the way there carries no token."""
    targets = {
        field.related_model
        for field in TalkProposal._meta.get_fields()
        if field.is_relation
    }
    assert not targets & {Invitation, Response, Survey, ToolReview}
    for model in (Invitation, Response, ToolReview):
        assert TalkProposal not in {
            field.related_model for field in model._meta.get_fields()
        }
    kind = TalkProposal._meta.get_field("consented_on").get_internal_type()
    assert kind == "DateField"  # no moment to lay beside another

    Survey.objects.update(closed_at=None)
    over.event.windows.update(closes_at=timezone.now() + timezone.timedelta(days=1))
    token = over.survey.invitations.create(user=over.people[0]).token
    page = client.get(reverse("feedback:survey_thanks", args=[token])).content.decode()
    assert f'href="{offer_page(over)}"' in page


def test_the_admin_does_not_show_what_was_taken_back(over, sign_in):
    talk = actions.offer_talk(over.event, over.people[0], title="Wheat", about="")
    client = sign_in(over.organiser)
    url = reverse("admin:recap_talkproposal_changelist")
    assert "Wheat" in client.get(url).content.decode()

    actions.withdraw_talk(talk, over.people[0])

    assert str(over.people[0]) not in client.get(url).content.decode()


# --- Lessons --------------------------------------------------------------------------


def lessons(**query):
    return Client().get(reverse("recap:lessons"), query).content.decode()


def test_lessons_are_found_by_word_tool_and_series(over):
    assert "Lesson 0" in lessons()
    assert "Lesson 0" in lessons(q="SHOW source")
    assert "Lesson 0" in lessons(q="duckdb")
    assert "Nothing found" in lessons(q="nowhere % _")
    assert "Lesson 1" in lessons(series=over.event.series.slug)
    assert "Lesson 1" not in lessons(series="unknown")


def test_lessons_of_drafts_and_hidden_events_are_nobodys(over):
    over.projects[0].status = "draft"
    over.projects[0].save()
    assert "Lesson 0" not in lessons()
    assert "Lesson 1" in lessons()

    over.event.is_published = False
    over.event.save()
    assert "Lesson 1" not in lessons()


def test_lessons_take_the_same_queries_for_any_number(over, client):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("recap:lessons"), {"q": "show"})
        return len(asked)

    three = queries()
    for project in over.projects[1:]:
        project.status = "draft"
        project.save()

    assert queries() == three > 0


def test_ones_own_data_has_papers_talks_and_help(told):
    person = told.people[0]
    actions.issue_certificates(told.event, told.organiser)
    actions.offer_talk(told.event, person, title="Wheat", about="x", tool=told.tool)
    actions.offer_talk(told.event, person, title="No tool", about="")
    HelpRequestFactory(team=told.projects[0].team, asked_by=person, topic="Stuck")

    data = {name: section(person) for name, section in personal_data.items()}

    assert [one["kind"] for one in data["certificates"]] == ["participant"]
    assert [one["tool"] for one in data["offered talks"]] == ["", "DuckDB"]
    assert data["help"]["asked"][0]["topic"] == "Stuck"
    assert data["help"]["given"] == data["help"]["offered"] == []


def test_an_answer_to_what_was_taken_back_meanwhile_is_refused(over):
    talk = actions.offer_talk(over.event, over.people[0], title="Wheat", about="")
    actions.withdraw_talk(talk, over.people[0])

    with pytest.raises(NoLongerOffered):
        actions.answer_talk(talk, over.organiser, accept=True)
