from celery import current_app
from django.conf import settings


def test_every_tick_calls_a_task_that_exists():
    current_app.loader.import_default_modules()

    ticks = {entry["task"] for entry in settings.TICKS.values()}

    assert ticks <= set(current_app.tasks)
    assert len(ticks) == len(settings.TICKS)


def test_every_tick_is_dropped_when_the_next_is_due():
    for entry in settings.TICKS.values():
        assert entry["options"]["expires"] == entry["schedule"]


def test_every_route_names_a_task_and_a_queue_that_exist():
    current_app.loader.import_default_modules()
    queues = {queue.name for queue in settings.CELERY_TASK_QUEUES}

    for pattern, route in settings.CELERY_TASK_ROUTES.items():
        prefix = pattern.removesuffix("*")
        assert any(name.startswith(prefix) for name in current_app.tasks), pattern
        assert route["queue"] in queues


def test_no_task_outlives_the_patience_of_the_broker():
    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT
    assert 2 * settings.CELERY_TASK_TIME_LIMIT <= 600
