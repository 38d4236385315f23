"""What the samples come to, in words and figures."""

from __future__ import annotations

from collections.abc import Sequence

from scripts.monitoring.charts import panels_of
from scripts.monitoring.samples import Sample
from scripts.monitoring.words import Language, word


def write_report(samples: Sequence[Sample], language: Language) -> str:
    """Lines of text; of each figure the mean and the most over the samples that have it."""
    if not samples:
        return word("nothing", language)
    ready = sum(sample.state == "ok" for sample in samples) / len(samples)
    lines = [
        word("report", language),
        f"  {word('samples', language)}: {len(samples)}",
        f"  {word('duration', language)}: {samples[-1].time - samples[0].time:.0f}",
        f"  {word('availability', language)}: {ready:.1%}",
    ]
    for title, series in panels_of(samples):
        for name, value in series:
            figures = [figure for sample in samples if (figure := value(sample)) is not None]
            if not figures:
                continue
            told = word(name or title, language)
            mean, most = sum(figures) / len(figures), max(figures)
            says_mean, says_most = word("mean", language), word("most", language)
            lines.append(f"  {told}: {says_mean} {mean:.1f}, {says_most} {most:.1f}")
    faults = dict.fromkeys(
        f"  {word(sample.state, language)}: {sample.reason}" for sample in samples if sample.reason
    )
    return "\n".join([*lines, *faults])
