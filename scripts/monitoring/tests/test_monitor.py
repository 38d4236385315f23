"""The monitor against a real server that answers, is killed and comes back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from PIL import Image

from admin_system.api.tests.conftest import running
from admin_system.api.tests.conftest import template as template
from admin_system.tests.house import ROOT
from scripts.monitoring.charts import draw_charts
from scripts.monitoring.report import write_report
from scripts.monitoring.samples import GpuSample, Reader, Sample

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_a_busy_server_that_restarts_is_watched_to_the_end(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    with running("uvicorn", "builtin-demo", template, tmp_path_factory) as server:
        server.wait_for("/readyz")
        environment = {
            **os.environ,
            "QWEN_VL_LOG_DIR": str(tmp_path),
            "QWEN_VL_LANGUAGE": "zh-hans",
            "PYTHONUTF8": "1",
            "PYTHONWARNINGS": "error",  # a label that the font cannot show is one
        }
        command = [sys.executable, "-m", "scripts.monitoring", "--url", server.url]
        monitor = subprocess.Popen(
            [*command, "--interval", "0.3", "--duration", "120", "--log"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        body = {"messages": [{"role": "user", "content": "你好"}]}
        while len(states(tmp_path)) < 6:  # answers go on while the first samples are taken
            httpx.post(f"{server.url}/api/v1/chat/completions", json=body, timeout=60)
            assert monitor.poll() is None
        server.stop()
        wait_for_state("unreachable", tmp_path, monitor)
        server.start_again()
        wait_for_state("ok", tmp_path, monitor)
        monitor.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
        said, _ = monitor.communicate(timeout=120)
    assert monitor.returncode == 0, said
    (log,) = tmp_path.glob("monitor_*.log")
    samples = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert any(sample["speed"] for sample in samples)
    assert "监控报告" in said
    (chart,) = (tmp_path / "charts").glob("monitor_*.png")
    with Image.open(chart) as image:
        image.load()
        colours = image.convert("RGB").getcolors(1 << 24)
        assert image.width > 1000
    assert colours is not None
    assert (42, 79, 196) in {colour for _, colour in colours}  # a line was drawn


def states(folder: Path) -> list[str]:
    """Of the samples so far; the last line may still be on its way to the file."""
    lines = [
        line
        for log in folder.glob("monitor_*.log")
        for line in log.read_text("utf-8").splitlines(keepends=True)
        if line.endswith("\n")
    ]
    return [json.loads(line)["state"] for line in lines]


def wait_for_state(state: str, folder: Path, monitor: subprocess.Popen[str]) -> None:
    """Until the newest sample says so."""
    end = time.monotonic() + 60
    while states(folder)[-1] != state:
        assert time.monotonic() < end, states(folder)
        assert monitor.poll() is None
        time.sleep(0.05)


def test_figures_of_a_card_have_their_own_panels(tmp_path: Path) -> None:
    gpu = GpuSample("NVIDIA H100", 30.0, 80.0, 55.0, 61.0)
    samples = [Sample(1_700_000_000.0 + place, "ok", gpus=(gpu,)) for place in range(3)]
    report = write_report(samples, "en")
    assert "GPU memory (GiB): mean 30.0, most 30.0" in report
    draw_charts(samples, tmp_path / "chart.png", "en")
    plain = tmp_path / "plain.png"
    draw_charts([Sample(1.0, "unreachable", "refused")] * 2, plain, "en")
    with Image.open(tmp_path / "chart.png") as with_gpu, Image.open(plain) as without:
        assert with_gpu.height > without.height


def test_silence_is_a_sample_with_its_reason() -> None:
    sample = Reader("http://127.0.0.1:9").read()
    assert sample.state == "unreachable"
    assert sample.reason


def test_what_only_looks_like_the_service_is_no_fault_of_the_monitor(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as other:
        killer = threading.Timer(60, other.kill)
        killer.start()
        assert other.stdout is not None
        port = other.stdout.readline().split("port ")[1].split()[0]
        assert Reader(f"http://127.0.0.1:{port}").read().reason == "HTTP 404"
        other.kill()
        killer.cancel()
