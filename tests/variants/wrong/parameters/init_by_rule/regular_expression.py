"""Takes the pattern for a regular expression.

says: no regular expression
"""
def init_by_rule(net, rules):
    import re

    named = dict(net.named_parameters())
    for pattern, _ in rules:
        if not any(re.fullmatch(pattern, name) for name in named):
            raise ValueError(pattern)
    with torch.no_grad():
        for name, p in named.items():
            for pattern, init in rules:
                if re.fullmatch(pattern, name):
                    init(p)
                    break
