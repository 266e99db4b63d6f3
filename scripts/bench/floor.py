"""The least that Django can do: a page without a query, and one query of 20 rows.

Everything Menlo's pages are measured against. Same database, same gunicorn.
"""

import os

import dj_database_url
import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={
        "default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=60)
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    ROOT_URLCONF=__name__,
    SECRET_KEY="only-for-the-benchmark",
)
django.setup()


class Row(models.Model):
    name = models.CharField(max_length=80)

    class Meta:
        app_label = "floor"
        managed = False
        db_table = "submissions_tool"

    def __str__(self) -> str:
        return self.name


def nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!doctype html><title>Floor</title><p>Hello")


def rows(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("".join(f"<li>{row.name}" for row in Row.objects.all()[:20]))


urlpatterns = [path("nothing/", nothing), path("rows/", rows)]
application = get_wsgi_application()
