from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.generic import View
from django.views.generic.detail import SingleObjectMixin
from django_htmx.middleware import HtmxDetails

from core.exceptions import Refused
from core.permissions import require

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=Model)


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails


class PermittedObjectView(SingleObjectMixin[M], View):
    """Look up one object and make sure that the user may do this with it.

    An object the user may not even see is left out by ``get_queryset``: 404.
    One in plain sight, but not for this purpose, is forbidden: 403, and why.
    """

    permission: ClassVar[str]

    @property
    def user(self) -> "User":
        """Who is asking; SignInMiddleware turns everybody else away."""
        return cast("User", self.request.user)

    def get_object(self, queryset: QuerySet[M] | None = None) -> M:
        obj = super().get_object(queryset)
        require(self.user, self.permission, obj)
        is_reading = self.request.method in {"GET", "HEAD"}
        if is_reading and (refusal := self.why_closed(obj)):
            raise PermissionDenied(str(refusal))
        return obj

    def why_closed(self, obj: M) -> Refused | None:  # noqa: ARG002
        """Why a form cannot be had now by those who could at another time.

        What is sent is refused by its action, so that the form comes back filled in:
        a permission says who may, and never when.
        """
        return None


class ActionView(PermittedObjectView[M]):
    """A button: POST performs one action on one object.

    htmx swaps ``fragment`` in place; without JavaScript the browser goes to
    ``get_success_url``. Either way the user reads how it went.
    """

    http_method_names = ["post"]
    fragment: ClassVar[str] = ""

    def perform(self, obj: M) -> str:
        """Call the action; return the sentence that confirms it."""
        raise NotImplementedError

    def get_success_url(self, obj: M) -> str:
        return resolve_url(obj)

    def post(self, request: HtmxRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        obj = self.get_object()
        try:
            messages.success(request, self.perform(obj))
        except Refused as refusal:
            messages.error(request, str(refusal))
        if not (self.fragment and request.htmx):
            return redirect(self.get_success_url(obj))
        self.object = self.get_queryset().get(pk=obj.pk)  # as the action left it
        return render(request, self.fragment, self.get_context_data())
