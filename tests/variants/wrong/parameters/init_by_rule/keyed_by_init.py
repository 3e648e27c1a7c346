"""Keeps the patterns by init, so that of two rules with one init the last stays.

says: same init twice
"""
def init_by_rule(net, rules):
    table = {init: pattern for pattern, init in rules}
    names = dict(net.named_parameters())
    for pattern, _ in rules:
        if not any(fnmatchcase(n, pattern) for n in names):
            raise ValueError(pattern)
    with torch.no_grad():
        for n, p in names.items():
            for init, pattern in table.items():
                if fnmatchcase(n, pattern):
                    init(p)
                    break
