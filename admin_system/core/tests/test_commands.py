"""The commands that make keys and the first administrator."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.translation import override

from admin_system.core.access import find_key
from admin_system.core.models import ApiKey, ModelConfig

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
        user = User.objects.get(username="admin")
        assert user.check_password(second.removeprefix(password))
        assert user.is_superuser
        assert password not in run("create_admin")
    assert User.objects.count() == 1


def test_an_engine_of_the_same_database_gets_one_key_that_may_load_and_chat() -> None:
    for _ in range(2):
        run("use_engine", "http://model:8000", "--make-key")
    row = ModelConfig.objects.get(name="engine")
    assert (row.upstream_url, row.upstream_is_ours) == ("http://model:8000/api/v1", True)
    key = find_key(row.upstream_key)
    assert key is not None
    assert key.scopes == ["admin", "chat"]
    assert ApiKey.objects.count() == 1
    ApiKey.objects.update(revoked_at=timezone.now())
    run("use_engine", "http://model:8000", "--make-key")
    assert (
        find_key(ModelConfig.objects.get(name="engine").upstream_key)
        == ApiKey.objects.order_by("pk").last()
    )
    assert ApiKey.objects.count() == 2


def test_an_engine_that_is_not_ours_is_named_and_never_gets_the_key_of_another() -> None:
    run("use_engine", "http://model:8000", "--make-key")
    words = ("--elsewhere", "--model", "qwen", "--family", "qwen2_5_vl")
    run("use_engine", "http://vllm:8000/v1", *words)
    row = ModelConfig.objects.get(name="engine")
    assert (row.upstream_url, row.upstream_is_ours) == ("http://vllm:8000/v1", False)
    assert (row.upstream_model, row.family, row.upstream_key) == ("qwen", "qwen2_5_vl", "")
    with pytest.raises(CommandError):
        run("use_engine", "http://vllm:8000/v1", "--elsewhere", "--family", "nobody")
