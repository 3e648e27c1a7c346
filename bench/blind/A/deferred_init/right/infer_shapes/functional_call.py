"""net itself runs with meta tensors in place of its own (functional_call), and hooks and flags are given back.
"""

from contextlib import ExitStack

from torch.func import functional_call


def infer_shapes(
    net: nn.Module, input_shape: tuple[int, ...]
) -> list[tuple[str, tuple[int, ...]]]:
    log: list[tuple[str, tuple[int, ...]]] = []
    ghosts: dict[str, Tensor] = {}
    for path, module in net.named_modules():  # by module, so that tied tensors are all named
        for name, t in (*module._parameters.items(), *module._buffers.items()):
            if t is not None:
                ghosts[f"{path}.{name}" if path else name] = torch.empty_like(t, device="meta")
    with ExitStack() as undo, torch.no_grad():
        for name, module in net.named_modules():
            undo.callback(setattr, module, "training", module.training)
            module.training = False
            if not module._modules:
                handle = module.register_forward_hook(
                    lambda m, a, y, name=name: log.append((name, tuple(y.shape)))
                )
                undo.callback(handle.remove)
        x = torch.empty(input_shape, dtype=torch.float32, device="meta")
        functional_call(net, ghosts, x, tie_weights=False)
    return log
