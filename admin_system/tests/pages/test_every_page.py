"""Every page as it is met: both languages, light and dark, wide and narrow, by whatever sense."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from admin_system.api.tests.prepare import PASSWORD
from admin_system.api.tests.server import ServerProcess
from admin_system.management.pages import ADMIN_PAGES
from admin_system.management.urls import urlpatterns
from admin_system.tests.browser import visit
from scripts.testing.needs import needs

NO_PAGES = {"javascript-catalog", "start", "login", "login-code", "login-second-factor", "logout"}
"""Addresses that show nothing, or only to who is not logged in; the login page is tried first."""

pytestmark = needs("chromium")


def find_pages() -> list[str]:
    """All that an administrator can open without choosing a row."""
    request = RequestFactory().get("/admin/")
    request.user = User(is_staff=True, is_superuser=True)
    names = [pattern.name for pattern in urlpatterns if pattern.name not in NO_PAGES]
    names += [f"admin:{page.name}" for page in ADMIN_PAGES]
    for model, rows in admin.site._registry.items():
        rows_of = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        names.append(f"{rows_of}_changelist")
        if rows.has_add_permission(request):
            names.append(f"{rows_of}_add")
    pages = set()
    for name in names:
        try:
            pages.add(reverse(str(name)))
        except NoReverseMatch:
            continue  # of a chapter, a row: it needs more than its name
    pages.add(reverse("admin:core_modelconfig_change", args=(2,)))  # one that has live parts
    return sorted(pages)


@pytest.mark.parametrize(("language", "dark"), [("zh-CN", False), ("en", True)])
async def test_every_page_is_for_everybody(site: ServerProcess, language: str, dark: bool) -> None:
    """For people who see it on a phone, hear it, or use the keyboard; axe-core finds no fault."""
    pages = find_pages()
    assert {"/chat/", "/analyze/", "/admin/", "/admin/core/apikey/add/"} <= set(pages)
    async with visit(site.url, language=language, dark=dark) as visitor:
        await visitor.page.goto(f"{site.url}/login/")
        await visitor.check_accessibility()
        await visitor.log_in("root", PASSWORD)
        for page in pages:
            await visitor.page.set_viewport_size({"width": 1440, "height": 900})
            await visitor.page.goto(site.url + page)
            await visitor.check_accessibility()
            await visitor.check_other_theme()
            await visitor.page.set_viewport_size({"width": 375, "height": 740})
            await visitor.check_width()


@pytest.mark.parametrize(("module", "chart"), [("line", "lineChart"), ("bars", "barChart")])
async def test_a_chart_has_a_name_before_its_figures_come(
    site: ServerProcess, module: str, chart: str
) -> None:
    async with visit(site.url) as visitor:
        await visitor.page.goto(f"{site.url}/login/")
        name = await visitor.page.evaluate(
            """async ([module, chart]) => {
                const charts = await import(`/static/management/charts/${module}.js`);
                const words = {data: "Data", at: "Time", none: "Nothing"};
                const { element } = charts[chart]({label: "Speed", words, at: String});
                return element.querySelector("svg").getAttribute("aria-label");
            }""",
            [module, chart],
        )
        assert name == "Speed"
