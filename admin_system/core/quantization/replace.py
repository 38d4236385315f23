"""Puts four-bit layers into a module tree while a checkpoint's tensors stream by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from torch import Tensor, nn

from admin_system.core.errors import LoadError
from admin_system.core.quantization.builder import LayerBuilder
from admin_system.core.quantization.stored import (
    StoredWeight,
    collect_layers,
    dequantize_layer,
)

Rename = Callable[[str], str]
"""The name of a layer in the checkpoint -> its path in the module tree."""


def replace_linears(
    model: nn.Module,
    tensors: Iterable[tuple[str, Tensor]],
    names: Collection[str],
    builder: LayerBuilder,
    rename: Rename = str,
) -> Iterator[tuple[str, Tensor]]:
    """Replaces each nn.Linear that the checkpoint has as `<name>.qweight`; passes on the rest.

    The model may be on the meta device; `names` are all names of the checkpoint. What comes out,
    under the checkpoint's names, is for the caller to assign; the layers are in place when it ends.
    A quantized layer without an nn.Linear of its own, such as an expert of a stacked tensor, comes
    out dequantized. Raises LoadError; the model is of no use then.
    """
    for item in collect_layers(tensors, names):
        if not isinstance(item, StoredWeight):
            yield item
            continue
        path = rename(item.name)
        linear = _find_linear(model, path)
        if linear is None:
            yield from dequantize_layer(item, builder.config, builder.target.dtype)
            continue
        if linear.bias is not None and "bias" not in item.parts:
            raise LoadError("checkpoint_missing_tensor", name=f"{item.name}.bias", count=1)
        layer = builder.build(item)
        shape, expected = _shape(layer), _shape(linear)
        if shape != expected:
            raise LoadError(
                "checkpoint_wrong_shape", name=item.name, shape=shape, expected=expected
            )
        model.set_submodule(path, layer)


def _find_linear(model: nn.Module, path: str) -> nn.Linear | None:
    try:
        module = model.get_submodule(path)
    except AttributeError:
        return None
    return module if isinstance(module, nn.Linear) else None


def _shape(layer: nn.Module) -> list[int]:
    return [layer.out_features, layer.in_features]
