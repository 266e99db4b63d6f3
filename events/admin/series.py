"""Series, and who organises them."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminTextInputWidget,
)

from accounts.models import User
from events import actions
from events.models import (
    Event,
    Series,
    SeriesOrganiser,
)
from events.rules import runs_series
from events.scoping import (
    ScopedFormSet,
    ScopedModelAdmin,
    ScopedTabularInline,
)


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
        email = data.get("email")
        if email and not self.instance.pk:
            user = User.objects.filter(email__iexact=email, is_active=True).first()
            if user is None:
                raise forms.ValidationError(
                    {"email": _("Nobody has an account with this address yet.")}
                )
            self.instance.user = user
        return data


class OrganiserFormSet(ScopedFormSet):
    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        admin_role = SeriesOrganiser.Role.ADMIN
        kept = [
            form
            for form in self.forms
            if form.cleaned_data.get("role") == admin_role
            and not form.cleaned_data.get("DELETE")
            and form.instance.user.is_active
        ]
        roles = SeriesOrganiser.objects.filter(series=self.instance.pk)
        if not kept and roles.filter(role=admin_role).exists():
            raise forms.ValidationError(
                _("Somebody must run the series. Name another administrator first.")
            )


class OrganiserInline(ScopedTabularInline):
    model = SeriesOrganiser
    formset = OrganiserFormSet
    form = OrganiserForm
    fields = ("email", "role")
    tab = False

    def _runs_it(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if obj is None:
            return bool(request.user.is_superuser)
        return runs_series(request.user, obj)

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

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or runs_series(request.user, obj))

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: Any
    ) -> None:
        super().save_formset(request, form, formset, change)
        for role in (*formset.new_objects, *formset.deleted_objects):
            actions.settle_staff(role.user)

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        change: bool,  # noqa: FBT001
    ) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            actions.run_series(form.instance, cast("User", request.user))

    def response_add(
        self, request: HttpRequest, obj: Series, post_url_continue: str | None = None
    ) -> HttpResponse:
        """On a new site one is on the way to the first event."""
        elsewhere = {IS_POPUP_VAR, "_addanother", "_continue"} & {*request.POST}
        if not elsewhere and not Event.objects.exists():
            text = _("%(series)s is there. Now its first event.")
            messages.success(request, text % {"series": obj})
            return redirect(f"{reverse('admin:events_event_add')}?series={obj.pk}")
        return super().response_add(request, obj, post_url_continue)

    @display(description=_("events"))
    def event_count(self, series: Any) -> int:
        return int(series.events_held)
