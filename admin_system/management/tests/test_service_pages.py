"""Who may open the service's pages, and what they find there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from admin_system.core.models import AnalysisRecord
from admin_system.knowledge_base.models import Document, Topic

pytestmark = pytest.mark.django_db
PAGES = ("index", "service_state", "request_queue", "alerts")


@pytest.fixture
def staff() -> User:
    return User.objects.create_user("staff", is_staff=True)


def test_the_staff_looks_at_the_service_without_buttons_that_change_it(
    client: Client, staff: User
) -> None:
    client.force_login(staff)
    for name in PAGES:
        page = client.get(reverse(f"admin:{name}"))
        assert page.status_code == 200
        assert 'data-may="yes"' not in page.text
    assert client.get(reverse("admin:logs")).status_code == 403
    assert reverse("admin:logs") not in client.get(reverse("admin:index")).text


def test_whoever_may_change_models_runs_them_and_reads_logs(client: Client, staff: User) -> None:
    staff.user_permissions.add(Permission.objects.get(codename="change_modelconfig"))
    client.force_login(staff)
    assert client.get(reverse("admin:logs")).status_code == 200
    assert 'data-may="yes"' in client.get(reverse("admin:index")).text


def test_people_without_staff_rights_are_sent_to_the_login(client: Client) -> None:
    client.force_login(User.objects.create_user("colleague"))
    for name in (*PAGES, "logs"):
        assert client.get(reverse(f"admin:{name}")).status_code in {302, 403}


def test_alerts_are_counted_in_the_menu(client: Client) -> None:
    """One more than the machine itself gives reason for."""
    client.force_login(User.objects.create_superuser("root"))
    before = count_alerts(client)
    topic = Topic.objects.create(name="t")
    Document.objects.create(topic=topic, name="a", title="a", state="failed")
    assert count_alerts(client) == before + 1


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"query": "what is it?"}, "what is it?"),
        ({"labels": ["crack", "rust"]}, "Find: crack, rust"),
        ({}, "Boxes drawn by hand"),
    ],
)
def test_every_analysis_on_the_overview_has_a_name(
    client: Client, asked: dict[str, Any], name: str
) -> None:
    client.force_login(User.objects.create_superuser("root"))
    row = AnalysisRecord.objects.create(width=4, height=3, seconds=0.1, **asked)
    page = client.get(reverse("admin:index"), HTTP_ACCEPT_LANGUAGE="en").text
    link = re.search(rf'<a href="[^"]*/{row.pk}/change/">(.*?)</a>', page, re.DOTALL)
    assert link is not None
    assert re.sub("<[^>]*>", "", link[1]).strip() == name


def count_alerts(client: Client) -> int:
    found = re.search(r'menu-count--danger">(\d*)<', client.get(reverse("admin:index")).text)
    assert found is not None
    return int(found[1] or 0)
