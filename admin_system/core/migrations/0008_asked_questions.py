"""What a question was asked with; an index for lists of conversations."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0007_prompt_templates'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='asked',
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name='conversation',
            name='owner',
            field=models.CharField(max_length=100),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(fields=['owner', '-updated_at', '-id'], name='conversations_of_an_owner'),
        ),
    ]
