"""a context manager for the flags, and an explicit stack of modules instead of `net.apply`, last child first."""


@contextmanager
def _evaluating(net: nn.Module) -> Iterator[None]:
    training = {module for module in net.modules() if module.training}
    try:
        yield net.eval()
    finally:
        for module in net.modules():
            module.training = module in training


def apply_init(net, inputs, init):
    with _evaluating(net), torch.no_grad():
        net(*(inputs if isinstance(inputs, tuple) else [inputs]))
    stack, done = [net], set()
    while stack:
        module = stack.pop()
        if module not in done:
            done.add(module)
            init(module)
            stack.extend(module.children())
    return net
