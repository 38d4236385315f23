"""Watches a running service: a live view, a log of samples, at the end a report with charts."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from scripts.monitoring.charts import draw_charts
from scripts.monitoring.report import write_report
from scripts.monitoring.samples import Reader, Sample
from scripts.monitoring.view import render
from scripts.monitoring.words import Language, word
from scripts.startup.console import accept_any_character, languages
from scripts.startup.environment import ROOT
from scripts.startup.server import Stopped, stop_on_signals

Show = Callable[[Sequence[Sample]], None]

SHOWN = 48
"""Samples that the view looks back on."""
KEPT = 200_000
"""Samples for the charts; beyond it every second one is let go of."""


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="monitor_service.py",
        description="监控运行中的服务，不加载模型 · watches a running service, loads no model",
    )
    parser.add_argument("--interval", type=_seconds, default=5.0, help="采样间隔秒数 · seconds (5)")
    parser.add_argument(
        "--duration", type=_seconds, help="总秒数，默认直到 Ctrl+C · seconds in all"
    )
    parser.add_argument("--log", action="store_true", help="不显示画面，逐行输出 · lines, no view")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="服务地址 · the service")
    parser.add_argument("--key", default=os.environ.get("QWEN_VL_KEY", ""), help="API 密钥 · key")
    return parser.parse_args(arguments)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not seconds > 0:
        raise argparse.ArgumentTypeError("> 0")
    return seconds


def main(arguments: Sequence[str] | None = None) -> int:
    accept_any_character()
    chosen = parse(arguments)
    language: Language = "en" if languages() == ("en",) else "zh"
    folder = Path(os.environ.get("QWEN_VL_LOG_DIR") or ROOT / "logs")
    stamp = time.strftime("%Y%m%d_%H%M%S")
    log = folder / f"monitor_{stamp}.log"
    chart = folder / "charts" / f"monitor_{stamp}.png"
    samples: list[Sample] = []
    stop_on_signals()
    try:
        with showing(chosen.url, language, lines=chosen.log) as show:
            watch(chosen, log, samples, show, language)
    except Stopped:
        pass
    print(write_report(samples, language))
    if not samples:
        return 1
    draw_charts(samples, chart, language)
    print(f"  {word('log', language)}: {log}\n  {word('charts', language)}: {chart}", flush=True)
    return 0 if any(sample.state == "ok" for sample in samples) else 1


def watch(
    chosen: argparse.Namespace,
    log: Path,
    samples: list[Sample],
    show: Show,
    language: Language,
) -> None:
    """Until the duration is over; a server that restarts is a gap, not an end."""
    reader = Reader(chosen.url, chosen.key, language)
    log.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    number = 0
    with log.open("a", encoding="utf-8") as file:
        while chosen.duration is None or time.monotonic() - began <= chosen.duration:
            sample = reader.read()
            samples.append(sample)
            file.write(sample.to_line() + "\n")
            file.flush()
            show(samples[-SHOWN:])
            if len(samples) > KEPT:
                del samples[1::2]
            number += 1
            # On the beat, however long the answer took.
            time.sleep(max(0.0, began + number * chosen.interval - time.monotonic()))


@contextmanager
def showing(url: str, language: Language, *, lines: bool) -> Iterator[Show]:
    """How a sample is shown: a view that is rewritten, or a line where there is no terminal."""
    if lines or not sys.stdout.isatty():
        yield lambda samples: print(to_line(samples[-1], language), flush=True)
        return
    from rich.live import Live

    with Live(auto_refresh=False) as live:
        yield lambda samples: live.update(render(samples, url, language), refresh=True)


def to_line(sample: Sample, language: Language) -> str:
    clock = time.strftime("%H:%M:%S", time.localtime(sample.time))
    figures = [
        f"{word(name, language)} {value:g}"
        for name, value in (
            ("running", sample.running),
            ("waiting", sample.waiting),
            ("speed", round(sample.speed, 1) if sample.speed is not None else None),
            ("cpu", sample.cpu),
        )
        if value is not None
    ]
    return "  ".join([clock, word(sample.state, language), sample.model, *figures, sample.reason])
