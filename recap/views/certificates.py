"""Papers: one's own, an organiser's list, and the page that proves them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import ListView, TemplateView, View

from accounts.limits import knock
from recap import actions
from recap.actions.certificates import no_longer_earned
from recap.models import Certificate
from recap.pdf.press import CannotBePressed
from recap.printing import (
    certificate_pdf,
    sentence_of,
    undrawn,
    what_is_missing,
    zip_of,
)
from recap.views.base import TellActionView, TellerMixin


class CodeMixin(View):
    """Whoever holds the code may read. Any other code gets one and the same answer."""

    certificate: Certificate

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        code = kwargs["code"]
        knock(request, "certificate", code[:60])
        found = Certificate.objects.by_code(code)
        if found is None:
            response: HttpResponseBase = render(
                request, "recap/certificate_unknown.html", status=404
            )
        else:
            self.certificate = found
            response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        response.headers["X-Robots-Tag"] = "noindex"
        return response


@method_decorator(login_not_required, name="dispatch")
class VerifyView(CodeMixin, TemplateView):
    """Tells name, part, event and date, and nothing else."""

    template_name = "recap/certificate_verify.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            certificate=self.certificate,
            sentence=sentence_of(self.certificate),
            event=self.certificate.event,
            **kwargs,
        )


@method_decorator(login_not_required, name="dispatch")
class PaperView(CodeMixin):
    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        try:
            pdf = certificate_pdf(self.certificate)
        except CannotBePressed as refusal:
            return render(
                request,
                "recap/undrawn.html",
                {"certificate": self.certificate, "refusal": refusal},
                status=409,
            )
        response = HttpResponse(pdf, content_type="application/pdf")
        name = f"certificate-{self.certificate.pk}.pdf"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["X-Content-Type-Options"] = "nosniff"
        return response


class MineView(TemplateView):
    """Everything that says what I did, at all events."""

    template_name = "recap/certificates_mine.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = (
            Certificate.objects.valid()
            .filter(user=self.request.user.pk)
            .select_related("event", "user", "judge")
            .order_by("-event__starts_at", "kind")
        )
        return super().get_context_data(
            certificates=[(one, sentence_of(one)) for one in own], **kwargs
        )


class RenameView(View):
    """The name on the paper as its owner writes it today."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        own = get_object_or_404(
            Certificate.objects.valid(), pk=pk, user=request.user.pk
        )
        actions.rename_certificate(own)
        messages.success(
            request, _("The paper has your present name. Its code is the same.")
        )
        return redirect("recap:mine")


# --- For organisers -------------------------------------------------------------------


class CertificatesView(TellerMixin, ListView[Certificate]):
    template_name = "recap/certificates.html"
    paginate_by = 100

    def get_queryset(self) -> QuerySet[Certificate]:
        return Certificate.objects.filter(event=self.event).select_related(
            "event", "user", "judge"
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(undrawn=undrawn(self.event), **kwargs)
        context["doubtful"] = no_longer_earned(self.event)
        context["rows"] = [
            (one, sentence_of(one), what_is_missing(one))
            for one in context["object_list"]
        ]
        return context


class IssueView(TellActionView):
    back = "recap:certificates"

    def perform(self) -> str:
        number = actions.issue_certificates(self.event, self.user)
        if not number:
            return _("Everybody who has earned one has one already.")
        said = ngettext("%d certificate made.", "%d certificates made.", number)
        return said % number


class RevokeView(TellActionView):
    back = "recap:certificates"

    def perform(self) -> str:
        certificate = get_object_or_404(
            Certificate.objects.select_related("event"),
            pk=self.kwargs["pk"],
            event=self.event,
        )
        if self.request.POST.get("do") == "restore":
            actions.restore_certificate(certificate, self.user)
            return _("The certificate of %(name)s is valid again.") % {
                "name": certificate.name
            }
        actions.revoke_certificate(certificate, self.user)
        return _("The certificate of %(name)s is worth nothing any more.") % {
            "name": certificate.name
        }


class ZipView(TellerMixin, View):
    """All papers of an event, made one by one while they are sent."""

    def get(self, *_args: Any, **_kwargs: Any) -> HttpResponseBase:
        rows = (
            self.event.certificates.valid()
            .select_related("event__series", "user", "judge")
            .order_by("kind", "name", "pk")
        )
        response = StreamingHttpResponse(
            zip_of(rows.iterator(chunk_size=100)), content_type="application/zip"
        )
        response["Content-Disposition"] = (
            f'attachment; filename="{self.event.slug}-certificates.zip"'
        )
        add_never_cache_headers(response)
        return response
