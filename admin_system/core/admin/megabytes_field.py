"""The field in which an amount of bytes is written in megabytes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminDecimalFieldWidget

MEGABYTE = 2**20
MOST = 2**42
"""Megabytes; more bytes than that do not fit the column."""


class MegabytesField(forms.DecimalField):
    """Bytes in the row and in the code, megabytes of 1,048,576 bytes on the form, none lost."""

    def __init__(self, **options: Any) -> None:
        widget = UnfoldAdminDecimalFieldWidget
        super().__init__(**{"required": False, "max_value": MOST, "widget": widget, **options})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int):
            return value  # as somebody wrote it
        return f"{Decimal(value) / MEGABYTE:f}"

    def clean(self, value: Any) -> Any:
        megabytes = super().clean(value)
        return None if megabytes is None else round(megabytes * MEGABYTE)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True
