"""The vision part of a model may live on a device of its own."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0002_first_models")]
    operations = [
        migrations.AddField(
            model_name="modelconfig",
            name="visual_device",
            field=models.CharField(
                blank=True,
                help_text="Empty takes the same device. cpu leaves a small graphics card to the "
                "text part; pictures are then read more slowly.",
                max_length=20,
                validators=[
                    django.core.validators.RegexValidator(
                        "^(auto|cpu|cuda(:\\d+)?)\\Z", "One of auto, cpu, cuda, cuda:0 …"
                    )
                ],
                verbose_name="device of the vision part",
            ),
        ),
    ]
