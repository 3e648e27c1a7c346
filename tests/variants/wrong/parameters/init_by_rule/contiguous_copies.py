"""Gives contiguous tensors, copies where a parameter is a slice.

says: slices of one tensor
"""
def init_by_rule(net, rules):
    _i(net, [(p, lambda t, f=f: f(t.data.contiguous())) for p, f in rules])
_i = init_by_rule
def _j(net, rules):
    named = dict(net.named_parameters())
    for pattern, _ in rules:
        if not any(fnmatchcase(name, pattern) for name in named):
            raise ValueError(f"no parameter has a name like {pattern!r}")
    with torch.no_grad():
        for name, parameter in named.items():
            for pattern, init in rules:
                if fnmatchcase(name, pattern):
                    init(parameter)
                    break
_i = _j
