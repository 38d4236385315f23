"""Users in the admin: made with a role, locked, unlocked, given another password."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm

from admin_system.core.admin.topic_field import name_topics
from admin_system.core.roles import Role, give_role, is_last_administrator, role_of
from admin_system.core.topic_bindings import bind_topics, find_topics
from admin_system.management.admin.user_forms import ChangedUserForm, NewUserForm
from admin_system.management.login.attempts import forget_attempts, locked_names
from admin_system.management.login.second_factor import has_second_factor, remove_second_factor

DEEDS = ("lock", "unlock", "second_factor")


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]  # as in core
    form = ChangedUserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "role", "bound_to", "state", "last_login")
    list_filter = ()
    search_fields = ("username", "first_name")
    search_help_text = _("User name or name")
    ordering = ("username",)
    filter_horizontal = ()
    readonly_fields = ("state", "second_factor", "last_login", "date_joined")
    change_form_outer_before_template = "management/user_bar.html"
    fieldsets = (
        (None, {"fields": ("username", "first_name")}),
        (_("What the person may do"), {"fields": ("role", "topics")}),
        (None, {"fields": ("state", "second_factor", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "first_name", "password1", "password2")}),
        (_("What the person may do"), {"fields": ("role", "topics")}),
    )

    @display(description=_("Role"))
    def role(self, user: User) -> str:
        return str(role_of(user).label)

    @display(description=_("Topics"))
    def bound_to(self, user: User) -> str:
        return name_topics(sorted(find_topics(user) or ()))

    @display(description=_("State"))
    def state(self, user: User) -> SafeString:
        tone, word = "ok", gettext("Active")
        if not user.is_active:
            tone, word = "bad", gettext("Locked")
        elif locked_names([user.username]):
            tone, word = "bad", gettext("Locked for some minutes")
        return format_html('<span class="tag tag--{}">{}</span>', tone, word)

    @display(description=_("Second factor"))
    def second_factor(self, user: User) -> str:
        return gettext("On") if has_second_factor(user) else gettext("Off")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if "role" not in form.cleaned_data:  # the form that sets a password
            super().save_model(request, obj, form, change)
            return
        give_role(obj, Role(form.cleaned_data["role"]))
        bind_topics(obj, form.cleaned_data["topics"])

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        kept = obj is not None and (obj == request.user or is_last_administrator(obj))
        return not kept and bool(super().has_delete_permission(request, obj))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Of several at once; whoever may not be deleted alone stays here too."""
        for user in queryset:
            if self.has_delete_permission(request, user):
                user.delete()
            else:
                messages.warning(request, gettext("%s is kept.") % user)

    def get_urls(self) -> list[URLPattern]:
        deed = path(
            "<int:key>/do/<str:deed>/",
            self.admin_site.admin_view(require_POST(self.do_deed)),
            name="auth_user_deed",
        )
        return [deed, *super().get_urls()]

    def do_deed(self, request: HttpRequest, key: int, deed: str) -> HttpResponse:
        user = self.get_object(request, str(key))
        if not isinstance(user, User) or deed not in DEEDS:
            raise Http404
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if deed == "second_factor":
            remove_second_factor(user)
        elif deed == "lock" and (user == request.user or is_last_administrator(user)):
            messages.error(request, gettext("Nobody locks themselves or the only administrator."))
            return back_to(user)
        else:
            user.is_active = deed == "unlock"
            user.save(update_fields=["is_active"])
            forget_attempts(user.username)
        self.log_change(request, user, [{"changed": {"fields": [deed]}}])
        return back_to(user)


def back_to(user: User) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:auth_user_change", args=(user.pk,)))
