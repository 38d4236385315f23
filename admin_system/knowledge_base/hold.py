"""What the work on a job knows of the lease that it runs under."""

from __future__ import annotations


class WorkStopped(Exception):
    """Somebody wished so; what was done is kept and gone on from."""


class MakesWay(Exception):
    """Other work is more urgent; this one goes on after it."""


class Hold:
    """Held for good: the form for work outside the queue. A worker's lease may be lost."""

    def should_stop(self) -> bool:
        """Asked at every look of the work."""
        return False

    def look(self) -> None:
        """Raises WorkStopped."""
        if self.should_stop():
            raise WorkStopped

    def require(self) -> None:
        """In each transaction that changes what others see: it is rolled back when another worker
        has the job by now. Raises LeaseLost."""
