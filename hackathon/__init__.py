import gc

# A tenth of the start is else spent looking for waste among what was just loaded.
gc.set_threshold(10_000, 20, 50)

from hackathon.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
