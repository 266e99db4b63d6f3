from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Model, Q, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from core.exceptions import Refused
from events.admin import EventAdmin
from events.scoping import (
    ReadOnlyModelAdmin,
    ScopedModelAdmin,
    ScopedTabularInline,
)
from judging import actions
from judging.models import (
    Criterion,
    Judge,
    PublishedResult,
    Recusal,
    Round,
    Score,
    Scorecard,
)


class JudgeInline(ScopedTabularInline):
    model = Judge
    fields = ("name", "email", "tracks", "revoked_at")
    readonly_fields = ("revoked_at",)
    show_change_link = True


class RoundInline(ScopedTabularInline):
    """Each round's rubric is one click away, behind its change link."""

    model = Round
    fields = ("name", "kind", "order", "minutes_per_demo")
    show_change_link = True


EventAdmin.inlines += [RoundInline, JudgeInline]


def is_scored(round_: Round | None) -> bool:
    return (
        round_ is not None and Score.objects.filter(scorecard__round=round_.pk).exists()
    )


class RubricFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        super().clean()
        kept = [
            form
            for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        if not any(self.errors) and not kept:
            raise forms.ValidationError(
                _("A round needs at least one criterion: what do judges score?")
            )


class CriterionInline(ScopedTabularInline):
    """What scores mean stays as it was at the first one; words may be mended."""

    model = Criterion
    formset = RubricFormSet
    tab = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("weight", "scale_min", "scale_max") if is_scored(obj) else ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and not is_scored(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not is_scored(obj)


@admin.register(Round)
class RoundAdmin(ScopedModelAdmin):
    list_display = ("name", "event", "kind", "order")
    list_filter = ("event",)
    list_select_related = ("event",)
    search_fields = ("name",)
    fields = ("event", "name", "kind", "order", "minutes_per_demo")
    inlines = (CriterionInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("event",) if obj else ()


@admin.register(Judge)
class JudgeAdmin(ScopedModelAdmin):
    list_display = ("name", "email", "event", "progress", "last_seen_at", "revoked_at")
    list_filter = ("event",)
    list_select_related = ("event",)
    search_fields = ("name", "email")
    fields = ("event", "name", "email", "tracks", "link", "invited_at", "last_seen_at")
    readonly_fields = ("link", "invited_at", "last_seen_at")
    actions: ClassVar = ["invite", "revoke", "renew"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Judge]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                dealt=Count("scorecards", distinct=True),
                scored=Count(
                    "scorecards",
                    filter=Q(scorecards__status=Scorecard.Status.DONE),
                    distinct=True,
                ),
            )
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "event") if obj else self.readonly_fields

    @display(description=_("scored"))
    def progress(self, judge: Any) -> str:
        return f"{judge.scored} / {judge.dealt}"

    @display(description=_("link"))
    def link(self, judge: Judge) -> Any:
        if not judge.pk:
            return _("Save first. Then the link and its QR code are here.")
        return format_html(
            '<a href="{}">{}</a>',
            reverse("judging:judge_link", args=[judge.event.slug, judge.pk]),
            _("Show the link and its QR code"),
        )

    def _each(
        self, request: HttpRequest, rows: QuerySet[Judge], act: Any, message: Any
    ) -> None:
        done = 0
        for judge in rows:
            try:
                act(judge, request.user)
            except Refused as refusal:
                self.message_user(request, f"{judge}: {refusal}", messages.WARNING)
            else:
                done += 1
        if done:
            self.message_user(request, message % done)

    @action(description=_("Mail them their link"))
    def invite(self, request: HttpRequest, queryset: QuerySet[Judge]) -> None:
        self._each(request, queryset, actions.invite_judge, _("%d mails queued."))

    @action(description=_("Revoke the link"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[Judge]) -> None:
        self._each(request, queryset, actions.revoke_judge, _("%d links revoked."))

    @action(description=_("Make a new link; the old one stops working"))
    def renew(self, request: HttpRequest, queryset: QuerySet[Judge]) -> None:
        self._each(request, queryset, actions.renew_link, _("%d links renewed."))


class ScoreInline(ScopedTabularInline):
    model = Score
    fields = readonly_fields = ("criterion", "value")
    tab = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None) -> bool:
        return False


@admin.register(Scorecard)
class ScorecardAdmin(ReadOnlyModelAdmin):
    series_path = "round__event__series"
    list_display = ("judge", "project", "round", "status", "scored_at")
    list_filter = ("round__event", "status")
    list_select_related = ("judge", "project", "round")
    exclude = ("notes", "client")
    inlines = (ScoreInline,)


@admin.register(Recusal)
class RecusalAdmin(ScopedModelAdmin):
    series_path = "judge__event__series"
    list_display = ("judge", "project", "source", "reason", "created_at")
    list_filter = ("judge__event", "source")
    list_select_related = ("judge", "project")
    may_change = False


@admin.register(PublishedResult)
class PublishedResultAdmin(ReadOnlyModelAdmin):
    list_display = ("event", "version", "published_at", "reason", "digest")
    list_filter = ("event",)
    list_select_related = ("event",)
