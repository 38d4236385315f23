"""The topics of the library as keys know them: by number, since a name may pass to another topic.

The library lies above core and tells its topics through the one function that it hands in here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from admin_system.core.errors import CoreError

TellTopics = Callable[[], Mapping[int, str]]
"""Number -> name of every topic there is."""


class UnknownTopic(CoreError):
    """A key cannot be bound to a topic that is not there."""


_source: list[TellTopics] = []


def tell_topics_with(tell: TellTopics) -> None:
    """Called once by the library when it is set up."""
    _source[:] = [tell]


def topic_names() -> Mapping[int, str]:
    """Empty where there is no library."""
    return _source[0]() if _source else {}


def find_topic_numbers(names: Iterable[str]) -> list[int]:
    """Sorted. Raises UnknownTopic for the first name that is none."""
    numbers = {name: number for number, name in topic_names().items()}
    found = set()
    for name in names:
        if name not in numbers:
            raise UnknownTopic("key_topic_unknown", topic=name)
        found.add(numbers[name])
    return sorted(found)
