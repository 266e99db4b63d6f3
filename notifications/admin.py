from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.models import User
from events.admin import EventAdmin
from events.scoping import (
    ReadOnlyModelAdmin,
    ScopedModelAdmin,
    ScopedTabularInline,
)
from notifications import actions, composing, reminders
from notifications.models import (
    MailText,
    Notification,
    ReminderRule,
)

Status = Notification.Status


@admin.register(Notification)
class NotificationAdmin(ReadOnlyModelAdmin):
    """A window on the outbox: staff may look, and decide about what is stuck."""

    list_display = ("title", "recipient", "send_after", "attempts", "status_label")
    list_filter = ("event", "status", "template")
    list_select_related = ("recipient", "event")
    search_fields = ("recipient__email", "address", "key")
    date_hierarchy = "send_after"
    actions: ClassVar = ["send_again", "leave", "drop"]
    # Links in a mail may open somebody's survey or judging: not for organisers' eyes.
    exclude = ("context",)

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    has_drop_permission = has_send_again_permission

    @display(description=_("mail"), ordering="template")
    def title(self, notification: Notification) -> str:
        return composing.subject_of(notification)

    @display(
        description=_("status"),
        ordering="status",
        label={
            Status.SENT: "success",
            Status.FAILED: "danger",
            Status.UNKNOWN: "warning",
            Status.SENDING: "info",
            Status.HELD: "warning",
        },
    )
    def status_label(self, notification: Notification) -> tuple[str, str]:
        return notification.status, notification.get_status_display()

    has_leave_permission = has_send_again_permission

    @action(description=_("Leave it, if perhaps sent"), permissions=["leave"])
    def leave(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        left = self._decide(request, queryset, again=False)
        message = ngettext("%d e-mail left.", "%d e-mails left.", left)
        self.message_user(request, message % left)

    def _decide(
        self, request: HttpRequest, rows: QuerySet[Notification], *, again: bool
    ) -> int:
        user = cast("User", request.user)
        return sum(
            actions.decide(row, user, again=again)
            for row in rows.select_related("event", "recipient")
        )

    @action(
        description=_("Send again if failed or perhaps sent"),
        permissions=["send_again"],
    )
    def send_again(
        self, request: HttpRequest, queryset: QuerySet[Notification]
    ) -> None:
        queued = self._decide(request, queryset, again=True)
        message = ngettext("%d e-mail queued.", "%d e-mails queued.", queued)
        self.message_user(request, message % queued)

    @action(description=_("Do not send what has not left yet"), permissions=["drop"])
    def drop(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        dropped = actions.drop_mails(queryset, cast("User", request.user))
        message = ngettext("%d mail is dropped.", "%d mails are dropped.", dropped)
        self.message_user(request, message % dropped)


class MailTextForm(forms.ModelForm[MailText]):
    template = forms.ChoiceField(
        label=_("mail"), choices=list, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = MailText
        fields: ClassVar = ["event", "template", "subject", "body"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:  # it stays the mail it is, and the page does not ask
            del self.fields["template"]
        else:
            self.fields["template"].choices = [  # type: ignore[attr-defined]
                (name, composing.title_of(name)) for name in composing.known_templates()
            ]
        known = (
            composing.placeholders_of(self.instance.template)
            if self.instance.pk
            else composing.EVERYWHERE
        )
        for name in ("subject", "body"):
            self.fields[name].help_text = _("You can use: %(known)s") % {
                "known": composing.in_braces(known)
            }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        template = data.get("template") or self.instance.template
        for name in ("subject", "body") if template else ():
            try:
                composing.check_placeholders(data.get(name) or "", template)
            except forms.ValidationError as error:
                self.add_error(name, error)
        return data


@admin.register(MailText)
class MailTextAdmin(ScopedModelAdmin):
    form = MailTextForm
    list_display = ("title", "subject", "event")
    list_filter = ("event",)
    list_select_related = ("event",)
    readonly_fields = ("preview", "usual")
    actions_detail: ClassVar = ["send_me"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("event", "template", "subject", "body")
        return ("subject", "body", "preview", "usual")

    @display(description=_("in place of"), ordering="template")
    def title(self, text: MailText) -> str:
        return composing.title_of(text.template)

    def _words(self, subject: str, body: str) -> SafeString:
        return format_html("<strong>{}</strong><br><br>{}", subject, linebreaksbr(body))

    @display(description=_("as it reads now"))
    def preview(self, text: MailText) -> SafeString:
        reader = User(display_name=gettext("Ada Lovelace"))
        return self._words(
            *composing.words_of(composing.example_of(text.event, text.template, reader))
        )

    @display(description=_("our usual words"))
    def usual(self, text: MailText) -> SafeString:
        return self._words(*composing.usual_words(text.template))

    @action(description=_("Send me this mail"), icon="mail", url_path="send-me")
    def send_me(self, request: HttpRequest, object_id: int) -> HttpResponse:
        text = get_object_or_404(self.get_queryset(request), pk=object_id)
        actions.send_example(text, cast("User", request.user))
        self.message_user(request, _("It is on its way to you."))
        return redirect("admin:notifications_mailtext_change", object_id)


class ReminderRuleForm(forms.ModelForm[ReminderRule]):
    kind = forms.ChoiceField(
        label=_("reminder"), choices=list, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = ReminderRule
        fields: ClassVar = ["kind", "hours_before", "is_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind, composing.title_of(reminder.template))
            for kind, reminder in sorted(reminders.register.items())
        ]
        # As the constraint has it, in words that stand beside the field.
        self.fields["hours_before"].validators += [
            MinValueValidator(1),
            MaxValueValidator(24 * 30),
        ]


class ReminderRuleInline(ScopedTabularInline):
    model = ReminderRule
    form = ReminderRuleForm


EventAdmin.inlines.append(ReminderRuleInline)
