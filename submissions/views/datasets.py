from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import CreateView, DetailView, ListView, UpdateView

from core.exceptions import Refused
from core.pagecache import public_page
from core.receipts import OnceMixin
from core.versions import VersionedMixin
from core.views import ActionView, PermittedObjectView
from events.views import EventMixin
from submissions import actions
from submissions.actions.datasets import why_closed
from submissions.actions.projects import NotInATeam
from submissions.files import INERT
from submissions.forms import DatasetForm
from submissions.models import Dataset
from teams.models import Team


@public_page
class DatasetListView(EventMixin, ListView[Dataset]):
    tab = "datasets"
    paginate_by = 30

    def get_queryset(self) -> QuerySet[Dataset]:
        return (
            Dataset.objects.visible_to(self.request.user)
            .filter(event=self.event)
            .with_card()
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        team = self.event.teams.of(self.user).first() if user.is_authenticated else None
        return super().get_context_data(
            may_add=team is not None and why_closed(self.event, self.user) is None,
            **kwargs,
        )


class DatasetView(EventMixin, PermittedObjectView[Dataset]):
    tab = "datasets"

    def get_queryset(self) -> QuerySet[Dataset]:
        return (
            Dataset.objects.visible_to(self.request.user)
            .filter(event=self.event)
            .with_card()
        )


@public_page
class DatasetDetailView(DatasetView, DetailView[Dataset]):
    permission = "submissions.view_dataset"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        if self.object.profile_status == Dataset.ProfileStatus.WAITING:
            response.headers["Refresh"] = "5"
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        dataset = self.object
        return super().get_context_data(
            may_edit=self.user.has_perm("submissions.edit_dataset", dataset)
            and why_closed(self.event, self.user) is None,
            projects=dataset.projects.visible_to(self.request.user).select_related(
                "team"
            ),
            **kwargs,
        )


class DatasetFormMixin:
    """Turns what the action refuses into a sentence on the form."""

    def save(self, form: DatasetForm, save: Any) -> HttpResponse:
        try:
            dataset: Dataset = save(**form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)  # type: ignore[attr-defined, no-any-return]
        messages.success(self.request, _("Saved."))  # type: ignore[attr-defined]
        return redirect(dataset)


class DatasetCreateView(
    OnceMixin, EventMixin, DatasetFormMixin, CreateView[Dataset, DatasetForm]
):
    tab = "datasets"
    model = Dataset
    form_class = DatasetForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        team = self.event.teams.of(self.user).select_related("event").first()
        if team is None:
            raise PermissionDenied(str(NotInATeam()))
        self.team: Team = team
        return super().dispatch(request, *args, **kwargs)

    def why_not_now(self) -> Refused | None:
        return why_closed(self.event, self.user)

    def form_valid(self, form: DatasetForm) -> HttpResponse:
        return self.save(
            form, lambda **data: actions.add_dataset(self.team, self.user, **data)
        )


class DatasetUpdateView(
    VersionedMixin, DatasetFormMixin, DatasetView, UpdateView[Dataset, DatasetForm]
):
    permission = "submissions.edit_dataset"
    form_class = DatasetForm

    def why_closed(self, obj: Dataset) -> Refused | None:
        return why_closed(obj.event, self.user)

    def form_valid(self, form: DatasetForm) -> HttpResponse:
        return self.save(
            form, lambda **data: actions.edit_dataset(self.object, self.user, **data)
        )


class DatasetRemoveView(DatasetView, ActionView[Dataset]):
    permission = "submissions.edit_dataset"

    def get_success_url(self, obj: Dataset) -> str:
        return f"{obj.event.get_absolute_url()}datasets/"

    def perform(self, dataset: Dataset) -> str:
        actions.remove_dataset(dataset, self.user)
        return _("The dataset is removed.")


@public_page
class DatasetFileView(DatasetView):
    """The file itself, always as a download, never as a page."""

    permission = "submissions.download_dataset"

    def get(self, *_args: Any, **_kwargs: Any) -> FileResponse:
        dataset = self.get_object()
        if not dataset.file:
            raise Http404
        response = FileResponse(
            dataset.file.open("rb"),
            as_attachment=True,
            filename=dataset.filename,
            content_type="application/octet-stream",
        )
        response["Content-Security-Policy"] = INERT
        return response
