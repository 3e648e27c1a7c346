"""Looks for the pattern anywhere in the name.

says: whole name
"""
def init_by_rule(net, rules):
    named = dict(net.named_parameters())
    for pattern, _ in rules:
        if not any(fnmatchcase(name, f"*{pattern}*") for name in named):
            raise ValueError(pattern)
    with torch.no_grad():
        for name, p in named.items():
            for pattern, init in rules:
                if fnmatchcase(name, f"*{pattern}*"):
                    init(p)
                    break
