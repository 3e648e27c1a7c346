"""Does not let `*` match a dot.

says: `\*` has to match dots too
"""
def init_by_rule(net, rules):
    def fits(name, pattern):
        return name.count(".") == pattern.count(".") and fnmatchcase(name, pattern)

    named = dict(net.named_parameters())
    for pattern, _ in rules:
        if not any(fnmatchcase(name, pattern) for name in named):
            raise ValueError(pattern)
    with torch.no_grad():
        for name, p in named.items():
            for pattern, init in rules:
                if fits(name, pattern):
                    init(p)
                    break
