"""Catches RuntimeError and ValueError, but an Embedding raises IndexError ("the first
leaf whose call raises an exception is the one").

says: any class of exception counts
"""

class _Found(BaseException):
    pass


def first_mismatch(net: nn.Module, x: Tensor) -> str | None:
    trial = copy.deepcopy(net).eval()

    def watch(name: str, call: Callable[..., object]) -> Callable[..., object]:
        def forward(*args: object, **kwargs: object) -> object:
            try:
                return call(*args, **kwargs)
            except (RuntimeError, ValueError) as error:
                raise _Found(name) from error

        return forward

    for name, module in trial.named_modules():
        if not any(module.children()):
            module.forward = watch(name, module.forward)
            if isinstance(module, LazyModuleMixin) and module.has_uninitialized_params():
                infer = module.initialize_parameters
                module.initialize_parameters = watch(name, infer)
    try:
        with torch.no_grad():
            trial(x)
    except _Found as found:
        return found.args[0]
    return None
