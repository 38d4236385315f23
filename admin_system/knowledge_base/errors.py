"""What can go wrong in the library, as codes and values; the sentences are in `messages`.

KnowledgeError
├── DocumentError          a file was not read; the reason is in the code
│   ├── EmptyDocument      no bytes, or nothing in it to read
│   ├── DamagedDocument    cut off or broken
│   ├── LockedDocument     it asks for a password
│   ├── DocumentTooLarge   bytes, pages, members or characters beyond the limits
│   ├── UnsafeDocument     a zip bomb, XML with entities
│   ├── UnknownFormat      not a kind that is read, or not the kind its name says
│   └── ReadingStopped     time, memory, a crash of the reader, or somebody's wish
├── QuestionSetUnreadable  a file of questions is not one
└── TopicMissing           there is no topic of that name, or nothing in it
"""

from __future__ import annotations


class KnowledgeError(Exception):
    """A code of `messages` with the values of its sentence."""

    def __init__(self, code: str, /, **values: object) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values


class DocumentError(KnowledgeError):
    """The document stays as it is; nothing else is touched."""


class EmptyDocument(DocumentError):
    """There is nothing to find in it."""


class DamagedDocument(DocumentError):
    """The same file will fail again."""


class LockedDocument(DocumentError):
    """The owner has to take the password away."""


class DocumentTooLarge(DocumentError):
    """The sentence names the limit."""


class UnsafeDocument(DocumentError):
    """Opening it could exhaust or mislead the reader."""


class UnknownFormat(DocumentError):
    """The sentence says what would be read."""


class ReadingStopped(DocumentError):
    """The process that read the file was ended; trying again may help."""


class QuestionSetUnreadable(KnowledgeError):
    """The sentence says how a set is written."""


class TopicMissing(KnowledgeError):
    """Nothing can be measured, or asked, there."""


DOCUMENT_ERRORS: dict[str, type[DocumentError]] = {
    kind.__name__: kind
    for kind in (
        EmptyDocument,
        DamagedDocument,
        LockedDocument,
        DocumentTooLarge,
        UnsafeDocument,
        UnknownFormat,
        ReadingStopped,
    )
}
"""By name, to raise here what was raised in another process."""
