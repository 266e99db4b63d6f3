from django.urls import path, re_path

from teams import views

app_name = "teams"
urlpatterns = [
    path("", views.TeamListView.as_view(), name="list"),
    path("new/", views.TeamCreateView.as_view(), name="create"),
    path("tables/give/", views.GiveTablesView.as_view(), name="give_tables"),
    path("code/", views.JoinByCodeView.as_view(), name="code"),
    path("<slug:slug>/", views.TeamDetailView.as_view(), name="detail"),
    path("<slug:slug>/edit/", views.TeamUpdateView.as_view(), name="edit"),
    path("<slug:slug>/join/", views.JoinTeamView.as_view(), name="join"),
    path(
        "<slug:slug>/join/<str:code>/", views.InviteView.as_view(), name="join_by_code"
    ),
    path("<slug:slug>/ask/", views.AskTeamView.as_view(), name="ask"),
    path(
        "<slug:slug>/invite/<int:user_pk>/",
        views.InvitePersonView.as_view(),
        name="invite",
    ),
    path("<slug:slug>/leave/", views.LeaveTeamView.as_view(), name="leave"),
    path("<slug:slug>/new-code/", views.NewCodeView.as_view(), name="new_code"),
    path(
        "<slug:slug>/members/<int:user_pk>/remove/",
        views.RemoveMemberView.as_view(),
        name="remove",
    ),
    path(
        "<slug:slug>/members/<int:user_pk>/hand-over/",
        views.HandOverView.as_view(),
        name="hand_over",
    ),
    re_path(
        r"^(?P<slug>[-\w]+)/requests/(?P<pk>\d{1,9})/(?P<answer>accept|decline|withdraw)/$",
        views.RequestView.as_view(),
        name="answer",
    ),
]
