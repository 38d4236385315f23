"""The guide comes to the administrator whose password was printed, and comes once."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import AsyncClient, Client
from django.urls import reverse

from admin_system.core.models import AuditEntry, FirstSteps

pytestmark = pytest.mark.django_db

HTML = {"accept": "text/html"}
PASSWORD = "a long way to Tipperary"  # noqa: S105


@pytest.fixture
def first(client: Client) -> User:
    """Logged in, as after the first start."""
    call_command("create_admin", stdout=StringIO(), stderr=StringIO())
    user = User.objects.get()
    client.force_login(user)
    return user


def test_every_page_leads_there_until_it_is_finished(client: Client, first: User) -> None:
    guide = reverse("guide")
    for page in ("/admin/", "/admin/models/", "/"):
        assert client.get(page, headers=HTML)["Location"] == guide
    assert client.get("/admin/").status_code == 200, "no page was asked for"
    assert client.get("/admin/model-states/", headers=HTML).status_code == 200
    assert "Choose a language" in client.get(guide, headers=HTML).text
    client.post(guide, {"finish": "skip"})
    assert client.get("/admin/", headers=HTML).status_code == 200
    assert client.get(guide, headers=HTML)["Location"] == reverse("admin:index")


async def test_it_does_so_on_an_asynchronous_server_too(transactional_db: None) -> None:
    user = await User.objects.acreate_superuser("admin")
    client = AsyncClient()
    await client.aforce_login(user)
    assert (await client.get("/admin/", headers=HTML)).status_code == 200
    await FirstSteps.objects.acreate(user=user)
    led = await client.get("/admin/", headers=HTML)
    assert led["Location"] == reverse("guide")


def test_the_printed_password_is_replaced(client: Client, first: User) -> None:
    address = reverse("guide", query={"step": "password"})
    short = client.post(address, {"new_password1": "Kx7", "new_password2": "Kx7"}, headers=HTML)
    assert 'role="alert"' in short.text
    assert "Kx7" not in short.text
    done = client.post(
        address, {"new_password1": PASSWORD, "new_password2": PASSWORD}, headers=HTML
    )
    assert done["Location"] == reverse("guide", query={"step": "model"})
    first.refresh_from_db()
    assert first.check_password(PASSWORD)
    assert FirstSteps.objects.get().password_set
    assert AuditEntry.objects.get().action == "password"
    assert client.get(address, headers=HTML).status_code == 200, "the session goes on"


def test_nobody_else_is_guided(client: Client, first: User) -> None:
    for user in (User.objects.create_superuser("other"), User.objects.create_user("plain")):
        client.force_login(user)
        assert client.get(reverse("guide"), headers=HTML)["Location"] == reverse("admin:index")
        assert client.get("/", headers=HTML).get("Location") != reverse("guide")
    client.logout()
    assert client.get(reverse("guide"), headers=HTML)["Location"].startswith("/login/")
