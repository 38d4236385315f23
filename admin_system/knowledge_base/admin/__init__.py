"""The admin pages of the library's rows; importing this room registers them."""

from admin_system.knowledge_base.admin.documents import DocumentAdmin
from admin_system.knowledge_base.admin.passages import PassageAdmin
from admin_system.knowledge_base.admin.topics import TopicAdmin

__all__ = ["DocumentAdmin", "PassageAdmin", "TopicAdmin"]
