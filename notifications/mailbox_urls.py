"""Only in the demo and in development; see hackathon/urls.py."""

from django.urls import path

from notifications import mailbox_views

app_name = "mailbox"
urlpatterns = [
    path("", mailbox_views.MailListView.as_view(), name="list"),
    path("<int:pk>/", mailbox_views.MailView.as_view(), name="mail"),
]
