"""The shapes are gathered in a dict, so a leaf that runs twice is listed once, against "one that runs twice is listed twice".

slip: a dict keeps one run per leaf
"""

def infer_shapes(
    net: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...]]]:
    twin = copy.deepcopy(net).to("meta").eval()
    shapes: dict[str, tuple[int, ...]] = {}

    def note(name):
        def hook(module, args, output):
            shapes[name] = tuple(output.shape)

        return hook

    for name, m in twin.named_modules():
        if not list(m.children()):
            m.register_forward_hook(note(name))
    twin(torch.empty(input_shape, dtype=torch.float32, device="meta"))
    return list(shapes.items())
