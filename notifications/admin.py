from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from events.admin import EventAdmin
from events.scoping import (
    ReadOnlyModelAdmin,
    ScopedModelAdmin,
    ScopedTabularInline,
)
from notifications.models import (
    MailText,
    Notification,
    NotificationQuerySet,
    ReminderRule,
)

Status = Notification.Status


@admin.register(Notification)
class NotificationAdmin(ReadOnlyModelAdmin):
    """A window on the outbox: staff may look, and may send again what failed."""

    list_display = ("template", "recipient", "send_after", "attempts", "status_label")
    list_filter = ("event", "status", "template")
    list_select_related = ("recipient",)
    search_fields = ("recipient__email", "address", "key")
    date_hierarchy = "send_after"
    actions: ClassVar = ["send_again"]
    # Links in a mail may open somebody's survey or judging: not for organisers' eyes.
    exclude = ("context",)

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @display(
        description=_("status"),
        ordering="status",
        label={
            Status.SENT: "success",
            Status.FAILED: "danger",
            Status.SENDING: "info",
            Status.HELD: "warning",
        },
    )
    def status_label(self, notification: Notification) -> tuple[str, str]:
        return notification.status, notification.get_status_display()

    @action(description=_("Send again if failed"), permissions=["send_again"])
    def send_again(
        self, request: HttpRequest, queryset: QuerySet[Notification]
    ) -> None:
        rows: NotificationQuerySet = queryset  # type: ignore[assignment]
        queued = rows.retry_failed()
        message = ngettext("%d e-mail queued.", "%d e-mails queued.", queued)
        self.message_user(request, message % queued)


@admin.register(MailText)
class MailTextAdmin(ScopedModelAdmin):
    list_display = ("template", "subject", "event")
    list_filter = ("event",)
    list_select_related = ("event",)


class ReminderRuleInline(ScopedTabularInline):
    model = ReminderRule


EventAdmin.inlines.append(ReminderRuleInline)
