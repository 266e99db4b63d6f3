"""Every setting. What a machine's owner may set is read in the first section only."""

from datetime import timedelta
from typing import Any

import django_stubs_ext
from kombu import Queue

from hackathon import environment, limits, logs, looks

django_stubs_ext.monkeypatch()  # ModelAdmin[Team] and the like at run time

# --- Environment ----------------------------------------------------------------------

env = environment.read()

BASE_DIR = environment.BASE_DIR
DATA_DIR = env.data_dir
DEBUG = env.debug
DEMO = env.demo
SITE_NAME = "Menlo"
SITE_URL = env.site_url.rstrip("/")
SECRET_KEY = env.secret_key or environment.own_key(DATA_DIR)
SECRET_KEY_FALLBACKS = env.secret_key_fallbacks
HEALTH_TOKEN = env.health_token
ALLOWED_HOSTS = [env.site.hostname, *env.allowed_hosts]
if not env.is_production:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "accounts.middleware.csrf_failure"
_on_https = env.site.scheme == "https"
_clients = {name: pair for name, pair in env.sign_in_clients.items() if all(pair)}

# --- Applications ---------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "dashboard.admin_config.MenloAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    *(f"allauth.socialaccount.providers.{name}" for name in _clients),
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "rules.apps.AutodiscoverRulesConfig",
    "template_partials",
    "core",
    "accounts",
    "events",
    "notifications",
    "teams",
    "submissions",
    "mentoring",
    "judging",
    "feedback",
    "recap",
    "dashboard",
]

MIDDLEWARE = [
    "core.middleware.RequestIdMiddleware",
    "core.pagecache.PublicPageCacheMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.RoomMiddleware",
    "core.middleware.SecurityHeadersMiddleware",
    "core.middleware.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.NoNulMiddleware",
    "core.middleware.WrongMethodMiddleware",
    "core.middleware.TimeZoneMiddleware",
    "events.middleware.FormerSlugMiddleware",
    "events.second_step.SecondStepMiddleware",
]

ROOT_URLCONF = "hackathon.urls"
WSGI_APPLICATION = "hackathon.wsgi.application"
FORMS_URLFIELD_ASSUME_HTTPS = True  # what Django 6 does
MESSAGE_STORAGE = "core.messages.Storage"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
UNFOLD = looks.unfold(SITE_NAME)

# --- Data -----------------------------------------------------------------------------

_database = env.database | {"CONN_HEALTH_CHECKS": True}
if _database["ENGINE"].endswith("sqlite3"):
    # Writers take turns from their first statement on; see docs/adr/0009.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA cache_size=-16000; "
            # What is deleted is overwritten, not only left to be reused.
            "PRAGMA secure_delete=ON"
        ),
    }
    DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
else:
    _database["CONN_MAX_AGE"] = 60
    _database["OPTIONS"] = {"connect_timeout": 5, **_database.get("OPTIONS", {})}
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if env.cache_url or env.redis_url:
    _cache = {
        "BACKEND": "core.connections.RedisCache",
        "LOCATION": env.cache_url or environment.beside(env.redis_url),
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
else:
    _cache = {
        "BACKEND": "core.filecache.CountingFileCache",
        "LOCATION": str(DATA_DIR / "cache"),
        "OPTIONS": {"MAX_ENTRIES": 5000},
    }
CACHES = {"default": {**_cache, "KEY_PREFIX": "menlo", "TIMEOUT": 300}}
PAGE_CACHE_SECONDS = 0 if DEBUG else 60  # public pages for strangers: docs/adr/0018

# --- Accounts -------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "accounts.backends.AccountBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_validation = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_validation}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_validation}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_validation}.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.MaximumLengthValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "dashboard:home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignupForm",
    "confirm_login_code": "accounts.forms.LoginCodeForm",
    "confirm_email_verification_code": "accounts.forms.AddressCodeForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
# Not _CHANGE as well: allauth offers it only where the address is new to this site.
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = env.site.scheme
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_RATE_LIMITS = limits.ACCOUNT
MFA_RATE_LIMITS = limits.MFA
ALLAUTH_TRUSTED_PROXY_COUNT = env.trusted_proxy_count
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "accounts.passkeys.AddWebAuthnForm",
    "login_webauthn": "accounts.passkeys.LoginWebAuthnForm",
    "reauthenticate_webauthn": "accounts.passkeys.ReauthenticateWebAuthnForm",
}
MFA_TOTP_ISSUER = SITE_NAME
STAFF_MFA = env.staff_mfa
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _on_https
SOCIALACCOUNT_ADAPTER = "accounts.social.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {
    name: {"APPS": [{"client_id": client_id, "secret": secret}]}
    for name, (client_id, secret) in _clients.items()
}
SESSION_ENGINE = "core.sessions"
SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())

# --- E-mail ---------------------------------------------------------------------------

vars().update(env.email)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.mail_from or f"{SITE_NAME} <menlo@{env.site.hostname}>"
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Background work: the rows are the record, a message is a nudge -------------------

# Without Redis there is no broker: the one worker looks at the rows by itself, and its
# messages stay in its memory. See docs/adr/0014.
_alone = not env.redis_url
CELERY_BROKER_URL = env.redis_url or "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = environment.broker_options(env)
# Redis: how long a worker may be silent about a task; its manual asks for all three.
CELERY_VISIBILITY_TIMEOUT = environment.VISIBILITY_TIMEOUT
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = CELERY_BROKER_TRANSPORT_OPTIONS
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = not _alone
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_ACKS_ON_FAILURE = True
CELERY_TASK_ACKS_ON_TIMEOUT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = environment.VISIBILITY_TIMEOUT // 2  # never two runs
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_QUEUES = [Queue("default"), Queue("mail"), Queue("slow")]
CELERY_TASK_ROUTES = {
    "notifications.tasks.deliver_due": {"queue": "mail"},
    "judging.tasks.*": {"queue": "slow"},
    "recap.tasks.*": {"queue": "slow"},
    "submissions.tasks.*": {"queue": "slow"},
}
# Alone, a thread for each kind of task, so that no mail waits for a profile.
CELERY_WORKER_POOL = "threads" if _alone else "prefork"
CELERY_WORKER_CONCURRENCY = 12 if _alone else None
CELERY_WORKER_PREFETCH_MULTIPLIER = 0 if _alone else 1  # 0 is without a limit
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 200_000
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 3 if _alone else 20
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
# A tick that waited a whole interval is dropped: the next one does the same work.
TICKS: dict[str, dict[str, Any]] = {
    task: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for task, seconds in {
        "notifications.tasks.deliver_due": 1 if _alone else 5,
        "notifications.tasks.beat_heartbeat": 30,
        "notifications.tasks.queue_reminders": 60,
        "events.tasks.seal_log": 60,
        "core.tasks.forget_old_receipts": 3600,
        "notifications.tasks.forget_old_mails": 3600,
        "feedback.tasks.open_and_close_surveys": 60,
        "recap.tasks.write_recaps": 60,
        "submissions.tasks.profile_pending": 1 if _alone else 60,
        "submissions.tasks.check_pending_links": 1 if _alone else 60,
        "judging.tasks.note_arrivals": 600,
        "judging.tasks.send_log_heads": 24 * 3600,
    }.items()
}
# Alone, the worker keeps it (hackathon.celery): beat could not reach it.
CELERY_BEAT_SCHEDULE = {} if _alone else TICKS

# --- Languages, files, logs -----------------------------------------------------------

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "core.formats"

STATIC_URL = "static/"
STATIC_ROOT = env.static_root
STATICFILES_DIRS = [BASE_DIR / "static"]
# Before the first collectstatic, files come from where they lie, by their plain names.
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # nothing asks for the others
MEDIA_ROOT = DATA_DIR / "media"  # private: files leave through views that ask a rule
DATASET_MAX_BYTES = 50 * 2**20
PICTURE_MAX_BYTES = 10 * 2**20
CHECK_LINKS = env.check_links
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000  # an event with all its inlines in the admin
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "hackathon.statics.ModuleStorage",
        # For everybody, unlike uploads: one user collects, another one serves.
        "OPTIONS": {
            "file_permissions_mode": 0o644,
            "directory_permissions_mode": 0o755,
        },
    },
}

LOGGING = logs.config(env.log_level, as_json=env.is_production)

# --- Security: follows from the scheme of SITE_URL ------------------------------------

SECURE_SSL_REDIRECT = _on_https
SECURE_REDIRECT_EXEMPT = [r"^healthz/$", r"^readyz/$"]
if env.trusted_proxy_count:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if _on_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _on_https
SECURE_HSTS_PRELOAD = _on_https
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _on_https
if _on_https:  # bound to this very host, and to https
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
_policy = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "manifest-src": ["'self'"],
    "worker-src": ["'self'"],
    # Browsers hold a form to this even when its answer is a redirect elsewhere.
    "form-action": ["'self'", *(environment.SIGN_IN_HOSTS[n] for n in _clients)],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _policy}
