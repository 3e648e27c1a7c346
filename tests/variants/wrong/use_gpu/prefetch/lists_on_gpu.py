"""On a GPU a tuple becomes a list ("a list or tuple of tensors, and stays one").

says: does not copy the next batch|wrong result
"""

_right = prefetch


def prefetch(
    loader: Iterable[Tensor | Sequence[Tensor]], device: Device
) -> Iterator[Any]:
    listed = (b if isinstance(b, Tensor) else list(b) for b in loader)
    return _right(listed if torch.device(device).type == "cuda" else loader, device)
