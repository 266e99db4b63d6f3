from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import (
    CreateView,
    DetailView,
    FormView,
    UpdateView,
    View,
)

from accounts.models import User
from core.exceptions import Refused
from core.pagecache import public_page
from core.receipts import OnceMixin
from core.search import matching
from core.text import clean_line
from core.versions import VersionedMixin
from core.views import ActionView, PermittedObjectView
from events.models import Phase
from events.views import EventMixin, SheetMixin
from submissions import actions
from submissions.actions.projects import (
    NotInATeam,
    missing_parts,
    why_closed,
    why_not_started,
)
from submissions.files import INERT
from submissions.forms import (
    GalleryFilterForm,
    PictureForm,
    ProjectForm,
    ProjectStartForm,
)
from submissions.hooks import prizes_of
from submissions.models import Project, ProjectPicture

PER_PAGE = 24


class OwnProjectMixin(SheetMixin):
    """A page that shows members of a team the way to their own project."""

    @cached_property
    def own(self) -> tuple[int | None, str]:
        """One's team at the event and the address of its project, if they exist."""
        if not isinstance(self.request.user, User):
            return None, ""
        return self.shelf.keep(f"project of {self.user.pk}", self.find_own)

    def find_own(self) -> tuple[int | None, str]:
        team = self.event.teams.of(self.user).select_related("project").first()
        if team is None:
            return None, ""
        project = getattr(team, "project", None)
        return team.pk, project.get_absolute_url() if project else ""


@public_page
class GalleryView(OwnProjectMixin):
    tab = "projects"
    template_name = "submissions/gallery.html"

    def found(self, form: GalleryFilterForm) -> QuerySet[Project]:
        projects = Project.objects.in_gallery().filter(event=self.event).with_card()
        if not form.is_bound:
            return projects
        if not form.is_valid():
            return projects.none()
        wish = form.cleaned_data
        if wish["q"]:
            projects = projects.filter(
                matching(wish["q"], "title", "tagline", "story", "team__name")
            )
        if wish["track"]:
            projects = projects.filter(tracks=wish["track"])
        if wish["tool"]:
            projects = projects.filter(tool_uses__tool=wish["tool"])
        return projects

    def listing(self) -> dict[str, Any]:
        wishes = self.request.GET
        form = GalleryFilterForm(wishes or None, event=self.event)
        page = Paginator(self.found(form), PER_PAGE).get_page(wishes.get("page"))
        won = prizes_of(self.event)
        for project in page:
            project.prizes_won = won.get(project.pk, [])  # type: ignore[attr-defined]
        return {"form": form, "page_obj": page, "request": {"GET": wishes}}

    def get(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        return self.sheet(
            request.GET.urlencode(), self.listing, own_page=self.own_page()
        )

    def own_page(self) -> tuple[str, str]:
        """Where one's own team has its project or may start it, and what to call it."""
        team, project = self.own
        if project:
            return project, _("Our project")
        if team is None or not self.event.is_open_for(Phase.HACKING):
            return "", ""
        start = reverse("submissions:project_create", args=[self.event.slug])
        return start, _("Start our project page")


class ProjectView(EventMixin, PermittedObjectView[Project]):
    tab = "projects"

    def get_queryset(self) -> QuerySet[Project]:
        return (
            Project.objects.visible_to(self.request.user)
            .filter(event=self.event)
            .with_story()
        )

    @property
    def reason(self) -> str:
        """Why an organiser changes something after the deadline."""
        try:
            return clean_line(self.request.POST.get("reason", ""))
        except ValidationError:
            return ""  # and one is asked for


@dataclass(frozen=True)
class Shown:
    """A project of the gallery, as everybody sees it."""

    title: str
    tagline: str
    team_id: int
    story: SafeString

    def __str__(self) -> str:
        return self.title


@public_page
class ProjectDetailView(OwnProjectMixin, ProjectView, DetailView[Project]):
    permission = "submissions.view_project"
    template_name = "submissions/project_detail.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        shown = self.shelf.keep(f"project {kwargs['slug']}", self.find_shown)
        own_team, _own_project = self.own
        if shown is None or self.standing.organises or shown.team_id == own_team:
            return super().get(request, *args, **kwargs)
        return self.sheet(
            kwargs["slug"], lambda: {"project": shown, "story": shown.story}
        )

    def find_shown(self) -> Shown | None:
        projects = Project.objects.in_gallery().filter(event=self.event).with_story()
        project = projects.filter(slug=self.kwargs["slug"]).first()
        if project is None:
            return None
        return Shown(
            project.title, project.tagline, project.team_id, self.story_of(project)
        )

    def story_of(self, project: Project) -> SafeString:
        won = prizes_of(self.event).get(project.pk, [])
        context = {"event": self.event, "project": project, "prizes_won": won}
        return render_to_string("submissions/_project_story.html", context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        project = self.object
        is_own = self.user.has_perm("submissions.edit_project", project)
        may_edit = is_own and why_closed(project, self.user) is None
        return super().get_context_data(
            story=self.story_of(project),
            is_own=is_own,
            may_edit=may_edit,
            missing=missing_parts(project) if may_edit else [],
            **kwargs,
        )


class ProjectCreateView(OnceMixin, EventMixin, CreateView[Project, ProjectStartForm]):
    tab = "projects"
    model = Project
    form_class = ProjectStartForm
    template_name = "submissions/project_start.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        team = self.event.teams.of(self.user).select_related("event").first()
        if team is None:
            raise PermissionDenied(str(NotInATeam()))
        self.team = team
        return super().dispatch(request, *args, **kwargs)

    def why_not_now(self) -> Refused | None:
        return why_not_started(self.event)

    def form_valid(self, form: ProjectStartForm) -> HttpResponse:
        try:
            project = actions.start_project(
                self.team, self.user, form.cleaned_data["title"]
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        return redirect("submissions:project_edit", self.event.slug, project.slug)


class ProjectUpdateView(VersionedMixin, ProjectView, UpdateView[Project, ProjectForm]):
    permission = "submissions.edit_project"
    form_class = ProjectForm

    def why_closed(self, obj: Project) -> Refused | None:
        return why_closed(obj, self.user)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_save = self.why_closed(self.object) is None
        return super().get_context_data(may_save=may_save, **kwargs)

    def form_valid(self, form: ProjectForm) -> HttpResponse:
        try:
            project = actions.edit_project(
                Project(pk=self.object.pk),
                self.user,
                reason=self.reason,
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        if "submit" in self.request.POST:
            return self.hand_in(project)
        messages.success(self.request, _("Saved."))
        return redirect(project)

    def hand_in(self, project: Project) -> HttpResponse:
        try:
            actions.submit_project(project, self.user, reason=self.reason)
        except Refused as refusal:
            messages.warning(
                self.request,
                _("Saved, but not handed in. %(why)s") % {"why": refusal},
            )
            return redirect("submissions:project_edit", self.event.slug, project.slug)
        messages.success(self.request, _("Handed in. Well done!"))
        warn_of_a_small_team(self.request, project)
        return redirect(project)


class ProjectActionView(ProjectView, ActionView[Project]):
    """A button on the project's page."""


def warn_of_a_small_team(request: HttpRequest, project: Project) -> None:
    """It is handed in all the same: whether it counts is for the organisers to say."""
    if missing := project.team.missing_people:
        text = ngettext(
            "Your team is smaller than teams at this event should be: %d person is "
            "missing. The organisers can see that.",
            "Your team is smaller than teams at this event should be: %d people are "
            "missing. The organisers can see that.",
            missing,
        )
        messages.warning(request, text % missing)


class SubmitProjectView(ProjectActionView):
    permission = "submissions.submit_project"

    def perform(self, project: Project) -> str:
        actions.submit_project(project, self.user, reason=self.reason)
        warn_of_a_small_team(self.request, project)
        return _("Handed in. Well done!")


class WithdrawProjectView(ProjectActionView):
    permission = "submissions.withdraw_project"

    def perform(self, project: Project) -> str:
        actions.withdraw_project(project, self.user, reason=self.reason)
        if not project.is_open:
            return _("Withdrawn. Only organisers can hand it in again.")
        return _("Withdrawn. You can hand it in again until the deadline.")


class PicturesView(OnceMixin, ProjectView, FormView[PictureForm]):
    """Add pictures to a project, one at a time; remove them."""

    permission = "submissions.edit_project"
    form_class = PictureForm
    template_name = "submissions/project_pictures.html"

    @cached_property
    def project(self) -> Project:
        return self.get_object()

    def why_closed(self, obj: Project) -> Refused | None:
        return why_closed(obj, self.user)

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
                reason=self.reason,
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
        actions.remove_picture(picture, self.user, reason=self.reason)
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
        file = ("small" in request.GET and picture.small) or picture.image
        response = FileResponse(
            file.open("rb"),
            as_attachment=True,  # pages show it all the same
            filename=f"{kwargs['slug']}-{picture.pk}.webp",
            content_type="image/webp",
        )
        response["Content-Security-Policy"] = INERT
        if visible.in_gallery().exists():
            # The picture never changes, but its project may be withdrawn.
            response["Cache-Control"] = "public, max-age=300"
            # Newsletters and other people's pages show what everybody may see.
            response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response
