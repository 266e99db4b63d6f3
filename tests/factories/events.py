from datetime import timedelta

from django.utils import timezone
from factory import LazyFunction, Sequence, SubFactory, post_generation
from factory.django import DjangoModelFactory

from events.models import (
    Announcement,
    Event,
    Phase,
    PhaseWindow,
    Prize,
    Registration,
    RegistrationQuestion,
    Series,
    SeriesOrganiser,
    Track,
)
from tests.factories.accounts import UserFactory


class SeriesFactory(DjangoModelFactory):
    class Meta:
        model = Series

    name = Sequence(lambda n: f"Series {n}")
    slug = Sequence(lambda n: f"series-{n}")


class SeriesOrganiserFactory(DjangoModelFactory):
    class Meta:
        model = SeriesOrganiser

    series = SubFactory(SeriesFactory)
    user = SubFactory(UserFactory, is_staff=True)


class EventFactory(DjangoModelFactory):
    """A published event that is open for everything up to judging right now.

    ``EventFactory(phases=[Phase.JUDGING])`` opens only these.
    """

    class Meta:
        model = Event
        skip_postgeneration_save = True

    series = SubFactory(SeriesFactory)
    name = Sequence(lambda n: f"Event {n}")
    slug = Sequence(lambda n: f"event-{n}")
    is_published = True
    starts_at = LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    ends_at = LazyFunction(lambda: timezone.now() + timedelta(hours=7))
    max_team_size = 2

    @post_generation
    def phases(self, create, extracted, **kwargs):  # noqa: ARG002
        opened = (
            extracted
            if extracted is not None
            else [Phase.REGISTRATION, Phase.TEAM_FORMATION, Phase.HACKING]
        )
        for phase in opened:
            PhaseWindowFactory(event=self, phase=phase)


class PhaseWindowFactory(DjangoModelFactory):
    class Meta:
        model = PhaseWindow

    event = SubFactory(EventFactory, phases=[])
    phase = Phase.HACKING
    opens_at = LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    closes_at = LazyFunction(lambda: timezone.now() + timedelta(hours=5))


class RegistrationFactory(DjangoModelFactory):
    class Meta:
        model = Registration

    event = SubFactory(EventFactory)
    user = SubFactory(UserFactory)
    status = Registration.Status.CONFIRMED


class RegistrationQuestionFactory(DjangoModelFactory):
    class Meta:
        model = RegistrationQuestion

    event = SubFactory(EventFactory)
    label = Sequence(lambda n: f"Question {n}?")


class TrackFactory(DjangoModelFactory):
    class Meta:
        model = Track

    event = SubFactory(EventFactory)
    name = Sequence(lambda n: f"Track {n}")


class PrizeFactory(DjangoModelFactory):
    class Meta:
        model = Prize

    event = SubFactory(EventFactory)
    name = Sequence(lambda n: f"Prize {n}")


class AnnouncementFactory(DjangoModelFactory):
    class Meta:
        model = Announcement

    event = SubFactory(EventFactory)
    text = Sequence(lambda n: f"Announcement {n}")
