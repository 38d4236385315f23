"""A page inside the admin's frame that shows no list of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.views.generic import TemplateView

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class AdminPage(PermissionRequiredMixin, TemplateView):
    """`url` below /admin/, `name` in the namespace `admin`, a template on `admin_page.html`.

    Whoever lacks the permissions gets 403; whoever is not logged in gets the login page.
    """

    url: ClassVar[str]
    name: ClassVar[str]
    title: ClassVar[StrPromise | str]
    permission_required: str | tuple[str, ...] = ()
    raise_exception = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**admin.site.each_context(self.request), "title": self.title, **context}
