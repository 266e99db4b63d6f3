"""The image boots as compose runs it, and does its work."""

import contextlib
import http.client
import json
import re
import ssl
import subprocess
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPSHandler, Request, build_opener

import pytest

from tests.image.conftest import HOST, OURS, RUN_AS, TOKEN, config
from tests.parts import ROOT, eventually

FROM_THE_PROXY = {
    "Host": HOST,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "192.0.2.7",
}


def get(path, port=8000, **headers):
    """Ask the web service as the proxy does."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", path, headers=FROM_THE_PROXY | headers)
        answer = connection.getresponse()
        return answer, answer.read().decode()


@pytest.fixture
def browser(proxy):
    """Opens pages through the proxy; takes the certificate that Caddy made itself."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    return build_opener(
        HTTPCookieProcessor(CookieJar()), HTTPSHandler(context=trusting)
    )


def fill_in(browser, path, **values):
    """Open a page and send its form."""
    url = f"https://{HOST}{path}"
    with browser.open(url) as answer:
        page = answer.read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    values["csrfmiddlewaretoken"] = token[1]
    form = Request(url, urlencode(values).encode(), {"Referer": url})
    return browser.open(form)


def test_the_image_has_all_that_the_settings_name(composition):
    ask = (
        "from hackathon import settings as s; from pathlib import Path;"
        "paths = [*s.LOCALE_PATHS, *s.STATICFILES_DIRS, *s.TEMPLATES[0]['DIRS']];"
        "print([str(p) for p in paths if not Path(p).is_dir()])"
    )

    assert composition.run("web", "python", "-c", ask).stdout == b"[]\n"


def test_its_user_may_read_all_and_write_nothing(composition):
    assert composition.run("web", "id", "-u").stdout.decode().strip() == RUN_AS
    unreadable = ["find", "/srv", "/opt/menlo", "!", "-readable"]
    assert composition.run("web", *unreadable).stdout == b""
    done = composition.run("web", "touch", "/srv/menlo/anything", check=False)
    assert b"Read-only file system" in done.stderr
    composition.run("web", "sh", "-c", "touch /tmp/anything /data/anything")


def test_the_home_page_comes_with_its_style_sheet(site):
    answer, page = get("/")
    assert answer.status == 200

    [style, *_] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert re.search(r"\.[0-9a-f]{12}\.css$", style)
    answer, text = get(style)
    assert answer.status == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert "color" in text


@pytest.mark.parametrize("service", [s for s in OURS if s != "beat"])
def test_the_health_check_of_compose_finds_it_well(site, service):
    eventually(lambda: site.is_well(service), within=90, what=service)


def test_readyz_says_that_all_parts_are_well(site):
    def parts():
        answer, page = get("/readyz/", Authorization=f"Bearer {TOKEN}")
        return answer.status == 200 and json.loads(page)["parts"]

    said = eventually(parts, within=60, what="/readyz/")
    assert set(said.values()) == {"ok"}, said


def test_a_mail_leaves_through_the_worker(site, browser, mails):
    fill_in(
        browser,
        "/accounts/signup/",
        display_name="Ada",
        email="ada@example.org",
        password1="a long enough word",
    )

    def arrived():
        return [mail for mail in mails if mail.rcpt_tos == ["ada@example.org"]]

    eventually(arrived, what="the mail with the code")


def test_each_worker_looks_after_its_own_queues(site):
    ask = "celery --app hackathon inspect active_queues --json --timeout 5"
    said = site.run("worker-files", *ask.split()).stdout
    queues = {
        host.split("@")[1]: {queue["name"] for queue in queues}
        for host, queues in json.loads(said).items()
    }
    assert queues == {"worker": {"default", "mail"}, "worker-files": {"slow"}}


def test_the_two_redis_keep_what_they_must(site):
    def said(port, *words):
        command = ["redis-cli", "-p", str(port), "-a", "of-redis", *words]
        return subprocess.run(
            command, capture_output=True, text=True, check=True
        ).stdout

    assert "noeviction" in said(6379, "config", "get", "maxmemory-policy")
    assert "allkeys-lru" in said(6380, "config", "get", "maxmemory-policy")
    assert "menlo:1:" in said(6380, "keys", "*")
    assert "menlo:1:" not in said(6379, "keys", "*")


def test_the_proxy_takes_people_to_https(proxy):
    answer, _page = get("/events/?page=2", port=80)
    assert answer.status == 308
    assert answer.headers["Location"] == f"https://{HOST}/events/?page=2"


def test_the_caddyfile_is_valid_and_keeps_links_out_of_its_log(proxy, browser):
    command = ["caddy", "validate", "--config", str(ROOT / "deploy" / "Caddyfile")]
    subprocess.run(command, check=True, capture_output=True, env={"SITE_HOST": HOST})

    with pytest.raises(HTTPError, match="404") as missing:
        browser.open(f"https://{HOST}/join/of-one-person/")
    missing.value.close()
    eventually(lambda: "/join/…" in proxy.output, what="the proxy's log")
    assert "of-one-person" not in proxy.output


def test_the_file_says_what_each_service_of_ours_needs(composition):
    ours = {n: s for n, s in composition.services.items() if s["image"] == "menlo"}
    assert set(ours) == {"migrate", *OURS}
    for service in ours.values():
        assert service["init"]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["stop_grace_period"] == "40s"
    assert config()["User"] == "menlo"


@pytest.mark.parametrize("service", ["beat", "worker-files"])
def test_it_ends_in_time_when_asked(site, service):
    assert site.stop(service) < 40
    site.up(service)
