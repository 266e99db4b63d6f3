from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        from events.freshness import Freshness  # noqa: PLC0415 -- needs all models

        # Kept alive here: signals hold their receivers weakly.
        self.freshness = Freshness()
        self.freshness.connect()
        # Apps above this one act on events.hooks from there.
        autodiscover_modules("listeners", "verbs")
