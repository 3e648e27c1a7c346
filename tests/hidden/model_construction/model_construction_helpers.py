"""Sizes to draw from, and how tensors and layers are told by their shapes."""

from torch import Tensor, nn

DISTINCT = range(2, 12)  # drawn from without repeats, so that no shape is square


def forms(tensors: list[Tensor]) -> list[str]:
    """Return dtype and shape of each tensor."""
    return [f"{t.dtype} {tuple(t.shape)}"[len("torch.") :] for t in tensors]


def layer_of(parameters: list[Tensor], x: Tensor, out_features: int) -> Tensor | None:
    """Apply the one weight and bias that lead from x's width to `out_features`."""
    weights = [p for p in parameters if p.shape == (out_features, x.shape[-1])]
    biases = [p for p in parameters if p.shape == (out_features,)]
    if len(weights) != 1 or len(biases) != 1:
        return None
    return nn.functional.linear(x, weights[0], biases[0])


Trace = list[tuple[str, tuple[int, ...]]]


def names_of(trace: Trace) -> list[str]:
    return [name for name, _ in trace]
