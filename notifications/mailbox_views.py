from django.contrib.auth.decorators import login_not_required
from django.utils.decorators import method_decorator
from django.views.generic import DetailView, ListView

from notifications.models import CaughtMail


@method_decorator(login_not_required, name="dispatch")
class MailListView(ListView[CaughtMail]):
    model = CaughtMail
    paginate_by = 40
    template_name = "notifications/mailbox_list.html"


@method_decorator(login_not_required, name="dispatch")
class MailView(DetailView[CaughtMail]):
    model = CaughtMail
    template_name = "notifications/mailbox_mail.html"
