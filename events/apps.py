from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        from core.ledger import guard  # noqa: PLC0415 -- needs all models
        from events.freshness import Freshness  # noqa: PLC0415
        from events.models import AuditEntry  # noqa: PLC0415

        # Numbers and digests come once; a person may be forgotten, an event deleted.
        once = "OLD.digest = ''"
        guard(
            AuditEntry,
            event_id="NEW.event_id IS NULL",
            actor_id="NEW.actor_id IS NULL",
            number=once,
            digest=once,
            actor_digest=once,
            actor_salt=f"{once} OR NEW.actor_salt = ''",
            actor_name="NEW.actor_name = ''",
            source="NEW.source IS NULL",
            subject_id="NEW.subject_id IS NULL",
            personal="NEW.personal IS NULL",
            subject_digest=once,
            subject_salt=f"{once} OR NEW.subject_salt = ''",
        )
        # Kept alive here: signals hold their receivers weakly.
        self.freshness = Freshness()
        self.freshness.connect()
        # Apps above this one act on events.hooks from there.
        autodiscover_modules("consequences", "deletion", "listeners", "verbs")
