"""Leaves out every nn.Sequential, also an empty one that serves as an identity ("A leaf
is a module without children").

says: an empty nn.Sequential has no children
"""

def infer_shapes(
    net: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...]]]:
    ghost = copy.deepcopy(net).to("meta").eval()
    shapes: list[tuple[str, tuple[int, ...]]] = []

    def note(name: str) -> Callable[..., None]:
        def hook(module: nn.Module, args: object, out: Tensor) -> None:
            shapes.append((name, out.shape))

        return hook

    for name, module in ghost.named_modules():
        container = isinstance(module, (nn.Sequential, nn.ModuleList, nn.ModuleDict))
        if not container and not list(module.children()):
            module.register_forward_hook(note(name))
    with torch.no_grad():
        ghost(torch.empty(input_shape, dtype=torch.float32, device="meta"))
    return shapes
