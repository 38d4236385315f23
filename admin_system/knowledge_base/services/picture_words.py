"""What the service's own vision model says of a document's pictures, put in their places."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from admin_system.core.errors import (
    BadRequest,
    CoreError,
    ModelNotReady,
    QueueFull,
    UpstreamError,
)
from admin_system.knowledge_base import jobs, storage, vision
from admin_system.knowledge_base.models import Document, DocumentPicture
from admin_system.knowledge_base.readers.reading import Notice, Reading, describe_pictures
from admin_system.knowledge_base.services.pictures import store_pictures

logger = logging.getLogger(__name__)

PAUSE, LONGEST_PAUSE = 60, 600
"""Seconds until a model that did not answer is asked again, where it does not say itself."""
REFUSALS = (400, 413, 415, 422)
"""Statuses of an upstream that are about the picture: asking again gives the same answer."""
UNKNOWN = "?"
"""Stands for a model that went meanwhile."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Some pictures have no words yet; all other text can be found."""

    code: str
    """Of `messages`, with its values: why."""
    values: dict[str, object]
    after: int | None = None
    """Seconds until the model may be asked again; None as soon as one is there."""


@dataclass(frozen=True, slots=True)
class Described:
    reading: Reading
    """With the words for its pictures."""
    pictures: Sequence[DocumentPicture]
    """In the order of the reading."""
    wait: Wait | None = None


def add_picture_words(
    document: Document,
    reading: Reading,
    report: Callable[[float], None],
    should_stop: Callable[[], bool],
) -> Described:
    """Asks the model, where one can see, about each picture that has no words yet; every answer
    is kept at once, and what was described before, here or elsewhere, is not asked again.

    Raises what `report` raises, WorkStopped, and CoreError where the model refuses the picture and
    there is nothing else in the document.
    """
    pictures = store_pictures(document, reading)
    refused: dict[int, CoreError] = {}
    fault = describe_all(pictures, refused, report, should_stop)
    if refused and not fault and not reading.text and not any(one.words for one in pictures):
        raise next(iter(refused.values()))
    for place in refused:
        keep_words(pictures[place], "", vision.find_seeing_model() or UNKNOWN)
    words = {place: one.words for place, one in enumerate(pictures) if one.described_by}
    wait = to_wait(len(pictures) - len(words), fault)
    silent = sum(not text for text in words.values())
    if silent:
        notice = Notice("document_pictures_without_words", {"pictures": silent})
        reading = replace(reading, notices=(*reading.notices, notice))
    return Described(describe_pictures(reading, words), pictures, wait)


def describe_all(
    pictures: Sequence[DocumentPicture],
    refused: dict[int, CoreError],
    report: Callable[[float], None],
    should_stop: Callable[[], bool],
) -> CoreError | None:
    """The fault that ended it, if any; `refused` gets the places of pictures that the model would
    not look at, with its reasons."""
    for place, picture in enumerate(pictures):
        report(place / len(pictures))
        if picture.described_by:
            continue
        model = vision.find_seeing_model()
        if model is None:
            return None
        try:
            words = vision.describe(storage.read(picture.sha256), model, should_stop)
        except ModelNotReady:  # switched or unloaded in this very moment
            return None
        except CoreError as error:
            logger.warning("a picture is not described: %s %s", error.code, error.values)
            if not is_refusal(error):
                return error
            refused[place] = error
        else:
            keep_words(picture, words, model)
    return None


def keep_words(picture: DocumentPicture, words: str, model: str) -> None:
    picture.words, picture.described_by = words, model
    picture.save(update_fields=["words", "described_by"])


def is_refusal(error: CoreError) -> bool:
    return isinstance(error, BadRequest) or (
        isinstance(error, UpstreamError) and error.status in REFUSALS
    )


def to_wait(waiting: int, fault: CoreError | None) -> Wait | None:
    if not waiting:
        return None
    if fault is None:
        return Wait("document_waits_for_vision", {"pictures": waiting})
    asked = fault.retry_after if isinstance(fault, UpstreamError | QueueFull) else None
    return Wait(fault.code, dict(fault.values), min(asked or PAUSE, LONGEST_PAUSE))


def describe_again(document: Document) -> None:
    """Asks the model that is loaded now about all pictures of the document."""
    DocumentPicture.objects.filter(document=document).update(words="", described_by="")
    jobs.begin(document)
