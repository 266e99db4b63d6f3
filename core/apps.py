from typing import cast

from django.apps import AppConfig, apps
from django.contrib.staticfiles import apps as staticfiles
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate

# Scripts of others that no page asks for: a third of what ``collectstatic`` else packs.
UNUSED = [
    *("htmx-2.js", "htmx-4*.js", "htmax-*.js", "htmx-2-compat*.js", "hx-*.js"),
    *("jquery.js", "select2.full.js", "xregexp.js"),  # their small twins are taken
]


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import (  # noqa: PLC0415 -- they need the settings
            checks,  # noqa: F401 -- registers itself
            connections,
            search,
        )
        from core.ledger import drop_guards, set_guards  # noqa: PLC0415

        connections.connect()
        connection_created.connect(search.teach_sqlite, dispatch_uid="search")
        pre_migrate.connect(drop_guards, sender=self, dispatch_uid="ledger")
        post_migrate.connect(set_guards, sender=self, dispatch_uid="ledger")
        config = cast(
            "staticfiles.StaticFilesConfig", apps.get_app_config("staticfiles")
        )
        config.ignore_patterns = [*config.ignore_patterns, *UNUSED]
