"""Wraps the forward of each leaf of a copy."""
class _Found(Exception):
    pass


def first_mismatch(net, x):
    import copy

    net = copy.deepcopy(net)
    net.eval()

    def watch(name, module):
        call = module._call_impl

        def watched(*args, **kwargs):
            try:
                return call(*args, **kwargs)
            except Exception as error:
                raise _Found(name) from error

        module._call_impl = watched
        hook = getattr(module, "_initialize_hook", None)
        if hook is not None:
            hook.remove()
            module._initialize_hook = module.register_forward_pre_hook(
                lambda m, args: type(m)._infer_parameters(m, m, args)
            )

    for name, module in net.named_modules():
        if not list(module.children()):
            watch(name, module)
    try:
        net(x)
    except _Found as found:
        return str(found)
    return None
