from factory import SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from events.models import Phase
from judging.models import Criterion, Judge, Round, Scorecard
from tests.factories.events import EventFactory
from tests.factories.submissions import ProjectFactory


class RoundFactory(DjangoModelFactory):
    class Meta:
        model = Round

    event = SubFactory(EventFactory, phases=[Phase.JUDGING])


class CriterionFactory(DjangoModelFactory):
    class Meta:
        model = Criterion

    round = SubFactory(RoundFactory)
    name = Sequence(lambda n: f"Criterion {n}")


class JudgeFactory(DjangoModelFactory):
    class Meta:
        model = Judge

    event = SubFactory(EventFactory, phases=[Phase.JUDGING])
    name = Sequence(lambda n: f"Judge {n}")
    email = Sequence(lambda n: f"judge{n}@example.org")


class ScorecardFactory(DjangoModelFactory):
    class Meta:
        model = Scorecard

    round = SubFactory(RoundFactory)
    judge = SubFactory(JudgeFactory, event=SelfAttribute("..round.event"))
    project = SubFactory(
        ProjectFactory,
        submitted=True,
        team__event=SelfAttribute("...round.event"),
    )
