"""Notices a rule without a match when the others have been used.

says: nothing changes
"""
def init_by_rule(net, rules):
    used = set()
    with torch.no_grad():
        for name, p in net.named_parameters():
            fitting = [rule for rule in rules if fnmatchcase(name, rule[0])]
            used |= {pattern for pattern, _ in fitting}
            if fitting:
                fitting[0][1](p)
    for pattern, _ in rules:
        if pattern not in used:
            raise ValueError(pattern)
