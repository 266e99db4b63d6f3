from factory import SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from mentoring.models import HelpRequest
from recap.models import Block, Certificate, Recap, TalkProposal
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory
from tests.factories.teams import TeamFactory


class RecapFactory(DjangoModelFactory):
    class Meta:
        model = Recap

    event = SubFactory(EventFactory)


class BlockFactory(DjangoModelFactory):
    class Meta:
        model = Block

    recap = SubFactory(RecapFactory)
    kind = Block.Kind.OWN
    key = Sequence(lambda n: f"own:{n}")
    is_edited = True
    edited_title = Sequence(lambda n: f"Block {n}")


class CertificateFactory(DjangoModelFactory):
    class Meta:
        model = Certificate

    event = SubFactory(EventFactory)
    user = SubFactory(UserFactory)
    kind = Certificate.Kind.PARTICIPANT
    name = Sequence(lambda n: f"Person {n}")


class TalkProposalFactory(DjangoModelFactory):
    class Meta:
        model = TalkProposal

    event = SubFactory(EventFactory)
    user = SubFactory(UserFactory)
    title = Sequence(lambda n: f"Talk {n}")


class HelpRequestFactory(DjangoModelFactory):
    class Meta:
        model = HelpRequest

    team = SubFactory(TeamFactory)
    event = SelfAttribute("team.event")
    topic = Sequence(lambda n: f"Topic {n}")
