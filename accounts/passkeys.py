"""allauth's forms for passkeys, with a field that survives what is no passkey."""

from typing import Any

from allauth.mfa.webauthn import forms as webauthn
from django import forms


class CredentialField(forms.JSONField):
    """JSON that is nested too deeply to be read is as wrong as any other nonsense."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.HiddenInput, **kwargs)

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError:
            raise forms.ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": "…"}
            ) from None


class AddWebAuthnForm(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField()


class LoginWebAuthnForm(webauthn.LoginWebAuthnForm):  # type: ignore[misc]
    credential = CredentialField()


class ReauthenticateWebAuthnForm(
    webauthn.ReauthenticateWebAuthnForm  # type: ignore[misc]
):
    credential = CredentialField()
