from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from events.scoping import ReadOnlyModelAdmin
from recap.models import Certificate, Recap, TalkProposal


@admin.register(Recap)
class RecapAdmin(ReadOnlyModelAdmin):
    """Which events are written up; the writing has a page of its own."""

    list_display = ("event", "made_at", "published_at", "digest_sent_at", "page")
    list_select_related = ("event",)

    @display(description=_("page"))
    def page(self, recap: Recap) -> SafeString:
        url = reverse("recap:edit", args=[recap.event.slug])
        return format_html('<a href="{}">{}</a>', url, _("Read and edit"))


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyModelAdmin):
    list_display = ("name", "kind", "event", "issued_at", "revoked_at")
    list_filter = ("event", "kind")
    list_select_related = ("event",)
    search_fields = ("name",)


@admin.register(TalkProposal)
class TalkProposalAdmin(ReadOnlyModelAdmin):
    list_display = ("title", "user", "tool", "event", "status")
    list_filter = ("event", "status")
    list_select_related = ("event", "user", "tool")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TalkProposal]:
        """What was taken back is nobody's business."""
        return (
            super().get_queryset(request).exclude(status=TalkProposal.Status.WITHDRAWN)
        )
