"""What MDN's HTTP Observatory would say of one answer: its table, on our own feet.

Each test gives a modifier; a negative one is a failure. What is above 100 counts only
if the penalties leave 90 or more, as there.
"""

import re
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

HALF_A_YEAR = 15_768_000
PRIVATE = {
    "no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin",
}  # fmt: skip
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)


@dataclass
class Answer:
    """``headers`` is an ``email.message.Message``, as ``http.client`` gives it."""

    url: str
    status: int
    headers: object
    body: str = ""

    def __getitem__(self, name):
        return self.headers.get(name, "").strip()

    @property
    def cookies(self):
        for line in self.headers.get_all("Set-Cookie") or []:
            yield from SimpleCookie(line).values()

    @property
    def policy(self):
        parts = (part.split() for part in self["Content-Security-Policy"].split(";"))
        return {name.lower(): set(values) for name, *values in filter(None, parts)}


def content_security_policy(answer):
    policy = answer.policy
    if not policy:
        return -25
    default = policy.get("default-src", {"*", "'unsafe-inline'"})
    scripts = policy.get("script-src", default)
    styles = policy.get("style-src", default)
    # None of these falls back on default-src.
    open_ = {"base-uri", "form-action", "frame-ancestors"} - set(policy)
    loose = {"*", "http:", "https:", "ftp:", "data:", "blob:"}
    modifier = 5
    if default == {"'none'"} and not open_:
        modifier = 10
    if "'unsafe-inline'" in styles:
        modifier = 0
    if "'unsafe-eval'" in scripts | styles:
        modifier = -10
    if scripts & {"'unsafe-inline'", *loose}:
        modifier = -20
    return modifier


def cookies(answer):
    modifier = 5 if list(answer.cookies) else 0
    for cookie in answer.cookies:
        is_session = "sess" in cookie.key.lower()
        if cookie["samesite"].lower() not in {"lax", "strict"}:
            modifier = min(modifier, -20 if "csrf" in cookie.key.lower() else 0)
        if is_session and not cookie["httponly"]:
            modifier = min(modifier, -30)
        if not cookie["secure"]:
            modifier = min(modifier, -40 if is_session else -20)
    return modifier


def cross_origin_sharing(answer):
    universal = answer["Access-Control-Allow-Origin"] not in {"", "*"}
    return -50 if universal and answer["Access-Control-Allow-Credentials"] else 0


def redirection(answer):
    target = urlsplit(answer["Location"])
    if not target.netloc:
        return 0
    if target.scheme != "https":
        return -20
    return 0 if target.hostname == urlsplit(answer.url).hostname else -5


def referrer_policy(answer):
    names = {name.strip() for name in answer["Referrer-Policy"].lower().split(",")}
    return 5 if names <= PRIVATE else 0 if names == {""} else -5


def strict_transport_security(answer):
    age = re.search(r"max-age=(\d+)", answer["Strict-Transport-Security"])
    if age is None:
        return -20
    return 0 if int(age[1]) >= HALF_A_YEAR else -10


def subresource_integrity(answer):
    for attributes in SCRIPT.findall(answer.body):
        source = re.search(r'src="([^"]*)"', attributes)
        host = source and urlsplit(source[1]).netloc
        if host and host != urlsplit(answer.url).netloc:
            return -5 if source[1].startswith("https:") else -50
    return 0


def content_type_options(answer):
    return 0 if answer["X-Content-Type-Options"].lower() == "nosniff" else -5


def frame_options(answer):
    if answer.policy.get("frame-ancestors", {"*"}) <= {"'none'", "'self'"}:
        return 5
    return 0 if answer["X-Frame-Options"].upper() in {"DENY", "SAMEORIGIN"} else -20


def resource_policy(answer):
    known = {"same-origin": 10, "same-site": 10, "cross-origin": 0, "": 0}
    return known.get(answer["Cross-Origin-Resource-Policy"].lower(), -5)


def embedder_policy(answer):
    known = {"require-corp": 10, "credentialless": 10, "unsafe-none": 0, "": 0}
    return known.get(answer["Cross-Origin-Embedder-Policy"].lower(), -5)


def opener_policy(answer):
    known = {"same-origin": 10, "same-origin-allow-popups": 5, "unsafe-none": 0, "": 0}
    return known.get(answer["Cross-Origin-Opener-Policy"].lower(), -5)


TESTS = (
    content_security_policy,
    cookies,
    cross_origin_sharing,
    redirection,
    referrer_policy,
    strict_transport_security,
    subresource_integrity,
    content_type_options,
    frame_options,
    resource_policy,
    embedder_policy,
    opener_policy,
)


def judge(answer):
    """The score, and the names of the tests that failed."""
    given = {test.__name__: test(answer) for test in TESTS}
    failed = [name for name, modifier in given.items() if modifier < 0]
    score = 100 + sum(modifier for modifier in given.values() if modifier < 0)
    if score >= 90:
        score += sum(modifier for modifier in given.values() if modifier > 0)
    return score, failed
