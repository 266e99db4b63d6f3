from django.urls import path

from mentoring import views

app_name = "mentoring"
urlpatterns = [
    path("", views.QueueView.as_view(), name="queue"),
    path("ask/", views.AskView.as_view(), name="ask"),
    path("offer/", views.OfferView.as_view(), name="offer"),
    path("<int:pk>/do/", views.RequestActionView.as_view(), name="do"),
]
