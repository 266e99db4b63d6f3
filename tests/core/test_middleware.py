import json
import logging

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import path

from core.middleware import request_id
from hackathon.logs import ContextFilter, JsonFormatter
from tests.factories.accounts import UserFactory


@login_not_required
def page(request):
    return HttpResponse(request_id.get())


@login_not_required
def kept_page(request):
    return HttpResponse("kept", headers={"Cache-Control": "max-age=60"})


urlpatterns = [
    path("page/", page),
    path("kept/", kept_page),
    path("admin/page/", page),
]
here = pytest.mark.urls(__name__)


def policy(response):
    return dict(
        part.split(" ", 1)
        for part in response["Content-Security-Policy"].rstrip(";").split("; ")
    )


@here
def test_a_page_may_load_our_own_files_only(client):
    assert policy(client.get("/page/")) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }


@here
def test_only_the_admin_may_evaluate_and_set_styles(client):
    everywhere = policy(client.get("/page/"))

    assert policy(client.get("/admin/page/")) == everywhere | {
        "script-src": "'self' 'unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
    }


@here
def test_every_page_says_what_browsers_may_do(client):
    response = client.get("/page/")

    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert "geolocation=()" in response["Permissions-Policy"]


@here
@pytest.mark.django_db
def test_what_somebody_signed_in_saw_is_not_stored(client):
    assert "Cache-Control" not in client.get("/page/")

    client.force_login(UserFactory())

    assert client.get("/page/")["Cache-Control"] == "no-store"


@here
@pytest.mark.django_db
def test_a_page_may_say_otherwise(client):
    client.force_login(UserFactory())

    assert client.get("/kept/")["Cache-Control"] == "max-age=60"


@here
def test_each_request_has_a_name_while_it_runs(client):
    first, second = client.get("/page/"), client.get("/page/")

    assert first["X-Request-ID"] == first.content.decode()
    assert first["X-Request-ID"] != second["X-Request-ID"]
    assert request_id.get() is None


def test_a_log_line_says_which_request_it_belongs_to():
    record = logging.makeLogRecord(
        {"name": "teams", "levelname": "INFO", "msg": "joined %s", "args": (7,)}
    )
    record.request = "never shown"
    token = request_id.set("abc")

    ContextFilter().filter(record)
    line = json.loads(JsonFormatter().format(record))

    request_id.reset(token)
    del line["time"]
    assert line == {
        "level": "INFO",
        "logger": "teams",
        "message": "joined 7",
        "request_id": "abc",
    }


def test_a_log_line_of_a_failed_request_says_so_too(client, caplog):
    response = client.get("/no/such/page/")

    line = next(line for line in caplog.records if line.name == "django.request")
    ContextFilter().filter(line)

    assert line.request_id == response["X-Request-ID"]


def test_cookies_are_for_this_site_alone():
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == settings.CSRF_COOKIE_SAMESITE == "Lax"
