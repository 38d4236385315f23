"""The two models that a new installation knows: the one in the environment and the built-in one."""

from pathlib import Path

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from admin_system.env import get_env


def add_first_models(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    model_config = apps.get_model("core", "ModelConfig")
    path = get_env().model_path
    found = bool(path) and Path(path).is_dir()
    model_config.objects.create(name="qwen-vl-chat", path=path, is_current=found)
    model_config.objects.create(name="builtin-demo", path="", demo=True, is_current=not found)


class Migration(migrations.Migration):
    dependencies = [("core", "0001_schema")]
    operations = [migrations.RunPython(add_first_models, migrations.RunPython.noop)]
