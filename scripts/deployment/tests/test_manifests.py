"""The compose file and the manifests of Kubernetes say what the program understands."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from admin_system.env import BASE_DIR, Env, name_of
from scripts.testing.needs import needs

COMPOSE = BASE_DIR / "scripts" / "deployment" / "compose"
KUBERNETES = BASE_DIR / "scripts" / "deployment" / "kubernetes"
SETTINGS = {name_of(name) for name in Env.model_fields}


def read(path: Path) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(path.read_text("utf-8")) if one]


def manifests() -> list[dict[str, Any]]:
    """Without the list of them."""
    files = sorted(KUBERNETES.glob("*.yaml"))
    return [one for path in files for one in read(path) if one["kind"] != "Kustomization"]


def containers() -> Iterator[tuple[str, dict[str, Any]]]:
    """Of Kubernetes, with the name of what they belong to."""
    for one in manifests():
        spec = one.get("spec", {}).get("template", {}).get("spec", {})
        for kind in ("initContainers", "containers"):
            for container in spec.get(kind, []):
                yield one["metadata"]["name"], container


def test_every_setting_that_they_name_exists() -> None:
    files = [*COMPOSE.iterdir(), *KUBERNETES.iterdir()]
    named = {name for path in files for name in re.findall(r"QWEN_VL_\w+", path.read_text("utf-8"))}
    assert named - SETTINGS == set()
    assert named >= {
        "QWEN_VL_DATABASE_URL",
        "QWEN_VL_REDIS_URL",
        "QWEN_VL_SECRET_KEY",
        "QWEN_VL_DATA_DIR",
        "QWEN_VL_MODEL",
    }


def test_values_of_settings_are_such_as_the_program_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    services = read(COMPOSE / "compose.yaml")[0]["services"]
    settings = [services[name]["environment"] for name in ("prepare", "web", "worker", "model")]
    settings += [one["data"] for one in manifests() if one["kind"] == "ConfigMap"]
    for one in settings:
        with monkeypatch.context() as patch:
            for name, value in one.items():
                if name in SETTINGS:
                    assert isinstance(value, str), name
                    patch.setenv(name, re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value))
            env = Env()
            assert env.access == "keys"
            assert not env.run_jobs


def test_every_command_of_the_site_exists_with_its_options() -> None:
    services = read(COMPOSE / "compose.yaml")[0]["services"]
    example = dict(
        line.lstrip("#").split("=", 1)
        for line in (COMPOSE / "example.env").read_text("utf-8").splitlines()
        if re.match(r"#?\w+=", line)
    )
    commands = [one.get("command", []) for one in services.values()]
    commands += [container.get("command", []) for _, container in containers()]
    scripts = "\n".join(" ".join(words) for words in commands)
    ours = re.findall(r"python manage\.py (.+)", scripts.replace("$$", "$"))
    assert len(ours) == 8
    for line in ours:
        name, *words = shlex.split(line.replace("$ENGINE", example["ENGINE"]))
        parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
        parser.parse_args(words)


def test_processes_are_asked_whether_they_live_and_are_ready() -> None:
    probed = {name: container for name, container in containers() if "livenessProbe" in container}
    assert set(probed) == {"web", "model", "vllm"}
    for name in ("web", "model"):
        assert probed[name]["livenessProbe"]["httpGet"]["path"] == "/healthz"
        assert probed[name]["startupProbe"]["httpGet"]["path"] == "/healthz"
        assert probed[name]["readinessProbe"]["httpGet"]["path"] == "/readyz"
    services = read(COMPOSE / "compose.yaml")[0]["services"]
    for name in ("web", "model"):
        assert "/readyz" in services[name]["healthcheck"]["test"][-1]


def test_one_process_at_a_time_owns_the_local_model() -> None:
    model = next(
        one for one in manifests() if one["metadata"]["name"] == "model" and "Dep" in one["kind"]
    )
    assert model["spec"]["replicas"] == 1
    assert model["spec"]["strategy"]["type"] == "Recreate"
    services = read(COMPOSE / "compose.yaml")[0]["services"]
    assert "replicas" not in services["model"].get("deploy", {})
    for name in ("web", "worker"):
        assert services[name]["environment"]["QWEN_VL_MODEL"] == "engine"


def test_names_that_parts_call_each_other_by_exist() -> None:
    compose = read(COMPOSE / "compose.yaml")[0]
    services = set(compose["services"])
    for one in compose["services"].values():
        assert set(one.get("depends_on", {})) <= services
        named = {place.split(":")[0] for place in one.get("volumes", []) if place[0] != "."}
        assert named <= set(compose["volumes"])
    assert "server web:8000;" in (COMPOSE / "nginx.conf").read_text("utf-8")
    hosts = {one["metadata"]["name"] for one in manifests() if one["kind"] == "Service"}
    assert hosts == {"web", "model", "vllm", "postgres", "redis"}
    assert {"web", "model", "vllm", "postgres", "redis"} <= services
    listed = set(read(KUBERNETES / "kustomization.yaml")[0]["resources"])
    there = {path.name for path in KUBERNETES.glob("*.yaml")}
    assert there - listed == {"kustomization.yaml", "secret.example.yaml", "vllm.yaml"}
    assert listed <= there


def test_images_have_a_version_and_run_without_rights() -> None:
    services = read(COMPOSE / "compose.yaml")[0]["services"]
    images = {one["image"] for one in services.values()}
    images |= {
        container["image"] for _, container in containers() if container["image"] != "qwen-vl"
    }
    assert all(re.search(r":[\w.-]+$", image) and not image.endswith(":latest") for image in images)
    assert "\nUSER qwen\n" in (COMPOSE / "Dockerfile").read_text("utf-8")


@needs("nginx-light")
def test_nginx_takes_the_site_of_the_compose_file(tmp_path: Path) -> None:
    site = (COMPOSE / "nginx.conf").read_text("utf-8").replace("server web:", "server 127.0.0.1:")
    (tmp_path / "nginx.conf").write_text(f"pid pid;\nevents {{}}\nhttp {{\n{site}\n}}\n", "utf-8")
    command = ["nginx", "-t", "-p", str(tmp_path), "-c", "nginx.conf", "-e", "error.log"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
