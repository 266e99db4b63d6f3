"""A double submit makes one thing.

A page that makes something carries a nonce. The first time it comes back, the answer is
written down in the transaction that makes the thing; every other time, that answer is
given again.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from core.exceptions import Refused
from core.kept import RefilledMixin
from core.models import Receipt

if TYPE_CHECKING:
    from accounts.models import User

NONCE = "nonce"
LONGEST_NONCE = 64
KEPT = timedelta(hours=72)
CONFLICT = 409
NOT_PART_OF_IT = {NONCE, "csrfmiddlewaretoken"}


def nonce_for(request: HttpRequest) -> str:
    """For the page: as it was sent, if nothing came of it, or a new one."""
    return nonce_sent(request) or secrets.token_urlsafe(16)


def content_of(request: HttpRequest) -> str:
    """A digest of all that was typed and chosen."""
    text = hashlib.sha256(request.path.encode())
    for name, values in sorted(request.POST.lists()):
        if name not in NOT_PART_OF_IT:
            text.update(repr((name, values)).encode("utf-8", "surrogatepass"))
    for name, files in sorted(request.FILES.lists()):
        for file in cast("list[Any]", files):
            text.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                text.update(chunk)
            file.seek(0)
    return text.hexdigest()


def nonce_sent(request: HttpRequest) -> str:
    """Empty if the page carried none, or one that we never made."""
    nonce = request.POST.get(NONCE, "")
    return nonce if len(nonce) <= LONGEST_NONCE and nonce.isprintable() else ""


def seen_before(request: HttpRequest) -> HttpResponse | None:
    """The answer to a page that was sent before, whether or not it could be now."""
    nonce, user = nonce_sent(request), cast("User", request.user)
    earlier = Receipt.objects.filter(user=user, nonce=nonce).first() if nonce else None
    return again(request, earlier, content_of(request)) if earlier else None


def once(request: HttpRequest, make: Callable[[], HttpResponse]) -> HttpResponse:
    """Make it and note the answer, or give the answer that was noted.

    Only a redirect is noted: any other answer says that nothing was made, and the same
    page may be sent again.
    """
    nonce, user = nonce_sent(request), cast("User", request.user)
    if not nonce:
        return make()
    content = content_of(request)
    with transaction.atomic():
        # Who comes second waits here, until the first has made it or failed.
        receipt, is_new = Receipt.objects.get_or_create(
            user=user, nonce=nonce, defaults={"content": content}
        )
        if not is_new:
            return again(request, receipt, content)
        response = make()
        if location := response.headers.get("Location"):
            receipt.answer = location
            receipt.save(update_fields=["answer"])
        else:
            receipt.delete()
    return response


def again(request: HttpRequest, earlier: Receipt, content: str) -> HttpResponse:
    if earlier.content == content:
        return redirect(earlier.answer)
    context = {"answer": earlier.answer}
    return render(request, "core/sent_already.html", context, status=CONFLICT)


def forget_old_receipts() -> int:
    old = Receipt.objects.filter(created_at__lt=timezone.now() - KEPT)
    number, _by_model = old.delete()
    return number


class OnceMixin(RefilledMixin):
    """A form view that makes one thing, however often its page is sent."""

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)  # type: ignore[misc]
        form.nonce = nonce_for(self.request)  # type: ignore[attr-defined]
        return form

    def why_not_now(self) -> Refused | None:
        """Why the form is not offered now; asked before somebody writes in vain."""
        return None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if refusal := self.why_not_now():
            raise PermissionDenied(str(refusal))
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        view: Any = self
        view.object = None
        if earlier := seen_before(request):
            return earlier
        form = view.get_form()
        if not form.is_valid():
            return view.form_invalid(form)  # type: ignore[no-any-return]
        return once(request, lambda: view.form_valid(form))
