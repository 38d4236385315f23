"""How many bytes each picture takes, and how many the owner of a key may keep."""

from typing import Any

import django.core.validators
from django.db import migrations, models

FILES = {
    "AnalysisRecord": ("thumbnail", "boxed_image"),
    "MessagePicture": ("file", "thumbnail"),
    "SetPicture": ("file", "thumbnail"),
}


def measure(apps: Any, schema_editor: Any) -> None:
    for name, fields in FILES.items():
        model = apps.get_model("core", name)
        for row in model.objects.iterator():
            size = sum(size_of(getattr(row, field)) for field in fields)
            model.objects.filter(pk=row.pk).update(stored_bytes=size)


def size_of(file: Any) -> int:
    """A file that is gone takes nothing."""
    try:
        size: int = file.size if file else 0
    except OSError:
        return 0
    return size


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0014_further_upstreams'),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name=name.lower(),
                name='stored_bytes',
                field=models.PositiveBigIntegerField(default=0, editable=False),
            )
            for name in FILES
        ),
        migrations.AddField(
            model_name='apikey',
            name='stored_bytes',
            field=models.PositiveBigIntegerField(blank=True, help_text='Of documents and pictures together. Empty: as the settings say.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='bytes kept'),
        ),
        migrations.RunPython(measure, migrations.RunPython.noop),
    ]
