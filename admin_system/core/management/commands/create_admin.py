"""Makes the administrator of a new installation, with a password that is printed once."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from admin_system.core.management.spoken import SpokenCommand
from admin_system.core.models import FirstSteps

NAME = "admin"
LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that are mistaken for each other."""
LENGTH = 16


class Command(SpokenCommand):
    help = (
        "Makes the administrator with a random password and prints both, "
        "where there is no administrator yet."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        password = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        with transaction.atomic():
            if User.objects.filter(is_superuser=True, is_active=True).exists():
                self.tell("admin_exists")
                return
            name = NAME
            while User.objects.filter(username=name).exists():
                name = f"{NAME}_{secrets.token_hex(2)}"
            user = User.objects.create_superuser(name, password=password)
            FirstSteps.objects.create(user=user)
        self.tell("admin_made", name=name, password=password)
