"""Registrations, announcements and the log."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldBooleanSwitchWidget,
)

from accounts.models import User
from core.exceptions import Refused
from events import actions
from events.models import (
    Announcement,
    AuditEntry,
    Registration,
    answer_in_words,
)
from events.scoping import (
    ReadOnlyModelAdmin,
    ScopedModelAdmin,
)


@admin.register(Registration)
class RegistrationAdmin(ScopedModelAdmin):
    list_display = ("user", "email", "event", "status_label", "role", "queued_at")
    list_filter = ("event", "status", "role")
    list_select_related = ("user", "event")
    search_fields = ("user__display_name", "user__email", "ticket__iexact")
    fields = ("user", "email", "event", "role", "status", "answered", "queued_at")
    readonly_fields = ("user", "email", "event", "status", "answered", "queued_at")
    actions = ("confirm", "decline")
    may_add = may_delete = False
    logged_by_action = frozenset({"role"})

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        try:
            actions.change_role(
                obj, cast("User", request.user), form.cleaned_data["role"]
            )
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.WARNING)

    @display(description=_("e-mail address"))
    def email(self, registration: Registration) -> str:
        return registration.user.email

    @display(
        description=_("status"),
        label={
            Registration.Status.CONFIRMED: "success",
            Registration.Status.CHECKED_IN: "success",
            Registration.Status.PENDING: "warning",
            Registration.Status.WAITLISTED: "info",
            Registration.Status.DECLINED: "danger",
        },
    )
    def status_label(self, registration: Registration) -> tuple[str, str]:
        return registration.status, registration.get_status_display()

    @display(description=_("answers"))
    def answered(self, registration: Registration) -> str:
        lines = [
            f"{label} {answer_in_words(answer)}"
            for label, answer in registration.answered()
        ]
        return "\n".join(lines) or "—"

    def _answer(
        self, request: HttpRequest, rows: QuerySet[Registration], answer: Any
    ) -> None:
        done = 0
        for registration in rows:
            try:
                answer(registration, request.user)
            except Refused as refusal:
                self.message_user(
                    request, f"{registration}: {refusal}", messages.WARNING
                )
            else:
                done += 1
        if done:
            self.message_user(
                request, ngettext("%d person told.", "%d people told.", done) % done
            )

    @action(description=_("Confirm, and tell them"))
    def confirm(self, request: HttpRequest, queryset: QuerySet[Registration]) -> None:
        self._answer(request, queryset, actions.approve_registration)

    @action(description=_("Decline, and tell them"))
    def decline(self, request: HttpRequest, queryset: QuerySet[Registration]) -> None:
        self._answer(request, queryset, actions.decline_registration)


class AnnouncementForm(forms.ModelForm[Announcement]):
    by_mail = forms.BooleanField(
        label=_("also by mail, to everybody who takes part"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )

    class Meta:
        model = Announcement
        fields: ClassVar = ["event", "text", "on_stage"]


@admin.register(Announcement)
class AnnouncementAdmin(ScopedModelAdmin):
    list_display = ("__str__", "event", "published_at", "on_stage")
    list_filter = ("event",)
    list_select_related = ("event",)
    form = AnnouncementForm
    fields = ("event", "text", "on_stage", "by_mail")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """What is said is said: mails have left, so only the words can be mended."""
        return ("text", "on_stage") if obj else self.fields

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        said = actions.publish_announcement(
            obj.event,
            cast("User", request.user),
            text=obj.text,
            on_stage=obj.on_stage,
            by_mail=form.cleaned_data["by_mail"],
        )
        obj.pk = said.pk


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyModelAdmin):
    list_display = ("at", "actor_name", "source", "verb", "target_in_words", "event")
    exclude = ("chain", "actor_salt", "actor_digest")
    list_filter = ("event", "verb")
    list_select_related = ("event",)
    search_fields = ("target", "actor_name")
    date_hierarchy = "at"

    @admin.display(description=_("to what"))
    def target_in_words(self, entry: AuditEntry) -> str:
        return str(entry.said["target"])
