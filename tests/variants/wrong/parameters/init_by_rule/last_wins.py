"""The last rule that matches is used.

says: later rule is used in place of the first
"""
def init_by_rule(net, rules):
    named = dict(net.named_parameters())
    for pattern, _ in rules:
        if not any(fnmatchcase(name, pattern) for name in named):
            raise ValueError(pattern)
    with torch.no_grad():
        for name, p in named.items():
            for pattern, init in reversed(rules):
                if fnmatchcase(name, pattern):
                    init(p)
                    break
