"""What the machine's owner may set; docs/operations.md explains each variable.

Read and checked before anything starts, so that one message names all that is wrong.
"""

import ipaddress
import logging
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

import dj_email_url
from django.core.exceptions import ImproperlyConfigured
from environs import EnvValidationError, FileAwareEnv, ValidationError

BASE_DIR = Path(__file__).resolve().parent.parent
NOT_SET = "Environment variable not set."  # as environs puts it
IS_MISSING = "Is missing."
VISIBILITY_TIMEOUT = 600  # seconds
SHORTEST_KEY = 50
FEWEST_CHARACTERS = 5
WELL_KNOWN_KEYS = ("change", "secret", "example", "insecure", "default", "replace")
MAIL_SCHEMES = {"smtp", "submission", "console"}
# Where the browser is sent to sign in with an account of another site.
SIGN_IN_HOSTS = {
    "github": "https://github.com",
    "google": "https://accounts.google.com",
    "discord": "https://discord.com",
}
Check = Callable[[Any], None]


class Misconfigured(ImproperlyConfigured):
    """The environment cannot be used; says every reason, one a line."""


@dataclass(frozen=True)
class Environment:
    """The variables that settings.py may use, under their own names."""

    site_url: str
    debug: bool
    demo: bool
    secret_key: str
    secret_key_fallbacks: list[str]
    allowed_hosts: list[str]
    data_dir: Path
    static_root: Path
    database: dict[str, Any]
    redis_url: str
    cache_url: str
    email: dict[str, Any]
    mail_from: str
    health_token: str
    trusted_proxy_count: int
    staff_mfa: bool
    check_links: bool
    log_level: str
    sign_in_clients: dict[str, tuple[str, str]]

    @property
    def is_production(self) -> bool:
        return not (self.debug or self.demo)

    @property
    def site(self) -> SplitResult:
        return urlsplit(self.site_url)


def read() -> Environment:
    """Read every variable; raise ``Misconfigured`` with each that is bad."""
    env = FileAwareEnv(eager=False)
    # A site that the world can reach has https; there, no switch makes it unsafe.
    on_https = os.environ.get("SITE_URL", "").startswith("https:")
    safe = {"validate": switched_off} if on_https else {}
    debug = env.bool("DEBUG", default=False, **safe)
    demo = env.bool("MENLO_DEMO", default=False, **safe)
    relaxed = bool(debug or demo)
    safe_redis = [redis_url] if relaxed else [redis_url, guarded_redis]
    data_dir = env.path("DATA_DIR", BASE_DIR / "var")

    def text(name: str, fallback: str = "", *always: Check, live: Check) -> str:
        """A variable that a production site must set, to something safe."""
        if relaxed:
            return env.str(name, fallback, validate=always)
        value = env.str(name, validate=[*always, live])
        return value or fallback

    result = Environment(
        site_url=text("SITE_URL", "http://localhost:8000", site_url, live=https_url),
        debug=debug,
        demo=demo,
        secret_key=text("SECRET_KEY", live=strong_key),
        secret_key_fallbacks=env.list("SECRET_KEY_FALLBACKS", []),
        allowed_hosts=env.list(
            "ALLOWED_HOSTS", [], validate=[] if relaxed else no_wildcard
        ),
        data_dir=data_dir,
        static_root=env.path("STATIC_ROOT", data_dir / "static"),
        database=dict(
            env.dj_db_url("DATABASE_URL", f"sqlite:///{data_dir}/menlo.sqlite3") or {}
        ),
        redis_url=env.str("REDIS_URL", "", validate=safe_redis),
        cache_url=env.str("CACHE_URL", "", validate=safe_redis),
        email=mail_settings(text("EMAIL_URL", "", email_url, live=present)),
        mail_from=env.str("MAIL_FROM", ""),
        health_token=env.str("HEALTH_TOKEN", ""),
        trusted_proxy_count=env.int("TRUSTED_PROXY_COUNT", 0),
        staff_mfa=env.bool("STAFF_MFA", default=not relaxed),
        check_links=env.bool("CHECK_LINKS", default=not relaxed),
        log_level=env.str("LOG_LEVEL", "INFO", validate=log_level),
        sign_in_clients={
            provider: (
                env.str(f"{provider.upper()}_CLIENT_ID", ""),
                env.str(f"{provider.upper()}_CLIENT_SECRET", ""),
            )
            for provider in SIGN_IN_HOSTS
        },
    )
    seal(env)
    return result


def seal(env: FileAwareEnv) -> None:
    try:
        env.seal()
    except EnvValidationError as error:
        reasons = "\n".join(
            f"  {name}: {' '.join(map(str, dict.fromkeys(messages)))}"
            for name, messages in sorted(
                cast("Mapping[str, list[str]]", error.error_messages).items()
            )
        ).replace(NOT_SET, IS_MISSING)
        message = f"Menlo cannot start. Please set these variables right:\n{reasons}"
        raise Misconfigured(message) from None


# --- Checks ---------------------------------------------------------------------------


def strong_key(key: str) -> None:
    """Refuse a secret key that is missing, short or written in a manual."""
    present(key)
    if any(word in key.lower() for word in WELL_KNOWN_KEYS):
        raise ValidationError("Is a well-known example; make your own.")
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_CHARACTERS:
        raise ValidationError(f"Needs {SHORTEST_KEY} or more random characters.")


def site_url(url: str) -> None:
    """Refuse what is no address of a site."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValidationError("Must look like https://menlo.example.org.")
    if parts.path.strip("/") or parts.query or parts.username:
        raise ValidationError("Must be a scheme and a host, nothing more.")


def https_url(url: str) -> None:
    """Refuse an address on which cookies would travel in the clear."""
    if urlsplit(url).scheme != "https":
        raise ValidationError("Must start with https:// on a production site.")


def no_wildcard(hosts: list[str]) -> None:
    """Refuse to answer for every name, which lets others forge links in mails."""
    if any("*" in host or host.startswith(".") for host in hosts):
        raise ValidationError("Must name each host; a wildcard is not allowed.")


def redis_url(url: str) -> None:
    """Refuse a broker or a cache that is no Redis."""
    if url and urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
        raise ValidationError("Must look like redis://:password@host:6379/0.")


def guarded_redis(url: str) -> None:
    """Refuse a Redis that the network can write to without a password."""
    parts = urlsplit(url)
    if not url or parts.scheme == "unix" or parts.password:
        return
    if not is_loopback(parts.hostname or ""):
        raise ValidationError("Needs a password, unless Redis is on this machine.")


def email_url(url: str) -> None:
    """Refuse a mail server that cannot be understood."""
    if url and urlsplit(url).scheme not in MAIL_SCHEMES:
        raise ValidationError("Must look like submission://user:password@host:587.")


def log_level(name: str) -> None:
    """Refuse a level that Python's logging does not know."""
    if name not in logging.getLevelNamesMapping():
        raise ValidationError("Must be one of DEBUG, INFO, WARNING, ERROR.")


def present(value: str) -> None:
    """Refuse an empty value."""
    if not value:
        raise ValidationError(IS_MISSING)


def switched_off(switch: bool) -> None:  # noqa: FBT001 -- environs calls it
    """Refuse a switch that shows every visitor what only its owner may see."""
    if switch:
        raise ValidationError("Must be off on a site with https.")


# --- What follows ---------------------------------------------------------------------


def mail_settings(url: str) -> dict[str, Any]:
    """Django's settings for this mail server; the demo's own mailbox without one."""
    if urlsplit(url).scheme not in MAIL_SCHEMES:
        return {"EMAIL_BACKEND": "notifications.mailbox.MailboxBackend"}
    return {
        name: value
        for name, value in dj_email_url.parse(url).items()
        if name.startswith("EMAIL_") and value is not None
    }


def beside(url: str) -> str:
    """The Redis database next to this one: a cache is flushed, a broker never."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return url
    return parts._replace(path=f"/{int(parts.path.strip('/') or 0) + 1}").geturl()


def broker_options(env: Environment) -> dict[str, Any]:
    """Redis with short patience, or the worker's own memory, looked at often."""
    if env.redis_url:
        return {
            "global_keyprefix": "menlo:",
            "visibility_timeout": VISIBILITY_TIMEOUT,
            "socket_timeout": 5,
            "socket_connect_timeout": 1,
            "socket_keepalive": True,
            "max_retries": 1,
        }
    return {"polling_interval": 0.05}  # seconds


def own_key(folder: Path) -> str:
    """The secret key of this checkout's demo, made on its first start."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "secret-key"
    draft = folder / f"secret-key.{os.getpid()}"
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(SHORTEST_KEY))
    try:
        file.hardlink_to(draft)  # all at once: no other process reads half a key
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return file.read_text()


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
