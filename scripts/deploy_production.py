"""Readies the service for a network: checks, settings, database, and files for systemd and nginx.

python scripts/deploy_production.py --domain vl.example.com --dry-run     shows what it would do
"""

from __future__ import annotations

import argparse
import getpass
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.deployment.checks import Finding, check_machine, check_site, tighten
from scripts.deployment.plan import Plan
from scripts.deployment.recipes import write_recipes
from scripts.deployment.servers import offered
from scripts.deployment.settings_file import merge, update
from scripts.deployment.units import units_of
from scripts.startup.console import StartFailed, accept_any_character, say
from scripts.startup.environment import (
    GUNICORN,
    PRODUCT,
    REDIS,
    ROOT,
    prepare_environment,
    venv_python,
)
from scripts.startup.packages import Source


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="生产部署 · production deployment")
    parser.add_argument("--domain", required=True, help="主机名 · host name, vl.example.com")
    parser.add_argument("--port", type=int, default=8000, help="本机端口 · port on loopback (8000)")
    parser.add_argument(
        "--server",
        choices=offered(os.name),
        default="uvicorn",
        help="服务器程序 · server (uvicorn)",
    )
    parser.add_argument("--user", default=getpass.getuser(), help="系统账号 · account")
    parser.add_argument(
        "--web",
        type=int,
        default=1,
        metavar="N",
        help="网站进程数，多于一个时需要 Redis · web processes; more than one need Redis (1)",
    )
    parser.add_argument("--certificate", type=Path, help="TLS 证书 · certificate (PEM)")
    parser.add_argument("--certificate-key", type=Path, help="TLS 私钥 · its key (PEM)")
    parser.add_argument("--offline", metavar="DIR", type=Path, help="wheel 文件夹 · wheels")
    parser.add_argument("--dry-run", action="store_true", help="只显示，不改动 · change nothing")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    accept_any_character()
    chosen = parse(arguments)
    try:
        return deploy(chosen)
    except StartFailed as failure:
        say(f"部署失败：{failure.zh}", f"Not deployed: {failure.en}")
        return 1


def deploy(chosen: argparse.Namespace) -> int:
    """Raises StartFailed."""
    plan = Plan(
        root=ROOT,
        python=venv_python(),
        domain=chosen.domain,
        port=chosen.port,
        user=chosen.user,
        certificate=chosen.certificate,
        certificate_key=chosen.certificate_key,
        server=chosen.server,
        web=chosen.web,
    )
    passed = tell(check_machine(plan))
    if chosen.dry_run:
        show(plan)
        return 0 if passed else 1
    if not passed:
        raise StartFailed("先解决上面标 ✗ 的问题。", "Mend what is marked ✗ above first.")
    source = Source(chosen.offline and chosen.offline.resolve())
    prepare_environment(PRODUCT, source)
    if plan.server == "gunicorn":
        prepare_environment(GUNICORN, source)
    if plan.web > 1:
        prepare_environment(REDIS, source)
    update(ROOT / ".env", plan.settings)
    environment = {**os.environ, "PYTHONUTF8": "1"}
    command = [str(plan.python), "-m", "scripts.startup.preparation"]
    if subprocess.run(command, cwd=ROOT, env=environment).returncode != 0:
        raise StartFailed(
            "数据库或配置有误，见上。", "Database or settings are at fault, see above."
        )
    if not tell([check_site(plan), *tighten(plan)]):
        return 1
    folder = ROOT / "data" / "deploy"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in write_recipes(plan).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    tell_next(folder, plan)
    return 0


def show(plan: Plan) -> None:
    """Everything that would be written."""
    env = ROOT / ".env"
    text = env.read_text(encoding="utf-8-sig") if env.exists() else ""
    files = {".env": merge(text, plan.settings), **write_recipes(plan)}
    for name, content in files.items():
        print(f"\n===== {name} =====\n{hide_secrets(content)}")
    say("以上是预览，没有改动任何文件。", "This was a preview; nothing was changed.")


def hide_secrets(text: str) -> str:
    return "\n".join(
        f"{line.partition('=')[0]}=…" if "KEY=" in line.partition("#")[0].upper() else line
        for line in text.splitlines()
    )


def tell(findings: Sequence[Finding]) -> bool:
    """Says each; whether all passed."""
    for finding in findings:
        mark = "✓" if finding.passed else "✗"
        say(f"{mark} {finding.zh}", f"{mark} {finding.en}")
    return all(finding.passed for finding in findings)


def tell_next(folder: Path, plan: Plan) -> None:
    say("文件已写好，接下来：", "The files are written; next:")
    if os.name == "nt":
        print(f'  以管理员身份运行 · as administrator: "{folder / "windows_service.bat"}"')
        return
    print(
        f"  sudo cp {folder}/*.service {folder}/*.timer /etc/systemd/system/\n"
        f"  sudo cp {folder}/qwen-vl.nginx.conf /etc/nginx/conf.d/qwen-vl.conf\n"
        "  sudo systemctl daemon-reload\n"
        f"  sudo systemctl enable --now {' '.join(units_of(plan))} qwen-vl-backup.timer\n"
        "  sudo nginx -t && sudo systemctl reload nginx\n"
        "  .venv/bin/python manage.py create_api_key NAME"
    )


if __name__ == "__main__":
    sys.exit(main())
