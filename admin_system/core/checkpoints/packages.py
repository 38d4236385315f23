"""The packages that a quantization method needs beside our own: are they here, do they fit torch.

Sources: `validate_environment` of transformers 5.23's quantizers, and what each package's own
metadata says of the torch that it was made for.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec

from packaging.requirements import Requirement

from admin_system.core.errors import LoadError

PACKAGES: Mapping[str, tuple[str, ...]] = {
    "aqlm": ("aqlm", "accelerate"),
    "auto-round": ("auto-round",),
    "awq": ("gptqmodel", "accelerate"),
    "bitnet": ("accelerate",),
    "bitsandbytes": ("bitsandbytes", "accelerate"),
    "compressed-tensors": ("compressed-tensors", "accelerate"),
    "eetq": ("kernels", "accelerate"),
    "fbgemm_fp8": ("fbgemm-gpu", "accelerate"),
    "fp8": ("accelerate",),
    "gptq": ("gptqmodel", "optimum", "accelerate"),
    "hqq": ("hqq", "accelerate"),
    "mxfp4": ("kernels", "accelerate"),
    "quanto": ("optimum-quanto", "accelerate"),
    "torchao": ("torchao", "accelerate"),
}
"""By the names under which they are installed; for GPTQ and AWQ in forms that are not ours."""
MODULES: Mapping[str, str] = {"optimum-quanto": "optimum.quanto"}
"""Where a package's module is not its name with underscores."""
OPTIONAL = "--no-deps -r scripts/optional/requirements-gptqmodel.txt"
LISTED: Mapping[str, str] = {"gptqmodel": OPTIONAL, "optimum": OPTIONAL}
"""What pip is told for a package that has a list of its own: one that was seen to work."""


def require_packages(method: str, stated: str) -> None:
    """Raises LoadError where transformers cannot run the method here.

    `stated` is the method as it is told to a person.
    """
    if method not in PACKAGES:
        raise LoadError("quantization_unknown", method=method)
    missing = [name for name in PACKAGES[method] if not _is_installed(name)]
    if missing:
        raise LoadError(
            "quantization_package_missing",
            method=stated,
            packages=", ".join(missing),
            command=_command(missing),
        )
    for name in PACKAGES[method]:
        _require_fit(name)


def find_command(method: str) -> str:
    """What installs the packages of a method."""
    return _command(list(PACKAGES[method]))


def _is_installed(name: str) -> bool:
    try:
        return find_spec(MODULES.get(name, name.replace("-", "_"))) is not None
    except ModuleNotFoundError:  # the parent of a dotted name is missing
        return False


def _require_fit(name: str) -> None:
    """That the package allows the torch which is here, by its own metadata."""
    try:
        package, torch = distribution(name), distribution("torch").version
    except PackageNotFoundError:  # a module without metadata: nothing is known of its wishes
        return
    for line in package.requires or ():
        wish = Requirement(line)
        if wish.name != "torch" or (wish.marker is not None and not wish.marker.evaluate()):
            continue
        if not wish.specifier.contains(torch, prereleases=True):
            raise LoadError(
                "quantization_package_unfit",
                package=f"{name} {package.version}",
                needed=f"torch {wish.specifier}",
                installed=f"torch {torch}",
                command=_command([name]),
            )


def _command(names: list[str]) -> str:
    listed = next((LISTED[name] for name in names if name in LISTED), None)
    return f"python -m pip install {listed or ' '.join(names)}"
