"""A frozen BatchNorm becomes an instance of a subclass whose forward always evaluates."""


def freeze(net: nn.Module, prefix: str) -> list[str]:
    start = prefix.split(".") if prefix else []

    def there(name):
        return name.split(".")[: len(start)] == start

    for name, module in [*net.named_modules(remove_duplicate=False)]:
        if isinstance(module, _BatchNorm) and (not start or there(name)):
            kind = type(module)

            def forward(self, x, kind=kind):
                self.train(False)
                return kind.forward(self, x)

            if not getattr(kind, "_frozen_statistics", False):
                fields = {"forward": forward, "_frozen_statistics": True}
                module.__class__ = type(kind.__name__, (kind,), fields)
    for name, p in net.named_parameters(remove_duplicate=False):
        if there(name):
            p.requires_grad, p.grad = False, None
    return [name for name, _ in net.named_parameters() if there(name)]
