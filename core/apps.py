from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import connections  # noqa: PLC0415 -- needs the settings
        from core.ledger import drop_guards, set_guards  # noqa: PLC0415

        connections.connect()
        pre_migrate.connect(drop_guards, sender=self, dispatch_uid="ledger")
        post_migrate.connect(set_guards, sender=self, dispatch_uid="ledger")
