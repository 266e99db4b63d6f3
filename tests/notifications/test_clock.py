"""G25: each reminder once per person and deadline, at a time they are awake.

A simulated fortnight, hour by hour, beside a model that fits on a page.
"""

import os
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from events.models import Phase
from notifications import delivery, reminders
from notifications.models import Notification, Preference, Topic
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, PhaseWindowFactory, RegistrationFactory
from tests.factories.teams import MembershipFactory, TeamFactory

KIND = "teams.attendees_without_a_team"
BEFORE = timedelta(days=1)
HOUR = timedelta(hours=1)
DAYS = 14
# Each fortnight has a night in which clocks change, somewhere.
STARTS = [
    datetime(2027, 3, 22, tzinfo=UTC),
    datetime(2027, 10, 25, tzinfo=UTC),
    datetime(2027, 9, 20, tzinfo=UTC),
]
ZONES = ["Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "UTC"]
SCENARIOS = int(os.environ.get("SCENARIOS", "3"))


@dataclass
class Person:
    zone: str
    quiet: tuple[int, int] | None
    joins_at: datetime | None
    switches_off_at: datetime | None
    moves: tuple[datetime, str] | None
    user: object = None

    def zone_at(self, now):
        return self.moves[1] if self.moves and now >= self.moves[0] else self.zone

    def needs(self, now):
        return not (self.joins_at and now >= self.joins_at)

    def listens(self, now):
        return not (self.switches_off_at and now >= self.switches_off_at)

    def sleeps(self, now):
        if self.quiet is None:
            return False
        clock = now.astimezone(ZoneInfo(self.zone_at(now))).hour
        start, end = self.quiet
        inside = start <= clock < end
        return inside if start < end else clock >= start or clock < end


@dataclass
class Scenario:
    start: datetime
    people: list[Person]
    deadlines: list[tuple[datetime, datetime]]  # from when on, which
    beat_is_down: list[tuple[datetime, datetime]] = field(default_factory=list)
    beats: int = 1

    def deadline(self, now):
        return [until for since, until in self.deadlines if since <= now][-1]

    def beat_works(self, now):
        return not any(since <= now < until for since, until in self.beat_is_down)


def draw(seed):
    rng = random.Random(seed)
    start = STARTS[seed % len(STARTS)]

    def moment(low=0, high=DAYS):
        return start + timedelta(hours=rng.randrange(low * 24, high * 24))

    def around(deadline):
        """Things happen in the night in which a reminder waits for the morning."""
        return deadline - BEFORE + timedelta(hours=rng.randrange(-2, 14))

    def maybe(share, value):
        return value if rng.random() < share else None

    first = moment(3, 10)
    people = [
        Person(
            zone=rng.choice(ZONES),
            quiet=maybe(0.8, rng.choice([(22, 7), (0, 9), (13, 15), (20, 11)])),
            joins_at=maybe(0.5, rng.choice([moment(), around(first)])),
            switches_off_at=maybe(0.3, rng.choice([moment(), around(first)])),
            moves=maybe(0.3, (around(first), rng.choice(ZONES))),
        )
        for _number in range(8)
    ]
    deadlines = [(start, first)]
    if moves := rng.randrange(3):
        deadlines.append((around(first), moment(8, DAYS)))
    if moves > 1:
        deadlines.append((deadlines[-1][0] + timedelta(days=1), moment(9, DAYS)))
    down = around(first)
    # Somebody finds a team an hour before they would have been mailed.
    people[0].joins_at = first - BEFORE - HOUR
    return Scenario(
        start, people, deadlines, [(down, down + 3 * HOUR)], rng.choice([1, 2])
    )


def expected(scenario):
    """``{(person, deadline): hour}`` of what should have been sent."""
    sent, owed = {}, {}
    for hour in range(DAYS * 24):
        now = scenario.start + hour * HOUR
        deadline = scenario.deadline(now)
        for number, person in enumerate(scenario.people):
            if (
                scenario.beat_works(now)
                and deadline - BEFORE <= now < deadline
                and person.needs(now)
            ):
                owed.setdefault((number, deadline), True)
            for (who, when), waits in list(owed.items()):
                if who != number or not waits:
                    continue
                if (
                    now >= when
                    or when != deadline
                    or not person.needs(now)
                    or not person.listens(now)
                ):
                    owed[who, when] = False  # for good
                elif not person.sleeps(now):
                    owed[who, when] = False
                    sent[who, when] = now
    return sent


def play(scenario, time_machine):
    """The same from the real rows: sweeps and deliveries, hour by hour."""
    time_machine.move_to(scenario.start, tick=False)
    event = EventFactory(phases=[], ends_at=scenario.start + timedelta(days=60))
    window = PhaseWindowFactory(
        event=event,
        phase=Phase.TEAM_FORMATION,
        opens_at=scenario.start - timedelta(days=30),
        closes_at=scenario.deadline(scenario.start),
    )
    for number, person in enumerate(scenario.people):
        quiet = person.quiet or (None, None)
        person.user = UserFactory(
            email=f"p{number}@example.org",
            time_zone=person.zone,
            quiet_from=None if quiet[0] is None else time(quiet[0]),
            quiet_until=None if quiet[1] is None else time(quiet[1]),
        )
        RegistrationFactory(event=event, user=person.user)
    for hour in range(DAYS * 24):
        now = scenario.start + hour * HOUR
        time_machine.move_to(now, tick=False)
        if window.closes_at != scenario.deadline(now):
            window.closes_at = scenario.deadline(now)
            window.save()
        for person in scenario.people:
            live(person, event, now)
        for _beat in range(scenario.beats if scenario.beat_works(now) else 0):
            reminders.queue_due()
        for pk in Notification.objects.due().values_list("pk", flat=True):
            for _worker in range(scenario.beats):
                delivery.deliver(pk)
    numbers = {person.user.pk: number for number, person in enumerate(scenario.people)}
    rows = Notification.objects.filter(
        status="sent", template="teams/email/find_a_team"
    )
    return {(numbers[r.recipient_id], r.expires_at): r.sent_at for r in rows}


def live(person, event, now):
    """What the person does at this hour."""
    if person.joins_at == now:
        MembershipFactory(team=TeamFactory(event=event), user=person.user)
    if person.switches_off_at == now:
        Preference.objects.create(user=person.user, topic=Topic.REMINDER)
    if person.moves and person.moves[0] == now:
        person.user.time_zone = person.moves[1]
        person.user.save()


@pytest.mark.no_cover
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(SCENARIOS))
def test_a_fortnight_of_reminders(seed, time_machine, monkeypatch):
    monkeypatch.setattr(reminders, "register", {KIND: reminders.register[KIND]})
    scenario = draw(seed)

    assert play(scenario, time_machine) == expected(scenario)


def test_the_fortnights_are_worth_the_while():
    """Mails are sent, some are not, and some wait for the morning."""
    sent = {seed: expected(draw(seed)) for seed in range(SCENARIOS)}

    assert sum(map(len, sent.values())) > SCENARIOS
    waited = [
        when
        for mails in sent.values()
        for (_who, deadline), when in mails.items()
        if when > deadline - BEFORE
    ]
    assert waited
    # Who found a team an hour before is not mailed about the first deadline.
    for seed, mails in sent.items():
        assert (0, draw(seed).deadlines[0][1]) not in mails
