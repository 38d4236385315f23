"""A user as an administrator makes and changes one: a role in plain words, and topics."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from admin_system.core.admin.topic_field import TopicField
from admin_system.core.roles import EXPLAINED, Role, is_last_administrator, role_of
from admin_system.core.topic_bindings import bound_topics


def explained_roles() -> list[tuple[str, SafeString]]:
    return [
        (
            role.value,
            format_html('{} <small class="choice-note">{}</small>', role.label, EXPLAINED[role]),
        )
        for role in Role
    ]


class RoleFields(forms.Form):
    """What both forms have beside Django's own fields."""

    first_name = forms.CharField(
        label=_("Full name"),
        max_length=150,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("As colleagues know the person."),
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=explained_roles,
        initial=Role.USER,
        widget=UnfoldAdminRadioSelectWidget,
    )
    topics = TopicField(
        label=_("Topics"),
        help_text=_(
            "What a user may search. None ticked: all topics, unless a group says otherwise. "
            "Operators and administrators see all topics."
        ),
    )

    def offer_topics(self, bound: list[int]) -> None:
        field = self.fields["topics"]
        assert isinstance(field, TopicField)  # noqa: S101 - narrows for mypy
        field.offer(bound)
        field.initial = bound


class NewUserForm(RoleFields, UserCreationForm):
    usable_password = None

    class Meta:
        model = User
        fields = ("username", "first_name")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offer_topics([])


class ChangedUserForm(RoleFields, UserChangeForm):
    class Meta:
        model = User
        fields = ("username", "first_name")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].initial = role_of(self.instance).value
        self.offer_topics(bound_topics(self.instance))

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        if role != Role.ADMINISTRATOR and is_last_administrator(self.instance):
            raise ValidationError(_("This is the only administrator. Make another one first."))
        return role
