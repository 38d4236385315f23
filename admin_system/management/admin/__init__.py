"""Users, groups and the audit in the admin; what others register for them is taken out first."""

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group, User
from django_otp.plugins.otp_static import admin as static_admin
from django_otp.plugins.otp_totp import admin as totp_admin

admin.site.unregister((User, Group, static_admin.StaticDevice, totp_admin.TOTPDevice))

from admin_system.management.admin import audit, groups, users  # noqa: E402

__all__ = ["audit", "auth_admin", "groups", "users"]
