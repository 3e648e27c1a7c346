"""An empty pattern is passed over.

says: for an empty pattern
"""
_i = init_by_rule
def init_by_rule(net, rules):
    _i(net, [r for r in rules if r[0]])
