from factory import Sequence, SubFactory
from factory.django import DjangoModelFactory

from notifications.models import Notification
from tests.factories.accounts import UserFactory


class NotificationFactory(DjangoModelFactory):
    class Meta:
        model = Notification

    key = Sequence(lambda n: f"occasion:{n}")
    recipient = SubFactory(UserFactory)
    template = "notifications/email/broadcast"
