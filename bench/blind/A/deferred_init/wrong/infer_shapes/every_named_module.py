"""Every module with a name is watched, so inner containers are listed and a single layer is not, against "a leaf is a module without children".

slip: takes named modules for leaves
"""

def infer_shapes(
    net: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...]]]:
    twin = copy.deepcopy(net).to("meta").eval()
    found: list[tuple[str, tuple[int, ...]]] = []
    for name, m in twin.named_modules():
        if name:
            m.register_forward_hook(lambda m, a, y, name=name: found.append((name, y.shape)))
    twin(torch.empty(input_shape, dtype=torch.float32, device="meta"))
    return found
