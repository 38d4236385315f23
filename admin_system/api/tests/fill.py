"""Puts two documents into the knowledge base of a prepared data folder, and indexes them."""

from __future__ import annotations

import django

MANUAL = "# 维护\n\n青岚泵站的三号水泵每隔四十一天更换一次密封圈，由夜班组负责。"
RULES = "The freezer at Spruce Lab must stay below minus 27 degrees; the alarm rings three times."


def main() -> None:
    django.setup()
    from admin_system.knowledge_base.models import Topic
    from admin_system.knowledge_base.services.adding import NewDocument, add_text
    from admin_system.knowledge_base.worker import Worker

    add_text(NewDocument(Topic.objects.create(name="泵站"), "m.md", title="泵站手册"), MANUAL)
    add_text(NewDocument(Topic.objects.create(name="lab"), "lab.txt", title="Lab rules"), RULES)
    Worker(can_see=lambda: False).run(until_empty=True)


if __name__ == "__main__":
    main()
