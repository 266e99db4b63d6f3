"""What an event knows about a person, for their export and for who sees whom."""

from typing import Any

from django.db.models import Q

from accounts.hooks import after_farewells, holds_personal_data, on_erasure
from accounts.models import User
from accounts.visibility import where_people_meet
from events.actions import leave_all_events
from events.audit import seal
from events.log import in_words
from events.models import AuditEntry, ConductText, Registration, Series


@holds_personal_data("registrations")
def registrations(user: User) -> list[dict[str, Any]]:
    texts = dict(
        ConductText.objects.filter(
            digest__in=user.registrations.values("conduct_digest")
        ).values_list("digest", "text")
    )
    return [
        {
            "event": registration.event.name,
            "status": registration.status,
            "role": registration.role,
            "answers": [
                {"question": question, "answer": answer}
                for question, answer in registration.answered()
            ],
            "conduct_accepted_at": str(registration.conduct_accepted_at or ""),
            "conduct_accepted": texts.get(registration.conduct_digest, ""),
            "in_directory": registration.in_directory,
            "looking_for_team": registration.looking_for_team,
            "pitch": registration.pitch,
            "checked_in_at": str(registration.checked_in_at or ""),
        }
        for registration in user.registrations.select_related("event")
    ]


@on_erasure
def hand_places_on(user: User) -> None:
    """Those who wait need not wait for somebody who is gone."""
    leave_all_events(user)


@after_farewells
def forget_in_the_log(user: User) -> None:
    """What was done stays in the log; who did it, and to whom, does not."""
    by, about = Q(actor=user), Q(subject=user)
    entries = AuditEntry.objects.filter(by | about)
    for (chain,) in entries.unsealed().order_by().values_list("chain").distinct():
        seal(chain)  # what is sealed can be forgotten and still be checked
    entries.filter(by).update(actor_name="", actor_salt="", source=None)
    entries.filter(about).update(personal=None, subject_salt="", subject=None)


@holds_personal_data("log")
def log(user: User) -> list[dict[str, str]]:
    """What they did and what was done to them, as organisers read it."""
    entries = AuditEntry.objects.filter(Q(actor=user) | Q(subject=user))
    return [
        {
            "at": entry.at.isoformat(),
            "who": str(user) if entry.actor_id == user.pk else "",
            "what": in_words(entry),
            "from": (entry.source or "") if entry.actor_id == user.pk else "",
        }
        for entry in entries.order_by("pk")
    ]


@where_people_meet
def in_a_directory(seeker: User) -> Q:
    """Opted in at an event that the seeker takes part in."""
    shared = Registration.objects.in_directory().filter(
        event__in=Registration.objects.taking_part().filter(user=seeker).values("event")
    )
    return Q(registrations__in=shared)


@where_people_meet
def at_an_event_they_organise(seeker: User) -> Q:
    return Q(registrations__event__series__in=Series.objects.organised_by(seeker))
