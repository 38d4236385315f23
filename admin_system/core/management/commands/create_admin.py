"""Makes the administrator of a new installation, with a password that is printed once."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.db import transaction

NAME = "admin"
LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that are mistaken for each other."""
LENGTH = 16


class Command(BaseCommand):
    help = (
        "Makes the administrator with a random password and prints both, "
        "where there is no administrator yet."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        password = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        with transaction.atomic():
            if User.objects.filter(is_superuser=True, is_active=True).exists():
                self.stdout.write("An administrator exists already.")
                return
            name = NAME
            while User.objects.filter(username=name).exists():
                name = f"{NAME}_{secrets.token_hex(2)}"
            User.objects.create_superuser(name, password=password)
        self.stdout.write(f"Administrator: {name}\nPassword: {password}")
        self.stdout.write("Shown only once, copy it now.")
