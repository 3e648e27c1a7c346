"""Computes real outputs on the CPU.

says: real tensors take memory
"""
def infer_shapes(
    net: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...]]]:
    twin = copy.deepcopy(net).eval()
    found: list[tuple[str, tuple[int, ...]]] = []
    for name, m in twin.named_modules():
        if not list(m.children()):
            m.register_forward_hook(lambda m, a, y, name=name: found.append((name, y.shape)))
    device = next((p.device for p in twin.parameters()), None)
    with torch.no_grad():
        twin(torch.zeros((), dtype=torch.float32, device=device).expand(input_shape))
    return found
