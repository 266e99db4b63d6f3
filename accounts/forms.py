from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    BaseConfirmCodeForm,
    ConfirmEmailVerificationCodeForm,
    ConfirmLoginCodeForm,
)
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
)
from allauth.core import context
from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.fields import SkillsField
from accounts.limits import may_try
from accounts.models import User, time_zones
from core.deletion import why_it_stays
from core.text import clean_line
from core.versions import VersionedForm

SIGNING_UP_FOR = "signing_up_for"  # in the session: the page that was wanted


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    display_name = forms.CharField(
        label=_("Your name"),
        max_length=80,
        help_text=_("As you would like others to see it."),
    )
    field_order = ("display_name", "email", "password1")

    def clean_display_name(self) -> str:
        return clean_line(self.cleaned_data["display_name"])

    def try_save(self, request: HttpRequest) -> Any:
        """Where there is an account already, do the slow part all the same.

        The page tells nobody, and the time it takes shall not either.
        """
        # For the page of the code, from which one may sign up with another address.
        request.session[SIGNING_UP_FOR] = request.POST.get("next", "")
        if self.account_already_exists:
            make_password(self.cleaned_data.get("password1"))
        return super().try_save(request)


class FewTries(BaseConfirmCodeForm):  # type: ignore[misc]
    """Counts tries of a code in the cache.

    allauth counts them in the session, which everybody who tries at the same moment
    reads before anybody has written it.
    """

    def issued_at(self) -> float:
        raise NotImplementedError

    def clean_code(self) -> str:
        key = f"{context.request.session.session_key} {self.issued_at()}"
        if not may_try(context.request, "code", key):
            raise get_adapter().validation_error("too_many_login_attempts")
        code: str = super().clean_code()
        return code


class LoginCodeForm(FewTries, ConfirmLoginCodeForm):  # type: ignore[misc]
    def issued_at(self) -> float:
        at: float = context.request._login_stage.state["at"]  # noqa: SLF001
        return at


class AddressCodeForm(FewTries, ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    def issued_at(self) -> float:
        at: float = context.request.session[EMAIL_VERIFICATION_CODE_SESSION_KEY]["at"]
        return at


def zone_choices() -> list[tuple[str, str]]:
    zones = sorted(zone for zone in time_zones() if "/" in zone)
    return [("", str(_("the event's"))), ("UTC", "UTC"), *((z, z) for z in zones)]


class ProfileForm(VersionedForm, forms.ModelForm[User]):
    skills = SkillsField(label=_("What you can do"))
    time_zone = forms.ChoiceField(
        label=_("Your time zone"), choices=zone_choices, required=False
    )

    class Meta:
        model = User
        fields: ClassVar = [
            "display_name",
            "headline_role",
            "skills",
            "about",
            "time_zone",
        ]
        widgets: ClassVar = {"about": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["skills"] = list(self.instance.skills.all())


class EraseForm(forms.Form):
    email = forms.EmailField(
        label=_("Type your e-mail address to confirm"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        # Their data is theirs: they are warned, and not kept.
        if warning := why_it_stays(user):
            self.fields["leaves_it_alone"] = forms.BooleanField(
                label=_("Delete my account all the same"), help_text=warning
            )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if email != self.user.email:
            raise forms.ValidationError(_("This is not the address of your account."))
        return email
