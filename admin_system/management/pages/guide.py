"""The first visit: language, password, model; each step may be left out, and it comes once."""

from __future__ import annotations

from typing import Any, Literal, cast, get_args

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from admin_system.core.audit import record_audit
from admin_system.core.first_visit import find_first_steps, finish_first_steps
from admin_system.core.models import FirstSteps, ModelConfig
from admin_system.core.models.audit_entry import Action

Step = Literal["language", "password", "model", "done"]
STEPS: tuple[Step, ...] = get_args(Step)
WORDS = {
    "language": _("Language"),
    "password": _("Password"),
    "model": _("Model"),
    "done": _("Done"),
}


class GuidePage(LoginRequiredMixin, TemplateView):
    template_name = "management/guide.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            steps = find_first_steps(request.user)
            if steps is None:
                return redirect("admin:index")
            self.steps: FirstSteps = steps
        return super().dispatch(request, *args, **kwargs)

    @property
    def step(self) -> Step:
        asked = self.request.GET.get("step", "")
        return next((step for step in STEPS if step == asked), STEPS[0])

    def post(self, request: HttpRequest) -> HttpResponse:
        if "finish" in request.POST:
            finish_first_steps(self.steps)
            return redirect("admin:index")
        user = cast(User, request.user)
        form: SetPasswordForm[User] = SetPasswordForm(user, request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        form.save()
        record_audit(request, Action.PASSWORD, user)
        update_session_auth_hash(request, user)
        self.steps.password_set = True
        self.steps.save(update_fields=["password_set"])
        return redirect(address_of("model"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        place = STEPS.index(self.step)
        english = get_language() == "en"
        return {
            "form": SetPasswordForm(cast(User, self.request.user)),
            **super().get_context_data(**kwargs),
            "title": _("First steps"),
            "page_language": "en" if english else "zh-Hans",
            "step": self.step,
            "steps": [
                (WORDS[step], "now" if at == place else "past" if at < place else "")
                for at, step in enumerate(STEPS)
            ],
            "next": address_of(STEPS[min(place + 1, len(STEPS) - 1)]),
            "back": address_of(STEPS[place - 1]) if place else None,
            "password_set": self.steps.password_set,
            "demo": ModelConfig.objects.filter(demo=True).first(),
            "current": ModelConfig.objects.filter(is_current=True).first(),
        }


def address_of(step: Step) -> str:
    return reverse("guide", query={"step": step})
