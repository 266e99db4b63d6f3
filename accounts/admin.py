from http import HTTPStatus
from typing import Any, ClassVar

from allauth.account.admin import EmailAddressAdmin as AllauthEmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.admin import SocialAccountAdmin as AllauthSocialAccountAdmin
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts import actions
from accounts.models import Skill, User
from core.admin_journal import Write, moved
from core.guarded_admin import GuardedAdminMixin

# allauth's own windows show the secrets of second steps, sessions and tokens.
admin.site.unregister([Group, Authenticator, SocialApp, SocialToken, UserSession])
admin.site.unregister([EmailAddress, SocialAccount])


def account_in_log(number: int) -> str:
    """The log stays when a person goes, so it has no name to keep."""
    return f"account {number}"


@admin.register(User)
class UserAdmin(GuardedAdminMixin, DjangoUserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("display_name", "email", "headline_role", "is_staff", "date_joined")
    list_filter = ("is_staff", "is_superuser", "is_active", "headline_role")
    search_fields = ("display_name", "email")
    ordering = ("display_name",)
    private = frozenset(
        {"email", "display_name", "headline_role", "time_zone", "password"}
    )
    filter_horizontal: ClassVar[tuple[str, ...]] = ("groups", "user_permissions")
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("display_name", "headline_role", "time_zone")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "display_name", "password1", "password2")}),
    )

    def name_in_log(self, row: User) -> str:
        return account_in_log(row.pk)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """As people do themselves: teams keep a captain, places are handed on."""
        actions.erase(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            actions.erase(user)

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 -- as Django calls it
        form_url: str = "",
    ) -> HttpResponse:
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            user = User.objects.get(pk=unquote(id))
            self.tell(request, [Write("changed", user, [{"field": "password"}])])
        return response

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Pages of the admin link to people; for organisers that is their own page."""
        may_look = self.has_view_or_change_permission(request)
        if request.method == "GET" and not may_look and object_id.isdecimal():
            return redirect("accounts:person", object_id)
        return super().change_view(request, object_id, form_url, extra_context)


@admin.register(Skill)
class SkillAdmin(GuardedAdminMixin, ModelAdmin):
    list_display = ("name", "slug")
    search_fields = ("name",)


@admin.register(Authenticator)
class AuthenticatorAdmin(GuardedAdminMixin, ModelAdmin):
    """For whoever has lost their second step: a superuser takes it away."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    exclude = ("data",)
    private = frozenset({"user", "data"})

    def name_in_log(self, row: Authenticator) -> str:
        return account_in_log(row.user_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(EmailAddress)
class EmailAddressAdmin(GuardedAdminMixin, AllauthEmailAddressAdmin, ModelAdmin):
    private = frozenset({"email", "user"})

    def name_in_log(self, row: EmailAddress) -> str:
        return account_in_log(row.user_id)

    def make_verified(
        self, request: HttpRequest, queryset: QuerySet[EmailAddress]
    ) -> None:
        rows = list(queryset)
        super().make_verified(request, queryset)
        self.tell(request, moved(rows))


@admin.register(SocialAccount)
class SocialAccountAdmin(GuardedAdminMixin, AllauthSocialAccountAdmin, ModelAdmin):
    # What the other site said about the person.
    exclude = ("extra_data",)
    private = frozenset({"uid", "user"})

    def name_in_log(self, row: SocialAccount) -> str:
        return account_in_log(row.user_id)
