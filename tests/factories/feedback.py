from django.utils import timezone
from factory import LazyFunction, SelfAttribute, SubFactory
from factory.django import DjangoModelFactory

from events.models import Phase
from feedback.models import Invitation, Response, Survey, ToolReview
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory
from tests.factories.submissions import ToolFactory


class SurveyFactory(DjangoModelFactory):
    class Meta:
        model = Survey

    event = SubFactory(EventFactory, phases=[Phase.SURVEY])
    opened_at = LazyFunction(timezone.now)


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
