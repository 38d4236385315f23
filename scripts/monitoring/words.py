"""The monitor's words in Chinese and English."""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]

WORDS: dict[str, tuple[str, str]] = {
    "title": ("服务监控", "Service monitor"),
    "state": ("状态", "State"),
    "model": ("模型", "Model"),
    "queue": ("生成中 / 等待 / 并发上限", "Running / waiting / slots"),
    "requests": ("生成中与等待的请求", "Requests running and waiting"),
    "running": ("生成中", "Running"),
    "waiting": ("等待", "Waiting"),
    "speed": ("生成速度（token/秒）", "Speed (tokens/s)"),
    "cpu": ("处理器占用（%）", "Processor (%)"),
    "memory": ("内存（GiB）", "Memory (GiB)"),
    "gpu_memory": ("显存（GiB）", "GPU memory (GiB)"),
    "gpu_load": ("显卡占用（%）", "GPU load (%)"),
    "temperature": ("显卡温度（°C）", "GPU temperature (°C)"),
    "time": ("时间", "Time"),
    "ok": ("就绪", "ready"),
    "loading": ("加载中", "loading"),
    "stopped": ("未加载模型", "no model loaded"),
    "degraded": ("异常", "at fault"),
    "unreachable": ("连接不上", "unreachable"),
    "samples": ("采样次数", "Samples"),
    "duration": ("时长（秒）", "Duration (s)"),
    "availability": ("就绪时间占比", "Share of the time ready"),
    "mean": ("平均", "mean"),
    "most": ("最高", "most"),
    "report": ("监控报告", "Report of the monitor"),
    "charts": ("图表", "Charts"),
    "log": ("采样记录", "Samples kept in"),
    "nothing": ("没有数据", "no data"),
    "stop": ("按 Ctrl+C 结束并生成报告", "Ctrl+C ends it and writes the report"),
}


def word(name: str, language: Language) -> str:
    chinese, english = WORDS[name]
    return chinese if language == "zh" else english
