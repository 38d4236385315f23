"""Django's admin with our own site; it stands here because `management` has an app of its own."""

from django.contrib.admin.apps import AdminConfig


class SiteConfig(AdminConfig):
    default_site = "admin_system.management.site.ServiceAdminSite"
