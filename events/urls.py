from django.urls import path

from events.views import desk, organise, people, public, registration

app_name = "events"
EVENT = "<slug:event_slug>/"
urlpatterns = [
    path("", public.EventListView.as_view(), name="list"),
    path("series/<slug:slug>/", public.SeriesDetailView.as_view(), name="series"),
    path(EVENT, public.EventDetailView.as_view(), name="detail"),
    path(f"{EVENT}agenda.ics", public.AgendaCalendarView.as_view(), name="ics"),
    path(f"{EVENT}news/", public.NewsView.as_view(), name="news"),
    path(f"{EVENT}code-of-conduct/", public.ConductView.as_view(), name="conduct"),
    path(f"{EVENT}people/", people.PeopleView.as_view(), name="people"),
    path(f"{EVENT}register/", registration.RegisterView.as_view(), name="register"),
    path(
        f"{EVENT}registration/",
        registration.OwnRegistrationView.as_view(),
        name="registration",
    ),
    path(
        f"{EVENT}registration/answers/",
        registration.AnswersView.as_view(),
        name="answers",
    ),
    path(
        f"{EVENT}registration/ticket.svg",
        registration.TicketView.as_view(),
        name="ticket",
    ),
    path(
        f"{EVENT}registration/cancel/",
        registration.CancelView.as_view(),
        name="cancel",
    ),
    path(
        f"{EVENT}registration/looking/",
        registration.LookingView.as_view(),
        name="looking",
    ),
    path(f"{EVENT}desk/", desk.DeskView.as_view(), name="desk"),
    path(f"{EVENT}desk/<slug:ticket>/", desk.TicketDeskView.as_view(), name="check_in"),
    path(
        f"{EVENT}desk/<slug:ticket>/undo/",
        desk.UndoCheckInView.as_view(),
        name="undo_check_in",
    ),
    path(
        f"{EVENT}registrations/",
        organise.RegistrationsView.as_view(),
        name="registrations",
    ),
    path(
        f"{EVENT}registrations/<int:pk>/<slug:answer>/",
        organise.AnswerView.as_view(),
        name="answer",
    ),
    path(
        f"{EVENT}announcements/", organise.AnnouncementsView.as_view(), name="announce"
    ),
    path(f"{EVENT}log/", organise.LogView.as_view(), name="log"),
]
