"""The way in: wrong passwords, where each role lands, the second factor."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from admin_system.core.models import AuditEntry
from admin_system.env import get_env
from admin_system.management.login.second_factor import finish_enrolment, has_second_factor

pytestmark = pytest.mark.django_db
LOGIN = "/login/"
PASSWORD = "correct horse battery"  # noqa: S105


@pytest.fixture
def person() -> User:
    return User.objects.create_user("linxiao", password=PASSWORD)


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("root", password=PASSWORD)


def try_in(
    client: Client, name: str, password: str = PASSWORD, target: str = "", **meta: Any
) -> str:
    """Where it leads, or what the page says."""
    values = {"username": name, "password": password, "next": target}
    answer = client.post(LOGIN, values, HTTP_ACCEPT_LANGUAGE="en", **meta)
    return answer.headers.get("Location") or said(answer.text)


def said(page: str) -> str:
    found = re.search(r'role="alert">.*?<p>(.*?)</p>', page, re.DOTALL)
    return found[1] if found else ""


def code_of(user: User, steps: int = 0) -> str:
    """What the app shows, or will show in so many half minutes."""
    device = TOTPDevice.objects.get(user=user)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + steps * device.step
    return f"{totp.token():06d}"


@pytest.mark.parametrize("name", ["linxiao", "nobody"])
def test_five_wrong_passwords_lock_a_name_for_a_quarter_of_an_hour(
    client: Client, person: User, name: str
) -> None:
    """Whether there is such an account is not told by it."""
    for left in (4, 3, 2):
        expected = f"After {left} more attempts this account is locked for 15 minutes."
        assert expected in try_in(client, name, "wrong")
    assert "After 1 more attempt this account" in try_in(client, name, "wrong")
    assert "locked. Try again in 15 minutes" in try_in(client, name, "wrong")
    assert "locked. Try again in 15 minutes" in try_in(client, name)  # the right one too
    entry = AuditEntry.objects.filter(action="locked_out").latest("at")
    assert (entry.name, entry.address) == (name, "127.0.0.1")
    assert "wrong" not in str(AccessAttempt.objects.values())


def test_a_lock_ends_by_itself_and_is_not_for_other_computers(client: Client, person: User) -> None:
    for _ in range(5):
        try_in(client, "linxiao", "wrong")
    assert try_in(Client(), "linxiao", REMOTE_ADDR="192.0.2.8") == "/"
    past = timezone.now() - timedelta(minutes=14)
    AccessAttempt.objects.update(attempt_time=past)
    assert "Try again in 1 minute." in try_in(client, "linxiao")
    AccessAttempt.objects.update(attempt_time=past - timedelta(minutes=1))
    assert try_in(client, "linxiao") == "/"


def test_an_administrator_ends_a_lock(client: Client, person: User, boss: User) -> None:
    for _ in range(5):
        try_in(client, "linxiao", "wrong")
    admin = Client()
    admin.force_login(boss)
    page = admin.get(reverse("admin:auth_user_changelist"), HTTP_ACCEPT_LANGUAGE="en").text
    assert "Locked for some minutes" in page
    admin.post(reverse("admin:auth_user_deed", args=(person.pk, "unlock")))
    assert try_in(client, "linxiao") == "/"


def test_everybody_lands_where_they_belong(client: Client, person: User, boss: User) -> None:
    assert client.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/").headers["Location"] == "/login/?next=/admin/"
    assert try_in(client, "linxiao", target="/admin/") == "/"
    assert client.get("/").headers["Location"] == "/chat/"
    assert client.get(LOGIN).headers["Location"] == "/"
    refused = client.get("/admin/", follow=True)
    assert refused.status_code == 403
    staff = Client()
    assert try_in(staff, "root", target="https://evil.example/") == "/"
    assert staff.get("/").headers["Location"] == "/admin/"
    assert staff.get("/admin/").status_code == 200


def test_whoever_is_locked_is_out_at_once(client: Client, person: User, boss: User) -> None:
    client.force_login(person)
    assert client.get("/account/").status_code == 200
    admin = Client()
    admin.force_login(boss)
    admin.post(reverse("admin:auth_user_deed", args=(person.pk, "lock")))
    assert client.get("/account/").headers["Location"].startswith(LOGIN)
    assert "Wrong user name or password" in try_in(client, "linxiao")
    admin.post(reverse("admin:auth_user_deed", args=(boss.pk, "lock")))
    boss.refresh_from_db()
    assert boss.is_active


def test_logging_out_wants_a_post_and_leads_to_the_login(client: Client, person: User) -> None:
    client.force_login(person)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").headers["Location"] == LOGIN
    assert client.get("/account/").status_code == 302
    admin = Client()
    admin.force_login(User.objects.create_superuser("second"))
    assert admin.post("/admin/logout/").headers["Location"] == LOGIN


def test_a_user_changes_their_password(client: Client, person: User) -> None:
    elsewhere = Client()
    for one in (client, elsewhere):
        one.force_login(person)
    values = {"old_password": "no", "new_password1": "x" * 12, "new_password2": "x" * 12}
    assert client.post("/account/password/", values).status_code == 200
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    client.post("/account/password/", values | {"old_password": PASSWORD})
    person.refresh_from_db()
    assert person.check_password("x" * 12)
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


def test_the_second_factor_stands_between_the_password_and_the_session(
    client: Client, person: User
) -> None:
    client.force_login(person)
    page = client.get("/account/second-factor/").text
    assert "<svg" in page
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", page[page.index("<svg") :].split("</svg>")[0])
    assert client.post("/account/second-factor/", {"code": "000000"}).status_code == 200
    TOTPDevice.objects.update(throttling_failure_count=0)
    shown = client.post("/account/second-factor/", {"code": code_of(person)})
    codes = re.findall(r"<li>([\w-]{14})</li>", shown.text)
    assert len(codes) == 10
    assert "no-store" in shown["Cache-Control"]
    stranger = Client()
    assert try_in(stranger, "linxiao", target="/account/") == "/login/code/"
    assert stranger.get("/account/").headers["Location"].startswith(LOGIN)
    assert stranger.get("/login/second-factor/").headers["Location"] == "/login/code/"
    assert "not right" in said(
        stranger.post("/login/code/", {"code": "000000"}, HTTP_ACCEPT_LANGUAGE="en").text
    )
    TOTPDevice.objects.update(throttling_failure_count=0)
    used = {"code": code_of(person)}
    assert stranger.post("/login/code/", used).status_code == 200  # it has set the factor up
    TOTPDevice.objects.update(throttling_failure_count=0)
    answer = stranger.post("/login/code/", {"code": code_of(person, 1)})
    assert answer.headers["Location"] == "/account/"
    assert stranger.get("/account/").status_code == 200
    paper = Client()
    try_in(paper, "linxiao")
    assert paper.post("/login/code/", {"code": codes[0].upper()}).headers["Location"] == "/"
    again = Client()
    try_in(again, "linxiao")
    assert again.post("/login/code/", {"code": codes[0]}).status_code == 200


def test_a_code_that_was_not_looked_at_is_not_called_wrong(client: Client, person: User) -> None:
    client.force_login(person)
    client.get("/account/second-factor/")
    for path in ("/account/second-factor/", "/account/codes/"):
        TOTPDevice.objects.update(throttling_failure_count=3, last_t=-1)
        TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now())
        answer = client.post(path, {"code": code_of(person)}, HTTP_ACCEPT_LANGUAGE="en")
        assert "not looked at. Enter one again in 4 seconds" in said(answer.text)
        TOTPDevice.objects.update(throttling_failure_count=0)
        finish_enrolment(person, code_of(person))


def test_without_the_password_there_is_no_second_step(client: Client, person: User) -> None:
    for path in ("/login/code/", "/login/second-factor/"):
        assert client.get(path).headers["Location"] == LOGIN
        assert client.post(path, {"code": "123456"}).headers["Location"] == LOGIN


def test_administrators_set_one_up_where_the_deployer_says_so(
    client: Client, boss: User, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_env(), "second_factor", "administrators")
    assert try_in(Client(), "linxiao") == "/"
    assert try_in(client, "root", target="/admin/") == "/login/second-factor/"
    assert client.get("/admin/").status_code == 302
    client.get("/login/second-factor/")
    shown = client.post("/login/second-factor/", {"code": code_of(boss)})
    assert len(re.findall(r"<li>([\w-]{14})</li>", shown.text)) == 10
    assert client.get("/admin/").status_code == 200
    client.post("/account/codes/", {"code": code_of(boss, 1), "remove": "1"})
    assert has_second_factor(boss)


def test_who_has_no_second_factor_is_asked_for_no_code(client: Client, person: User) -> None:
    client.force_login(person)
    assert client.get("/account/codes/").headers["Location"] == "/account/"


def test_an_administrator_takes_a_lost_factor_away(
    client: Client, person: User, boss: User
) -> None:
    client.force_login(person)
    client.get("/account/second-factor/")
    assert finish_enrolment(person, code_of(person))
    admin = Client()
    admin.force_login(boss)
    admin.post(reverse("admin:auth_user_deed", args=(person.pk, "second_factor")))
    assert not has_second_factor(person)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.name, entry.actor_name) == ("second_factor", "linxiao", "root")


def test_a_password_that_was_changed_since_is_worth_no_second_step(
    client: Client, person: User
) -> None:
    device = TOTPDevice.objects.create(user=person, name="app", confirmed=True)
    assert try_in(client, "linxiao") == "/login/code/"
    assert client.get("/login/code/").status_code == 200
    person.set_password("another horse battery")
    person.save()
    answer = client.post("/login/code/", {"code": code_of(person)})
    assert (answer.headers["Location"], device.last_t) == (LOGIN, -1)
    assert client.get("/account/").status_code == 302
