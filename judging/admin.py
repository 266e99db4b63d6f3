from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.models import User
from core.admin_journal import Write, hears_of_writes
from core.exceptions import Refused
from events.admin import EventAdmin
from events.admin.journal import events_of
from events.models import Track
from events.scoping import (
    ReadOnlyModelAdmin,
    ScopedFormSet,
    ScopedModelAdmin,
    ScopedStackedInline,
    ScopedTabularInline,
)
from judging import actions
from judging.models import (
    Criterion,
    Judge,
    JudgingRules,
    PrizeRule,
    PublishedResult,
    Recusal,
    Round,
    Score,
    Scorecard,
)
from submissions.models import Project
from teams.models import Membership, Team


class JudgeInline(ScopedTabularInline):
    model = Judge
    fields = ("name", "email", "tracks", "revoked_at")
    readonly_fields = ("revoked_at",)
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Judge]:
        return super().get_queryset(request).prefetch_related("tracks")


class RoundFormSet(ScopedFormSet):
    def save_new(self, form: Any, commit: Any = True) -> Any:  # noqa: FBT002
        """A round that is added here can be scored at once, as an event's first."""
        round_ = super().save_new(form, commit)
        if commit and round_.kind != Round.Kind.PAIRWISE:
            actions.give_standard_rubric(round_)
        return round_


class RoundInline(ScopedTabularInline):
    """Each round's rubric is one click away, behind its change link."""

    model = Round
    formset = RoundFormSet
    fields = ("name", "kind", "order", "track", "follows", "wanted_judges")
    show_change_link = True


class JudgingRulesInline(ScopedStackedInline):
    model = JudgingRules
    can_delete = False
    verbose_name_plural = _("Judging rules")


EventAdmin.inlines += [RoundInline, JudgingRulesInline, JudgeInline]
# Who may judge what hangs on these.
CARDS_DEPEND_ON = (
    Criterion,
    Judge,
    JudgingRules,
    Membership,
    Project,
    Round,
    Team,
    Track,
)


@hears_of_writes
def deal_again(_actor: Any, about: Model, write: Write) -> None:
    """What organisers write in the admin brings the cards up to date, as actions do."""
    if isinstance(write.row, CARDS_DEPEND_ON):
        for event in events_of(about):
            if event is not None and event.judges.exists():
                actions.deal_cards(event)


def is_scored(round_: Any) -> bool:
    return (
        round_ is not None and Score.objects.filter(scorecard__round=round_.pk).exists()
    )


class RubricFormSet(ScopedFormSet):
    def clean(self) -> None:
        super().clean()
        kept = [
            form
            for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        is_scored = self.instance.kind != Round.Kind.PAIRWISE
        if is_scored and not any(self.errors) and not kept:
            raise forms.ValidationError(
                _("A round needs at least one criterion: what do judges score?")
            )


class CriterionInline(ScopedTabularInline):
    """Typed here until the first score; after that the rubric's own page changes it.

    There organisers are told what a change undoes, and every version is kept.
    """

    model = Criterion
    formset = RubricFormSet
    tab = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Criterion]:
        return super().get_queryset(request).filter(retired_in=None)

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return super().has_change_permission(request, obj) and not is_scored(obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and not is_scored(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not is_scored(obj)


class PrizeRuleInline(ScopedTabularInline):
    """Prizes that this round decides, wholly or by a part of it."""

    model = PrizeRule
    fields = ("prize", "track", "criteria")
    verbose_name_plural = _("Prizes it decides")
    tab = False

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Criteria of the round itself."""
        match = request.resolver_match
        round_ = match.kwargs.get("object_id") if match else None
        kwargs["queryset"] = Criterion.objects.current().filter(round=round_)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(Round)
class RoundAdmin(ScopedModelAdmin):
    list_display = ("name", "event", "kind", "order", "follows")
    list_filter = ("event",)
    list_select_related = ("event",)
    search_fields = ("name",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "event",
                    ("name", "kind"),
                    ("order", "minutes_per_demo"),
                    "rubric",
                )
            },
        ),
        (
            _("Who takes part"),
            {"fields": ("track", ("follows", "shortlist_size"), "wanted_judges")},
        ),
        # What decides is chosen on the page of results, before the first score.
        (_("What counts"), {"fields": ("grace_minutes",)}),
    )
    inlines = (CriterionInline, PrizeRuleInline)

    readonly_fields = ("rubric",)

    @display(description=_("rubric"))
    def rubric(self, round_: Round) -> Any:
        if not round_.pk:
            return _("Save first. Then the rubric has a page of its own.")
        return format_html(
            '<a href="{}">{}</a>',
            reverse("judging:rubric", args=[round_.event.slug, round_.pk]),
            _("The rubric, its versions, and how judges see it"),
        )

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Prizes are chosen once the round is there."""
        return self.inlines if obj else (CriterionInline,)


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
        live = Q(scorecards__in=Scorecard.objects.live())
        return (
            super()
            .get_queryset(request)
            .annotate(
                dealt=Count("scorecards", filter=live, distinct=True),
                scored=Count(
                    "scorecards",
                    filter=live & Q(scorecards__status=Scorecard.Status.DONE),
                    distinct=True,
                ),
            )
        )

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
    fields = ("judge", "project", "reason")
    may_add = may_change = False  # they are recorded on the page of who sees what
    logged_by_action = frozenset({"judge", "project", "reason"})

    def delete_model(self, request: HttpRequest, obj: Recusal) -> None:
        actions.lift_conflict(obj.judge, obj.project, cast("User", request.user))

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[Recusal]
    ) -> None:
        for recusal in queryset:
            self.delete_model(request, recusal)


@admin.register(PublishedResult)
class PublishedResultAdmin(ReadOnlyModelAdmin):
    list_display = ("event", "version", "published_at", "reason", "digest")
    list_filter = ("event",)
    list_select_related = ("event",)
