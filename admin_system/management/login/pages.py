"""The way in: /login/, and a second step for whoever has a second factor."""

from __future__ import annotations

import time
from typing import Any, cast

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from admin_system.core.audit import address_of, record_audit
from admin_system.core.events import record
from admin_system.core.models.audit_entry import Action
from admin_system.management.login.forms import CodeForm, EnrolmentForm, LoginForm
from admin_system.management.login.second_factor import (
    begin_enrolment,
    draw_code,
    has_second_factor,
    must_have_second_factor,
    spell_secret,
)
from admin_system.management.pages.frame import describe_language
from admin_system.management.site import describe_service
from admin_system.version import VERSION

PENDING = "login_pending"
"""In the session: who has shown the right password, and nothing more yet."""
PENDING_SECONDS = 600
BACKEND = "django.contrib.auth.backends.ModelBackend"
CHAT = "/chat/"


class LoginPage(LoginView):
    template_name = "management/login/login.html"
    form_class = LoginForm
    authentication_form = LoginForm
    redirect_authenticated_user = True
    extra_context = {"title": _("Sign in")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **describe_frame()}

    def form_valid(self, form: Any) -> HttpResponse:
        """Whoever has or must have a second factor is not logged in before it is shown."""
        user, target = cast(User, form.get_user()), self.get_success_url()
        enrolled = has_second_factor(user)
        if not enrolled and not must_have_second_factor(user):
            return let_in(self.request, user, target)
        shown = user.get_session_auth_hash()
        pending = {"user": user.pk, "password": shown, "next": target, "at": time.time()}
        self.request.session.cycle_key()
        self.request.session[PENDING] = pending
        return redirect("login-code" if enrolled else "login-second-factor")

    def form_invalid(self, form: Any) -> HttpResponse:
        """The try that locks a name is told; further ones change nothing."""
        request = self.request
        counted = getattr(request, "axes_failures_since_start", None) is not None
        if counted and getattr(request, "axes_locked_out", False):
            name = str(form.cleaned_data.get("username") or "")[:150]
            record_audit(request, Action.LOCKED_OUT, name)
            record("event_login_locked", name=name, address=address_of(request) or "?")
        return super().form_invalid(form)


@method_decorator(never_cache, name="dispatch")
class PendingPage(FormView):  # type: ignore[type-arg]
    """A step of somebody who has shown the right password within the last ten minutes."""

    user: User
    pending: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.pending = request.session.get(PENDING) or {}
        fresh = abs(time.time() - self.pending.get("at", 0)) < PENDING_SECONDS
        user = User.objects.filter(pk=self.pending.get("user", 0), is_active=True).first()
        if not fresh or user is None or not shows_password(user, self.pending):
            return redirect("login")
        self.user = user
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **describe_frame()}

    def form_valid(self, form: CodeForm) -> HttpResponse:
        return let_in(self.request, self.user, self.pending["next"])


class CodePage(PendingPage):
    template_name = "management/login/code.html"
    form_class = CodeForm
    extra_context = {"title": _("Second step")}


class EnrolmentPage(PendingPage):
    """For those who must have a second factor and have none yet."""

    template_name = "management/login/second_factor.html"
    form_class = EnrolmentForm
    extra_context = {"title": _("Second factor")}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        pending = request.session.get(PENDING) or {}
        user = User.objects.filter(pk=pending.get("user", 0)).first()
        if user is not None and has_second_factor(user):  # nobody sets up another to get in
            return redirect("login-code")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        device = begin_enrolment(self.user)
        drawn = {"drawing": draw_code(device), "secret": spell_secret(device)}
        return {**super().get_context_data(**kwargs), **drawn}

    def form_valid(self, form: CodeForm) -> HttpResponse:
        """The codes on paper are shown now and never again."""
        target = self.pending["next"]
        let_in(self.request, self.user, target)
        record_audit(self.request, Action.SECOND_FACTOR, self.user)
        codes = cast(EnrolmentForm, form).backup_codes
        context = {"title": _("Backup codes"), "codes": codes, "target": target}
        return render(self.request, "management/login/codes.html", {**context, **describe_frame()})


def shows_password(user: User, pending: dict[str, Any]) -> bool:
    """Whether the password that was right then is still the user's."""
    return constant_time_compare(pending.get("password", ""), user.get_session_auth_hash())


def let_in(request: HttpRequest, user: User, target: str) -> HttpResponse:
    request.session.pop(PENDING, None)
    login(request, user, backend=BACKEND)
    if user.is_staff:
        record_audit(request, Action.LOGGED_IN, user, actor=user)
    elif target.startswith(reverse("admin:index")):
        target = reverse("start")
    return HttpResponseRedirect(target)


def start_page(request: HttpRequest) -> HttpResponse:
    """/: where somebody begins."""
    if not request.user.is_authenticated:
        return redirect("login")
    return HttpResponseRedirect(reverse("admin:index") if request.user.is_staff else CHAT)


def describe_frame() -> dict[str, Any]:
    return {**describe_language(), **describe_service(), "version": VERSION}
