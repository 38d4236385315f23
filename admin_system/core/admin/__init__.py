"""The admin pages of core's rows; importing this room registers them."""

from admin_system.core.admin.analyses import AnalysisRecordAdmin
from admin_system.core.admin.api_keys import ApiKeyAdmin
from admin_system.core.admin.model_configs import ModelConfigAdmin

__all__ = ["AnalysisRecordAdmin", "ApiKeyAdmin", "ModelConfigAdmin"]
