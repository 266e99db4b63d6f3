from django.urls import path

from dashboard import health, stage, views

app_name = "dashboard"
urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("events/<slug:event_slug>/live/", views.LiveView.as_view(), name="live"),
    path("events/<slug:event_slug>/stage/", stage.StageView.as_view(), name="stage"),
    path("robots.txt", views.RobotsView.as_view(), name="robots"),
    path("healthz/", health.healthz, name="healthz"),
    path("readyz/", health.readyz, name="readyz"),
]
