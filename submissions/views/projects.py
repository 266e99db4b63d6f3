from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import (
    CreateView,
    DetailView,
    FormView,
    ListView,
    UpdateView,
    View,
)

from accounts.models import User
from core.exceptions import Refused
from core.pagecache import public_page
from core.views import ActionView, PermittedObjectView
from events.views import EventMixin
from submissions import actions
from submissions.actions.projects import missing_parts
from submissions.forms import (
    GalleryFilterForm,
    PictureForm,
    ProjectForm,
    ProjectStartForm,
)
from submissions.models import Project, ProjectPicture


@public_page
class GalleryView(EventMixin, ListView[Project]):
    tab = "projects"
    paginate_by = 24
    template_name = "submissions/gallery.html"

    @cached_property
    def form(self) -> GalleryFilterForm:
        return GalleryFilterForm(self.request.GET or None, event=self.event)

    def get_queryset(self) -> QuerySet[Project]:
        projects = Project.objects.in_gallery().filter(event=self.event).with_card()
        if not self.form.is_valid():
            return projects
        wish = self.form.cleaned_data
        if wish["q"]:
            projects = projects.filter(
                Q(title__icontains=wish["q"])
                | Q(tagline__icontains=wish["q"])
                | Q(story__icontains=wish["q"])
                | Q(team__name__icontains=wish["q"])
            )
        if wish["track"]:
            projects = projects.filter(tracks=wish["track"])
        if wish["tool"]:
            projects = projects.filter(tool_uses__tool=wish["tool"])
        return projects

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        own_team = own = None
        if isinstance(user, User):
            own_team = self.event.teams.of(user).first()
            own = Project.objects.filter(team=own_team).first() if own_team else None
        return super().get_context_data(
            form=self.form,
            own_project=own,
            may_start=own_team is not None
            and own is None
            and user.has_perm("submissions.start_project", own_team),
            **kwargs,
        )


class ProjectView(EventMixin, PermittedObjectView[Project]):
    tab = "projects"

    def get_queryset(self) -> QuerySet[Project]:
        return (
            Project.objects.visible_to(self.request.user)
            .filter(event=self.event)
            .with_story()
        )


@public_page
class ProjectDetailView(ProjectView, DetailView[Project]):
    permission = "submissions.view_project"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        may_edit = user.is_authenticated and user.has_perm(
            "submissions.edit_project", self.object
        )
        return super().get_context_data(
            may_edit=may_edit,
            missing=missing_parts(self.object) if may_edit else [],
            **kwargs,
        )


class ProjectCreateView(EventMixin, CreateView[Project, ProjectStartForm]):
    tab = "projects"
    model = Project
    form_class = ProjectStartForm
    template_name = "submissions/project_start.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        team = self.event.teams.of(self.user).select_related("event").first()
        if team is None:
            raise PermissionDenied
        self.team = team
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: ProjectStartForm) -> HttpResponse:
        try:
            project = actions.start_project(
                self.team, self.user, form.cleaned_data["title"]
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        return redirect("submissions:project_edit", self.event.slug, project.slug)


class ProjectUpdateView(ProjectView, UpdateView[Project, ProjectForm]):
    permission = "submissions.edit_project"
    form_class = ProjectForm

    def form_valid(self, form: ProjectForm) -> HttpResponse:
        try:
            project = actions.edit_project(
                Project(pk=self.object.pk),
                self.user,
                reason=self.request.POST.get("reason", "")[:200],
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            form.data = form.data.copy()  # type: ignore[attr-defined]
            form.data["version"] = str(  # type: ignore[index]
                Project.objects.values_list("version", flat=True).get(pk=self.object.pk)
            )
            return self.form_invalid(form)
        if "submit" in self.request.POST:
            return self.hand_in(project)
        messages.success(self.request, _("Saved."))
        return redirect(project)

    def hand_in(self, project: Project) -> HttpResponse:
        try:
            actions.submit_project(project, self.user)
        except Refused as refusal:
            messages.warning(
                self.request,
                _("Saved, but not handed in. %(why)s") % {"why": refusal},
            )
            return redirect("submissions:project_edit", self.event.slug, project.slug)
        messages.success(self.request, _("Handed in. Well done!"))
        return redirect(project)


class ProjectActionView(ProjectView, ActionView[Project]):
    """A button on the project's page."""


class SubmitProjectView(ProjectActionView):
    permission = "submissions.submit_project"

    def perform(self, project: Project) -> str:
        actions.submit_project(project, self.user)
        return _("Handed in. Well done!")


class WithdrawProjectView(ProjectActionView):
    permission = "submissions.withdraw_project"

    def perform(self, project: Project) -> str:
        actions.withdraw_project(project, self.user)
        return _("Withdrawn. You can hand it in again until the deadline.")


class PicturesView(ProjectView, FormView[PictureForm]):
    """Add pictures to a project, one at a time; remove them."""

    permission = "submissions.edit_project"
    form_class = PictureForm
    template_name = "submissions/project_pictures.html"

    @cached_property
    def project(self) -> Project:
        return self.get_object()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.object = self.project
        return super().get_context_data(project=self.project, **kwargs)

    def form_valid(self, form: PictureForm) -> HttpResponse:
        try:
            actions.add_picture(
                self.project,
                self.user,
                form.cleaned_data["picture"],
                form.cleaned_data["description"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, _("The picture is there."))
        return redirect("submissions:pictures", self.event.slug, self.project.slug)


class RemovePictureView(ProjectActionView):
    permission = "submissions.edit_project"
    pk_url_kwarg = ""  # the number in the path is the picture's, not the project's

    def get_success_url(self, obj: Project) -> str:
        return f"{obj.get_absolute_url()}pictures/"

    def perform(self, project: Project) -> str:
        picture = get_object_or_404(project.pictures, pk=self.kwargs["pk"])
        actions.remove_picture(picture, self.user)
        return _("The picture is removed.")


@public_page
class PictureView(EventMixin, View):
    """One picture of a project that the reader may see."""

    def get(self, request: HttpRequest, **kwargs: Any) -> FileResponse:
        visible = Project.objects.visible_to(request.user).filter(
            event=self.event, slug=kwargs["slug"]
        )
        picture = get_object_or_404(
            ProjectPicture, pk=kwargs["pk"], project__in=visible
        )
        response = FileResponse(picture.image.open("rb"), content_type="image/webp")
        if visible.in_gallery().exists():
            # Its address holds the row's number, and a row's picture never changes.
            response["Cache-Control"] = "public, max-age=604800"
        return response
