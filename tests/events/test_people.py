import pytest
from django.urls import reverse

from accounts.models import User
from events.models import Registration
from tests.factories.accounts import SkillFactory, UserFactory
from tests.factories.events import EventFactory, RegistrationFactory

pytestmark = pytest.mark.django_db


def board(client, event, **query):
    return client.get(reverse("events:people", args=[event.slug]), query)


def shown(client, event, **query):
    response = board(client, event, **query)
    assert response.status_code == 200
    return [person.user.display_name for person in response.context["people"]]


@pytest.fixture
def people(event):
    """Two who wish to be found, and four who must not be."""
    python = SkillFactory(name="Python", slug="python")
    pat = RegistrationFactory(
        event=event,
        in_directory=True,
        looking_for_team=True,
        pitch="Penguins",
        user__display_name="Pat",
        user__headline_role=User.HeadlineRole.DATA_SCIENTIST,
    )
    pat.user.skills.add(python)
    RegistrationFactory(event=event, in_directory=True, user__display_name="Ann")
    RegistrationFactory(event=event, user__display_name="Hidden")
    for status in (Registration.Status.CANCELLED, Registration.Status.WAITLISTED):
        RegistrationFactory(
            event=event, in_directory=True, status=status, user__display_name="Absent"
        )
    RegistrationFactory(in_directory=True, user__display_name="Elsewhere")
    return pat


def test_board_shows_those_who_wish_to_be_found(sign_in, event, attendee, people):
    assert shown(sign_in(attendee), event) == ["Pat", "Ann"]


def test_board_never_shows_an_address(sign_in, event, attendee, people):
    html = board(sign_in(attendee), event).content.decode()

    assert "Pat" in html
    assert people.user.email not in html


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"looking": "on"}, ["Pat"]),
        ({"skill": "python"}, ["Pat"]),
        ({"role": "data_scientist"}, ["Pat"]),
        ({"q": "pengu"}, ["Pat"]),
        ({"q": "ANN"}, ["Ann"]),
        ({"q": "nobody"}, []),
        ({"role": "emperor"}, []),
    ],
)
def test_board_filters(sign_in, event, attendee, people, query, names):
    assert shown(sign_in(attendee), event, **query) == names


def test_board_is_closed_to_others(sign_in, event, stranger, other_organiser, people):
    waiting = RegistrationFactory(event=event, status=Registration.Status.WAITLISTED)
    for user in (stranger, other_organiser, waiting.user):
        response = board(sign_in(user), event)
        assert response.status_code == 403
        _head, _main, words = response.content.decode().partition("<main")
        assert "Only those who take part" in words
        assert "Pat" not in words


def test_board_is_open_to_organisers(sign_in, event, organiser, people):
    assert shown(sign_in(organiser), event) == ["Pat", "Ann"]


def test_board_of_an_event_that_cannot_be_seen(sign_in, stranger):
    assert board(sign_in(stranger), EventFactory(is_published=False)).status_code == 404


def test_empty_board_says_so(sign_in, event, attendee):
    assert "Be the first" in board(sign_in(attendee), event).content.decode()
    html = board(sign_in(attendee), event, q="x").content.decode()
    assert "Try fewer filters" in html


def test_board_asks_the_same_few_questions_of_the_database(
    sign_in, event, attendee, people, django_assert_max_num_queries
):
    client = sign_in(attendee)
    with django_assert_max_num_queries(12) as few:
        board(client, event)
    skill = SkillFactory()
    for _number in range(5):
        RegistrationFactory(event=event, in_directory=True).user.skills.add(skill)
    with django_assert_max_num_queries(len(few)):
        board(client, event)


def test_board_has_pages(sign_in, event, attendee):
    for user in UserFactory.create_batch(30):
        RegistrationFactory(event=event, in_directory=True, user=user)

    assert len(shown(sign_in(attendee), event)) == 24
    assert len(shown(sign_in(attendee), event, page=2)) == 6
    assert board(sign_in(attendee), event, page="9e99").status_code == 404
