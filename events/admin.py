"""The organisers' workshop: everything about an event on one page."""

import hashlib
from collections.abc import Iterable
from copy import copy
from datetime import timedelta
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Model, Q, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.models import User
from core.exceptions import Refused
from core.receipts import nonce_for, once, seen_before
from events import actions, planning
from events.consequences import consequences
from events.models import (
    AgendaItem,
    Announcement,
    AuditEntry,
    Event,
    Faq,
    PhaseWindow,
    Prize,
    Registration,
    RegistrationQuestion,
    Series,
    SeriesOrganiser,
    Sponsor,
    Track,
    validate_day,
    windows_in_order,
)
from events.scoping import (
    ReadOnlyModelAdmin,
    ScopedModelAdmin,
    ScopedTabularInline,
)

DEFAULT_LENGTH = timedelta(hours=10)


class OrganiserForm(forms.ModelForm[SeriesOrganiser]):
    """Organisers are named by their e-mail address: no list of everybody."""

    email = forms.EmailField(
        label=_("e-mail address"),
        widget=UnfoldAdminTextInputWidget,
        help_text=_("They need a Menlo account."),
    )

    class Meta:
        model = SeriesOrganiser
        fields: ClassVar = ["role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["email"].initial = self.instance.user.email
            self.fields["email"].disabled = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if email := data.get("email"):
            user = User.objects.filter(email__iexact=email, is_active=True).first()
            if user is None:
                raise forms.ValidationError(
                    {"email": _("Nobody has an account with this address yet.")}
                )
            self.instance.user = user
        return data


class OrganiserInline(ScopedTabularInline):
    model = SeriesOrganiser
    form = OrganiserForm
    fields = ("email", "role")
    tab = False

    def _runs_it(self, request: HttpRequest, obj: Model | None = None) -> bool:
        user = request.user
        if user.is_superuser:
            return True
        return (
            obj is not None
            and SeriesOrganiser.objects.filter(
                series=obj.pk, user=user.pk, role=SeriesOrganiser.Role.ADMIN
            ).exists()
        )

    has_add_permission = _runs_it
    has_change_permission = _runs_it
    has_delete_permission = _runs_it


@admin.register(Series)
class SeriesAdmin(ScopedModelAdmin):
    series_path = "pk"
    list_display = ("name", "slug", "event_count")
    search_fields = ("name",)
    prepopulated_fields: ClassVar = {"slug": ("name",)}
    inlines = (OrganiserInline,)
    may_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Series]:
        rows = Series.objects.annotate(events_held=Count("events", distinct=True))
        if request.user.is_superuser:
            return rows
        return rows.filter(organiser_roles__user=request.user.pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: Any
    ) -> None:
        super().save_formset(request, form, formset, change)
        for role in (*formset.new_objects, *formset.deleted_objects):
            actions.settle_staff(role.user)

    @display(description=_("events"))
    def event_count(self, series: Any) -> int:
        return int(series.events_held)


class PhaseFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Phases that contradict one another are named in a sentence."""

    def clean(self) -> None:
        super().clean()
        windows = [
            form.instance
            for form in self.forms
            if form.is_valid()
            and form.cleaned_data
            and not form.cleaned_data.get("DELETE")
            and form.instance.opens_at
            and form.instance.closes_at
        ]
        if problems := windows_in_order(windows):
            raise forms.ValidationError([str(problem) for problem in problems])


class PhaseInline(ScopedTabularInline):
    model = PhaseWindow
    formset = PhaseFormSet


class TrackInline(ScopedTabularInline):
    model = Track


class PrizeInline(ScopedTabularInline):
    model = Prize
    fields = ("name", "description", "track", "sponsor", "order")


class AgendaInline(ScopedTabularInline):
    model = AgendaItem
    fields = ("title", "starts_at", "ends_at", "room", "description")


class SponsorInline(ScopedTabularInline):
    model = Sponsor


class FaqInline(ScopedTabularInline):
    model = Faq


class QuestionInline(ScopedTabularInline):
    model = RegistrationQuestion


class Consequences(UnfoldAdminCheckboxSelectMultipleWidget):
    option_template_name = "admin/consequence_option.html"  # whole sentences


class Confirmed(forms.MultipleChoiceField):
    """Asks for a tick at each consequence; which there are is known after cleaning."""

    hidden_widget = forms.MultipleHiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=self.hidden_widget, **kwargs)

    def validate(self, value: Any) -> None:
        pass  # a tick that no longer counts is only not asked for

    def ask(self, texts: list[str]) -> None:
        self.widget = Consequences()
        self.choices = [(self.mark(text), text) for text in texts]

    @staticmethod
    def mark(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class EventForm(forms.ModelForm[Event]):
    confirmed = Confirmed(label=_("Please confirm"))
    move_phases = forms.BooleanField(
        label=_("If the start moves, move all phases and the agenda with it"),
        required=False,
        initial=True,
    )

    class Meta:
        model = Event
        fields = "__all__"  # noqa: DJ007 -- the admin's fieldsets choose

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before = copy(self.instance) if self.instance.pk else None
        if "ends_at" in self.fields:
            self.fields["ends_at"].required = False
            self.fields["ends_at"].help_text = _("Empty: ten hours after the start.")
            self.fields["starts_at"].help_text = _("In the time zone named below.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if starts_at and not ends_at and "ends_at" not in self.errors:
            data["ends_at"] = ends_at = starts_at + DEFAULT_LENGTH
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The event ends before it starts."))
        smallest, largest = data.get("min_team_size"), data.get("max_team_size")
        if smallest and largest and largest < smallest:
            self.add_error(
                "max_team_size", _("The largest team is smaller than the smallest.")
            )
        return data

    def _post_clean(self) -> None:
        """Once nothing else is wrong, ask about what it does to people."""
        super()._post_clean()  # type: ignore[misc]
        if self.before is not None and not self.errors:
            self.ask_about(consequences(self.before, self.cleaned_data))

    def ask_about(self, texts: list[str]) -> None:
        if not texts:
            return
        field = cast("Confirmed", self.fields["confirmed"])
        field.ask(texts)
        if not {field.mark(text) for text in texts} <= set(
            self.cleaned_data["confirmed"]
        ):
            self.add_error(
                "confirmed",
                _("Nothing is saved yet. Tick what is to happen, then save again."),
            )

    @property
    def shift(self) -> timedelta:
        """How far the start has moved on the clock, if the phases are to follow.

        Another zone moves nothing on the clock.
        """
        if self.before is None or not self.cleaned_data.get("move_phases"):
            return timedelta()
        zone = ZoneInfo(self.cleaned_data["time_zone"])
        now = self.cleaned_data["starts_at"].astimezone(zone)
        then = self.before.starts_at.astimezone(self.before.zone)
        moved: timedelta = now.replace(tzinfo=None) - then.replace(tzinfo=None)
        return moved


class CopyForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the new event"),
        max_length=80,
        widget=UnfoldAdminTextInputWidget,
    )
    starts_at = forms.SplitDateTimeField(
        label=_("Doors open"),
        widget=UnfoldAdminSplitDateTimeWidget,
        validators=[validate_day],
    )


@admin.register(Event)
class EventAdmin(ScopedModelAdmin):
    series_path = "series"
    form = EventForm
    list_display = (
        "name",
        "series",
        "phase_label",
        "starts_at",
        "is_published",
        "seats",
    )
    list_filter = ("is_published", "series")
    search_fields = ("name", "slug")
    date_hierarchy = "starts_at"
    prepopulated_fields: ClassVar = {"slug": ("name",)}
    view_on_site = False  # it is the preview
    actions_detail: ClassVar[list[str]] = [
        "preview",
        "rounds",
        "live_view",
        "copy_this",
    ]
    inlines: ClassVar[list[Any]] = [
        PhaseInline,
        TrackInline,
        PrizeInline,
        AgendaInline,
        SponsorInline,
        FaqInline,
        QuestionInline,
    ]
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "confirmed",
                    "name",
                    "slug",
                    ("series", "is_published"),
                    "tagline",
                    "starts_at",
                    "ends_at",
                    "move_phases",
                    ("time_zone", "venue"),
                )
            },
        ),
        (
            _("About"),
            {"classes": ["tab"], "fields": ("description", "contact_email", "website")},
        ),
        (
            _("Places and teams"),
            {
                "classes": ["tab"],
                "fields": (
                    ("capacity", "needs_approval"),
                    ("min_team_size", "max_team_size"),
                    "table_names",
                    "code_of_conduct",
                    "holds_mail",
                    "privacy_k",
                    "venue_networks",
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return (
            super()
            .get_queryset(request)
            .select_related("series")
            .prefetch_related("windows")
            .annotate(
                taken=Count(
                    "registrations",
                    filter=Q(registrations__status__in=Registration.HOLDING),
                )
            )
        )

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> list[Any]:
        """A new event gets its phases from its dates first."""
        return list(self.inlines) if obj else []

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """What people have registered for is not deleted by a slip of the mouse."""
        if not super().has_delete_permission(request, obj):
            return False
        if not isinstance(obj, Event) or request.user.is_superuser:
            return True
        return not obj.is_published and not obj.registrations.exists()

    def get_urls(self) -> list[URLPattern]:
        copy = path(
            "<int:object_id>/copy/",
            self.admin_site.admin_view(self.copy_view),
            name="events_event_copy",
        )
        return [copy, *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        """Times are typed and shown in the event's own zone."""
        event = self.get_object(request, object_id) if object_id else None
        with timezone.override(self._zone(request, event)):
            response = super().changeform_view(
                request, object_id, form_url, extra_context
            )
            if isinstance(response, TemplateResponse):
                response.render()
        return response

    def _zone(self, request: HttpRequest, event: Event | None) -> ZoneInfo:
        typed = request.POST.get("time_zone", "")
        if typed:
            try:
                return ZoneInfo(typed)
            except (KeyError, ValueError, OSError):
                return ZoneInfo("UTC")
        if event:
            return event.zone
        own: ZoneInfo | None = request.user.zone  # type: ignore[union-attr]
        return own or ZoneInfo("UTC")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        saturday = timezone.localtime() + timedelta(weeks=8)
        saturday += timedelta(days=(5 - saturday.weekday()) % 7)
        initial.setdefault(
            "starts_at", saturday.replace(hour=9, minute=0, second=0, microsecond=0)
        )
        initial.setdefault("time_zone", str(timezone.get_current_timezone()))
        initial.setdefault("contact_email", request.user.email)  # type: ignore[union-attr]
        last = self.get_queryset(request).exclude(code_of_conduct="").first()
        initial.setdefault(
            "code_of_conduct",
            last.code_of_conduct if last else planning.usual_conduct(),
        )
        if first := self._scoped(Series, request):
            initial.setdefault("series", first.values_list("pk", flat=True)[0])
        return initial

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Iterable[Any],
        change: bool,  # noqa: FBT001
    ) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            planning.settle(form.instance, request.user)  # type: ignore[arg-type]
            return
        if form.shift:
            planning.move_phases(form.instance, form.shift)
        # There may be more places now than a moment ago.
        actions.fill_places(form.instance, request.user)  # type: ignore[arg-type]

    def response_add(
        self, request: HttpRequest, obj: Event, post_url_continue: str | None = None
    ) -> HttpResponse:
        """After the first page one wants the other tabs, not the list."""
        messages.success(
            request,
            _("%(event)s is there, with phases filled from its dates. Have a look.")
            % {"event": obj},
        )
        return redirect("admin:events_event_change", obj.pk)

    def copy_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        source = get_object_or_404(self.get_queryset(request), pk=object_id)
        with timezone.override(source.zone):
            initial = {
                "name": planning.copy_name(source),
                "starts_at": source.starts_at + timedelta(weeks=52),
            }
            if earlier := seen_before(request):
                return earlier
            form = CopyForm(request.POST or None, initial=initial)
            if form.is_valid():
                return once(request, lambda: self.copied(request, source, form))
            form.nonce = nonce_for(request)  # type: ignore[attr-defined]
            return TemplateResponse(
                request,
                "admin/events/event/copy.html",
                {
                    **self.admin_site.each_context(request),
                    "title": _("Copy this event"),
                    "opts": self.opts,
                    "original": source,
                    "form": form,
                },
            ).render()

    def copied(self, request: HttpRequest, source: Event, form: Any) -> HttpResponse:
        event = planning.copy_event(source, request.user, **form.cleaned_data)  # type: ignore[arg-type]
        messages.success(request, _("Copied. Nobody but organisers sees it yet."))
        return redirect("admin:events_event_change", event.pk)

    @action(description=_("Preview"), icon="visibility", url_path="preview")
    def preview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect(get_object_or_404(self.get_queryset(request), pk=object_id))

    @action(description=_("Rounds and rubric"), icon="gavel", url_path="rounds")
    def rounds(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect(
            f"{reverse('admin:judging_round_changelist')}?event__id__exact={object_id}"
        )

    @action(description=_("Live view"), icon="monitoring", url_path="live")
    def live_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        event = get_object_or_404(self.get_queryset(request), pk=object_id)
        return redirect(f"{event.get_absolute_url()}live/")

    @action(description=_("Copy this event"), icon="content_copy", url_path="copy-this")
    def copy_this(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect(reverse("admin:events_event_copy", args=[object_id]))

    @display(description=_("phase"), label=True)
    def phase_label(self, event: Event) -> str:
        return str(event.phase().label)

    @display(description=_("places"))
    def seats(self, event: Any) -> str:
        return f"{event.taken} / {event.capacity}" if event.capacity else event.taken


@admin.register(Registration)
class RegistrationAdmin(ScopedModelAdmin):
    list_display = ("user", "email", "event", "status_label", "role", "queued_at")
    list_filter = ("event", "status", "role")
    list_select_related = ("user", "event")
    search_fields = ("user__display_name", "user__email", "ticket")
    fields = ("user", "email", "event", "role", "status", "answered", "queued_at")
    readonly_fields = ("user", "email", "event", "status", "answered", "queued_at")
    actions = ("confirm", "decline")
    may_add = may_delete = False

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: Any
    ) -> None:
        actions.change_role(obj, cast("User", request.user), form.cleaned_data["role"])

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
            (question.label, registration.answers.get(str(question.pk), "—"))
            for question in registration.event.registration_questions.all()
        ]
        return "\n".join(f"{label} {answer}" for label, answer in lines) or "—"

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
    list_display = ("at", "actor_name", "source", "verb", "target", "event")
    exclude = ("chain", "actor_salt", "actor_digest")
    list_filter = ("event", "verb")
    list_select_related = ("event",)
    search_fields = ("target", "actor_name")
    date_hierarchy = "at"


class EventPartAdmin(ScopedModelAdmin):
    """Edited on the event's page; here only so that its rows can be chosen."""

    list_display = ("name", "event")
    list_filter = ("event",)
    list_select_related = ("event",)
    search_fields = ("name",)

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        return {}


admin.site.register(Track, EventPartAdmin)
admin.site.register(Sponsor, EventPartAdmin)
admin.site.register(Prize, EventPartAdmin)
