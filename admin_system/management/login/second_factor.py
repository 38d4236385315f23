"""The second factor: a code of an app on a phone, or one of ten codes on paper."""

from __future__ import annotations

import math
import secrets
from base64 import b32encode
from io import BytesIO

import segno
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from admin_system.env import get_env

BACKUP_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for each other."""
CODE_LENGTH = 12
"""59 bits; wrong tries are slowed down, each twice as long as the one before."""


class CodeTooEarly(Exception):
    """After wrong codes none is looked at for a while, so that none is called wrong."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"codes are looked at again in {seconds} s")
        self.seconds = seconds


def has_second_factor(user: User) -> bool:
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def must_have_second_factor(user: User) -> bool:
    """By the deployer's rule."""
    return get_env().second_factor == "administrators" and user.is_superuser


def begin_enrolment(user: User) -> TOTPDevice:
    """A device that counts once a code of it has been shown; asking again gives the same one."""
    device = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return device or TOTPDevice.objects.create(user=user, name="app", confirmed=False)


def finish_enrolment(user: User, code: str) -> list[str] | None:
    """The codes on paper, which are shown once; None where the code is not right.

    Raises CodeTooEarly.
    """
    device = begin_enrolment(user)
    _require_turn(device)
    if not device.verify_token(to_digits(code)):
        return None
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        return make_backup_codes(user)


def make_backup_codes(user: User) -> list[str]:
    """Takes the place of the former ones."""
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name="paper", confirmed=True)
        codes = [make_code() for _ in range(BACKUP_CODES)]
        StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def make_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def count_backup_codes(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def verify_code(user: User, code: str) -> bool:
    """Either kind; a code on paper is used up by it. Raises CodeTooEarly."""
    given = "".join(letter for letter in code.lower() if letter.isalnum())
    kind: type[Device] = StaticDevice if len(given) == CODE_LENGTH else TOTPDevice
    with transaction.atomic():  # the rows are locked: no code is used twice at a time
        devices = kind.objects.select_for_update().filter(user=user, confirmed=True)
        for device in devices:
            _require_turn(device)
        return any(device.verify_token(given) for device in devices)


def _require_turn(device: Device) -> None:
    allowed, why = device.verify_is_allowed()
    if not allowed:
        left = (why["locked_until"] - timezone.now()).total_seconds()
        raise CodeTooEarly(max(1, math.ceil(left)))


def remove_second_factor(user: User) -> None:
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


def draw_code(device: TOTPDevice) -> SafeString:
    """The address that the app reads, as SVG; drawn here, since it holds the secret."""
    out = BytesIO()
    segno.make(device.config_url, error="m").save(
        out, kind="svg", border=3, xmldecl=False, omitsize=True, dark="#171c28", light="#fff"
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308 - made of our own address alone


def spell_secret(device: TOTPDevice) -> str:
    """For typing in, in groups of four."""
    text = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def to_digits(code: str) -> str:
    return "".join(letter for letter in code if letter.isdigit())
