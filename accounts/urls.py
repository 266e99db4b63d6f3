from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.ProfileView.as_view(), name="profile"),
    path("people/<int:pk>/", views.PersonView.as_view(), name="person"),
    path("export/", views.ExportView.as_view(), name="export"),
    path("delete/", views.EraseView.as_view(), name="delete"),
]
