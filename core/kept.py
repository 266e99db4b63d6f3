"""What somebody wrote is not lost because it could not be taken when it was sent.

Whoever is no longer signed in signs in first: the form waits in the browser's session,
and its page comes back with it. Nothing is ever sent by itself.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

KEPT_FORMS = "kept_forms"  # in the session
KEPT_FOR = timedelta(hours=1)
MOST_FORMS = 3
MOST_LETTERS = 200_000
# Whose browser it is. It outlives the session, and says nothing to anybody but us.
WRITER_COOKIE = "__Host-writer" if settings.SESSION_COOKIE_SECURE else "writer"
WRITER_COOKIE_AGE = timedelta(days=60)

# Sent along with what people type: about the page, or what a button does.
_NOT_TYPED = frozenset(
    {"as_read", "csrfmiddlewaretoken", "do", "next", "nonce", "save", "submit"}
)
_SECRET = "password"  # noqa: S105 -- part of a field's name


@dataclass(frozen=True)
class KeptForm:
    data: QueryDict
    files: list[str]  # names only: what was in them is gone


def _worth_keeping(name: str) -> bool:
    return name != "csrfmiddlewaretoken" and _SECRET not in name


def typed(data: QueryDict) -> list[tuple[str, str]]:
    """What a person typed into a form, each text with a name, to be shown again."""
    return [
        (name.replace("_", " ").replace("-", " ").strip().capitalize(), value)
        for name, values in data.lists()
        if name not in _NOT_TYPED
        and _SECRET not in name
        and not name.startswith("_")
        and not name.endswith("_FORMS")
        for value in map(str, values)
        if value.strip() and value != "on" and not value.isdecimal()
    ]


def writer_mark(user_id: Any) -> str:
    return salted_hmac("core.kept.writer", str(user_id), algorithm="sha256").hexdigest()


def remember_writer(request: HttpRequest, response: HttpResponse) -> None:
    mark = writer_mark(request.user.pk)
    if request.COOKIES.get(WRITER_COOKIE) != mark:
        response.set_cookie(
            WRITER_COOKIE,
            mark,
            max_age=WRITER_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _fresh(session: Any) -> dict[str, dict[str, Any]]:
    oldest = (timezone.now() - KEPT_FOR).isoformat()
    kept: dict[str, dict[str, Any]] = session.get(KEPT_FORMS, {})
    return {path: form for path, form in kept.items() if form["at"] >= oldest}


def keep(request: HttpRequest) -> bool:
    """Keep a form that was sent without a session; ``False`` if it is too long."""
    data = {
        name: values for name, values in request.POST.lists() if _worth_keeping(name)
    }
    letters = sum(len(text) for values in data.values() for text in map(str, values))
    if letters + sum(map(len, data)) > MOST_LETTERS:
        return False
    kept = _fresh(request.session)
    kept.pop(request.path, None)
    kept[request.path] = {
        "at": timezone.now().isoformat(),
        "data": data,
        "files": [
            str(file.name)[:200]
            for _name, files in request.FILES.lists()
            for file in files
        ],
        "writer": request.COOKIES.get(WRITER_COOKIE, ""),
    }
    newest = list(kept)[-MOST_FORMS:]
    request.session[KEPT_FORMS] = {path: kept[path] for path in newest}
    return True


def kept_form(request: HttpRequest) -> KeptForm | None:
    """What the person who is signed in now wrote into the form of this very page."""
    if KEPT_FORMS not in request.session:
        return None
    form = _fresh(request.session).get(request.path)
    if form is None:
        return None
    writer = form["writer"]
    if writer and not constant_time_compare(writer, writer_mark(request.user.pk)):
        return None
    data = QueryDict(mutable=True)
    for name, values in form["data"].items():
        data.setlist(name, values)
    return KeptForm(data, form["files"])


def forget(request: HttpRequest) -> None:
    """The form of this page was sent again."""
    if KEPT_FORMS in request.session:
        kept = _fresh(request.session)
        kept.pop(request.path, None)
        request.session[KEPT_FORMS] = kept


class RefilledMixin:
    """A form's page that comes with what was written before one had to sign in."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        respond = super().get  # type: ignore[misc]
        if getattr(request, "kept_form", None) is None:
            return respond(request, *args, **kwargs)  # type: ignore[no-any-return]
        # Nobody has pressed a button: what checking a form may do is undone.
        with transaction.atomic():
            response: HttpResponse = respond(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()
            transaction.set_rollback(True)
        return response

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()  # type: ignore[misc]
        kept: KeptForm | None = getattr(
            self.request,  # type: ignore[attr-defined]
            "kept_form",
            None,
        )
        return kwargs if kept is None else {**kwargs, "data": kept.data}
