"""One page for each event."""

from collections.abc import Iterable
from copy import copy
from datetime import timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from core.admin_journal import moved, tell
from core.receipts import nonce_for, once, seen_before
from events import actions, planning
from events.admin.forms import CopyForm, EventForm
from events.admin.inlines import (
    AgendaInline,
    FaqInline,
    PhaseInline,
    PrizeInline,
    QuestionInline,
    SponsorInline,
    TrackInline,
)
from events.consequences import day
from events.models import (
    Event,
    Registration,
    Series,
)
from events.rules import runs_series
from events.scoping import (
    ScopedModelAdmin,
)


@admin.register(Event)
class EventAdmin(ScopedModelAdmin):
    series_path = "series"
    form = EventForm
    list_display = (
        "name",
        "series",
        "phase_label",
        "begins",
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
                    "tell_people",
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
                    filter=Q(
                        registrations__status__in=Registration.HOLDING,
                        registrations__role=Registration.Role.ATTENDEE,
                    ),
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
        if obj.is_published or obj.registrations.exists():
            return False
        return runs_series(request.user, obj.series)

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

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        """Where there is no series yet, that is made first."""
        if request.user.is_superuser and not Series.objects.exists():
            messages.info(
                request,
                _("An event belongs to a series. Name that here; the event is next."),
            )
            return redirect("admin:events_series_add")
        return super().add_view(request, form_url, extra_context)

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
            event = form.instance
            rows = [copy(row) for row in (*event.windows.all(), *event.agenda.all())]
            planning.move_phases(form.instance, form.shift)
            tell(request, event, moved(rows))
        if form.has_news and form.cleaned_data["tell_people"]:
            actions.tell_people(
                form.instance,
                request.user,  # type: ignore[arg-type]
                news=form.news,
                is_called_off=form.is_called_off,
            )
        if {"capacity", "needs_approval"} & set(form.changed_data):
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
                "starts_at": planning.a_year_later(source),
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

    @display(description=_("doors open"), ordering="starts_at")
    def begins(self, event: Event) -> str:
        return day(event.starts_at, event.zone)

    @display(description=_("places"))
    def seats(self, event: Any) -> str:
        return f"{event.taken} / {event.capacity}" if event.capacity else event.taken
