"""The commands that make keys and the first administrator."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils.translation import override

from admin_system.core.access import find_key
from admin_system.core.models import ApiKey

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_key_from_the_command_line_is_the_only_thing_printed() -> None:
    secret = run("create_api_key", "robot", "--scopes", "chat", "admin", "--days", "7").strip()
    row = find_key(secret)
    assert row is not None
    assert (row.name, row.scopes) == ("robot", ["admin", "chat"])
    assert row.expires_at is not None
    with pytest.raises(CommandError):
        run("create_api_key", "robot", "--scopes", "fly")


def test_a_key_is_bound_to_topics_by_their_names(topics: None) -> None:
    secret = run("create_api_key", "shelf", "--topic", "手册", "--topic", "Orders").strip()
    row = find_key(secret)
    assert row is not None
    assert row.topics == [3, 8]
    with pytest.raises(CommandError, match="nothing"):
        run("create_api_key", "robot", "--topic", "nothing")
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    ("language", "name", "password"),
    [("zh-hans", "管理员：", "密码："), ("en", "Administrator: ", "Password: ")],
)
def test_the_first_administrator_can_log_in_with_the_printed_password(
    language: str, name: str, password: str
) -> None:
    with override(language):
        first, second, *_ = run("create_admin").splitlines()
        assert first == f"{name}admin"
        user = authenticate(username="admin", password=second.removeprefix(password))
        assert isinstance(user, User)
        assert user.is_superuser
        assert password not in run("create_admin")
    assert User.objects.count() == 1
