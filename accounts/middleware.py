"""Signing in, and back to where one was: with what one was writing."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views import csrf

from accounts.limits import may_try
from core import kept

SAFE = {"GET", "HEAD"}
OF_ALLAUTH = "/accounts/"  # passwords and codes, which nobody keeps


class SignInMiddleware(LoginRequiredMiddleware):
    """Everybody signs in first, unless a view says otherwise."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: Any,
        view_kwargs: Any,
    ) -> HttpResponseBase | None:
        to_sign_in = super().process_view(request, view_func, view_args, view_kwargs)
        if to_sign_in is not None:
            is_form = request.method == "POST"
            if not is_form or request.path.startswith(OF_ALLAUTH):
                return to_sign_in
            return keep_and_sign_in(request, to_sign_in)
        if not getattr(view_func, "login_required", True):
            return None
        if request.method in SAFE:
            request.is_read_by_writer = True  # type: ignore[attr-defined]
            if form := kept.kept_form(request):
                return bring_back(request, form, view_func)
        else:
            kept.forget(request)
        return None

    def process_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        form = getattr(request, "kept_form", None)
        if form and response.has_header("Location"):  # to a page without the form
            response = show_kept(request, form)
            shown = messages.get_messages(request)
            shown.update(response)  # type: ignore[union-attr]  # they are read now
        if getattr(request, "is_read_by_writer", False):
            kept.remember_writer(request, response)
        return response


def keep_and_sign_in(
    request: HttpRequest, to_sign_in: HttpResponseBase
) -> HttpResponseBase:
    if not (may_try(request, "kept_form") and kept.keep(request)):
        context = {"sign_in": to_sign_in.headers["Location"]}
        return render(request, "core/not_kept.html", context, status=403)
    if request.headers.get("HX-Request"):  # else the page would land in a fragment
        return HttpResponse(headers={"HX-Redirect": to_sign_in.headers["Location"]})
    return to_sign_in


def bring_back(
    request: HttpRequest,
    form: kept.KeptForm,
    view_func: Callable[..., HttpResponseBase],
) -> HttpResponseBase | None:
    """The form's own page, if it can be filled in; else a page that shows the words."""
    view_class = getattr(view_func, "view_class", object)
    if not issubclass(view_class, kept.RefilledMixin):
        return show_kept(request, form)
    request.kept_form = form  # type: ignore[attr-defined]
    messages.warning(
        request,
        _("You were signed out. What you wrote is here again, but not saved yet."),
    )
    if form.files:
        messages.warning(request, files_are_gone(form))
    return None


def files_are_gone(form: kept.KeptForm) -> str:
    return _("Files cannot be kept. Please choose them again: %(names)s") % {
        "names": ", ".join(form.files)
    }


def show_kept(
    request: HttpRequest, form: kept.KeptForm, status: int = 200
) -> HttpResponse:
    pairs = [(name, value) for name, values in form.data.lists() for value in values]
    context = {
        "pairs": pairs,
        "typed": kept.typed(form.data),
        "files_are_gone": files_are_gone(form) if form.files else "",
    }
    return render(request, "core/kept.html", context, status=status)


def comes_from_here(request: HttpRequest) -> bool:
    """Whether a browser says so; other sites cannot make it say so."""
    origin = urlsplit(request.headers.get("Origin", ""))
    return (origin.scheme, origin.netloc) == (request.scheme, request.get_host())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A page that was open while somebody signed in anew, or lost its cookies."""
    is_form = request.method == "POST" and comes_from_here(request)
    if not is_form or request.path.startswith(OF_ALLAUTH):
        return csrf.csrf_failure(request, reason)
    if request.user.is_authenticated:
        files = [
            str(file.name) for _name, files in request.FILES.lists() for file in files
        ]
        return show_kept(request, kept.KeptForm(request.POST, files), status=403)
    query = urlencode({"next": request.path})
    to_sign_in = HttpResponse(
        status=302, headers={"Location": f"{resolve_url('account_login')}?{query}"}
    )
    return keep_and_sign_in(request, to_sign_in)
