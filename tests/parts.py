"""Real parts for tests: Redis, Celery workers, an SMTP server, the site, a browser.

Each has its own port and folder, so several test runs can share one machine. Tests
that use them need ``@pytest.mark.django_db(transaction=True)``: other processes only
see what was committed.
"""

import asyncio
import contextlib
import fcntl
import gc
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

import pytest
import redis
from aiosmtpd.controller import Controller
from coverage import Coverage
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from playwright.sync_api import sync_playwright

from core.stack import with_room
from hackathon.celery import app
from submissions.models import Tool, ToolCategory

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = "/usr/lib/chromium/chromium-headless-shell"  # without windows, so quicker
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 30  # seconds
COLLECTED = "collected"
DATABASES = {"db", "transactional_db"}
REAL_PARTS = {"environment", "own_redis", "redis_server", "smtp_server"}
# As ``CACHES``: nobody answers there.
REDIS_AWAY = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
        "OPTIONS": {"socket_connect_timeout": 1},
    }
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark each test by where it stands and by the parts it uses."""
    for item in items:
        if item.get_closest_marker("django_db") or DATABASES & set(item.fixturenames):
            item.add_marker("database")
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        if folder in {"access", "bad_input"}:  # what they touch is tested elsewhere
            item.add_marker("no_cover")
        if folder == "access" or item.path.stem in {"test_fuzz", "test_looks"}:
            item.add_marker("crawl")
        if folder == "e2e" or "chromium" in item.fixturenames:
            item.add_marker("e2e")
        elif REAL_PARTS & set(item.fixturenames):
            item.add_marker("worker")
        elif item.path.stem in {"test_views", "test_admin"}:
            item.add_marker("integration")
        else:
            item.add_marker("unit")


@pytest.hookimpl(trylast=True, specname="pytest_collection_modifyitems")
def pytest_put_apart_what_waits(items):
    """What mostly waits for workers: last beside SQLite, first beside PostgreSQL.

    Of the two runs, which go on at the same time, one always computes.
    """
    waits_first = connection.vendor == "postgresql"
    items.sort(key=lambda item: bool(item.get_closest_marker("worker")) != waits_first)


@contextlib.contextmanager
def not_measured():
    """Without coverage, with which everything takes half as long again."""
    coverage = Coverage.current()
    if coverage:
        coverage.stop()
    try:
        yield
    finally:
        if coverage:
            coverage.start()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Measure what is loaded with a module of tests, not how they are found in it."""
    if not isinstance(collector, pytest.Module):
        return (yield)
    with contextlib.suppress(Exception):  # is told when its tests are looked for
        collector.obj  # noqa: B018 -- is loaded by this
    with not_measured():
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """As pytest's own; with room on the stack, as the admin has it."""
    runner = item.config.pluginmanager.getplugin("runner")
    is_unmeasured = item.get_closest_marker("no_cover")
    with not_measured() if is_unmeasured else contextlib.nullcontext():
        return with_room(runner.pytest_runtest_protocol)(item, nextitem)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish():
    """What was imported stays; it need not be looked through for waste each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)  # there is room


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(check, *, within=PATIENCE, what="the world"):
    """Ask ``check`` until it says something true, and return that."""
    deadline = time.monotonic() + within
    while not (answer := check()):
        if time.monotonic() > deadline:
            pytest.fail(f"{what} was not as expected within {within} s")
        time.sleep(0.05)
    return answer


class Process:
    """A program of its own, whose output goes to a file."""

    def __init__(self, command, *, log, env=None, cwd=ROOT):
        self.log = Path(log)
        with self.log.open("wb") as output:
            self.popen = subprocess.Popen(
                command,
                cwd=cwd,
                env=env,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self):
        return self.popen.pid

    @property
    def output(self):
        return self.log.read_text(errors="replace")

    def wait_for(self, text):
        """Wait until ``text`` stands in the output; fail with it if the end came."""

        def seen():
            if text in self.output:
                return True
            if self.popen.poll() is not None:
                pytest.fail(f"ended before {text!r}:\n{self.output}")
            return False

        eventually(seen, what=f"{text!r} in {self.log}")

    def stop(self):
        """Ask it to end; make it end if it does not."""
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self):
        """End it and all its children, as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()


def manage(*command, **variables):
    """Run ``manage.py`` with nothing in its environment but this."""
    shell = command[0] == "shell"  # covers nothing that the others do not
    measured = {
        k: v for k, v in os.environ.items() if k.startswith("COVERAGE_") and not shell
    }
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **measured, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@contextlib.contextmanager
def a_redis(folder):
    """The address and the process of a Redis that keeps its data in ``folder``."""
    program = shutil.which("redis-server")
    assert program, "redis-server is not installed"
    port = str(free_port())
    process = Process(
        [
            *(program, "--port", port, "--bind", "127.0.0.1", "--dir", str(folder)),
            *("--appendonly", "yes", "--maxmemory-policy", "noeviction"),
        ],
        log=folder / "log",
    )
    process.wait_for("Ready to accept connections")
    yield f"redis://127.0.0.1:{port}/0", process
    process.stop()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    """The address of a Redis of this test run's own."""
    with a_redis(tmp_path_factory.mktemp("redis")) as (url, _process):
        yield url


@pytest.fixture
def own_redis(tmp_path):
    """The address and the process of a Redis that one test may hurt."""
    with a_redis(tmp_path) as redis_of_its_own:
        yield redis_of_its_own


@contextlib.contextmanager
def broker_at(url, **options):
    """Let this process nudge workers at ``url``."""

    def point_at(url, options):
        app.conf.broker_url = url
        app.conf.broker_transport_options = options
        app._after_fork()  # forgets its pools

    before = app.conf.broker_url, app.conf.broker_transport_options
    point_at(url, options)
    try:
        yield url
    finally:
        point_at(*before)


@pytest.fixture
def real_broker(redis_server):
    """The real Redis, emptied, as the broker of this process too."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    with broker_at(redis_server, global_keyprefix="menlo:"):
        yield redis_server


class Mailroom(Controller):
    """An SMTP server that keeps what it takes in ``mails``.

    ``refuse`` is an answer such as ``"451 later"`` to give instead, or a function from
    an address to one; ``delay`` is how many seconds each sender waits for the answer.
    """

    def __init__(self, port=None):
        self.mails = []
        self.refuse = ""
        self.delay = 0
        super().__init__(self, hostname="127.0.0.1", port=port or free_port())

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def addresses(self):
        return sorted(to for mail in self.mails for to in mail.rcpt_tos)

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 -- aiosmtpd
        if self.delay:
            await asyncio.sleep(self.delay)
        refuse = self.refuse
        if callable(refuse):
            refuse = refuse(envelope.rcpt_tos[0])
        if refuse:
            return refuse
        self.mails.append(envelope)
        return "250 Taken"


@pytest.fixture
def smtp_server():
    mailroom = Mailroom()
    mailroom.start()
    yield mailroom
    mailroom.stop()


def database_url():
    """Where other processes find the test database."""
    db = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{db['NAME']}"
    login = quote(db["USER"]) + (f":{quote(db['PASSWORD'])}" if db["PASSWORD"] else "")
    host = db["HOST"] + (f":{db['PORT']}" if db["PORT"] else "")
    return f"postgres://{login}{'@' if login else ''}{host}/{db['NAME']}"


@pytest.fixture
def environment(transactional_db, tmp_path):
    """How to start a process of ours on the test database: real settings, demo mode."""
    # Another test's database is gone; nobody told those who kept pages of it.
    shutil.rmtree(Path(os.environ["MENLO_TEST_DIR"]) / "cache", ignore_errors=True)
    return own_environment()


def shared(name):
    """Where all processes of this run find what one of them made."""
    return Path(os.environ["MENLO_SHARED_DIR"]) / name


def own_half(values):
    """Every other one: what this database is asked, where none has a part in it."""
    return values[connection.vendor == "sqlite" :: 2]


@contextlib.contextmanager
def alone(name):
    """Other processes of this run that are at the same thing wait."""
    with shared(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def made_once(name, make):
    """What ``make(path)`` made, in whichever process of this run needed it first."""
    path = shared(name)
    with alone(name):
        if not path.exists():
            unfinished = path.with_name(f"{name}.unfinished")
            make(unfinished)
            unfinished.rename(path)
    return path


def migrated(**options):
    return setup_databases(0, interactive=False, serialized_aliases=(), **options)


@contextlib.contextmanager
def sqlite_file():
    own = Path(str(settings.DATABASES["default"]["TEST"]["NAME"]))
    made = []

    def migrate(copy):
        made.extend(migrated())
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])

    copy = made_once("migrated.sqlite3", migrate)
    if not made:
        shutil.copyfile(copy, own)
        made += migrated(keepdb=True)
    yield made


@contextlib.contextmanager
def postgresql_database():
    template, made_here = shared("migrated.postgresql"), False
    with alone(template.name):
        if template.exists():
            connection.settings_dict["TEST"]["TEMPLATE"] = template.read_text()
            made = migrated()
        else:
            made, made_here = migrated(), True
            connection.creation.clone_test_db("copy", verbosity=0)
            clone = connection.creation.get_test_db_clone_settings("copy")
            template.write_text(clone["NAME"])
    yield made
    if made_here:
        with alone(template.name):
            template.unlink()
            connection.creation.destroy_test_db(verbosity=0, suffix="copy")


@pytest.fixture(scope="session")
def django_db_setup(django_db_modify_db_settings, django_db_blocker):
    """As pytest-django's; but one process migrates, and the others copy."""
    database = sqlite_file if connection.vendor == "sqlite" else postgresql_database
    with contextlib.ExitStack() as stack:
        with django_db_blocker.unblock():
            made = stack.enter_context(database())
            # Tests say themselves which tools there are.
            Tool.objects.all().delete()
            ToolCategory.objects.all().delete()
        yield
        with django_db_blocker.unblock():
            stack.close()
            teardown_databases(made, 0)


def own_environment():
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "hackathon.settings",
        "DATABASE_URL": database_url(),
        "DATA_DIR": os.environ["MENLO_TEST_DIR"],
        "STATIC_ROOT": str(shared(COLLECTED)),
        "MENLO_DEMO": "true",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "default",
    }


@pytest.fixture(params=["redis", "alone"])
def either_broker(request):
    """The address of a real Redis; or nothing, and the worker looks at the rows."""
    if request.param == "redis":
        return request.getfixturevalue("real_broker")
    return ""


@pytest.fixture
def start_worker(environment, request, tmp_path):
    """``start_worker(EMAIL_URL=…)`` starts a Celery worker and gives its process.

    On Redis, or on what ``either_broker`` gives.
    """
    chosen = (
        "either_broker" if "either_broker" in request.fixturenames else "real_broker"
    )
    broker = request.getfixturevalue(chosen)
    workers = []

    def start(*options, **variables):
        worker = Process(
            [
                *(sys.executable, "-m", "celery", "--app", "hackathon", "worker"),
                *("--hostname", f"worker{len(workers)}-{free_port()}@localhost"),
                *(("--concurrency", "2") if broker else ()),
                *options,
            ],
            log=tmp_path / f"worker{len(workers)}.log",
            env=environment | ({"REDIS_URL": broker} if broker else {}) | variables,
        )
        workers.append(worker)
        worker.wait_for(" ready.")
        return worker

    yield start
    for worker in workers:
        worker.stop()


@pytest.fixture
def celery_worker(start_worker, smtp_server):
    """One worker on the real Redis, sending its mails to ``smtp_server``."""
    return start_worker(EMAIL_URL=smtp_server.url)


def sign_in_browser(page, user, url):
    """Give the browser a session of ``user``'s, as if they had signed in."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])


class Site(Process):
    """Our site by gunicorn; ``SITE_URL`` is its address unless another is given."""

    def __init__(self, *, log, env, application="hackathon.wsgi"):
        self.port = free_port()
        own = f"http://127.0.0.1:{self.port}"
        self.url = env.get("SITE_URL", own)
        super().__init__(
            [
                *(sys.executable, "-m", "gunicorn", application),
                *("--bind", f"127.0.0.1:{self.port}", "--threads", "4"),
                "--no-control-socket",
            ],
            log=log,
            env={**env, "SITE_URL": self.url},
        )
        self.wait_for("Booting worker")
        host = {"Host": urlsplit(self.url).netloc}
        with urlopen(Request(f"{own}/healthz/", headers=host), timeout=PATIENCE):  # noqa: S310 -- ours
            pass

    def sign_in(self, page, user):
        sign_in_browser(page, user, self.url)


@pytest.fixture(scope="session")
def static_files():
    """The collected static files, as they are served in production."""

    def collect(folder):
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
            cwd=ROOT,
            check=True,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "hackathon.settings",
                "STATIC_ROOT": str(folder),
            },
        )

    return made_once(COLLECTED, collect)


@pytest.fixture
def start_site(environment, static_files, tmp_path):
    """``start_site(REDIS_URL=…)`` serves the test database by gunicorn."""
    sites = []

    def start(application="hackathon.wsgi", **variables):
        log = tmp_path / f"site{len(sites)}.log"
        # The tests' own SITE_URL is no address that a browser finds.
        env = {key: text for key, text in environment.items() if key != "SITE_URL"}
        sites.append(Site(log=log, env={**env, **variables}, application=application))
        return sites[-1]

    yield start
    for site in sites:
        site.stop()


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, driven by Playwright."""
    assert Path(CHROMIUM).exists(), f"{CHROMIUM} is not installed"
    # Playwright keeps an event loop on this thread; the ORM is used beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=CHROMIUM_FLAGS
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """``open_page(width=390, dark=True)`` gives a page in a browser of its own.

    Fails the test if a script threw or the content security policy stopped anything.
    """
    contexts, troubles = [], []

    def listen(message):
        if "Content Security Policy" in message.text:
            troubles.append(message.text)

    def open_(*, width=1280, height=800, dark=False, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert troubles == []
