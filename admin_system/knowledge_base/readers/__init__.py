"""Files to text with structure: which reader reads which format."""

from __future__ import annotations

import logging
from importlib import import_module

from admin_system.knowledge_base.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
    ReadingStopped,
    UnknownFormat,
)
from admin_system.knowledge_base.readers.formats import find_format
from admin_system.knowledge_base.readers.limits import DEFAULT_LIMITS, Limits
from admin_system.knowledge_base.readers.reading import Reading

logger = logging.getLogger(__name__)

READERS = {
    "csv": ("separated", "read_separated"),
    "docx": ("word", "read_word"),
    "epub": ("epub", "read_epub"),
    "html": ("html", "read_html"),
    "markdown": ("markdown", "read_markdown"),
    "pdf": ("pdf.document", "read_pdf"),
    "picture": ("embedded", "read_picture_file"),
    "pptx": ("slides", "read_slides"),
    "txt": ("plain_text", "read_plain_text"),
    "xlsx": ("sheets", "read_sheets"),
}
"""Format -> module and function; imported when the first such file comes."""
TABLES = ("csv", "xlsx")


def read_document(
    data: bytes, file_name: str, limits: Limits = DEFAULT_LIMITS, *, questions: bool = False
) -> Reading:
    """Reads in this process; what others have sent is read with `isolation.read_isolated`.

    `questions` reads a table of two columns as questions with answers. An archive is not read but
    unpacked, with `archives.unpack`. Raises DocumentError.
    """
    if len(data) > limits.file_bytes:
        raise DocumentTooLarge("document_too_many_bytes", limit=limits.file_bytes // 2**20)
    found = find_format(data, file_name)
    if found == "zip":
        raise UnknownFormat("document_is_archive")
    if questions and found not in TABLES:
        raise UnknownFormat("document_not_a_table")
    module, function = READERS[found]
    read = getattr(import_module(f"{__name__}.{module}"), function)
    try:
        reading: Reading = read(data, limits, questions=True) if questions else read(data, limits)
    except DocumentError:
        raise
    except MemoryError as error:
        raise ReadingStopped("document_memory", limit=limits.memory_bytes // 2**20) from error
    except Exception as error:
        # The libraries raise whatever a broken file makes them stumble over.
        logger.exception("a %s file could not be read", found)
        raise DamagedDocument("document_damaged", format=found.upper()) from error
    return reading
