"""Input of the default dtype.

says: whatever the default dtype
"""
def infer_shapes(
    net: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...]]]:
    twin = copy.deepcopy(net).to("meta").eval()
    found: list[tuple[str, tuple[int, ...]]] = []
    for name, m in twin.named_modules():
        if not list(m.children()):
            m.register_forward_hook(lambda m, a, y, name=name: found.append((name, y.shape)))
    twin(torch.empty(*input_shape, device="meta"))
    return found
