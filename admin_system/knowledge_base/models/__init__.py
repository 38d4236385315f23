"""The rows of the library: the database is the truth, the indexes can be made from it."""

from admin_system.knowledge_base.models.document import Document, DocumentText
from admin_system.knowledge_base.models.embedding_profile import EmbeddingProfile
from admin_system.knowledge_base.models.index_change import IndexChange
from admin_system.knowledge_base.models.index_stamp import IndexStamp
from admin_system.knowledge_base.models.job import Job
from admin_system.knowledge_base.models.passage import Passage, PassageVector
from admin_system.knowledge_base.models.picture import DocumentPicture
from admin_system.knowledge_base.models.retrieval_run import RetrievalRun
from admin_system.knowledge_base.models.saved_question_set import SavedQuestionSet
from admin_system.knowledge_base.models.topic import Topic

__all__ = [
    "Document",
    "DocumentPicture",
    "DocumentText",
    "EmbeddingProfile",
    "IndexChange",
    "IndexStamp",
    "Job",
    "Passage",
    "PassageVector",
    "RetrievalRun",
    "SavedQuestionSet",
    "Topic",
]
