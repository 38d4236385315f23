"""The form of a model configuration; the upstream's key goes in and never comes out."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldBooleanSwitchWidget

from admin_system.core.models import ModelConfig


class ModelConfigForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    upstream_key = forms.CharField(
        label=_("Key"),
        required=False,
        strip=True,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )
    forget_key = forms.BooleanField(
        label=_("Remove the stored key"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    class Meta:
        model = ModelConfig
        fields = "__all__"  # noqa: DJ007 - the fieldsets of the admin choose

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # ModelForm's own
        self.stored_key: str = self.instance.upstream_key
        if "upstream_key" in self.fields:
            self.initial.pop("upstream_key", None)
            self.fields["upstream_key"].help_text = (
                _("A key is stored. Leave empty to keep it.")
                if self.stored_key
                else _("Sent to the service as its API key.")
            )
        if not self.stored_key:
            self.fields.pop("forget_key", None)

    def clean_upstream_key(self) -> str:
        given: str = self.cleaned_data["upstream_key"]
        if not given and not self.data.get("forget_key"):
            return self.stored_key
        return given
