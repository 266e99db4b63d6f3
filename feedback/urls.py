from django.urls import path

from feedback import views

app_name = "feedback"
urlpatterns = [
    path("landscape/", views.LandscapeView.as_view(), name="landscape"),
    path(
        "landscape/files/<str:what>",
        views.LandscapeExportView.as_view(),
        name="landscape_export",
    ),
    path("landscape/tools/<slug:slug>/", views.ToolView.as_view(), name="tool"),
    path(
        "landscape/tools/<slug:slug>/files/<str:what>",
        views.ToolExportView.as_view(),
        name="tool_export",
    ),
    path(
        "events/<slug:event_slug>/tools/",
        views.EventLandscapeView.as_view(),
        name="event_landscape",
    ),
    path(
        "events/<slug:event_slug>/tools/files/<str:what>",
        views.EventExportView.as_view(),
        name="event_export",
    ),
    path(
        "events/<slug:event_slug>/tools.csv",
        views.EventExportView.as_view(),
        name="event_landscape_csv",
    ),
    path(
        "events/<slug:event_slug>/survey/",
        views.ProgressView.as_view(),
        name="progress",
    ),
    path(
        "events/<slug:event_slug>/survey/themes/",
        views.ThemesView.as_view(),
        name="themes",
    ),
    path(
        "events/<slug:event_slug>/survey/themes/rename/",
        views.RenameThemeView.as_view(),
        name="theme_rename",
    ),
    path(
        "events/<slug:event_slug>/survey/themes/pin/",
        views.PinThemeView.as_view(),
        name="theme_pin",
    ),
    path(
        "events/<slug:event_slug>/survey/themes/merge/",
        views.MergeThemesView.as_view(),
        name="theme_merge",
    ),
    path(
        "events/<slug:event_slug>/survey/themes/release/",
        views.ReleaseThemeView.as_view(),
        name="theme_release",
    ),
    path(
        "events/<slug:event_slug>/survey/mine/", views.MineView.as_view(), name="mine"
    ),
    path(
        "events/<slug:event_slug>/survey/preview/",
        views.PreviewView.as_view(),
        name="preview",
    ),
    path(
        "events/<slug:event_slug>/survey/open/",
        views.OpenNowView.as_view(),
        name="open_now",
    ),
    path(
        "events/<slug:event_slug>/survey/close/",
        views.CloseNowView.as_view(),
        name="close_now",
    ),
    path(
        "events/<slug:event_slug>/survey/ask/",
        views.AskMoreView.as_view(),
        name="ask_more",
    ),
    path(
        "events/<slug:event_slug>/survey/questions/",
        views.QuestionsOfSurveyView.as_view(),
        name="questions",
    ),
    path("survey/<slug:token>/", views.StartView.as_view(), name="survey"),
    path(
        "survey/<slug:token>/tools/<slug:slug>/",
        views.ToolQuestionsView.as_view(),
        name="survey_tool",
    ),
    path(
        "survey/<slug:token>/tools/",
        views.NamedToolsView.as_view(),
        name="survey_tools",
    ),
    path(
        "survey/<slug:token>/wishes/", views.WishesView.as_view(), name="survey_wishes"
    ),
    path(
        "survey/<slug:token>/event/",
        views.EventQuestionsView.as_view(),
        name="survey_event",
    ),
    path(
        "survey/<slug:token>/thanks/", views.ThanksView.as_view(), name="survey_thanks"
    ),
]
