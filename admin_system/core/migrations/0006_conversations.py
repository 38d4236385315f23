"""Conversations of the chat page: trees of messages with their pictures."""

import admin_system.core.models.conversation
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0005_key_topics'),
    ]

    operations = [
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('id', models.CharField(default=admin_system.core.models.conversation.new_conversation_id, editable=False, max_length=40, primary_key=True, serialize=False)),
                ('owner', models.CharField(db_index=True, max_length=100)),
                ('title', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True, db_index=True)),
            ],
            options={
                'verbose_name': 'conversation',
                'verbose_name_plural': 'conversations',
                'ordering': ['-updated_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.CharField(default=admin_system.core.models.conversation.new_message_id, editable=False, max_length=40, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('user', 'User'), ('assistant', 'Assistant')], max_length=10)),
                ('content', models.TextField(blank=True)),
                ('model', models.CharField(blank=True, max_length=100)),
                ('finish_reason', models.CharField(blank=True, max_length=20)),
                ('error', models.JSONField(null=True)),
                ('boxes', models.JSONField(default=list)),
                ('annotations', models.JSONField(default=list)),
                ('usage', models.JSONField(null=True)),
                ('seconds', models.FloatField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='core.conversation')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='children', to='core.message')),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.AddField(
            model_name='conversation',
            name='head',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.message'),
        ),
        migrations.CreateModel(
            name='MessagePicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('file', models.FileField(max_length=200, upload_to='')),
                ('thumbnail', models.FileField(max_length=200, upload_to='')),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='core.message')),
            ],
            options={
                'ordering': ['message', 'number'],
                'constraints': [models.UniqueConstraint(fields=('message', 'number'), name='one_picture_per_number_of_a_message')],
            },
        ),
    ]
