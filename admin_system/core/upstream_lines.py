"""Further services of a model elsewhere, as they are written: one a line.

    http://gpu2:8000/v1 model=NAME key=KEY

`model` and `key` may be left out. Keys are kept apart from the lines, so that the lines may be
shown; there `key=stored` stands for a key that is kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from admin_system.core.upstreams import UpstreamAddress

ADDRESS_RULE = RegexValidator(
    r"^https?://[^\s/?#]+[^\s?#]*\Z", _("An address that begins with http:// or https://.")
)
"""Django's own rule for addresses knows no host names of a local network."""
KEPT = "stored"
MOST = 64


def read_lines(text: str) -> tuple[UpstreamAddress, ...]:
    """Raises ValidationError that names the line."""
    found: list[UpstreamAddress] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            address = _read_line(line)
        except ValidationError as error:
            said = {"number": number, "fault": error.message}
            raise ValidationError(_("Line %(number)d: %(fault)s"), params=said) from None
        if any(known.url == address.url for known in found):
            said = {"number": number, "fault": _("This address stands there already.")}
            raise ValidationError(_("Line %(number)d: %(fault)s"), params=said)
        found.append(address)
    if len(found) > MOST:
        raise ValidationError(_("At most %(most)d addresses."), params={"most": MOST})
    return tuple(found)


def _read_line(line: str) -> UpstreamAddress:
    url, *words = line.split()
    ADDRESS_RULE(url)
    address = UpstreamAddress(url.rstrip("/"))
    for word in words:
        name, _equals, value = word.partition("=")
        if name not in ("model", "key") or not value:
            raise ValidationError(_("Behind the address there may be model=NAME and key=KEY only."))
        address = replace(address, model=value) if name == "model" else replace(address, key=value)
    return address


def write_lines(addresses: tuple[UpstreamAddress, ...]) -> str:
    """Without the keys."""
    return "\n".join(
        f"{address.url} model={address.model}" if address.model else address.url
        for address in addresses
    )


def write_keys(addresses: tuple[UpstreamAddress, ...]) -> str:
    """Address -> key, as JSON; empty where there is none."""
    keys = {address.url: address.key for address in addresses if address.key}
    return json.dumps(keys) if keys else ""


def read_keys(text: str) -> dict[str, str]:
    keys: dict[str, str] = json.loads(text) if text else {}
    return keys


def read_addresses(lines: str, keys: str) -> tuple[UpstreamAddress, ...]:
    """What a row holds, with the keys in their places."""
    known = read_keys(keys)
    return tuple(replace(address, key=known.get(address.url, "")) for address in read_lines(lines))


def show_lines(lines: str, keys: str) -> str:
    """For a form."""
    known = read_keys(keys)
    return "\n".join(
        f"{line} key={KEPT}" if line.split()[0] in known else line
        for line in write_lines(read_lines(lines)).splitlines()
    )


def keep_keys(
    addresses: tuple[UpstreamAddress, ...], known: Mapping[str, str]
) -> tuple[UpstreamAddress, ...]:
    """Puts the kept keys where `key=stored` stands: a key belongs to its address alone.

    Raises ValidationError where none is kept.
    """
    for address in addresses:
        if address.key == KEPT and address.url not in known:
            raise ValidationError(
                _("No key is stored for %(url)s. Write it behind key=."),
                params={"url": address.url},
            )
    return tuple(
        replace(address, key=known[address.url]) if address.key == KEPT else address
        for address in addresses
    )
