"""Who waits for a row, and whose turn is next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from admin_system.core.engines.local.job import Job


class WaitingRoom:
    """Fair between owners: the next row goes to the one who has the fewest, then to who came first.

    Belongs to the engine's thread, but for `position`.
    """

    def __init__(self) -> None:
        self._jobs: list[Job] = []
        """As they came."""
        self._order: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self._jobs)

    def add(self, job: Job) -> None:
        self._jobs.append(job)

    def take(self, rows: Mapping[str, int]) -> Job:
        """The next one; `rows` counts those that each owner has."""
        job = self._sort(rows)[0]
        self._jobs.remove(job)
        return job

    def remove(self, which: Callable[[Job], bool]) -> list[Job]:
        """Takes those out of which this is true."""
        removed = [job for job in self._jobs if which(job)]
        if removed:
            self._jobs = [job for job in self._jobs if not which(job)]
        return removed

    def settle(self, rows: Mapping[str, int]) -> None:
        """Writes down the order, for those who ask from other threads."""
        if self._jobs or self._order:
            self._order = tuple(job.id for job in self._sort(rows))

    def position(self, job_id: str) -> int | None:
        """From 1, as it was when the order was last written down; from any thread."""
        order = self._order
        return order.index(job_id) + 1 if job_id in order else None

    def _sort(self, rows: Mapping[str, int]) -> list[Job]:
        counts = Counter(rows)
        turns: list[tuple[int, int]] = []
        for place, job in enumerate(self._jobs):
            turns.append((counts[job.owner], place))
            counts[job.owner] += 1
        return [self._jobs[place] for _, place in sorted(turns)]
