"""The steps of `start_service.py`, from an empty folder to a service that answers."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scripts.startup.addresses import Address, check_free, network_url
from scripts.startup.console import StartFailed, accept_any_character, clear_progress, say, say_pair
from scripts.startup.environment import (
    PRODUCT,
    ROOT,
    download_wheels,
    prepare_environment,
    venv_python,
)
from scripts.startup.modes import MODES, settings_of
from scripts.startup.packages import Source
from scripts.startup.server import Server, Stopped, stop_on_signals
from scripts.startup.supervisor import Patience, Supervisor, Watched


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="start_service.py",
        description="一条命令启动服务 · starts the whole service with one command",
    )
    mode = parser.add_mutually_exclusive_group()
    for name, told in (
        ("all", "网站与模型，默认 · site and model, the default (8000)"),
        ("django", "只有网站与管理页，不加载模型 · site and admin without a model (8000)"),
        ("gpu", "只有接口与模型，没有网页 · API and model without pages (8001)"),
    ):
        mode.add_argument(
            f"--{name}", dest="mode", action="store_const", const=name, default="all", help=told
        )
    parser.add_argument(
        "--engine",
        metavar="URL",
        help="与 --django 同用：由该地址的服务回答 · with --django: the service there answers",
    )
    parser.add_argument(
        "--dev",
        action="store_true",
        help="开发模式：代码改动后自动重启 · development: starts again when the code changes",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="监听地址；0.0.0.0 对局域网开放 · address; 0.0.0.0 opens it to the network",
    )
    parser.add_argument("--port", type=_port, help="端口 · port (8000, --gpu 8001)")
    parser.add_argument(
        "--model",
        metavar="NAME|PATH",
        help="模型名称或文件夹，设为当前模型 · a model's name or folder, made current",
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="不打开浏览器 · do not open the browser"
    )
    parser.add_argument(
        "--offline",
        metavar="DIR",
        type=Path,
        help="从该文件夹中的 wheel 安装，不联网 · install from wheels in this folder, no network",
    )
    parser.add_argument(
        "--download-wheels",
        metavar="DIR",
        type=Path,
        help="在联网电脑上为 --offline 准备文件夹 · fills a folder for --offline",
    )
    parser.add_argument(
        "--torch-index",
        metavar="URL",
        help="另外的 torch 安装源 · an index with other builds of torch",
    )
    chosen = parser.parse_args(arguments)
    if chosen.engine and chosen.mode != "django":
        parser.error("--engine 与 --django 同用 · --engine goes with --django")
    chosen.port = chosen.port or MODES[chosen.mode].port
    return chosen


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError("1..65535")
    return port


def main(
    arguments: Sequence[str] | None = None,
    prepare: Callable[[Path, Source], Path] = prepare_environment,
    patience: Patience | None = None,
) -> int:
    """`prepare` gives the interpreter of the environment that everything runs in."""
    accept_any_character()
    chosen = parse(arguments)
    stop_on_signals()
    try:
        if chosen.download_wheels is not None:
            download_wheels(chosen.download_wheels.resolve(), Source(None, chosen.torch_index))
            return 0
        return _start(chosen, prepare, patience)
    except StartFailed as failure:
        say(f"启动失败：{failure.zh}", f"Not started: {failure.en}")
        return 1
    except Stopped:
        say("已停止。", "Stopped.")
        return 0


def _start(
    chosen: argparse.Namespace,
    prepare: Callable[[Path, Source], Path],
    patience: Patience | None,
) -> int:
    address = Address(chosen.host, chosen.port)
    check_free(address, venv_python())
    source = Source(chosen.offline and chosen.offline.resolve(), chosen.torch_index)
    python = prepare(PRODUCT, source)
    _prepare_site(python, _model(chosen.model), chosen.engine)
    settings = settings_of(
        chosen.mode,
        model=chosen.model is not None,
        engine=chosen.engine is not None,
        dev=chosen.dev,
    )
    say("正在启动服务器……", "Starting the server …")
    if chosen.dev:
        return _develop(python, address, settings)
    browser = iter([not chosen.no_browser and chosen.mode != "gpu"])

    def announce(server: Watched, outcome: str) -> None:
        if isinstance(server, Server):
            _announce(server, outcome, pages=chosen.mode != "gpu", browser=next(browser, False))

    supervisor = Supervisor(lambda: Server(python, address, ROOT, settings), announce, patience)
    try:
        return supervisor.run()
    finally:
        clear_progress()
        if isinstance(supervisor.server, Server) and not supervisor.server.stop():
            say("服务器未按时退出，已强制结束。", "The server did not end in time and was killed.")


def _develop(python: Path, address: Address, settings: Mapping[str, str]) -> int:
    """Django's own server, which starts itself again."""
    command: list[str | Path] = [python, "manage.py", "runserver", f"{address.host}:{address.port}"]
    environment = {**os.environ, **settings, "PYTHONUTF8": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment).returncode


def _model(given: str | None) -> str | None:
    """A folder is told by its whole path, since the site runs in a folder of its own."""
    if given and Path(given).is_dir():
        return str(Path(given).resolve())
    return given


def _prepare_site(python: Path, model: str | None, engine: str | None) -> None:
    say("正在准备数据库与管理员……", "Preparing the database and the administrator …")
    command: list[str | Path] = [python, "-m", "scripts.startup.preparation"]
    command += ["--model", model] if model else []
    command += ["--engine", engine] if engine else []
    code = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONUTF8": "1"}).returncode
    if code != 0:
        raise StartFailed(
            "数据库或配置有误，见上。", "the database or a setting is at fault, see above."
        )


def _announce(server: Server, outcome: str, *, pages: bool, browser: bool) -> None:
    if outcome == "ended":
        say("服务器已退出，原因见上。", "The server has ended; the reason is above.")
        return
    url = server.address.url
    if outcome == "ready":
        say(f"服务已就绪：{url}", f"The service is ready: {url}")
    elif outcome == "failed":
        say(
            f"模型加载失败：{server.failure('zh')}\n服务器仍在运行，可在管理页修改后重新加载。",
            f"The model could not be loaded: {server.failure('en')}\n"
            "The server runs on; change the model in the admin pages and load it again.",
        )
    else:
        say("服务器已启动，未加载模型。", "The server runs; no model is loaded.")
    if pages:
        say_pair("管理页", "admin pages", f"{url}/admin/")
    say_pair("接口文档", "API documents", f"{url}/api/docs")
    say_pair("OpenAI 接口", "OpenAI API", f"{url}/api/v1")
    outside = network_url(server.address)
    if outside is not None:
        say_pair("局域网（需要 API 密钥）", "network (with an API key)", outside)
    say("按 Ctrl+C 停止。", "Press Ctrl+C to stop.")
    if browser and _has_screen():
        # In a thread: some browsers keep the call until they are closed.
        threading.Thread(target=webbrowser.open, args=[url + "/admin/"], daemon=True).start()


def _has_screen() -> bool:
    """A text browser must not take over the terminal of a server."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
