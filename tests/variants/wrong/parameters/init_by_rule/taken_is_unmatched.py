"""Refuses a rule whose names all went to an earlier one.

says: it has a match, though none is left
"""
def init_by_rule(net, rules):
    chosen = {}
    for name, p in net.named_parameters():
        for i, (pattern, _) in enumerate(rules):
            if fnmatchcase(name, pattern):
                chosen[name] = i
                break
    for i, (pattern, _) in enumerate(rules):
        if i not in chosen.values():
            raise ValueError(pattern)
    with torch.no_grad():
        for name, i in chosen.items():
            rules[i][1](net.get_parameter(name))
