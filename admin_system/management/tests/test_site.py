"""The frame of the admin: both languages, nothing from outside, and pages for who may see them."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db
PAGES = (
    "index",
    "core_modelconfig_changelist",
    "core_modelconfig_add",
    "prompt_templates",
    "core_apikey_changelist",
    "core_apikey_add",
    "core_analysisrecord_changelist",
    "auth_user_changelist",
    "auth_user_add",
    "auth_group_changelist",
    "auth_group_add",
    "core_auditentry_changelist",
)
OUTSIDE = re.compile(r'(?:src|href)="(?:https?:)?//')


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_and_loads_nothing_from_outside(admin: Client, name: str) -> None:
    page = admin.get(reverse(f"admin:{name}"))
    assert page.status_code == 200
    assert not OUTSIDE.search(page.text)
    assert "default-src 'self'" in page["Content-Security-Policy"]


def test_a_visitor_chooses_the_language(client: Client) -> None:
    url = reverse("login")
    assert "使用管理员给你的账号" in client.get(url).text
    english = "Use the account your administrator gave you"
    assert english in client.get(url, HTTP_ACCEPT_LANGUAGE="en").text
    client.post(reverse("set_language"), {"language": "en", "next": url})
    assert english in client.get(url).text


def test_a_page_that_is_not_there_says_so_in_the_visitors_language(client: Client) -> None:
    client.force_login(User.objects.create_user("staff", is_staff=True))
    missing = client.get("/admin/nothing/")
    assert (missing.status_code, "没有这个页面" in missing.text) == (404, True)
    closed = client.get(reverse("admin:core_apikey_changelist"), HTTP_ACCEPT_LANGUAGE="en")
    assert (closed.status_code, "not open to you" in closed.text) == (403, True)


def test_the_menu_has_only_what_may_be_opened(client: Client) -> None:
    client.force_login(User.objects.create_user("staff", is_staff=True))
    page = client.get(reverse("admin:index")).text
    assert reverse("admin:core_apikey_changelist") not in page
    assert reverse("admin:core_analysisrecord_changelist") not in page


@pytest.mark.parametrize(
    ("query", "said", "deed"),
    [
        ("", "Nothing here yet", "/admin/core/apikey/add/"),
        ("?q=gone", "Nothing matches", 'href="?"'),
    ],
)
def test_a_list_without_rows_tells_whether_it_was_searched(
    admin: Client, query: str, said: str, deed: str
) -> None:
    address = reverse("admin:core_apikey_changelist") + query
    page = admin.get(address, HTTP_ACCEPT_LANGUAGE="en").text
    card = page[page.index(said) :].partition("</div>")[0]
    assert deed in card
    assert ("Add API key" in card) == (query == "")
