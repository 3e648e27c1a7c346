"""Wraps the calls of the leaves of a copy, and notes which of them raise."""
def first_mismatch(net, x):
    twin = copy.deepcopy(net)
    failed = []

    def watch(name, call):
        def watched(*args, **kwargs):
            try:
                return call(*args, **kwargs)
            except Exception:
                failed.append(name)
                raise

        return watched

    for name, m in twin.named_modules():
        if next(m.children(), None) is None:
            m._call_impl = watch(name, m._call_impl)
    try:
        with torch.no_grad():
            twin.train(False)(x.clone())
    except Exception:
        pass
    return next(iter(failed), None)
