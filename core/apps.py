from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import connections  # noqa: PLC0415 -- needs the settings

        connections.connect()
