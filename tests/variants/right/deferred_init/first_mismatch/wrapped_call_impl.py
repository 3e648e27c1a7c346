"""No hooks at all: the method _call_impl of each leaf of a copy is wrapped by a closure
that notes the name when the call raises."""


def first_mismatch(net: nn.Module, x: Tensor) -> str | None:
    twin = copy.deepcopy(net).eval()
    culprits: list[str] = []

    def guarded(name: str, call: Callable) -> Callable:
        def run(*args, **kwargs):
            try:
                return call(*args, **kwargs)
            except Exception:
                culprits.append(name)
                raise

        return run

    for name, module in twin.named_modules():
        if not len(module._modules):
            module._call_impl = guarded(name, module._call_impl)
    with suppress(Exception), torch.no_grad():
        twin(x)
    return next(iter(culprits), None)
