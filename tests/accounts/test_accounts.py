import json

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts import actions
from accounts.models import Skill, User, validate_time_zone
from notifications.models import Notification
from tests.bad_input.forms import save
from tests.factories.accounts import UserFactory
from tests.factories.events import RegistrationFactory
from tests.factories.submissions import ProjectFactory
from tests.factories.teams import MembershipFactory

PASSWORD = "correct horse battery"


def verified(user):
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    return user


def sign_in_by_password(client, email, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def test_signing_up_brings_a_name_and_a_mail_with_a_code(client, db):
    client.post(
        reverse("account_signup"),
        {
            "display_name": " Ada   Okafor ",
            "email": "Ada@Example.org",
            "password1": "a long new secret",
        },
    )

    user = User.objects.get()
    assert (str(user), user.email) == ("Ada Okafor", "ada@example.org")
    mail = Notification.objects.get()
    assert mail.address == "ada@example.org"
    assert mail.template == "notifications/email/account"


def test_a_known_address_is_not_told_apart(client, db):
    # An address of its own: mails to one address are limited, over tests as well.
    known = verified(UserFactory(email="known@example.org"))
    form = {"display_name": "Eve", "password1": "a long new secret"}

    new = client.post(reverse("account_signup"), {**form, "email": "fresh@example.org"})
    old = Client().post(reverse("account_signup"), {**form, "email": known.email})

    assert (new.status_code, new.url) == (old.status_code, old.url)
    assert User.objects.filter(display_name="Eve").count() == 1


@pytest.mark.parametrize("password", ["short", "password123", "1234567890"])
def test_bad_passwords_are_refused_and_the_form_keeps_the_rest(client, db, password):
    page = client.post(
        reverse("account_signup"),
        {"display_name": "Ada", "email": "ada@example.org", "password1": password},
    )

    assert "ada@example.org" in page.content.decode()
    assert not User.objects.exists()


def test_the_address_is_one_in_any_case(client, db):
    verified(UserFactory(email="ada@example.org"))

    answer = sign_in_by_password(client, "ADA@Example.ORG")

    assert answer.url == reverse("dashboard:home")


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", r"/\evil", "javascript:1"]
)
def test_the_way_back_stays_here(client, db, target):
    verified(UserFactory(email="ada@example.org"))

    answer = client.post(
        reverse("account_login") + f"?next={target}",
        {"login": "ada@example.org", "password": PASSWORD, "next": target},
    )

    assert answer.url == reverse("dashboard:home")


def test_the_admins_door_is_the_same_as_everybodys(client, db):
    answer = client.get("/admin/login/?next=/admin/")

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_the_profile_is_changed(sign_in, stranger):
    client = sign_in(stranger)

    save(
        client,
        reverse("accounts:profile"),
        {
            "display_name": "Sam",
            "headline_role": "researcher",
            "skills": "R, r, Stata",
            "about": "Hello",
            "time_zone": "Europe/Berlin",
        },
    )

    stranger.refresh_from_db()
    assert (str(stranger), stranger.zone.key) == ("Sam", "Europe/Berlin")
    assert {skill.slug for skill in stranger.skills.all()} == {"r", "stata"}
    assert "Stata" in client.get(reverse("accounts:profile")).content.decode()
    assert "Hello" in client.get(stranger.get_absolute_url()).content.decode()


def test_a_person_is_seen_by_those_who_have_a_reason(
    sign_in, event, captain, teammate, attendee, organiser, stranger, other_organiser
):
    page = captain.get_absolute_url()
    seen_by = {
        user: sign_in(user).get(page).status_code
        for user in (teammate, organiser, attendee, stranger, other_organiser)
    }
    assert list(seen_by.values()) == [200, 200, 404, 404, 404]

    captain.registrations.update(in_directory=True)

    assert sign_in(attendee).get(page).status_code == 200
    root = UserFactory(is_superuser=True)
    assert sign_in(root).get(page).status_code == 200


def test_the_export_holds_what_people_told_us(event, captain, team):
    captain.about = "canary about"
    captain.skills.set(Skill.objects.named(["canary skill"]))
    captain.save()
    captain.registrations.update(pitch="canary pitch", answers={"1": "canary food"})

    text = json.dumps(actions.export_data(captain))

    for word in ("about", "skill", "pitch", "food"):
        assert f"canary {word}" in text
    assert captain.email in text
    assert team.name in text


def test_data_and_erasure_ask_who_one_is_first(sign_in, stranger):
    client = sign_in(stranger)

    for name in ("export", "delete"):
        answer = client.post(reverse(f"accounts:{name}"))
        assert "reauthenticate" in answer.url
    assert User.objects.filter(pk=stranger.pk).exists()


def test_having_said_who_one_is_one_may_take_data_and_leave(client, event, db):
    user = verified(UserFactory(email="ada@example.org"))
    RegistrationFactory(event=event, user=user)
    sign_in_by_password(client, user.email)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = client.post(reverse("accounts:export"))
    assert answer.status_code == 200, answer.url
    data = answer.json()
    assert data["registrations"][0]["event"] == event.name
    assert client.get(reverse("accounts:export")).status_code == 302

    wrong = client.post(reverse("accounts:delete"), {"email": "x@example.org"})
    assert "not the address" in wrong.content.decode()
    client.post(reverse("accounts:delete"), {"email": "ADA@example.org"})

    assert not User.objects.filter(pk=user.pk).exists()
    assert not event.registrations.exists()


def test_who_leaves_hands_the_team_over(team, captain, teammate):
    actions.erase(captain)

    assert team.memberships.get().user == teammate
    assert team.memberships.get().role == "captain"


def test_people_have_initials_and_a_zone_that_exists(db):
    user = UserFactory(display_name="Ada Maria Okafor")

    assert user.initials == "AO"
    assert user.zone is None
    assert User.objects.get_by_natural_key(user.email.upper()) == user
    assert User.objects.create_superuser("root@example.org").is_staff
    with pytest.raises(ValidationError):
        validate_time_zone("Mars/Base")


def test_a_persons_page_says_where_they_are_met_and_what_they_built(
    sign_in, event, attendee, captain, team
):
    event.registrations.filter(user=captain).update(
        in_directory=True, pitch="Maps of bogs"
    )
    ProjectFactory(team=team, title="Bog standard", submitted=True)
    draft = MembershipFactory(user=captain).team
    ProjectFactory(team=draft, title="Not yet")

    page = sign_in(attendee).get(captain.get_absolute_url()).content.decode()

    assert f'href="{reverse("events:people", args=[event.slug])}"' in page
    assert "Maps of bogs" in page
    assert team.get_absolute_url() in page
    assert "Bog standard" in page
    assert "Not yet" not in page


@pytest.mark.parametrize("tries", [[PASSWORD], ["wrong", PASSWORD]])
def test_data_comes_at_once_after_the_password(client, tries, db):
    user = verified(UserFactory(email="ada@example.org"))
    client.force_login(user)
    target = reverse("accounts:export")
    door = client.post(target).url
    assert f'name="next" value="{target}"' in client.get(door).content.decode()

    for password in tries:
        form = {"password": password, "next": target}
        answer = client.post(reverse("account_reauthenticate"), form)

    assert answer.json()["account"]["email"] == user.email
    assert "attachment" in answer["Content-Disposition"]
