from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        # Apps above this one register whom to remind, and parts of an event's people.
        autodiscover_modules("reminders", "segments")
