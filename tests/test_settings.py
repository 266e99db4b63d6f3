"""The environment is checked before anything starts."""

import re
from pathlib import Path

import pytest

from hackathon import environment
from hackathon.asgi import application as asgi_application
from hackathon.environment import Misconfigured
from tests.parts import manage

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "SITE_URL": "https://menlo.test",
    "SECRET_KEY": "9fQ2xV7rT4mK8wZ1cB6nH3jL5pD0sG-yEuAoIiXvRtMkWzCbNh",
    "EMAIL_URL": "submission://user:word@mail.test:587",
}


@pytest.fixture
def variables(monkeypatch, tmp_path):
    """Set exactly these variables, and ``DATA_DIR``."""

    def set_(**values):
        for name in environment_variables():
            monkeypatch.delenv(name, raising=False)
        for name, value in {"DATA_DIR": str(tmp_path), **values}.items():
            monkeypatch.setenv(name, value)

    return set_


def environment_variables():
    source = (ROOT / "hackathon" / "environment.py").read_text()
    names = set(re.findall(r'(?:env\.\w+|text)\(\s*"([A-Z_]+)"', source))
    for provider in environment.SIGN_IN_HOSTS:
        names |= {f"{provider.upper()}_CLIENT_ID", f"{provider.upper()}_CLIENT_SECRET"}
    return names


def other_variables():
    deploy = (ROOT / "deploy" / "gunicorn.py").read_text()
    return set(re.findall(r'os\.environ\.get\("([A-Z_]+)"', deploy))


def test_every_variable_is_documented():
    text = (ROOT / "docs" / "operations.md").read_text()
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", text, flags=re.MULTILINE))

    assert documented == environment_variables() | other_variables()


def test_a_laptop_needs_only_debug(variables, tmp_path):
    variables(DEBUG="true")

    env = environment.read()

    assert not env.is_production
    assert env.site_url == "http://localhost:8000"
    assert env.database["NAME"] == f"{tmp_path}/menlo.sqlite3"
    assert env.email == {"EMAIL_BACKEND": "notifications.mailbox.MailboxBackend"}


def test_production_starts_with_three_variables(variables):
    variables(**PRODUCTION)

    env = environment.read()

    assert env.is_production
    assert env.email["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert env.email["EMAIL_USE_TLS"] is True


def test_production_may_set_more(variables):
    more = {"ALLOWED_HOSTS": "www.menlo.test", "LOG_LEVEL": "WARNING", "DEBUG": "no"}
    variables(**PRODUCTION, **more)

    env = environment.read()

    assert (env.allowed_hosts, env.log_level) == (["www.menlo.test"], "WARNING")


def test_one_message_names_every_bad_variable(variables):
    variables(
        SITE_URL="http://menlo.test",
        SECRET_KEY="changeme",
        ALLOWED_HOSTS="*",
        REDIS_URL="redis://broker.test:6379",
        TRUSTED_PROXY_COUNT="many",
        LOG_LEVEL="LOUD",
    )

    with pytest.raises(Misconfigured) as refusal:
        environment.read()

    named = re.findall(r"^  ([A-Z_]+): ", str(refusal.value), flags=re.MULTILINE)
    assert named == [
        "ALLOWED_HOSTS",
        "EMAIL_URL",
        "LOG_LEVEL",
        "REDIS_URL",
        "SECRET_KEY",
        "SITE_URL",
        "TRUSTED_PROXY_COUNT",
    ]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("SECRET_KEY", "", "Is missing."),
        ("SECRET_KEY", "django-insecure-" + "x1y2z3" * 10, "well-known"),
        ("SECRET_KEY", "short-but-random", "50 or more random characters"),
        ("SECRET_KEY", "a" * 60, "50 or more random characters"),
        ("SITE_URL", "http://menlo.test", "https://"),
        ("SITE_URL", "menlo.test", "Must look like"),
        ("SITE_URL", "https://menlo.test/app", "nothing more"),
        ("EMAIL_URL", "", "Is missing."),
        ("EMAIL_URL", "carrier-pigeon://mail.test", "Must look like"),
        ("ALLOWED_HOSTS", "a.test,*.test", "wildcard"),
        ("ALLOWED_HOSTS", ".test", "wildcard"),
        ("DATABASE_URL", "punchcards://stack", "Not a valid database URL"),
        ("REDIS_URL", "amqp://broker.test", "Must look like"),
        ("REDIS_URL", "redis://broker.test:6379/0", "password"),
        ("CACHE_URL", "memcached://cache.test", "Must look like"),
        ("CACHE_URL", "redis://cache.test:6379/0", "password"),
        ("LOG_LEVEL", "LOUD", "Must be one of"),
        ("DEBUG", "true", "Must be off"),
        ("MENLO_DEMO", "true", "Must be off"),
        ("DEBUG", "perhaps", "Not a valid boolean"),
    ],
)
def test_production_refuses(variables, name, value, reason):
    variables(**{**PRODUCTION, name: value})

    with pytest.raises(Misconfigured, match=rf"\n  {name}: .*{re.escape(reason)}"):
        environment.read()


@pytest.mark.parametrize(
    "url",
    [
        "redis://:word@broker.test:6379/0",
        "rediss://user:word@broker.test/0",
        "redis://localhost:6379/0",
        "redis://127.0.0.1/0",
        "redis://[::1]/0",
        "unix:///run/redis.sock",
    ],
)
def test_production_takes_a_guarded_redis(variables, url):
    variables(**PRODUCTION, REDIS_URL=url)

    assert environment.read().redis_url == url


def test_a_secret_may_be_a_mounted_file(variables, tmp_path):
    file = tmp_path / "key"
    file.write_text(PRODUCTION["SECRET_KEY"])
    variables(
        SITE_URL=PRODUCTION["SITE_URL"],
        EMAIL_URL=PRODUCTION["EMAIL_URL"],
        SECRET_KEY_FILE=str(file),
    )

    assert environment.read().secret_key == PRODUCTION["SECRET_KEY"]


@pytest.mark.parametrize(
    ("broker", "cache"),
    [
        ("redis://:word@host:6379", "redis://:word@host:6379/1"),
        ("redis://host/4", "redis://host/5"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock"),
    ],
)
def test_the_cache_has_a_redis_database_of_its_own(broker, cache):
    assert environment.beside(broker) == cache


def test_the_demo_makes_its_own_key_once(tmp_path):
    folder = tmp_path / "new"

    first, second = environment.own_key(folder), environment.own_key(folder)

    assert first == second
    assert len(first) >= environment.SHORTEST_KEY
    assert (folder / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in folder.iterdir()] == ["secret-key"]


def test_manage_refuses_in_one_plain_message_and_exit_code_1(tmp_path):
    done = manage("check", DATA_DIR=str(tmp_path), SECRET_KEY="secret")

    assert done.returncode == 1
    assert done.stderr == (
        "Menlo cannot start. Please set these variables right:\n"
        "  EMAIL_URL: Is missing.\n"
        "  SECRET_KEY: Is a well-known example; make your own.\n"
        "  SITE_URL: Is missing.\n"
    )


@pytest.mark.parametrize(
    "beside",
    [
        {},
        {
            "DATABASE_URL": "postgres://menlo:word@db.test/menlo",
            "GITHUB_CLIENT_ID": "menlo",
            "GITHUB_CLIENT_SECRET": "word",
            "REDIS_URL": "redis://:word@redis.test",
            "TRUSTED_PROXY_COUNT": "1",
        },
    ],
    ids=["embedded", "compose"],
)
def test_production_passes_djangos_deployment_check(tmp_path, beside):
    done = manage(
        *("check", "--deploy", "--fail-level", "WARNING"),
        **{"DATA_DIR": str(tmp_path), **PRODUCTION, **beside},
    )

    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "System check identified no issues (0 silenced).\n",
        "",
    )


@pytest.mark.parametrize(
    ("beside", "cache"),
    [
        ({"REDIS_URL": "redis://:a@one.test/0"}, "redis://:a@one.test/1"),
        (
            {
                "REDIS_URL": "redis://:a@one.test/0",
                "CACHE_URL": "redis://:b@two.test/0",
            },
            "redis://:b@two.test/0",
        ),
        ({"CACHE_URL": "redis://:b@two.test/0"}, "redis://:b@two.test/0"),
    ],
)
def test_the_cache_may_have_a_redis_of_its_own(tmp_path, beside, cache):
    show = "from django.conf import settings as s; print(s.CACHES['default'])"

    done = manage(
        *("shell", "-v0", "-c", show), DATA_DIR=str(tmp_path), **PRODUCTION, **beside
    )

    assert cache in done.stdout


def test_the_mailbox_is_no_page_of_a_production_site(tmp_path):
    show = "from django.urls import resolve; print(resolve('/mail/').route)"

    demo = manage("shell", "-v0", "-c", show, DATA_DIR=str(tmp_path), MENLO_DEMO="true")
    live = manage("shell", "-v0", "-c", show, DATA_DIR=str(tmp_path), **PRODUCTION)

    assert demo.stdout.splitlines()[-1] == "mail/"
    assert "Resolver404" in live.stderr


def test_the_site_can_be_served_by_asgi_too():
    assert callable(asgi_application)
