"""The form of a model configuration; the keys of services elsewhere go in and never come out."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldBooleanSwitchWidget

from admin_system.core.errors import LoadError
from admin_system.core.families import get_family
from admin_system.core.folders import FolderNotAllowed, require_allowed
from admin_system.core.model_state import page_language
from admin_system.core.models import ModelConfig
from admin_system.core.upstream_lines import (
    keep_keys,
    read_keys,
    read_lines,
    show_lines,
    write_keys,
    write_lines,
)
from admin_system.messages import sentence


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

    any_folder: ClassVar[bool] = True
    """Whether `path` may lie outside the folders of the picker."""

    class Meta:
        model = ModelConfig
        fields = "__all__"  # noqa: DJ007 - the fieldsets of the admin choose

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # ModelForm's own
        self.stored_key: str = self.instance.upstream_key
        self.stored_url: str = self.instance.upstream_url
        if "upstream_key" in self.fields:
            self.initial.pop("upstream_key", None)
            self.fields["upstream_key"].help_text = (
                _("A key is stored. Leave empty to keep it.")
                if self.stored_key
                else _("Sent to the service as its API key.")
            )
        if "further_upstreams" in self.fields:
            row = self.instance
            self.initial["further_upstreams"] = show_lines(row.further_upstreams, row.further_keys)
        if not self.stored_key:
            self.fields.pop("forget_key", None)

    def clean(self) -> dict[str, Any] | None:
        """A stored key belongs to its address alone: whoever may change that may not read it."""
        values = super().clean() or self.cleaned_data
        given, removed = self.data.get("upstream_key"), self.data.get("forget_key")
        url = str(values.get("upstream_url") or "")
        moved = bool(url) and url.rstrip("/") != self.stored_url.rstrip("/")
        if self.stored_key and moved and not given and not removed:
            fault = _(
                "The stored key is for the former address. Write the key of the new one, or "
                "remove the stored one."
            )
            self.add_error("upstream_key", fault)
        return values

    def clean_path(self) -> str:
        path: str = self.cleaned_data["path"]
        if path and "path" in self.changed_data and not self.any_folder:
            try:
                require_allowed(path)
            except FolderNotAllowed as error:
                said = sentence(error.code, page_language(), **error.values)
                raise forms.ValidationError(said) from None
        return path

    def clean_upstream_key(self) -> str:
        given: str = self.cleaned_data["upstream_key"]
        if not given and not self.data.get("forget_key"):
            return self.stored_key
        return given

    def clean_further_upstreams(self) -> str:
        """The keys are taken out of the lines."""
        kept = read_keys(self.instance.further_keys)
        addresses = keep_keys(read_lines(self.cleaned_data["further_upstreams"]), kept)
        self.instance.further_keys = write_keys(addresses)
        return write_lines(addresses)

    def clean_family(self) -> str:
        family: str = self.cleaned_data["family"]
        if family and "family" in self.changed_data:
            try:
                get_family(family)
            except LoadError as error:
                said = sentence(error.code, page_language(), **error.values)
                raise forms.ValidationError(said) from None
        return family
