"""Initialises a shared parameter under each of its names.

says: by its first name alone
"""
def init_by_rule(net, rules):
    named = dict(net.named_parameters(remove_duplicate=False))
    for pattern, _ in rules:
        if not any(fnmatchcase(name, pattern) for name in named):
            raise ValueError(pattern)
    with torch.no_grad():
        for name, p in named.items():
            for pattern, init in rules:
                if fnmatchcase(name, pattern):
                    init(p)
                    break
