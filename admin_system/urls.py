"""Addresses of the whole site; failures of what is no page are JSON (`api/fault_pages.py`)."""

from django.contrib import admin
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from admin_system.env import get_env

pages: list[URLPattern | URLResolver] = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", include("admin_system.management.urls")),
]
programs: list[URLPattern | URLResolver] = [path("", include("admin_system.api.urls"))]
urlpatterns = [*pages, *programs] if get_env().pages else programs

handler400 = "admin_system.api.fault_pages.bad_request"
handler404 = "admin_system.api.fault_pages.not_found"
handler500 = "admin_system.api.fault_pages.server_fault"
