"""The admin pages of core's rows: who may press which button, and what is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.test import AsyncClient, Client
from django.urls import reverse
from pytest_django import Settings

from admin_system.core import catalog
from admin_system.core.access import find_key, make_api_key
from admin_system.core.admin.megabytes_field import MegabytesField
from admin_system.core.limits import Limits
from admin_system.core.models import AnalysisRecord, ApiKey, ModelConfig
from admin_system.core.service import ModelService
from admin_system.core.tests.published.folder import write_checkpoint
from admin_system.core.types import ServiceState
from admin_system.env import get_env

WAIT = 10.0
UPSTREAM_KEY = "sk-upstream-secret"


@pytest.fixture
def echo(service: ModelService) -> ModelConfig:
    return ModelConfig.objects.create(name="echo", kind="echo", is_current=True)


@pytest.fixture
def demo(service: ModelService) -> ModelConfig:
    return ModelConfig.objects.create(name="show", kind="echo", demo=True)


@pytest.fixture
def admin(client: Client, transactional_db: None) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def log_in_staff(client: Client, *permissions: str) -> None:
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)


def deed_url(row: ModelConfig, deed: str) -> str:
    return reverse("admin:core_modelconfig_deed", args=(row.pk, deed))


def test_the_buttons_load_make_current_and_unload(
    admin: Client, service: ModelService, echo: ModelConfig, demo: ModelConfig
) -> None:
    page = reverse("admin:core_modelconfig_changelist")
    assert admin.post(deed_url(echo, "load")).status_code == 302
    assert service.wait(WAIT).serving == "echo"
    admin.post(deed_url(demo, "activate"))
    assert service.wait(WAIT).serving == "show"
    demo.refresh_from_db()
    assert demo.is_current
    assert "built-in demonstration model" in admin.get(page, HTTP_ACCEPT_LANGUAGE="en").text
    assert "这是内置的演示模型" in admin.get(page).text
    admin.post(deed_url(echo, "unload"))  # an old page: another model is loaded by now
    assert service.wait(WAIT).serving == "show"
    admin.post(deed_url(demo, "unload"))
    assert service.wait(WAIT).state is ServiceState.UNLOADED
    assert "这是内置的演示模型" not in admin.get(page).text


def test_a_failure_is_told_as_a_sentence_beside_its_model(
    admin: Client, service: ModelService, tmp_path: Path
) -> None:
    row = ModelConfig.objects.create(name="nowhere", path=str(tmp_path / "nowhere"))
    admin.post(deed_url(row, "load"))
    service.wait(WAIT)
    page = admin.get(reverse("admin:core_modelconfig_changelist"), HTTP_ACCEPT_LANGUAGE="en").text
    assert 'class="fault"' in page
    assert "checkpoint_missing_folder" not in page


def test_buttons_want_a_post_with_its_token(service: ModelService, echo: ModelConfig) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("root"))
    assert strict.get(deed_url(echo, "load")).status_code == 405
    assert strict.post(deed_url(echo, "load")).status_code == 403
    assert service.status().state is ServiceState.UNLOADED


def test_who_may_only_look_presses_no_button(
    client: Client, service: ModelService, echo: ModelConfig
) -> None:
    assert client.post(deed_url(echo, "load")).status_code == 302  # to the login
    log_in_staff(client, "view_modelconfig")
    page = client.get(reverse("admin:core_modelconfig_changelist"))
    assert deed_url(echo, "load") not in page.text
    assert client.post(deed_url(echo, "load")).status_code == 403
    fragments = client.get(reverse("admin:model_states")).json()["fragments"]
    assert f"model-state-{echo.pk}" in fragments
    assert f"model-deeds-{echo.pk}" not in fragments
    assert service.status().state is ServiceState.UNLOADED


async def test_the_live_view_tells_the_state_of_every_model(
    service: ModelService, echo: ModelConfig
) -> None:
    client = AsyncClient()
    assert (await client.get(reverse("admin:model_states"))).status_code == 302
    await client.aforce_login(await User.objects.acreate_superuser("root"))
    answer = (await client.get(reverse("admin:model_states"))).json()
    assert answer["busy"] is False
    assert "tag--off" in answer["fragments"][f"model-state-{echo.pk}"]
    service.load(catalog.spec_of(echo))
    service.wait(WAIT)
    answer = (await client.get(reverse("admin:model_states"))).json()
    assert "tag--ok" in answer["fragments"][f"model-state-{echo.pk}"]
    assert deed_url(echo, "unload") in answer["fragments"][f"model-deeds-{echo.pk}"]


def test_an_upstream_key_goes_in_and_never_comes_out(admin: Client) -> None:
    row = ModelConfig.objects.create(
        name="far", kind="remote", upstream_url="http://far:8000/v1", upstream_key=UPSTREAM_KEY
    )
    url = reverse("admin:core_modelconfig_change", args=(row.pk,))
    assert UPSTREAM_KEY not in admin.get(url).text
    form = {
        "name": "far",
        "kind": "remote",
        "precision": "auto",
        "device": "auto",
        "int4_backend": "own",
        "max_batch": "4",
        "upstream_url": "http://far:8000/v1",
    }
    assert admin.post(url, form).status_code == 302
    row.refresh_from_db()
    assert row.upstream_key == UPSTREAM_KEY  # left empty: kept
    elsewhere = {**form, "upstream_url": "http://elsewhere:8000/v1"}
    assert "is for the former address" in admin.post(url, elsewhere, HTTP_ACCEPT_LANGUAGE="en").text
    row.refresh_from_db()
    assert (row.upstream_url, row.upstream_key) == ("http://far:8000/v1", UPSTREAM_KEY)
    assert admin.post(url, {**elsewhere, "upstream_key": "sk-another"}).status_code == 302
    admin.post(url, {**form, "forget_key": "on"})
    row.refresh_from_db()
    assert row.upstream_key == ""


def test_the_keys_of_further_addresses_stay_with_their_addresses(admin: Client) -> None:
    form = {
        "name": "far",
        "kind": "remote",
        "precision": "auto",
        "device": "auto",
        "int4_backend": "own",
        "max_batch": "4",
        "upstream_url": "http://far:8000/v1",
        "further_upstreams": f"http://b:1/v1/ key={UPSTREAM_KEY} model=m\n\nhttp://c:1/v1",
    }
    assert admin.post(reverse("admin:core_modelconfig_add"), form).status_code == 302
    row = ModelConfig.objects.get(name="far")
    url = reverse("admin:core_modelconfig_change", args=(row.pk,))
    page = admin.get(url).text
    assert UPSTREAM_KEY not in page
    assert "http://b:1/v1 model=m key=stored" in page
    kept = "http://b:1/v1 model=m key=stored\nhttp://c:1/v1"
    assert admin.post(url, {**form, "further_upstreams": kept}).status_code == 302
    row.refresh_from_db()
    assert [(one.url, one.model, one.key) for one in catalog.spec_of(row).upstreams[1:]] == [
        ("http://b:1/v1", "m", UPSTREAM_KEY),
        ("http://c:1/v1", "", ""),
    ]
    for wrong in (
        "http://evil:1/v1 key=stored",
        "ftp://c/v1",
        "http://c:1/v1 keys=no",
        "http://far:8000/v1",
        "http://c:1/v1\nhttp://c:1/v1",
    ):
        assert admin.post(url, {**form, "further_upstreams": wrong}).status_code == 200
    assert admin.post(url, {**form, "family": "unknown"}).status_code == 200
    admin.post(url, {**form, "further_upstreams": "http://b:1/v1 model=m"})
    row.refresh_from_db()
    assert row.further_keys == ""


def test_the_page_of_a_model_elsewhere_tries_its_addresses(admin: Client) -> None:
    row = ModelConfig.objects.create(
        name="far",
        kind="remote",
        upstream_url="http://127.0.0.1:1/v1",
        further_upstreams="http://127.0.0.1:2/v1",
    )
    url = reverse("admin:core_modelconfig_try", args=(row.pk,))
    page = reverse("admin:core_modelconfig_change", args=(row.pk,))
    assert url in admin.get(page).text
    assert admin.get(url).status_code == 405
    answer = admin.post(url, follow=True)
    assert [str(said).partition(": ")[0] for said in answer.context["messages"]] == [
        "http://127.0.0.1:1/v1",
        "http://127.0.0.1:2/v1",
    ]


def test_the_model_in_use_keeps_its_name_and_stays(
    admin: Client, service: ModelService, echo: ModelConfig
) -> None:
    service.load(catalog.spec_of(echo))
    service.wait(WAIT)
    url = reverse("admin:core_modelconfig_change", args=(echo.pk,))
    form = {"name": "renamed", "kind": "echo", "precision": "auto", "device": "auto"}
    admin.post(url, form)
    echo.refresh_from_db()
    assert echo.name == "echo"
    assert admin.post(reverse("admin:core_modelconfig_delete", args=(echo.pk,))).status_code == 403


def test_a_new_key_is_shown_exactly_once(admin: Client) -> None:
    url = reverse("admin:core_apikey_add")
    page = admin.post(url, {"name": "robot", "scopes": ["chat"]})
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    row = ApiKey.objects.get()
    secret = str(page.context["secret"])
    assert page.text.count(secret) == 1
    assert find_key(secret) == row
    for name in ("changelist", "change", "history"):
        arguments = () if name == "changelist" else (row.pk,)
        text = admin.get(reverse(f"admin:core_apikey_{name}", args=arguments)).text
        assert secret not in text
        assert row.digest not in text


def test_a_key_that_would_be_expired_at_once_is_not_made(admin: Client) -> None:
    page = admin.post(
        reverse("admin:core_apikey_add"),
        {"name": "late", "scopes": ["chat"], "expires_at_0": "2020-01-01", "expires_at_1": "00:00"},
    )
    assert "这个时间已经过去" in page.text
    assert not ApiKey.objects.exists()


def test_a_key_whose_topic_is_gone_stays_bound_when_it_is_saved(
    admin: Client, topics: None
) -> None:
    page = admin.get(reverse("admin:core_apikey_add"), HTTP_ACCEPT_LANGUAGE="en").text
    assert "Orders" in page
    row, _ = make_api_key("shelf", topics=[3, 5])
    url = reverse("admin:core_apikey_change", args=(row.pk,))
    page = admin.get(url, HTTP_ACCEPT_LANGUAGE="en").text
    assert "Removed topic 5" in page
    admin.post(url, {"name": "renamed", "scopes": ["search"], "topics": ["5"]})
    row.refresh_from_db()
    assert (row.name, row.topics) == ("renamed", [5])
    listed = admin.get(reverse("admin:core_apikey_changelist"), HTTP_ACCEPT_LANGUAGE="en").text
    assert "Removed topic 5" in listed


def test_what_a_key_may_keep_is_written_in_megabytes(admin: Client) -> None:
    row, _ = make_api_key("shelf", limits=Limits(stored_bytes=5 * 2**30))
    url = reverse("admin:core_apikey_change", args=(row.pk,))
    listed = admin.get(reverse("admin:core_apikey_changelist"), HTTP_ACCEPT_LANGUAGE="en").text
    assert "5.0\u00a0GB kept" in listed
    assert 'value="5120"' in admin.get(url).text
    for written, stored in (("0.5", 2**19), ("", None), (f"{2**43}", None), ("x", None)):
        admin.post(url, {"name": "shelf", "scopes": ["chat"], "stored_bytes": written})
        row.refresh_from_db()
        assert row.stored_bytes == stored
    for odd in (1, 2**20 + 1, 2**61 + 1):
        field = MegabytesField()
        assert field.clean(field.prepare_value(odd)) == odd
        assert not field.has_changed(odd, field.prepare_value(odd))


def test_a_folder_without_a_model_is_told_at_once(admin: Client, tmp_path: Path) -> None:
    """And kept: it may still be on its way."""
    values = {"name": "later", "kind": "local", "path": str(tmp_path), "precision": "auto"}
    url = reverse("admin:core_modelconfig_add")
    values |= {"device": "auto", "visual_device": "", "int4_backend": "own", "max_batch": "4"}
    page = admin.post(url, values, follow=True)
    assert "config.json" in page.text
    assert ModelConfig.objects.filter(name="later").exists()


def test_operators_name_folders_of_the_picker_alone(
    client: Client, service: ModelService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_env(), "model_dirs", [tmp_path / "models"])
    allowed, outside = tmp_path / "models" / "one", tmp_path / "elsewhere"
    for folder in (allowed, outside):
        folder.mkdir(parents=True)
    log_in_staff(client, "add_modelconfig", "view_modelconfig", "change_modelconfig")
    values = {"name": "later", "kind": "local", "precision": "auto", "device": "auto"}
    values |= {"visual_device": "", "int4_backend": "own", "max_batch": "4"}
    url = reverse("admin:core_modelconfig_add")
    refused = client.post(url, values | {"path": str(outside)})
    assert "QWEN_VL_MODEL_DIRS" in refused.text
    assert not ModelConfig.objects.exists()
    client.post(url, values | {"path": str(allowed)})
    row = ModelConfig.objects.get()
    change = reverse("admin:core_modelconfig_change", args=(row.pk,))
    client.post(change, values | {"path": str(outside)})
    row.refresh_from_db()
    assert row.path == str(allowed)
    assert client.post(change, values | {"path": str(allowed), "alias": "x"}).status_code == 302


def test_a_backend_that_is_not_installed_is_told_at_once(admin: Client, tmp_path: Path) -> None:
    """With the command that installs it, in the language of the page."""
    write_checkpoint("qwen3_vl", "gptq", tmp_path / "model")
    values = {"name": "q", "kind": "local", "path": str(tmp_path / "model"), "precision": "auto"}
    values |= {"device": "auto", "visual_device": "", "int4_backend": "gptqmodel"}
    values["max_batch"] = "4"
    page = admin.post(reverse("admin:core_modelconfig_add"), values, follow=True)
    assert "未安装的软件包：gptqmodel, optimum" in page.text
    assert "pip install --no-deps -r scripts/optional/requirements-gptqmodel.txt" in page.text
    assert ModelConfig.objects.get(name="q").int4_backend == "gptqmodel"


def test_a_key_is_revoked_by_who_may_change_it(client: Client, transactional_db: None) -> None:
    row, _ = make_api_key("robot")
    url = reverse("admin:core_apikey_revoke", args=(row.pk,))
    log_in_staff(client, "view_apikey")
    assert client.post(url).status_code == 403
    log_in = User.objects.create_superuser("root")
    client.force_login(log_in)
    assert client.get(url).status_code == 405
    client.post(url)
    row.refresh_from_db()
    assert not row.is_valid


def test_analyses_are_read_only_and_go_with_their_files(
    admin: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    record = AnalysisRecord(owner="local", model="echo", query="q", result="r", width=1, height=1)
    record.seconds = 0.1
    record.thumbnail.save("analyses/t.png", ContentFile(b"x"), save=False)
    record.save()
    url = reverse("admin:core_analysisrecord_change", args=(record.pk,))
    assert record.thumbnail.url in admin.get(url).text
    assert admin.post(url, {"query": "changed"}).status_code == 403
    assert admin.get(reverse("admin:core_analysisrecord_add")).status_code == 403
    admin.post(reverse("admin:core_analysisrecord_delete", args=(record.pk,)), {"post": "yes"})
    assert not AnalysisRecord.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
