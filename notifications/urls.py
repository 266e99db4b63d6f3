from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.PreferencesView.as_view(), name="preferences"),
    path(
        "notifications/unsubscribe/<str:token>/",
        views.UnsubscribeView.as_view(),
        name="unsubscribe",
    ),
    path("events/<slug:event_slug>/mail/", views.MailView.as_view(), name="mail"),
    path(
        "events/<slug:event_slug>/mail/<int:pk>/",
        views.BroadcastView.as_view(),
        name="broadcast",
    ),
    path(
        "events/<slug:event_slug>/mail/held/",
        views.HeldView.as_view(),
        name="answer_held",
    ),
    path(
        "events/<slug:event_slug>/mail/leave/<int:pk>/",
        views.LeaveView.as_view(),
        name="leave",
    ),
    path(
        "events/<slug:event_slug>/mail/people/<int:pk>/",
        views.PersonMailView.as_view(),
        name="person_mail",
    ),
    path(
        "events/<slug:event_slug>/mail/again/<int:pk>/",
        views.SendAgainView.as_view(),
        name="send_again",
    ),
]
