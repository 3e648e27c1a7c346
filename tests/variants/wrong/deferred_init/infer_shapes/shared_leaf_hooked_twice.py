"""Puts a hook on a leaf once per place in which it is registered, so that each run of a
shared leaf is listed under both names: breaks "one that runs twice is listed twice. The
name is that of `net.named_modules()`".

says: each run is listed once, by the first name
"""


def infer_shapes(
    net: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...]]]:
    clone = copy.deepcopy(net).to("meta").eval()
    shapes = []

    def watch(name: str, leaf: nn.Module) -> None:
        def note(module, args, output):
            shapes.append((name, tuple(output.shape)))

        leaf.register_forward_hook(note)

    for name, module in clone.named_modules(remove_duplicate=False):
        if not list(module.children()):
            watch(name, module)
    with torch.no_grad():
        clone(torch.empty(input_shape, dtype=torch.float32, device="meta"))
    return shapes
