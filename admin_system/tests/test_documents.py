"""What the documents claim is what the code does."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from admin_system.env import PREFIX, Env
from admin_system.messages import MESSAGES
from admin_system.tests.house import ROOT, name_of, own_files

DOCS = ROOT / "docs"
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")


def test_every_setting_is_documented_and_nothing_else() -> None:
    rows = re.findall(
        rf"^\| `({PREFIX}\w+)` \| (.+?) \| (.+?) \|$",
        (DOCS / "configuration.md").read_text("utf-8"),
        re.MULTILINE,
    )
    documented = {name: default for name, default, meaning in rows if meaning.strip()}
    assert set(documented) == {f"{PREFIX}{name}".upper() for name in Env.model_fields}


def test_the_example_of_an_environment_file_names_real_settings() -> None:
    named = set(re.findall(r"^#?(\w+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    assert named
    assert named <= {f"{PREFIX}{name}".upper() for name in Env.model_fields}


def test_documented_defaults_are_the_real_ones() -> None:
    text = (DOCS / "configuration.md").read_text("utf-8")
    for name, field in Env.model_fields.items():
        default = field.get_default()
        if isinstance(default, Path):
            default = default.relative_to(ROOT).as_posix()
        if isinstance(default, bool):
            default = str(default).lower()
        shown = {"": "—"}.get(str(default), f"`{default}`").replace("'", '"')
        assert f"| `{PREFIX}{name.upper()}` | {shown} |" in text


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{name_of(document)} -> {target}"
        for document in own_files(".md")
        for target, _ in LINK.findall(document.read_text("utf-8"))
        if not (document.parent / target).exists()
    ]
    assert broken == []


def addresses(resolver: URLResolver, prefix: str = "") -> set[str]:
    """Every path of our API with `{}` for its variable parts, and no slash at the end."""
    found: set[str] = set()
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found |= addresses(entry, path)
        elif isinstance(entry, URLPattern):
            found.add("/" + re.sub(r"<[^>]+>", "{}", path).strip("^$/"))
    return found


def test_every_endpoint_is_documented() -> None:
    text = re.sub(r"\{\w+\}", "{}", (DOCS / "api.md").read_text("utf-8"))
    api = {
        path
        for path in addresses(get_resolver())
        if re.match(r"/(api|v1|healthz|readyz|metrics)", path)
    }
    assert {path for path in api if path not in text} == set()


def test_every_documented_endpoint_exists() -> None:
    text = re.sub(r"\{\w+\}", "{}", (DOCS / "api.md").read_text("utf-8"))
    documented = re.findall(r"^\| `(?:GET|POST|PATCH|DELETE) (/[^`]+?)/?` \|", text, re.MULTILINE)
    assert documented
    assert set(documented) - addresses(get_resolver()) == set()


def test_every_direct_requirement_is_pinned_and_explained() -> None:
    lines = [
        line
        for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert [line for line in lines if not re.fullmatch(r"[\w-]+==[\w.+]+ +# .+", line)] == []


def test_every_package_that_is_imported_is_required() -> None:
    """Or told to be optional."""
    lists = [ROOT / "requirements.txt", *(ROOT / "scripts" / "optional").glob("*.txt")]
    required = {
        match.group().lower().replace("_", "-")
        for path in lists
        for line in path.read_text("utf-8").splitlines()
        if (match := re.match(r"[\w-]+(?===)", line))
    }
    required.add("pydantic-core")  # pydantic itself asks for exactly one version of it
    distributions = packages_distributions()
    missing = {
        f"{name_of(path)}: {module}"
        for path in own_files(".py")
        if "tests" not in path.parts and path.name != "conftest.py" and "testing" not in path.parts
        for module in imported_modules(ast.parse(path.read_bytes()))
        for name in distributions.get(module, [])
        if name.lower().replace("_", "-") not in required
    }
    assert missing == set()


def imported_modules(tree: ast.Module) -> set[str]:
    """First parts of the names; what only a type checker reads is left out."""
    found: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
        waiting += ast.iter_child_nodes(node)
    return found


@pytest.mark.parametrize("name", ["README.md", "docs/development.md", "docs/architecture.md"])
def test_named_files_exist(name: str) -> None:
    """Paths in backquotes that begin with one of our folders."""
    text = (ROOT / name).read_text("utf-8")
    named = re.findall(r"`((?:admin_system|scripts|docs|\.ci)/[\w./-]+)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_version_is_said_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "place"), [("troubleshooting.md", 0), ("zh/troubleshooting.md", 1)]
)
def test_troubles_are_told_by_codes_and_words_that_the_service_uses(name: str, place: int) -> None:
    text = (DOCS / name).read_text("utf-8")
    rows = re.findall(r'^\| <a id="(\w+)"></a>`(\w+)` \| (.+?) \|', text, re.MULTILINE)
    assert len(rows) > 40
    wrong = [
        (anchor, code, words)
        for anchor, code, words in rows
        if anchor != code
        or not all(part.strip() in MESSAGES[code][place] for part in words.split("…"))
    ]
    assert wrong == []
