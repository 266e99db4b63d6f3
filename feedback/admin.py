"""The survey builder. The answers themselves are shown only in sums, and not here."""

from collections import Counter
from copy import copy
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from events.log import admin_verbs
from events.scoping import ScopedFormSet, ScopedModelAdmin, ScopedStackedInline
from feedback.models import Question, Survey

admin_verbs.update(
    {
        ("feedback.survey", "changed"): "feedback.survey_changed",
        ("feedback.question", "added"): "feedback.question_added",
        ("feedback.question", "changed"): "feedback.question_changed",
        ("feedback.question", "deleted"): "feedback.question_dropped",
    }
)

# So that two minutes on a phone stay two minutes.
MOST_ABOUT_THE_EVENT = 5
MOST_ABOUT_A_TOOL = 3
# What may be changed about a question that people can see.
STAYS_OPEN = frozenset({"order", "is_asked"})


class QuestionForm(forms.ModelForm[Question]):
    """Once the survey has opened, the words of a question are settled."""

    class Meta:
        model = Question
        fields = (
            "text",
            "kind",
            "choices",
            "category",
            "tool",
            "order",
            "is_asked",
        )
        widgets: ClassVar = {"choices": UnfoldAdminTextareaWidget(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_settled = bool(self.instance.pk and self.instance.survey.opened_at)
        if self.is_settled:
            for name in set(self.fields) - STAYS_OPEN:
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        # A page from before the opening still sends what can no longer be changed.
        late = self.is_settled and any(
            self._differs(name)
            for name, field in self.fields.items()
            if field.disabled and self.add_prefix(name) in self.data
        )
        if late:  # said beside a field: the page shows no other errors of a row
            text = _(
                "The survey has opened meanwhile, so this question stays as people "
                "read it. You can stop asking it and add a new one."
            )
            raise forms.ValidationError({"is_asked": text})
        return data

    def _differs(self, name: str) -> bool:
        """Whether the page says another thing, which a disabled field never does."""
        field = copy(self.fields[name])
        field.disabled = False
        typed = field.widget.value_from_datadict(
            self.data, self.files, self.add_prefix(name)
        )
        return field.has_changed(self.get_initial_for_field(field, name), typed)


class QuestionFormSet(ScopedFormSet):
    def clean(self) -> None:
        super().clean()
        asked: Counter[tuple[Any, Any]] = Counter()
        for form in self.forms:
            if form.is_valid() and form.cleaned_data.get("is_asked"):
                question = form.instance
                asked[question.category, question.tool] += not form.cleaned_data.get(
                    "DELETE", False
                )
        for (category, tool), number in asked.items():
            about = category or tool
            if number > (MOST_ABOUT_A_TOOL if about else MOST_ABOUT_THE_EVENT):
                raise forms.ValidationError(
                    _("These are too many questions about one tool: three at most.")
                    if about
                    else _("These are too many questions about the event: five.")
                )


class QuestionInline(ScopedStackedInline):
    model = Question
    form = QuestionForm
    formset = QuestionFormSet
    fields = (
        "text",
        "kind",
        "choices",
        ("category", "tool"),
        ("order", "is_asked"),
    )
    tab = False

    def _is_open(self, obj: Any) -> bool:
        return obj is None or obj.closed_at is None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or obj.opened_at is None) and super().has_delete_permission(
            request, obj
        )


@admin.register(Survey)
class SurveyAdmin(ScopedModelAdmin):
    """What is asked, and how many have answered."""

    list_display = ("event", "opened_at", "closed_at", "answered")
    list_filter = ("event",)
    list_select_related = ("event",)
    search_fields = ("event__name",)
    inlines = (QuestionInline,)
    fields = ("event", "what_is_asked", "asks_wishes", ("opened_at", "closed_at"))
    readonly_fields = ("event", "what_is_asked", "opened_at", "closed_at")
    actions_detail: ClassVar[list[str]] = ["follow"]
    may_add = may_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Survey]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                invited=Count("invitations"),
                finished=Count(
                    "invitations", filter=Q(invitations__finished_at__isnull=False)
                ),
            )
        )

    def has_change_permission(
        self, request: HttpRequest, obj: Any | None = None
    ) -> bool:
        is_open = obj is None or obj.closed_at is None
        return is_open and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        settled = ("asks_wishes",) if obj and obj.opened_at else ()
        return (*self.readonly_fields, *settled)

    @display(description=_("what is asked"))
    def what_is_asked(self, survey: Survey) -> str:
        usual = _(
            "Of every tool: two statements on a scale of seven (UMUX-Lite), whether "
            "they would use it again, what helped, what got in the way, their own "
            "words. Of the event: whether they would come again, what to change, what "
            "they do. That works without any work of yours. Your own questions stand "
            "below; nobody has to answer any."
        )
        settled = _(
            "The survey has opened, so its questions stay as people read them. You can "
            "stop asking one, or add another; the answers given so far are kept."
        )
        return f"{usual} {settled}" if survey.opened_at else str(usual)

    @display(description=_("answered"))
    def answered(self, survey: Survey) -> str:
        return f"{survey.finished} / {survey.invited}"  # type: ignore[attr-defined]

    @action(description=_("Follow the answers"), icon="bar_chart", url_path="follow")
    def follow(self, request: HttpRequest, object_id: int) -> HttpResponse:
        survey = get_object_or_404(self.get_queryset(request), pk=object_id)
        return redirect("feedback:progress", survey.event.slug)

    def name_in_log(self, row: Any) -> str:
        return str(row.event)
