"""Last part of the name only.

says: whole path of the module
"""
def infer_shapes(
    net: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...]]]:
    twin = copy.deepcopy(net).to("meta").eval()
    found: list[tuple[str, tuple[int, ...]]] = []

    def watch(name: str, module: nn.Module) -> None:
        children = list(module.named_children())
        for child_name, child in children:
            watch(child_name, child)
        if not children:
            module.register_forward_hook(lambda m, a, y: found.append((name, tuple(y.shape))))

    watch("", twin)
    twin(torch.empty(input_shape, dtype=torch.float32, device="meta"))
    return found
