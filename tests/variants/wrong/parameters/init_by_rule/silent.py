"""Does not mind a rule that matches nothing.

says: mistyped pattern would stay unseen
"""
def init_by_rule(net, rules):
    with torch.no_grad():
        for name, p in net.named_parameters():
            for pattern, init in rules:
                if fnmatchcase(name, pattern):
                    init(p)
                    break
