"""Addresses of the people's own pages, beside the admin."""

from __future__ import annotations

from django.urls import path
from django.urls.resolvers import URLPattern
from django.views.decorators.cache import cache_control
from django.views.i18n import JavaScriptCatalog

from admin_system.management.login import account, pages
from admin_system.management.pages.analyze import AnalyzePage
from admin_system.management.pages.chat import ChatPage
from admin_system.management.pages.guide import GuidePage
from admin_system.management.pages.help import HelpPage
from admin_system.management.pages.leaving import log_out

urlpatterns: list[URLPattern] = [
    path("help/", HelpPage.as_view(), name="help"),
    path("help/<slug:chapter>/", HelpPage.as_view(), name="help"),
    path("chat/", ChatPage.as_view(), name="chat"),
    path("guide/", GuidePage.as_view(), name="guide"),
    path("analyze/", AnalyzePage.as_view(), name="analyze"),
    path(
        "i18n/catalog.js",
        cache_control(private=True, max_age=60)(JavaScriptCatalog.as_view()),
        name="javascript-catalog",
    ),
    path("", pages.start_page, name="start"),
    path("login/", pages.LoginPage.as_view(), name="login"),
    path("login/code/", pages.CodePage.as_view(), name="login-code"),
    path("login/second-factor/", pages.EnrolmentPage.as_view(), name="login-second-factor"),
    path("logout/", log_out, name="logout"),
    path("account/", account.AccountPage.as_view(), name="account"),
    path("account/password/", account.PasswordPage.as_view(), name="account-password"),
    path(
        "account/second-factor/", account.SecondFactorPage.as_view(), name="account-second-factor"
    ),
    path("account/codes/", account.CodesPage.as_view(), name="account-codes"),
]
