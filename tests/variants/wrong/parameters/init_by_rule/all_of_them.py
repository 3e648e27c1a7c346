"""Uses every rule that matches, the first one last.

says: every rule that fits is used
"""
def init_by_rule(net, rules):
    named = dict(net.named_parameters())
    for pattern, _ in rules:
        if not any(fnmatchcase(name, pattern) for name in named):
            raise ValueError(pattern)
    with torch.no_grad():
        for pattern, init in reversed(rules):
            for name, p in named.items():
                if fnmatchcase(name, pattern):
                    init(p)
