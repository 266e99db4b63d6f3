from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

# Second factors, passkeys and rate limits hold for the admin as well.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Django tries one after the other: what is read most comes first.
urlpatterns = [
    path("events/", include("events.urls")),
    path("events/<slug:event_slug>/", include("submissions.urls")),
    path("events/<slug:event_slug>/teams/", include("teams.urls")),
    path("", include("dashboard.urls")),
    path("", include("judging.urls")),
    path("", include("feedback.urls")),
    path("events/<slug:event_slug>/help/", include("mentoring.urls")),
    path("", include("recap.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("me/", include("accounts.urls")),
    path("", include("notifications.urls")),
]

if settings.DEMO or settings.DEBUG:
    urlpatterns.append(path("mail/", include("notifications.mailbox_urls")))
