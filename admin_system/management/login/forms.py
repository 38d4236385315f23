"""What is typed in to get in: name and password, then the code where there is a second factor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from admin_system.management.login.attempts import (
    LOCK_MINUTES,
    attempts_left,
    in_turn,
    minutes_left,
)
from admin_system.management.login.second_factor import (
    CodeTooEarly,
    finish_enrolment,
    verify_code,
)


class LoginForm(AuthenticationForm):
    def clean(self) -> dict[str, Any]:
        with in_turn(self.cleaned_data.get("username") or ""):
            return super().clean()

    def get_invalid_login_error(self) -> ValidationError:
        """Says how many tries are left, for any name: whether an account exists is not told."""
        request, name = self.request, self.cleaned_data.get("username") or ""
        if request is None:
            return super().get_invalid_login_error()
        if left := attempts_left(request, name):
            return ValidationError(
                ngettext(
                    "Wrong user name or password. After %(left)d more attempt this account is "
                    "locked for %(minutes)d minutes.",
                    "Wrong user name or password. After %(left)d more attempts this account is "
                    "locked for %(minutes)d minutes.",
                    left,
                )
                % {"left": left, "minutes": LOCK_MINUTES}
            )
        minutes = minutes_left(request, name)
        return ValidationError(
            ngettext(
                "Too many wrong attempts: this account is locked. Try again in %d minute.",
                "Too many wrong attempts: this account is locked. Try again in %d minutes.",
                minutes,
            )
            % minutes
        )


class CodeForm(forms.Form):
    """`user` has shown the right password."""

    code = forms.CharField(label=_("Code"), max_length=40)

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        try:
            right = verify_code(self.user, code)
        except CodeTooEarly as error:
            raise too_early(error.seconds) from error
        if not right:
            raise ValidationError(
                _("This code is not right, or it was used already. Wait for the next one.")
            )
        return code


class EnrolmentForm(CodeForm):
    """The first code of a new device; its codes on paper are in `backup_codes` then."""

    backup_codes: list[str]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        try:
            codes = finish_enrolment(self.user, code)
        except CodeTooEarly as error:
            raise too_early(error.seconds) from error
        if codes is None:
            raise ValidationError(
                _(
                    "This code is not right. Check the clock of the phone, then enter the code "
                    "that it shows now."
                )
            )
        self.backup_codes = codes
        return code


def too_early(seconds: int) -> ValidationError:
    """Of a code that was not looked at: it may well be right."""
    return ValidationError(
        ngettext(
            "The last code was wrong, so this one was not looked at. Enter one again in %d second.",
            "The last code was wrong, so this one was not looked at. "
            "Enter one again in %d seconds.",
            seconds,
        )
        % seconds
    )
