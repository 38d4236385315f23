"""/account/: who somebody is here, their password and their second factor."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic.edit import FormMixin, ProcessFormView

from admin_system.core.audit import record_audit
from admin_system.core.models.audit_entry import Action
from admin_system.core.roles import EXPLAINED, role_of
from admin_system.core.topic_bindings import find_topics
from admin_system.core.topics import topic_names
from admin_system.management.login.forms import CodeForm, EnrolmentForm
from admin_system.management.login.second_factor import (
    begin_enrolment,
    count_backup_codes,
    draw_code,
    has_second_factor,
    make_backup_codes,
    must_have_second_factor,
    remove_second_factor,
    spell_secret,
)
from admin_system.management.pages.frame import FramePage


class AccountPage(FramePage):
    template_name = "management/login/account.html"
    name = "account"
    title = _("Your account")

    @property
    def account(self) -> User:
        return cast(User, self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, names = self.account, topic_names()
        bound = find_topics(user)
        role = role_of(user)
        return {
            **super().get_context_data(**kwargs),
            "role": role.label,
            "role_explained": EXPLAINED[role],
            "topics": None if bound is None else sorted(names[n] for n in bound if n in names),
            "enrolled": has_second_factor(user),
            "obliged": must_have_second_factor(user),
            "backup_codes": count_backup_codes(user),
            "changed": self.request.GET.get("changed"),
        }


class PasswordPage(PasswordChangeView, FramePage):
    template_name = "management/login/password.html"
    name = "account"
    title = _("Change your password")  # type: ignore[misc]  # of the instance there, of ours here
    success_url = reverse_lazy("account", query={"changed": "password"})

    def form_valid(self, form: Any) -> HttpResponse:
        record_audit(self.request, Action.PASSWORD, cast(User, self.request.user))
        return super().form_valid(form)


@method_decorator(never_cache, name="dispatch")
class CodeFramePage(FormMixin, ProcessFormView, AccountPage):  # type: ignore[type-arg]
    """A page with one form that asks for a code."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.account}

    def show_codes(self, codes: list[str]) -> HttpResponse:
        context = self.get_context_data(codes=codes)
        context["title"] = _("Backup codes")
        return render(self.request, "management/login/account_codes.html", context)


class SecondFactorPage(CodeFramePage):
    """Sets one up, or another in its place."""

    template_name = "management/login/account_second_factor.html"
    title = _("Second factor")
    form_class = EnrolmentForm

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        if has_second_factor(self.account):  # first shown, then taken away
            return redirect("account-codes")
        return super().get(*args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "codes" in kwargs:  # it is set up
            return super().get_context_data(**kwargs)
        device = begin_enrolment(self.account)
        drawn = {"drawing": draw_code(device), "secret": spell_secret(device)}
        return {**super().get_context_data(**kwargs), **drawn}

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        if has_second_factor(self.account):
            return redirect("account-codes")
        return super().post(*args, **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        record_audit(self.request, Action.SECOND_FACTOR, self.account)
        return self.show_codes(cast(EnrolmentForm, form).backup_codes)


class CodesPage(CodeFramePage):
    """New codes on paper, or the end of the second factor; either needs a code."""

    template_name = "management/login/account_change.html"
    title = _("Second factor")
    form_class = CodeForm

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        if not has_second_factor(self.account):
            return redirect("account")
        return super().get(*args, **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        record_audit(self.request, Action.SECOND_FACTOR, self.account)
        if "remove" not in self.request.POST:
            return self.show_codes(make_backup_codes(self.account))
        if not must_have_second_factor(self.account):
            remove_second_factor(self.account)
        return redirect("account")
