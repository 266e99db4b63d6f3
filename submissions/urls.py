from django.urls import path

from submissions.views import datasets, ideas, projects

app_name = "submissions"
urlpatterns = [
    path("ideas/", ideas.IdeaListView.as_view(), name="ideas"),
    path("ideas/new/", ideas.IdeaCreateView.as_view(), name="idea_create"),
    path("ideas/<int:pk>/", ideas.IdeaDetailView.as_view(), name="idea"),
    path("ideas/<int:pk>/edit/", ideas.IdeaUpdateView.as_view(), name="idea_edit"),
    path("ideas/<int:pk>/back/", ideas.BackIdeaView.as_view(), name="idea_back"),
    path(
        "ideas/<int:pk>/withdraw/",
        ideas.WithdrawIdeaView.as_view(),
        name="idea_withdraw",
    ),
    path("ideas/<int:pk>/found/", ideas.FoundTeamView.as_view(), name="idea_found"),
    path("datasets/", datasets.DatasetListView.as_view(), name="datasets"),
    path("datasets/new/", datasets.DatasetCreateView.as_view(), name="dataset_create"),
    path("datasets/<slug:slug>/", datasets.DatasetDetailView.as_view(), name="dataset"),
    path(
        "datasets/<slug:slug>/edit/",
        datasets.DatasetUpdateView.as_view(),
        name="dataset_edit",
    ),
    path(
        "datasets/<slug:slug>/remove/",
        datasets.DatasetRemoveView.as_view(),
        name="dataset_remove",
    ),
    path(
        "datasets/<slug:slug>/file/",
        datasets.DatasetFileView.as_view(),
        name="dataset_file",
    ),
    path("projects/", projects.GalleryView.as_view(), name="gallery"),
    path("projects/new/", projects.ProjectCreateView.as_view(), name="project_create"),
    path("projects/<slug:slug>/", projects.ProjectDetailView.as_view(), name="project"),
    path(
        "projects/<slug:slug>/edit/",
        projects.ProjectUpdateView.as_view(),
        name="project_edit",
    ),
    path(
        "projects/<slug:slug>/submit/",
        projects.SubmitProjectView.as_view(),
        name="project_submit",
    ),
    path(
        "projects/<slug:slug>/withdraw/",
        projects.WithdrawProjectView.as_view(),
        name="project_withdraw",
    ),
    path(
        "projects/<slug:slug>/pictures/",
        projects.PicturesView.as_view(),
        name="pictures",
    ),
    path(
        "projects/<slug:slug>/pictures/<int:pk>/",
        projects.PictureView.as_view(),
        name="picture",
    ),
    path(
        "projects/<slug:slug>/pictures/<int:pk>/remove/",
        projects.RemovePictureView.as_view(),
        name="picture_remove",
    ),
]
