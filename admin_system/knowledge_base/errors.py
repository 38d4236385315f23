"""What can go wrong in the library, as codes and values; the sentences are in `messages`.

KnowledgeError
├── ProfileInUse           the embedding model that searches use cannot become another one
├── EntryNotFound          no such topic, document, passage or picture for who asks
├── EntryForbidden         a topic that is not theirs to use, or none that is theirs to make
├── DocumentError          a file was not read; the reason is in the code
│   ├── EmptyDocument      no bytes, or nothing in it to read
│   ├── DamagedDocument    cut off or broken
│   ├── LockedDocument     it asks for a password
│   ├── DocumentTooLarge   bytes, pages, members or characters beyond the limits
│   ├── UnsafeDocument     a zip bomb, XML with entities
│   ├── UnknownFormat      not a kind that is read, or not the kind its name says
│   └── ReadingStopped     time, memory, a crash of the reader, or somebody's wish
├── ChangeRefused          what was wished does not fit how things are
│   ├── BadName            empty, too long, or with characters that cannot be seen
│   ├── NameTaken          another topic or document is called so
│   ├── TopicGone          deleted meanwhile
│   ├── DocumentGone       deleted meanwhile
│   ├── NotEditable        this kind of document or passage is not written by hand
│   ├── DeedImpossible     the document's state does not allow it
│   ├── JobEnded           there is nothing to call off any more
│   ├── NothingToAsk       a question set without questions
│   └── ChangedMeanwhile   somebody else was quicker
├── QuestionSetUnreadable  a file of questions is not one
└── TopicMissing           there is no topic of that name, or nothing in it
"""

from __future__ import annotations


class KnowledgeError(Exception):
    """A code of `messages` with the values of its sentence."""

    def __init__(self, code: str, /, *, param: str | None = None, **values: object) -> None:
        super().__init__(code, values)
        self.code = code
        self.param = param
        """The field of the request that is at fault, where there was a request."""
        self.values = values


class ProfileInUse(KnowledgeError):
    """A new model gets a name of its own, so that the old one serves until it is ready."""


class EntryNotFound(KnowledgeError):
    """Also what is there, but on a shelf that the asker may not see."""


class EntryForbidden(KnowledgeError):
    """Said of names only, never of numbers, so that nothing is told of what others keep."""


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


class ChangeRefused(KnowledgeError):
    """Nothing was changed; the sentence says why."""


class BadName(ChangeRefused):
    """The caller has to choose another one."""


class NameTaken(ChangeRefused):
    """Names are unique: of topics, and of the documents in one."""


class TopicGone(ChangeRefused):
    """The caller holds a row that is no more."""


class DocumentGone(ChangeRefused):
    """The caller holds a row that is no more."""


class NotEditable(ChangeRefused):
    """The sentence says where the change should be made instead."""


class DeedImpossible(ChangeRefused):
    """It may be possible later."""


class JobEnded(ChangeRefused):
    """Its result stays."""


class NothingToAsk(ChangeRefused):
    """Questions have to be gathered first."""


class ChangedMeanwhile(ChangeRefused):
    """Look again, and repeat the change if it is still wanted."""


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
