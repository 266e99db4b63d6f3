from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SubmissionsConfig(AppConfig):
    name = "submissions"

    def ready(self) -> None:
        from submissions.catalogue import load_into_new_site  # noqa: PLC0415 -- models

        post_migrate.connect(
            load_into_new_site, sender=self, dispatch_uid="catalogue of tools"
        )
