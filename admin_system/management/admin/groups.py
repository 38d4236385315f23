"""Groups in the admin: people who are bound to the same topics or have more permissions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from admin_system.core.admin.topic_field import TopicField, name_topics
from admin_system.core.roles import OPERATORS
from admin_system.core.topic_bindings import bind_topics, bound_topics


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    members = forms.ModelMultipleChoiceField(
        label=_("Members"),
        queryset=User.objects.order_by("username"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    topics = TopicField(
        label=_("Topics"),
        help_text=_("What its members may search. None ticked: the group decides nothing."),
    )

    class Meta:
        model = Group
        fields = ("name",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        bound = bound_topics(self.instance) if self.instance.pk else []
        field = self.fields["topics"]
        assert isinstance(field, TopicField)  # noqa: S101 - narrows for mypy
        field.offer(bound)
        field.initial = bound
        if self.instance.pk:
            self.fields["members"].initial = self.instance.user_set.all()


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    form = GroupForm
    list_display = ("title", "bound_to", "size")
    filter_horizontal = ()
    fields = ("name", "members", "topics")

    @display(description=_("Name"), ordering="name")
    def title(self, group: Group) -> str:
        return gettext("Operators") if group.name == OPERATORS else group.name

    @display(description=_("Topics"))
    def bound_to(self, group: Group) -> str:
        bound = bound_topics(group)
        return name_topics(bound) if bound else "–"

    @display(description=_("Members"))
    def size(self, group: Group) -> int:
        return group.user_set.count()

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        obj.user_set.set(form.cleaned_data["members"])
        bind_topics(obj, form.cleaned_data["topics"])

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Who is an operator is said by the role of a user."""
        own = obj is not None and obj.name == OPERATORS
        return not own and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        own = obj is not None and obj.name == OPERATORS
        return not own and bool(super().has_delete_permission(request, obj))
