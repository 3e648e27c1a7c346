"""Error of the network swallowed.

says: a part of the list would pass
"""
def infer_shapes(
    net: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...]]]:
    twin = copy.deepcopy(net).to("meta").eval()
    found: list[tuple[str, tuple[int, ...]]] = []
    for name, m in twin.named_modules():
        if not list(m.children()):
            m.register_forward_hook(lambda m, a, y, name=name: found.append((name, y.shape)))
    with suppress(RuntimeError):
        twin(torch.empty(input_shape, dtype=torch.float32, device="meta"))
    return found
