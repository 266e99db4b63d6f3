from django.utils import timezone
from factory import LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from events.models import Phase
from feedback.models import (
    Answer,
    Invitation,
    Question,
    Response,
    Survey,
    ToolReview,
    Wish,
)
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory
from tests.factories.submissions import ToolFactory


class SurveyFactory(DjangoModelFactory):
    class Meta:
        model = Survey

    event = SubFactory(EventFactory, phases=[Phase.SURVEY])
    opened_at = LazyFunction(timezone.now)
    k = SelfAttribute("event.privacy_k")


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = Invitation

    survey = SubFactory(SurveyFactory)
    user = SubFactory(UserFactory)


class ResponseFactory(DjangoModelFactory):
    class Meta:
        model = Response

    survey = SubFactory(SurveyFactory)
    invitation = SubFactory(InvitationFactory, survey=SelfAttribute("..survey"))


class ToolReviewFactory(DjangoModelFactory):
    class Meta:
        model = ToolReview

    response = SubFactory(ResponseFactory)
    survey = SelfAttribute("response.survey")
    tool = SubFactory(ToolFactory)


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = Question

    survey = SubFactory(SurveyFactory)
    text = Sequence(lambda n: f"How was part {n}?")


class AnswerFactory(DjangoModelFactory):
    class Meta:
        model = Answer

    question = SubFactory(QuestionFactory)
    survey = SelfAttribute("question.survey")
    value = "5"


class WishFactory(DjangoModelFactory):
    class Meta:
        model = Wish

    survey = SubFactory(SurveyFactory)
    tool = SubFactory(ToolFactory)
    wants_it = True
