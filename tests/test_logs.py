"""The log holds no addresses of people and nothing that works like a password."""

import io
import json
import logging
import re
import time
from pathlib import Path
from smtplib import SMTPRecipientsRefused

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from hackathon import logs
from hackathon.secret_paths import SECRET_NAMES, SECRET_PATHS

CANARY = "kJ9xQ2vCanaryT0ken"
ADDRESS = "ada.canary@example.org"
# Parameters that take text and open nothing to whoever knows them.
PUBLIC = {
    *("app_label", "client", "event_slug", "extra_context", "object_id"),
    *("id", "provider", "slug", "table", "uidb36", "url", "what"),
}
PARAMETER = re.compile(r"<(?:(?P<type>\w+):)?(?P<name>\w+)>")
GROUP = re.compile(r"\(\?P(<\w+>)(?:[^()]|\([^()]*\))*\)")


def patterns(resolver=None, before=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + GROUP.sub(r"\1", str(pattern.pattern)).strip("^$")
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from patterns(pattern, route)


def fill(found):
    if found["name"] == "answer":
        return "accept"
    if found["name"] in PUBLIC or found["name"].endswith("_id"):
        return "something"
    return "1" if found["type"] == "int" or found["name"] == "pk" else CANARY


SECRET_ROUTES = [
    path
    for path in ("/" + PARAMETER.sub(fill, route) for route in patterns())
    if CANARY in path
]


@pytest.fixture(params=[False, True], ids=["plain", "json"])
def log(request):
    """What a handler of our configuration writes."""
    config = logs.config("INFO", as_json=request.param)
    name = config["handlers"]["console"]["formatter"]
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(config["formatters"][name]["()"]())
    handler.addFilter(logs.ContextFilter())
    logging.getLogger().addHandler(handler)
    yield handler.stream
    logging.getLogger().removeHandler(handler)
    if request.param:
        for line in handler.stream.getvalue().splitlines():
            json.loads(line)


class BreakingMiddleware:
    """Ends each request as its header says, with a person's address in the error."""

    ends = {"403": PermissionDenied, "404": Http404, "500": RuntimeError}

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, _view, _args, kwargs):
        raise self.ends[request.headers["X-End"]](f"{ADDRESS} came with {kwargs}")


def test_every_kind_of_secret_path_is_walked():
    walked = "\n".join(SECRET_ROUTES)

    assert all(f"/{path}/" in walked for path in SECRET_PATHS)


@pytest.mark.django_db
@pytest.mark.parametrize("status", BreakingMiddleware.ends)
def test_no_secret_of_a_path_and_no_address_of_an_error_is_logged(
    log, settings, status
):
    settings.MIDDLEWARE = [f"{__name__}.BreakingMiddleware", *settings.MIDDLEWARE]
    client = Client(raise_request_exception=False)

    for path in SECRET_ROUTES:
        answer = client.get(path, headers={"X-End": status})

        assert answer.status_code == int(status), path
    written = log.getvalue()
    assert written.count("[secret]") >= len(SECRET_ROUTES)
    assert CANARY not in written
    assert "canary" not in written
    assert ("[address]" in written) == (status != "404")  # which has no traceback


@pytest.mark.django_db
def test_no_secret_of_a_path_is_logged_as_the_site_answers(log):
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)

    for path in SECRET_ROUTES:
        doubled = path[0] + path[1:].replace("/", "//")
        for wrong in (path, f"{path}more/", doubled):
            client.get(wrong)
            client.post(wrong, {"token": CANARY, "email": ADDRESS})

    written = log.getvalue()
    assert "[secret]" in written
    assert CANARY not in written
    assert ADDRESS not in written


ADDRESSES = [
    ADDRESS,
    "ADA.CANARY@EXAMPLE.ORG",
    "canary+tag@example.org",
    "o'canary@example.org",
    "canary=x@example.org",
    '"the canary"@example.org',
    "canary@localhost",
    "canary@[192.0.2.7]",
    "canary@bücher.example",
    "cañary.canary@example.org",
    "canary%40example.org",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "line", ["{}", "to {}.", "<{}>", "{{'{}': (550, b'no {}')}}", "?email={}&x", "\n{}"]
)
def test_addresses_are_masked_in_messages_arguments_and_tracebacks(log, line, address):
    text = line.replace("{}", address)
    logger = logging.getLogger("notifications")

    logger.warning(text.replace("%", "%%"))
    logger.warning("refused %s %r", text, {"to": [address]}, extra={"who": {1: text}})
    try:
        raise SMTPRecipientsRefused({address: (550, text.encode())})  # noqa: TRY301
    except SMTPRecipientsRefused:
        logger.exception("not sent", stack_info=True)

    assert "[address]" in log.getvalue()
    assert "canary" not in log.getvalue().lower()
    assert "not sent" in log.getvalue()


def test_errors_that_quote_values_are_masked(log):
    logger = logging.getLogger("django")
    for values in ("(7, Ada Canary, (x))", "(7, null)"):
        logger.error("DETAIL:  Failing row contains %s.", values)
    logger.error("DETAIL:  Key (lower(name))=(Ada Canary) already exists.")
    for name in SECRET_NAMES:
        with pytest.raises(NoReverseMatch) as caught:
            reverse("no-such-page", kwargs={name: CANARY})
        logger.error("No page", exc_info=caught.value)
        logger.error("%s", {name: CANARY})

    assert "Canary" not in log.getvalue()


def test_long_lines_take_no_long_time():
    started = time.process_time()

    for piece in ("a", "a'", '"a', "@", "a@", "survey/", "Key (", "a.", "%40", "/"):
        logs.masked(piece * 20_000)

    assert time.process_time() - started < 5


def test_the_caddyfile_leaves_out_the_same_paths():
    text = (Path(settings.BASE_DIR) / "deploy" / "Caddyfile").read_text()

    assert f'"/({"|".join(SECRET_PATHS)})/' in text
