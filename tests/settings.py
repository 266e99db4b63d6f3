"""The real settings, on data of this test run alone.

The database is a new SQLite file, or the PostgreSQL that ``DATABASE_URL`` names.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "MENLO_TEST_DIR" not in os.environ:  # else set by the process that started this one
    os.environ["MENLO_TEST_DIR"] = tempfile.mkdtemp(prefix="menlo-tests-")
    atexit.register(shutil.rmtree, os.environ["MENLO_TEST_DIR"], ignore_errors=True)
_folder = Path(os.environ["MENLO_TEST_DIR"])
# What takes long to make is made once for all processes, and for all runs of a suite.
os.environ.setdefault("MENLO_SHARED_DIR", str(_folder))
# Tests that run side by side share no file.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if _worker and _folder.name != _worker:
    _folder /= _worker
    _folder.mkdir(exist_ok=True)
    os.environ["MENLO_TEST_DIR"] = str(_folder)

_not_ours = ("ALLOWED_HOSTS", "CACHE_URL", "EMAIL_URL", "LOG_LEVEL", "REDIS_URL")
for _name in (*_not_ours, "SECRET_KEY"):
    os.environ.pop(_name, None)
if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
    os.environ["DATABASE_URL"] = f"sqlite:///{_folder / 'unused.sqlite3'}"
os.environ |= {
    "DATA_DIR": str(_folder),
    "DEBUG": "false",
    "MENLO_DEMO": "true",
    "SITE_URL": "http://testserver",
}

from hackathon.settings import *  # noqa: E402, F403
from hackathon.settings import DATABASES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: the threads of a race must meet in it.
    DATABASES["default"]["TEST"] = {"NAME": str(_folder / "test.sqlite3")}
else:
    _run = _folder.parent if _worker else _folder
    DATABASES["default"]["TEST"] = {"NAME": f"menlo_{_run.name[-8:]}"}
# Tests of the page cache switch it on; in others a page shows what was just changed.
PAGE_CACHE_SECONDS = 0
(_folder / "static").mkdir(exist_ok=True)  # WhiteNoise warns without it
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
