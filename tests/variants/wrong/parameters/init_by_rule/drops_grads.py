"""Gradients are gone afterwards.

says: does not use the first rule
"""
_i = init_by_rule
def init_by_rule(net, rules):
    _i(net, rules)
    net.zero_grad()
