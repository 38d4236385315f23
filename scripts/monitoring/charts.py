"""Charts of the samples as one PNG; Chinese labels by the font that ships with the project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from scripts.monitoring.samples import SILENT, Sample
from scripts.monitoring.words import Language, word

FONT = Path(__file__).resolve().parents[2] / "admin_system/core/fonts/wqy-microhei.ttc"
INK, LINE = "#171c28", "#e3e6ed"
SERIES = ("#2a4fc4", "#b4571a", "#0f7f86")
STATE_COLOURS = {
    "ok": "#14713f",
    "loading": "#2a4fc4",
    "stopped": "#98a1b3",
    "degraded": "#865000",
    SILENT: "#b3232f",
}

Value = Callable[[Sample], float | None]


def panels_of(samples: Sequence[Sample]) -> list[tuple[str, list[tuple[str, Value]]]]:
    """Title and series of each panel; those of a card only where there is one."""
    panels: list[tuple[str, list[tuple[str, Value]]]] = [
        ("speed", [("", lambda sample: sample.speed)]),
        (
            "requests",
            [("running", lambda sample: sample.running), ("waiting", lambda s: s.waiting)],
        ),
        ("cpu", [("", lambda sample: sample.cpu)]),
        ("memory", [("", lambda sample: sample.memory)]),
    ]
    if any(sample.gpus for sample in samples):
        panels += [
            ("gpu_memory", [("", lambda s: s.gpus[0].memory if s.gpus else None)]),
            ("gpu_load", [("", lambda s: s.gpus[0].utilization if s.gpus else None)]),
            ("temperature", [("", lambda s: s.gpus[0].temperature if s.gpus else None)]),
        ]
    return panels


def draw_charts(samples: Sequence[Sample], path: Path, language: Language) -> None:
    """Writes the PNG. A gap in a line is a moment without that figure."""
    import matplotlib as mpl

    mpl.use("agg")  # needs no screen
    from matplotlib import font_manager
    from matplotlib import pyplot as plt

    font_manager.fontManager.addfont(str(FONT))
    family = font_manager.FontProperties(fname=str(FONT)).get_name()
    panels = panels_of(samples)
    times = [datetime.fromtimestamp(sample.time) for sample in samples]
    with plt.rc_context({"font.family": family, "axes.unicode_minus": False}):
        figure, axes = plt.subplots(
            len(panels) + 1,
            1,
            figsize=(11, 1.9 * len(panels) + 1.6),
            sharex=True,
            height_ratios=[0.35, *[1] * len(panels)],
            layout="constrained",
        )
        model = next((sample.model for sample in reversed(samples) if sample.model), "")
        figure.suptitle(f"{word('title', language)}  {model}", color=INK)
        draw_states(axes[0], samples, times, language)
        for axis, (title, series) in zip(axes[1:], panels, strict=True):
            draw_panel(axis, title, series, samples, times, language)
        axes[-1].set_xlabel(word("time", language))
        figure.autofmt_xdate(rotation=0, ha="center")
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=120)
        plt.close(figure)


def draw_states(
    axis: Any, samples: Sequence[Sample], times: Sequence[datetime], language: Language
) -> None:
    """A band that is coloured by the state."""
    for place, sample in enumerate(samples):
        end = times[min(place + 1, len(times) - 1)]
        axis.axvspan(times[place], end, color=STATE_COLOURS.get(sample.state, LINE), linewidth=0)
    for state in dict.fromkeys(sample.state for sample in samples):
        axis.plot(
            [], [], color=STATE_COLOURS.get(state, LINE), linewidth=6, label=word(state, language)
        )
    axis.set_yticks([])
    axis.set_title(word("state", language), loc="left", fontsize=10, color=INK)
    axis.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=5, frameon=False, fontsize=9)


def draw_panel(
    axis: Any,
    title: str,
    series: Sequence[tuple[str, Value]],
    samples: Sequence[Sample],
    times: Sequence[datetime],
    language: Language,
) -> None:
    seen = False
    for (name, value), colour in zip(series, SERIES, strict=False):
        figures = [value(sample) for sample in samples]
        seen = seen or any(figure is not None for figure in figures)
        axis.plot(
            times,
            [float("nan") if figure is None else figure for figure in figures],
            color=colour,
            linestyle="-" if colour == SERIES[0] else "--",
            linewidth=1.6,
            clip_on=False,  # a full processor is a line on the frame
            marker="." if len(samples) < 40 else None,
            label=word(name, language) if name else None,
        )
    if not seen:
        axis.text(0.5, 0.5, word("nothing", language), transform=axis.transAxes, ha="center")
    axis.set_title(word(title, language), loc="left", fontsize=10, color=INK)
    axis.set_ylim(bottom=0)
    axis.grid(color=LINE, linewidth=0.8)
    axis.spines[["top", "right"]].set_visible(False)
    if len(series) > 1:
        axis.legend(loc="upper right", frameon=False, fontsize=9)
