"""Users and groups in the admin: roles in plain words, topics, and what is audited of it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from admin_system.core.access import EVERYTHING, READING, identify_again, make_api_key
from admin_system.core.access import Caller as AccessCaller
from admin_system.core.models import AuditEntry, ModelConfig
from admin_system.core.roles import OPERATORS, Role, give_role, role_of
from admin_system.core.topic_bindings import bind_topics, find_topics
from admin_system.knowledge_base.models import Topic

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"  # noqa: S105


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def caller_of(user: User) -> AccessCaller:
    client = Client()
    client.force_login(user)
    session = client.session.session_key
    return identify_again(AccessCaller(f"user:{user.pk}", READING, "user"), session)


def make_user(admin: Client, name: str, role: Role, *topics: int) -> User:
    values = {"username": name, "first_name": "林晓", "role": role.value, "topics": topics}
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    answer = admin.post(reverse("admin:auth_user_add"), {**values, **passwords})
    assert answer.status_code == 302, answer.text
    return User.objects.get(username=name)


def test_a_user_is_made_with_a_role_and_topics(admin: Client) -> None:
    manuals, orders = (Topic.objects.create(name=name) for name in ("手册", "Orders"))
    page = admin.get(reverse("admin:auth_user_add"), HTTP_ACCEPT_LANGUAGE="en").text
    assert "Runs the models" in page
    assert "Orders" in page
    user = make_user(admin, "linxiao", Role.USER, manuals.pk)
    assert (user.is_staff, user.is_superuser, user.check_password(PASSWORD)) == (False, False, True)
    caller = caller_of(user)
    assert (caller.scopes, caller.topics) == (READING, frozenset({manuals.pk}))
    url = reverse("admin:auth_user_change", args=(user.pk,))
    change = {"username": "linxiao", "role": Role.OPERATOR.value, "topics": [orders.pk]}
    assert admin.post(url, change).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert role_of(user) is Role.OPERATOR
    assert caller_of(user).scopes == EVERYTHING
    assert caller_of(user).topics is None  # operators keep the whole library
    assert admin.post(url, change | {"role": Role.USER.value}).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert (user.is_staff, user.groups.count()) == (False, 0)
    assert caller_of(user).topics == frozenset({orders.pk})
    said = [(one.action, one.name) for one in AuditEntry.objects.order_by("pk")]
    assert said[0] == ("created", "linxiao")
    assert said.count(("changed", "linxiao")) == 2
    assert PASSWORD not in str(AuditEntry.objects.values())


def test_an_administrator_sets_a_password(admin: Client) -> None:
    user = make_user(admin, "linxiao", Role.USER)
    url = reverse("admin:auth_user_password_change", args=(user.pk,))
    admin.post(url, {"password1": "another one 8", "password2": "another one 8"})
    user.refresh_from_db()
    assert user.check_password("another one 8")
    assert role_of(user) is Role.USER
    assert AuditEntry.objects.latest("pk").action == "password"


def test_the_only_administrator_stays_one(admin: Client) -> None:
    root = User.objects.get(username="root")
    url = reverse("admin:auth_user_change", args=(root.pk,))
    page = admin.post(url, {"username": "root", "role": Role.USER.value})
    assert "唯一的管理员" in page.text
    assert admin.post(reverse("admin:auth_user_delete", args=(root.pk,))).status_code == 403
    selected = {"action": "delete_selected", "_selected_action": [root.pk], "post": "yes"}
    admin.post(reverse("admin:auth_user_changelist"), selected)
    assert role_of(User.objects.get(pk=root.pk)) is Role.ADMINISTRATOR


def test_lists_of_topics_add_up(admin: Client) -> None:
    one, two, three = (Topic.objects.create(name=name).pk for name in "abc")
    user = make_user(admin, "linxiao", Role.USER, one)
    values = {"name": "Workshop", "members": [user.pk], "topics": [two]}
    assert admin.post(reverse("admin:auth_group_add"), values).status_code == 302
    group = Group.objects.get(name="Workshop")
    assert find_topics(user) == frozenset({one, two})
    bind_topics(user, [])
    assert find_topics(user) == frozenset({two})
    bind_topics(group, [])
    assert find_topics(user) is None
    bind_topics(user, [three])
    Topic.objects.filter(pk=three).delete()
    assert find_topics(user) == frozenset({three})  # nothing, and not everything


def test_operators_have_exactly_these_permissions() -> None:
    user = User.objects.create_user("op")
    give_role(user, Role.OPERATOR)
    held = {name for name in user.get_all_permissions() if not name.startswith("knowledge_base.")}
    assert {
        *(f"core.{deed}_modelconfig" for deed in ("view", "add", "change", "delete")),
        *(f"core.{deed}_analysisrecord" for deed in ("view", "change", "delete")),
        "core.view_usagerecord",
    } <= held
    mine = ("apikey", "user", "group", "auditentry", "topicbinding", "conversation", "message")
    assert [name for name in held if name.rpartition("_")[2] in mine] == []
    assert not [name for name in held if name.startswith(("auth.", "axes.", "otp_", "sessions."))]
    assert user.has_perm("knowledge_base.delete_topic")
    assert user.has_perm("knowledge_base.change_document")


def test_an_operator_sees_no_keys_no_users_no_audit(client: Client) -> None:
    user = User.objects.create_user("op")
    give_role(user, Role.OPERATOR)
    client.force_login(user)
    menu = client.get("/admin/").text
    for name, status in (
        ("models", 200),
        ("core_analysisrecord_changelist", 200),
        ("core_apikey_changelist", 403),
        ("auth_user_changelist", 403),
        ("auth_group_changelist", 403),
        ("core_auditentry_changelist", 403),
        ("core_auditentry_download", 403),
    ):
        url = reverse(f"admin:{name}")
        assert (name, client.get(url).status_code) == (name, status)
        assert status == 200 or f'href="{url}"' not in menu
    assert reverse("admin:usage") in menu


def test_a_group_has_one_word_in_chinese(admin: Client) -> None:
    for name in ("auth_group_changelist", "auth_group_add"):
        page = admin.get(reverse(f"admin:{name}"), HTTP_ACCEPT_LANGUAGE="zh-hans").text
        assert "用户组" in page
        assert "组" not in page.replace("用户组", "")


def test_the_group_of_operators_is_not_edited(admin: Client) -> None:
    group = Group.objects.get(name=OPERATORS)
    url = reverse("admin:auth_group_change", args=(group.pk,))
    assert admin.get(url).status_code == 200
    assert admin.post(url, {"name": "x"}).status_code == 403
    assert admin.post(reverse("admin:auth_group_delete", args=(group.pk,))).status_code == 403


def test_what_the_admin_does_stands_in_the_audit(admin: Client) -> None:
    made = admin.post(reverse("admin:core_apikey_add"), {"name": "robot", "scopes": ["chat"]})
    row, other = make_api_key("other")[0], ModelConfig.objects.create(name="echo", kind="echo")
    admin.post(reverse("admin:core_apikey_revoke", args=(row.pk,)))
    selected = {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"}
    admin.post(reverse("admin:core_modelconfig_changelist"), selected)
    said = [(one.action, one.kind, one.name) for one in AuditEntry.objects.order_by("pk")]
    assert said == [
        ("created", "core.apikey", f"robot ({made.context['row'].prefix}…)"),
        ("revoked", "core.apikey", str(row)),
        ("deleted", "core.modelconfig", "echo"),
    ]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.actor_name, entry.address) == ("root", "127.0.0.1")
    assert made.context["secret"] not in str(AuditEntry.objects.values())


def test_the_audit_is_read_and_downloaded_only(admin: Client) -> None:
    AuditEntry.objects.create(actor="key:1", actor_name="=1+1", action="created", name="echo")
    page = admin.get(reverse("admin:core_auditentry_changelist"), HTTP_ACCEPT_LANGUAGE="en").text
    assert "=1+1" in page
    assert admin.get(reverse("admin:core_auditentry_add")).status_code == 403
    entry = AuditEntry.objects.get()
    for name in ("change", "delete"):
        url = reverse(f"admin:core_auditentry_{name}", args=(entry.pk,))
        assert admin.post(url, {"post": "yes", "name": "x"}).status_code == 403
    table = admin.get(reverse("admin:core_auditentry_download"))
    assert table["Content-Type"].startswith("text/csv")
    lines = table.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("at,actor,actor_name,action")
    assert ",'=1+1,created," in lines[1]  # no formula for a spreadsheet
