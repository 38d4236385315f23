"""Rows that both doors need."""

from admin_system.core.models.analysis_record import AnalysisRecord
from admin_system.core.models.api_key import ApiKey
from admin_system.core.models.audit_entry import AuditEntry
from admin_system.core.models.conversation import Conversation, Message, MessagePicture
from admin_system.core.models.first_steps import FirstSteps
from admin_system.core.models.model_config import ModelConfig
from admin_system.core.models.model_download import ModelDownload
from admin_system.core.models.picture_set import PictureSet, SetPicture
from admin_system.core.models.prompt_template import PromptTemplate, PromptVersion
from admin_system.core.models.service_event import ServiceEvent
from admin_system.core.models.topic_binding import TopicBinding
from admin_system.core.models.usage_record import UsageRecord

__all__ = [
    "AnalysisRecord",
    "ApiKey",
    "AuditEntry",
    "Conversation",
    "FirstSteps",
    "Message",
    "MessagePicture",
    "ModelConfig",
    "ModelDownload",
    "PictureSet",
    "PromptTemplate",
    "PromptVersion",
    "ServiceEvent",
    "SetPicture",
    "TopicBinding",
    "UsageRecord",
]
