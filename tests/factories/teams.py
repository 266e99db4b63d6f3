from factory import SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from teams.models import JoinRequest, Membership, Team
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    event = SubFactory(EventFactory)
    name = Sequence(lambda n: f"Team {n}")
    slug = Sequence(lambda n: f"team-{n}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    team = SubFactory(TeamFactory)
    event = SelfAttribute("team.event")
    user = SubFactory(UserFactory)


class JoinRequestFactory(DjangoModelFactory):
    class Meta:
        model = JoinRequest

    team = SubFactory(TeamFactory)
    user = SubFactory(UserFactory)
